/** What threads read of each other, on a layer of 8×8×4 that two of them share: 1024 bytes of input, as many of a tensor added to the output. */
import { describe, expect, it } from 'vitest';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';
import type { CutAxis } from '../../src/compiler/6-plan/threads/cut.ts';
import { exchangeNs, type Spread } from '../../src/compiler/6-plan/threads/exchange.ts';

const kernel: ConvKernel = {
  kind: 'conv',
  window: {
    input: [8, 8],
    output: [8, 8],
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    pads: [
      [0, 0],
      [0, 0],
    ],
  },
  inC: 4,
  outC: 4,
  groups: 1,
  x: 0,
  weight: 1,
  bias: undefined,
  out: 2,
  epilogue: undefined,
};
const added: ConvKernel = {
  ...kernel,
  epilogue: { expr: { kind: 'arg', index: 1 }, operands: [{ operand: 3, per: 'tensor' }] },
};
const of = (axis: CutAxis | undefined): Spread => [{ axis, part: 1 }];
/** As a part of the input. */
const read = (own: CutAxis | undefined, x: Spread, k = kernel, tensor: Spread = []): number =>
  exchangeNs(k, own, 2, (operand) => (operand === 3 ? tensor : x)) /
  exchangeNs(kernel, 'channels', 2, () => of(undefined));

describe('a part reads of the other', () => {
  it.each([
    [0, 0, 0],
    [0, 1, 1 / 4],
    [0, 'channels', 1 / 4],
    [0, undefined, 1 / 2],
    ['channels', 0, 1 / 2],
    ['channels', 'channels', 1 / 2],
    ['channels', undefined, 1],
    [undefined, undefined, 0],
    [undefined, 0, 1 / 2],
  ] as const)('cut along %s, of an input written along %s: %d', (own, made, part) => {
    expect(read(own, of(made))).toBe(part);
  });

  it('what a concat holds of each', () => {
    const mixed: Spread = [
      { axis: 0, part: 3 / 4 },
      { axis: 'channels', part: 1 / 4 },
    ];
    expect(read(0, mixed)).toBe(1 / 16);
  });

  it('only its own range of a tensor that is added', () => {
    expect(read('channels', [], added, of('channels'))).toBe(0);
    expect(read('channels', [], added, of(0))).toBe(1 / 4);
    expect(read(0, of(0), added, of('channels'))).toBe(1 / 4);
  });
});
