/**
 * Kernels for 256-bit engines, compiled with V8's revectorisation switched on for this process: pairing vectors must not change results.
 * Only the optimising compiler does it.
 */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { AlgorithmName } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import type { ConvKernel, DepthwiseKernel } from '../../src/compiler/ir/kernel.ts';
import { choiceOf, epilogues, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';

setFlagsFromString('--experimental-wasm-revectorize');
// The optimised code takes over before the second run.
setFlagsFromString('--wasm-sync-tier-up');
setFlagsFromString('--wasm-tiering-budget=100');

const engine = { relaxed: true, wide: true };
const axis = { input: 14, kernel: 3, stride: 1, dilation: 1, pads: [1, 1] as const };
const window = windowOf([axis, axis]);

function convCase(around: Around): Case<ConvKernel> {
  const [inC, outC] = [24, 44];
  const shape = { kind: 'conv', window, inC, outC, groups: 1 } as const;
  return makeCase<ConvKernel>(shape, { inC, outC, weight: [outC, inC, 3, 3] }, around);
}

/** Few input channels, and a pool of the rows and columns of a tile. */
function stemCase(around: Around): Case<ConvKernel> {
  const [inC, outC] = [3, 44];
  const pool = { reduce: 'max', size: [2, 2] } as const;
  const shape = { kind: 'conv', window, inC, outC, groups: 1, pool } as const;
  return makeCase<ConvKernel>(shape, { inC, outC, weight: [outC, inC, 3, 3] }, around);
}

function depthwiseCase(around: Around): Case<DepthwiseKernel> {
  const channels = 44;
  const shape = { kind: 'depthwise', window, channels, multiplier: 1 } as const;
  return makeCase<DepthwiseKernel>(
    shape,
    { inC: channels, outC: channels, weight: [channels, 1, 3, 3] },
    around,
  );
}

const algorithms: readonly (readonly [AlgorithmName, (around: Around) => Case])[] = [
  ['implicit-gemm', convCase],
  ['winograd-4x4', convCase],
  ['winograd-2x2', convCase],
  ['depthwise', depthwiseCase],
  ['stem', stemCase],
];

describe('revectorised kernels', () => {
  for (const [algorithm, makeTest] of algorithms)
    for (const epilogue of [undefined, ...Object.keys(epilogues)])
      it(`${algorithm} with epilogue ${epilogue ?? 'none'}`, () => {
        const test = makeTest({ epilogue, bias: true, layouts: [], inPlace: false, seed: 3 });
        const choice = choiceOf(test.kernel, engine, algorithm);
        expect(choice && verify(test, engine, choice, 1e-5)).toBeUndefined();
      });
});
