/** The standard library against what is published: parameters, multiplications, output shapes; and no file has anything to complain of. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, costs, nodeHost, resolve, type Diagnostic, type NetInfo } from '../../src/compiler/index.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { shapeOf } from '../../src/compiler/ir/type.ts';
import { graphOf } from './nets.ts';

interface Published {
  readonly net: string;
  /** Trainable parameters. */
  readonly trainable: number;
  /** Multiply-adds of one inference. */
  readonly macs?: number;
  readonly output: string;
}

/** Multiplications: torchvision's table of 2023 for its models, Caffe's for GoogLeNet, Darknet's for YOLO (its operations are two each). */
const published: Readonly<Record<string, readonly Published[]>> = {
  lenet: [
    { net: 'LeNet5', trainable: 61_706, macs: 416_520, output: '10' },
    { net: 'LeNet5Rgb', trainable: 62_006, output: '10' },
  ],
  alexnet: [
    { net: 'AlexNet', trainable: 61_100_840, macs: 714_188_480, output: '1000' },
    { net: 'AlexNetGrouped', trainable: 60_965_224, macs: 724_406_816, output: '1000' },
  ],
  vgg: [
    { net: 'VGG16', trainable: 138_357_544, macs: 15_470_264_320, output: '1000' },
    { net: 'VGG19', trainable: 143_667_240, macs: 19_632_062_464, output: '1000' },
  ],
  resnet: [
    { net: 'ResNet18', trainable: 11_689_512, macs: 1_814_073_344, output: '1000' },
    { net: 'ResNet34', trainable: 21_797_672, macs: 3_663_761_408, output: '1000' },
    { net: 'ResNet50', trainable: 25_557_032, macs: 4_089_184_256, output: '1000' },
    { net: 'ResNet101', trainable: 44_549_160, macs: 7_801_405_440, output: '1000' },
    { net: 'ResNet152', trainable: 60_192_808, macs: 11_513_626_624, output: '1000' },
    { net: 'ResNet20', trainable: 269_722, macs: 40_551_040, output: '10' },
  ],
  nin: [{ net: 'NIN', trainable: 966_986, output: '10' }],
  googlenet: [{ net: 'GoogLeNet', trainable: 6_998_552, macs: 1_582_671_872, output: '1000' }],
  inception: [
    { net: 'InceptionV3', trainable: 23_834_568, macs: 5_713_216_096, output: '1000' },
    { net: 'InceptionV4', trainable: 42_679_816, output: '1000' },
    { net: 'InceptionResNetV2', trainable: 55_843_464, output: '1000' },
  ],
  mobilenet: [
    { net: 'MobileNetV1', trainable: 4_231_976, macs: 568_740_352, output: '1000' },
    { net: 'MobileNetV2', trainable: 3_504_872, macs: 300_774_272, output: '1000' },
  ],
  yolo: [
    { net: 'YOLOv2', trainable: 50_962_889, macs: 31_469_126_656, output: '19x19x425' },
    { net: 'TinyYOLOv2', trainable: 15_861_773, macs: 3_485_520_896, output: '13x13x125' },
  ],
  unet: [{ net: 'UNet', trainable: 31_031_745, output: '256x256x1' }],
  face: [
    { net: 'FaceNet', trainable: 22_779_312, output: '128' },
    { net: 'DlibFace', trainable: 5_614_592, output: '128' },
    // FaceNet once, and logistic regression on its 128 differences.
    { net: 'Verify', trainable: 22_779_312 + 129, output: '1' },
  ],
  signal: [
    { net: 'ResNet18_1D', trainable: resNet18InOneDimension(5), output: '5' },
    { net: 'Course1D', trainable: 16 * (5 + 1) + 32 * (16 * 5 + 1), output: '6x32' },
  ],
  volume: [
    { net: 'ResNet18_3D', trainable: 33_371_472, macs: 40_696_553_472, output: '400' },
    { net: 'Course3D', trainable: 16 * (125 + 1) + 32 * (16 * 125 + 1), output: '6x6x6x32' },
  ],
  heads: [],
  filters: [],
  losses: [],
  classes: [],
};

/** Table 1 of He et al. with kernels of 3 instead of 3x3 and one input channel. */
function resNet18InOneDimension(classes: number): number {
  const conv = (from: number, to: number, k: number): number => from * to * k + 2 * to;
  const stage = (from: number, c: number): number =>
    conv(from, c, 3) + 3 * conv(c, c, 3) + (from === c ? 0 : conv(from, c, 1));
  const stages = stage(64, 64) + stage(64, 128) + stage(128, 256) + stage(256, 512);
  return conv(1, 64, 7) + stages + 513 * classes;
}

interface CheckedFile {
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
}

function checkFile(name: string): CheckedFile {
  const text = readFileSync(`stdlib/${name}.cnn`, 'utf8');
  const { model, diagnostics } = resolve({ path: `std/${name}.cnn`, text }, nodeHost(process.cwd()));
  const { nets, diagnostics: more } = check(model);
  return { diagnostics: [...diagnostics, ...more], nets };
}

