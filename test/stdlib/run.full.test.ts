/** Large networks of the standard library on WebAssembly, plain and relaxed, against TensorFlow.js; 3-D ones against the interpreter. */
import { describe, expect, it } from 'vitest';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate, type WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { graphOf, photoLike, relativeError, trainedWeights, withoutDecision } from './nets.ts';
import { runWasm, type Given, type Variant } from './run.ts';

interface Case {
  readonly file: string;
  readonly net: string;
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
  readonly by?: 'interpreter';
}

const cases: readonly Case[] = [
  { file: 'alexnet', net: 'AlexNet' },
  { file: 'alexnet', net: 'AlexNetGrouped' },
  { file: 'vgg', net: 'VGG16' },
  { file: 'vgg', net: 'VGG19' },
  { file: 'resnet', net: 'ResNet18', sizes: { image: [96, 130] } },
  { file: 'resnet', net: 'ResNet34', sizes: { image: [65, 65] } },
  { file: 'resnet', net: 'ResNet50' },
  { file: 'resnet', net: 'ResNet101', sizes: { image: [97, 64] } },
  { file: 'resnet', net: 'ResNet152', sizes: { image: [96, 96] } },
  { file: 'nin', net: 'NIN' },
  { file: 'googlenet', net: 'GoogLeNet' },
  { file: 'inception', net: 'InceptionV3' },
  { file: 'inception', net: 'InceptionV4' },
  { file: 'inception', net: 'InceptionResNetV2' },
  { file: 'mobilenet', net: 'MobileNetV1' },
  { file: 'mobilenet', net: 'MobileNetV2' },
  { file: 'yolo', net: 'YOLOv2', sizes: { image: [128, 160] } },
  { file: 'yolo', net: 'TinyYOLOv2' },
  { file: 'unet', net: 'UNet', sizes: { image: [64, 80] } },
  { file: 'face', net: 'FaceNet' },
  { file: 'face', net: 'DlibFace' },
  { file: 'face', net: 'Verify' },
  { file: 'volume', net: 'ResNet18_3D', sizes: { clip: [4, 20, 24, 3] }, by: 'interpreter' },
];

/** Each weight is made once for the three runs. */
function remembered(weights: WeightSource): WeightSource {
  const known = new Map<string, Tensor>();
  return (param) => {
    const path = paramPath(param);
    const tensor = known.get(path) ?? weights(param);
    known.set(path, tensor);
    return tensor;
  };
}

async function oracle(
  graph: Graph,
  by: Case['by'],
  { inputs, weights }: Given,
): Promise<Record<string, readonly Tensor[]>> {
  return by === 'interpreter'
    ? evaluate(graph, inputs, weights)
    : runTfjs(graph, inputs, weights, { backend: 'wasm' });
}

describe('the same on wasm as elsewhere', () => {
  it.each(cases)('$net', async ({ file, net, sizes, by }) => {
    const graph = withoutDecision(graphOf(`stdlib/${file}.cnn`, { net, sizes }));
    const given = { inputs: photoLike(graph), weights: remembered(trainedWeights) };
    const expected = await oracle(graph, by, given);
    for (const variant of ['simd', 'relaxed'] satisfies readonly Variant[]) {
      const { outputs, winograd } = runWasm(graph, variant, given);
      for (const [name, tensors] of Object.entries(expected))
        for (const [i, tensor] of tensors.entries()) {
          const error = relativeError(outputs[name]?.[i], tensor);
          if (process.env['SHOW'])
            console.log(`${net} ${variant} ${name}: ${error} ${winograd ? 'F(4x4)' : ''}`);
          expect(error, `${variant} ${name}`).toBeLessThanOrEqual(winograd ? 1e-3 : 1e-4);
        }
    }
  });
});
