/**
 * Winograd's transforms F(2, 3), F(4, 3) and F(4, 4) of one line of a tile, on vectors of channels (Lavin & Gray, 2016), three taps also with stride two. Whole
 * tiles and kernels share the subexpressions of a positive and a negative point; tiles at the edge of a map go by their matrices.
 */
import {
  inputTransform,
  outputTransform,
  type TileSize,
  type TileStride,
} from '../../../6-plan/algorithms/winograd-matrices.ts';
import type { TileAxis } from '../../../6-plan/algorithms/winograd-shape.ts';
import { f32x4 } from '../assembler/index.ts';
import type { ConstantPool, FunctionBuilder, V128 } from '../assembler/index.ts';
import { fourTaps } from './winograd-four-taps.ts';

export interface TransformContext {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
}

/** A transform along one axis: so many inputs to so many outputs. */
export interface LineTransform {
  readonly inputs: number;
  readonly outputs: number;
  readonly apply: (context: TransformContext, line: readonly V128[]) => readonly V128[];
}

type Apply = LineTransform['apply'];

/** Bᵀ d: m + 2 inputs of a line of the tile to m + 2 positions. */
const inputLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, [d0, d1, d2, d3]: readonly V128[]) =>
    [
      f32x4.sub(d0 as V128, d2 as V128),
      f32x4.add(d1 as V128, d2 as V128),
      f32x4.sub(d2 as V128, d1 as V128),
      f32x4.sub(d3 as V128, d1 as V128),
    ].map((value) => f.let(value)),
  4: ({ f, constants }, d) => {
    const [d0, d1, d2, d3, d4, d5] = d as readonly [V128, V128, V128, V128, V128, V128];
    const [two, four, five] = [constants.f32(2), constants.f32(4), constants.f32(5)];
    const even = f.let(f.fnma(d2, four, d4));
    const odd = f.let(f.fnma(d1, four, d3));
    const near = f.let(f32x4.sub(d4, d2));
    const far = f.let(f32x4.sub(d3, d1));
    return [
      f.fnma(d2, five, f.fma(d0, four, d4)),
      f32x4.add(even, odd),
      f32x4.sub(even, odd),
      f.fma(far, two, near),
      f.fnma(far, two, near),
      f.fnma(d3, five, f.fma(d1, four, d5)),
    ].map((value) => f.let(value));
  },
};

/** Aᵀ m: m + 2 products of a line to m outputs. */
const outputLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, m) => {
    const [m0, m1, m2, m3] = m as readonly [V128, V128, V128, V128];
    const first = f.let(f32x4.add(f32x4.add(m0, m1), m2));
    return [first, f.let(f32x4.add(f32x4.sub(m1, m2), m3))];
  },
  4: ({ f, constants }, m) => {
    const [m0, m1, m2, m3, m4, m5] = m as readonly [V128, V128, V128, V128, V128, V128];
    const [two, four, eight] = [constants.f32(2), constants.f32(4), constants.f32(8)];
    const sum1 = f.let(f32x4.add(m1, m2));
    const difference1 = f.let(f32x4.sub(m1, m2));
    const sum2 = f.let(f32x4.add(m3, m4));
    const difference2 = f.let(f32x4.sub(m3, m4));
    return [
      f32x4.add(f32x4.add(m0, sum1), sum2),
      f.fma(difference2, two, difference1),
      f.fma(sum2, four, sum1),
      f32x4.add(f.fma(difference2, eight, difference1), m5),
    ].map((value) => f.let(value));
  },
};

