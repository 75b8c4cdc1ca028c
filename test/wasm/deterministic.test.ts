/**
 * Deterministic builds: without fused multiply-add and Winograd every result is a fixed sequence of IEEE 754 operations, so that it can be
 * written down in JavaScript and is the same, bit by bit, on every engine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { cnnc } from '../cli/run-cli.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from './support/load-program.ts';

const { fround } = Math;
const engine = { relaxed: false, wide: false };

/** A map of height × width × channels. */
interface Map3 {
  readonly size: readonly [number, number, number];
  readonly data: Float32Array;
}

/** Stride one, zero padding of half the window; every sum begins with the bias and takes taps, then channels, in order. */
function conv(x: Map3, weight: Tensor, bias: Tensor): Map3 {
  const [height, width, inC] = x.size;
  const [outC = 1, , k = 1] = weight.shape;
  const data = new Float32Array(height * width * outC);
  const at = (i: number, j: number, c: number): number =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : (x.data[(i * width + j) * inC + c] ?? NaN);
  for (let place = 0; place < height * width; place++)
    for (let o = 0; o < outC; o++) {
      let sum = bias.data[o] ?? NaN;
      for (let tap = 0; tap < k * k; tap++)
        for (let c = 0; c < inC; c++) {
          const [i, j] = [Math.floor(tap / k), tap % k].map((t) => t - Math.floor(k / 2)) as [number, number];
          const value = at(Math.floor(place / width) + i, (place % width) + j, c);
          sum = fround(sum + fround(value * (weight.data[(o * inC + c) * k * k + tap] ?? NaN)));
        }
      data[place * outC + o] = sum;
    }
  return { size: [height, width, outC], data };
}

const relu = ({ size, data }: Map3): Map3 => ({ size, data: data.map((v) => Math.max(v, 0)) });

describe('a deterministic program', () => {
  it('is its formula, rounded operation by operation', () => {
    const x = inputMap('x', [9, 11], 8);
    const first = layer('conv', [x], { channels: 12, kernel: 3, pad: 1 }, 'first');
    const second = layer('conv', [layer('relu', [first], {}, 'act')], { channels: 9, kernel: 1 }, 'second');
    const dense = layer('dense', [layer('flatten', [second], {}, 'flat')], { units: 7 }, 'last');
    const graph = graphOf([dense], [x]);
    const planned = plan(optimize(graph), engine, { precise: true });
    expect(planned.steps.map(({ algorithm }) => algorithm)).toEqual([
      'implicit-gemm',
      'implicit-gemm',
      'gemv',
    ]);
    const inputs = testInputs(graph);
    const weightsOf = (node: typeof first) => node.inputs.slice(1).map(testWeights) as [Tensor, Tensor];
    const input: Map3 = { size: [9, 11, 8], data: (inputs['x'] as Tensor).data };
    const mapped = conv(relu(conv(input, ...weightsOf(first))), ...weightsOf(second));
    const [weight, bias] = weightsOf(dense);
    const whole = { shape: [7, mapped.data.length, 1, 1], data: weight.data };
    const flat: Map3 = { size: [1, 1, mapped.data.length], data: mapped.data };
    expect(loadProgram(planned, testWeights).run(inputs)['y0']?.[0]?.data).toEqual(
      conv(flat, whole, bias).data,
    );
  });

  it('uses no Winograd where it would be chosen', () => {
    const x = inputMap('x', [28, 28], 32);
    const graph = graphOf([layer('conv', [x], { channels: 32, kernel: 3, pad: 1 }, 'c')], [x]);
    const algorithms = (precise: boolean) =>
      plan(graph, engine, { precise }).steps.map(({ algorithm }) => algorithm);
    expect(algorithms(false)).toEqual(['winograd-4x4']);
    expect(algorithms(true)).toEqual(['implicit-gemm']);
  });
});

describe('build --deterministic', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-deterministic-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const net = join(folder, 'n.cnn');
  writeFileSync(
    net,
    'net N {\n  in image: rgb[H, W] = 16x16 fit stretch scale 1/255\n  y = image -> conv(8, 3, pad = 1)\n  out z: tensor(y)\n}\n',
  );

  it('writes one program, for plain SIMD', async () => {
    const out = join(folder, 'out');
    const { exit } = await cnnc('build', net, '--seed', '1', '--deterministic', '--out', out);
    expect(exit).toBe(0);
    const { load } = (await import(pathToFileURL(join(out, 'index.js')).href)) as {
      load: () => Promise<{ readonly variant: string }>;
    };
    expect((await load()).variant).toBe('simd');
  });

  it('excludes wide tiles and TensorFlow.js', async () => {
    for (const other of [['--wide'], ['--target', 'tfjs']])
      expect(
        await cnnc('build', net, '--deterministic', '--out', join(folder, 'no'), ...other),
      ).toMatchObject({
        exit: 2,
      });
  });
});