it('is all here', () => {
  const files = readdirSync('stdlib').map((file) => file.replace(/\.cnn$/, ''));
  expect(files.sort()).toEqual(Object.keys(published).sort());
});

describe.each(Object.entries(published))('std/%s', (name, table) => {
  const { diagnostics, nets } = checkFile(name);

  it('has no errors and no warnings', () => {
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });

  it('is short enough to read', () => {
    const lines = readFileSync(`stdlib/${name}.cnn`, 'utf8').split('\n').length;
    expect(lines).toBeLessThanOrEqual(name === 'resnet' ? 60 : 150);
  });

  it.each(table)('$net', ({ net, trainable, macs, output }) => {
    const facts = nets.find((info) => info.name === net && info.exported)?.facts;
    const shapes = facts?.graph.outputs
      .filter(({ trainOnly }) => !trainOnly)
      .flatMap(({ nodes }) => nodes.map(({ type }) => shapeOf(type).join('x')));
    expect(facts?.costs.trainable).toBe(trainable);
    expect(shapes).toEqual([output]);
    if (macs !== undefined) expect(facts?.costs.macs).toBe(macs);
  });
});

describe('YOLOv2', () => {
  const graph = graphOf('stdlib/yolo.cnn', { net: 'YOLOv2' });
  /** What Keras counts as layers: preprocessing happens outside of its models. */
  const layers = topological(graph).filter(
    ({ op, path }) => op !== 'param' && op !== 'const' && path !== 'image.scale',
  );

  it('has the 75 layers of the table of the course, of these kinds', () => {
    const count = (op: string): number => layers.filter((node) => node.op === op).length;
    expect(layers).toHaveLength(75);
    expect(
      ['input', 'conv', 'bn', 'leaky_relu', 'maxpool', 'space_to_depth', 'concat'].map((op) => count(op)),
    ).toEqual([1, 23, 22, 22, 5, 1, 1]);
  });

  it('has 50,983,561 parameters, of which 20,672 are statistics', () => {
    const { params, trainable } = costs(graph);
    expect([params, params - trainable]).toEqual([50_983_561, 20_672]);
  });

  it('concatenates the pass-through with the coarse map', () => {
    const concat = layers.find(({ op }) => op === 'concat');
    expect(concat?.inputs.map(({ type }) => shapeOf(type).join('x'))).toEqual(['19x19x256', '19x19x1024']);
    expect(concat && shapeOf(concat.type)).toEqual([19, 19, 1280]);
  });
});

describe('what is not a net of its own', () => {
  const shapeIn = (text: string): string =>
    graphOf('main.cnn', { net: 'N', text })
      .outputs.flatMap(({ nodes }) => nodes.map(({ type }) => shapeOf(type).join('x')))
      .join();

  it.each([
    // Pc, bx, by, bh, bw and three classes.
    ['Localize(3)', '8'],
    // The course's "face or not, and 64 points".
    ['Landmarks', '129'],
    ['Landmarks(5)', '11'],
  ])('the head %s on a backbone', (head, expected) => {
    const text = `use { Localize, Landmarks } from "std/heads"
      net N {
        in image: rgb 16x16
        out y: tensor(image -> conv(8, 3) -> relu -> gap -> ${head})
      }`;
    expect(shapeIn(text)).toBe(expected);
  });

  it.each(['Vertical', 'Horizontal', 'SobelX', 'SobelY', 'ScharrX', 'ScharrY', 'Laplace', 'Gauss'])(
    'the fixed kernel %s has no parameters',
    (kernel) => {
      const text = `use { ${kernel} } from "std/filters"
        net N { in image: gray 16x16  out y: tensor(image -> conv(kernel = ${kernel})) }`;
      expect(shapeIn(text)).toBe('14x14x1');
      expect(costs(graphOf('main.cnn', { net: 'N', text })).params).toBe(0);
    },
  );

  it('zero-padding shortcuts in every depth of ResNet', () => {
    const text = `use { ResNet, Basic, ZeroPad } from "std/resnet"
      block Unit(c, stride = 1) = Basic(c, stride, ZeroPad)
      net N = ResNet(Unit, [2, 2, 2, 2])`;
    // The three projections of ResNet-18 with their batch norms, less.
    const projections = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512);
    expect(shapeIn(text)).toBe('1000');
    expect(costs(graphOf('main.cnn', { net: 'N', text })).trainable).toBe(11_689_512 - projections);
  });

  it('the auxiliary heads of GoogLeNet, in training only', () => {
    const training = graphOf('stdlib/googlenet.cnn', { net: 'GoogLeNet', mode: 'training' });
    expect(training.outputs.map(({ name }) => name)).toEqual(['class', 'aux1', 'aux2']);
    // As the published Caffe model, which holds them.
    expect(costs(training).trainable).toBe(13_378_280);
  });
});