/** G g: three taps to m + 2 positions. */
const kernelLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f, constants }, g) => {
    const [g0, g1, g2] = g as readonly [V128, V128, V128];
    const half = constants.f32(1 / 2);
    const even = f.let(f32x4.mul(f32x4.add(g0, g2), half));
    return [g0, f.let(f.fma(g1, half, even)), f.let(f.fnma(g1, half, even)), g2];
  },
  4: ({ f, constants }, g) => {
    const [g0, g1, g2] = g as readonly [V128, V128, V128];
    const [sixth, twelfth] = [constants.f32(1 / 6), constants.f32(1 / 12)];
    const near = f.let(f32x4.mul(f32x4.add(g0, g2), constants.f32(-1 / 6)));
    const far = f.let(f.fma(g2, sixth, f32x4.mul(g0, constants.f32(1 / 24))));
    return [
      f32x4.mul(g0, constants.f32(1 / 4)),
      f.fnma(g1, sixth, near),
      f.fma(g1, sixth, near),
      f.fma(g1, twelfth, far),
      f.fnma(g1, twelfth, far),
      g2,
    ].map((value) => f.let(value));
  },
};

/** Bᵀ d of F(m, 2): m + 1 even inputs of a line to as many positions. */
const pairInputs: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, [d0, d1, d2]: readonly V128[]) =>
    [f32x4.sub(d0 as V128, d1 as V128), d1 as V128, f32x4.sub(d2 as V128, d1 as V128)].map((value) =>
      f.let(value),
    ),
  4: ({ f, constants }, d) => {
    const [d0, d1, d2, d3, d4] = d as readonly [V128, V128, V128, V128, V128];
    const two = constants.f32(2);
    const far = f.let(f32x4.sub(d3, d1));
    return [
      f.fma(f32x4.sub(d0, d2), two, far),
      f32x4.sub(far, f32x4.add(d1, d2)),
      f.fma(f32x4.sub(d1, d2), constants.f32(3), far),
      far,
      f.fnma(far, two, f32x4.sub(d4, d2)),
    ].map((value) => f.let(value));
  },
};

/** Aᵀ m of F(m, 2): m + 1 products to m outputs. */
const pairOutputs: Readonly<Record<TileSize, Apply>> = {
  2: (_, [m0, m1, m2]: readonly V128[]) => [
    f32x4.add(m0 as V128, m1 as V128),
    f32x4.add(m1 as V128, m2 as V128),
  ],
  4: ({ f, constants }, m) => {
    const [m0, m1, m2, m3, m4] = m as readonly [V128, V128, V128, V128, V128];
    const sum = f.let(f32x4.add(m1, m2));
    const difference = f.let(f32x4.sub(m1, m2));
    return [
      f32x4.add(f32x4.add(m0, sum), m3),
      f.fma(m3, constants.f32(2), difference),
      f.fma(m3, constants.f32(4), sum),
      f32x4.add(f.fma(m3, constants.f32(8), difference), m4),
    ];
  },
};

/** G g of the outer taps to m + 1 positions. */
const pairKernels: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, [g0, g2]: readonly V128[]) => [g0 as V128, f.let(f32x4.add(g0 as V128, g2 as V128)), g2 as V128],
  4: ({ f, constants }, g) => {
    const [g0, g2] = g as readonly [V128, V128];
    const sixth = constants.f32(1 / 6);
    return [
      f32x4.mul(g0, constants.f32(1 / 2)),
      f32x4.mul(f32x4.add(g0, g2), constants.f32(-1 / 2)),
      f32x4.mul(f32x4.sub(g2, g0), sixth),
      f.fma(g2, constants.f32(1 / 3), f32x4.mul(g0, sixth)),
      g2,
    ].map((value) => f.let(value));
  },
};

/** A line of stride two: the even values through F(m, 2), the odd ones as they are. */
const everySecond = (values: readonly V128[], from: 0 | 1): readonly V128[] =>
  values.filter((_, i) => i % 2 === from);

const inputs: Readonly<Record<TileStride, (tile: TileSize) => Apply>> = {
  1: (tile) => inputLines[tile],
  2: (tile) => (context, d) => [...pairInputs[tile](context, everySecond(d, 0)), ...everySecond(d, 1)],
};

const outputs: Readonly<Record<TileStride, (tile: TileSize) => Apply>> = {
  1: (tile) => outputLines[tile],
  2: (tile) => (context, m) =>
    pairOutputs[tile](context, m.slice(0, tile + 1)).map((sum, i) =>
      context.f.let(f32x4.add(sum, m[tile + 1 + i] as V128)),
    ),
};

const kernels: Readonly<Record<TileStride, (tile: TileSize) => Apply>> = {
  1: (tile) => kernelLines[tile],
  2:
    (tile) =>
    (context, [g0, g1, g2]: readonly V128[]) => [
      ...pairKernels[tile](context, [g0 as V128, g2 as V128]),
      g1 as V128,
    ],
};

/** Bᵀ d of one line. */
export function inputLine(context: TransformContext, tile: TileSize, d: readonly V128[]): readonly V128[] {
  return inputLines[tile](context, d);
}

/** Aᵀ m of one line. */
export function outputLine(context: TransformContext, tile: TileSize, m: readonly V128[]): readonly V128[] {
  return outputLines[tile](context, m);
}

/** An axis that is not transformed. */
const identity: LineTransform = { inputs: 1, outputs: 1, apply: (_, line) => line };

/** Input of a tile to its positions. */
export function inputLineOf(axis: TileAxis, tile: TileSize, isLast: boolean): LineTransform {
  if (axis.taps === 1) return identity;
  const { taps, stride, last, positions } = axis;
  const isNarrow = isLast && axis.lastPositions.length < positions;
  const whole = taps === 4 ? fourTaps.input : inputs[stride](tile);
  const apply = isNarrow ? byMatrix(inputTransform(tile, stride, last)) : whole;
  const count = isNarrow ? axis.lastPositions.length : positions;
  return { inputs: count, outputs: count, apply };
}

/** Products at the positions of a tile to those of its pixels that exist. */
export function outputLineOf(axis: TileAxis, tile: TileSize, isLast: boolean): LineTransform {
  if (axis.taps === 1) return identity;
  const { taps, stride, positions } = axis;
  const pixels = isLast ? axis.last : axis.pixels;
  const whole = taps === 4 ? fourTaps.output : outputs[stride](tile);
  if (pixels === axis.pixels) return { inputs: positions, outputs: pixels, apply: whole };
  const isNarrow = axis.lastPositions.length < positions;
  const matrix = outputTransform(tile, { taps, stride }, isNarrow ? pixels : tile).slice(0, pixels);
  return { inputs: axis.lastPositions.length, outputs: pixels, apply: byMatrix(matrix) };
}

/** Taps of a kernel to positions. */
export function kernelLineOf(axis: TileAxis, tile: TileSize): LineTransform {
  const { taps, stride, kernels: outputs } = axis;
  if (taps === 1) return identity;
  return { inputs: taps, outputs, apply: taps === 4 ? fourTaps.kernel : kernels[stride](tile) };
}

/** Σ coefficient · value of every row. */
function byMatrix(matrix: readonly (readonly number[])[]): Apply {
  return ({ f, constants }, line) =>
    matrix.map((row) => {
      const terms = row.flatMap((coefficient, i) =>
        coefficient === 0 ? [] : [{ coefficient, value: line[i] as V128 }],
      );
      return f.let(
        terms.slice(1).reduce(
          (sum, { coefficient, value }) => {
            if (coefficient === 1) return f32x4.add(sum, value);
            if (coefficient === -1) return f32x4.sub(sum, value);
            return f.fma(value, constants.f32(coefficient), sum);
          },
          scaled(constants, terms[0]?.coefficient ?? 0, terms[0]?.value as V128),
        ),
      );
    });
}

function scaled(constants: ConstantPool, coefficient: number, value: V128): V128 {
  return coefficient === 1 ? value : f32x4.mul(value, constants.f32(coefficient));
}
