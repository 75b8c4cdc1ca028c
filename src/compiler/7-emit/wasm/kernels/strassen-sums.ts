/**
 * The sums around the products of Strassen's scheme in Winograd's form: 15 additions per element of a quarter, 4 of the input, 4 of
 * the kernels, 7 of the products.
 *
 *     S1 = A21 + A22   S2 = S1 − A11   S3 = A11 − A21   S4 = A12 − S2
 *     T1 = B12 − B11   T2 = B22 − T1   T3 = B22 − B12   T4 = T2 − B21
 *     P1 = A11·B11   P2 = A12·B21   P3 = S4·B22   P4 = A22·T4   P5 = S1·T1   P6 = S2·T2   P7 = S3·T3
 *     C11 = P1 + P2   C12 = P1 + P6 + P5 + P3   C21 = P1 + P6 + P7 − P4   C22 = P1 + P6 + P7 + P5
 *
 * Every product is part of an output: where something is not finite, or a sum overflows, an output of the pair is not finite either, and the
 * pair is summed directly.
 */
import { productCount, kernelSums, type StrassenShape } from '../../../6-plan/algorithms/strassen-shape.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { f32x4, i32, v128 } from '../assembler/index.ts';
import type {
  FunctionBuilder,
  FunctionRef,
  I32,
  I32Like,
  Local,
  ModuleBuilder,
  V128,
} from '../assembler/index.ts';
import type { ConvGeometry } from './conv-geometry.ts';
import { emitFinish, type Finish } from './finish.ts';
import { notFinite } from './direct-sums.ts';
import { callWith, copyPointers } from './pointers.ts';
import { directPair } from './strassen-direct.ts';
import { placeOf, wordOf, type Words } from './strassen-words.ts';

export interface StrassenLayer {
  readonly kernel: ConvKernel;
  readonly shape: StrassenShape;
  readonly geometry: ConvGeometry;
  readonly finish: Finish;
  /** Whether the finish's only operand is a word of `words`, the bound. */
  readonly isBounded: boolean;
  /** Address of the words that `strassen-words.ts` names. */
  readonly words: number;
}

type Four = readonly [V128, V128, V128, V128];

/** Vectors that are added up together: two make a register of wide engines. */
export const vectorsAtOnce = 2;

interface SumUp {
  /** Where the quarters are and their sums go; all move on. */
  readonly from: readonly Local<'i32'>[];
  readonly to: readonly Local<'i32'>[];
  readonly sums: (f: FunctionBuilder, quarters: Four) => readonly V128[];
}

/** Adds up `vectors` vectors of four quarters. */
function sumUp(f: FunctionBuilder, { from, to, sums }: SumUp, vectors: number): void {
  const quarters = from.map((place) =>
    Array.from({ length: vectors }, (_, v) => f.let(v128.load(place, v * 16))),
  );
  const results = Array.from({ length: vectors }, (_, v) =>
    sums(f, quarters.map((quarter) => quarter[v]) as unknown as Four),
  );
  to.forEach((place, p) => results.forEach((stored, v) => f.store(place, v * 16, stored[p] as V128)));
  [...from, ...to].forEach((pointer) => f.increment(pointer, vectors * 16));
}

/** `first` and the `count - 1` addresses that follow it at equal distances. */
function placesOf(f: FunctionBuilder, first: I32, step: I32, count: number): readonly Local<'i32'>[] {
  const places = [f.let(first)];
  while (places.length < count) places.push(f.let(i32.add(places.at(-1) as I32, step)));
  return places;
}

/** (table entry, quarters, pairs, words) → A11 A12 S4 A22 S1 S2 S3 of the pairs. */
export function inputFunction(m: ModuleBuilder, { shape }: StrassenLayer): FunctionRef {
  const held = shape.depth / lanes;
  const params = ['i32', 'i32', 'i32', 'i32'] as const;
  return m.kernel({ name: 'strassen_input', params }, (f, entry, to, count, table) => {
    const word = (name: keyof Words): Local<'i32'> => wordOf(f, table, name);
    const [pixel, half, row, position] = [word('pixel'), word('inHalf'), word('inRow'), word('inPosition')];
    const turns = f.let(i32.shrU(half, i32.const(Math.log2(vectorsAtOnce * 16))));
    f.for(f.i32(), 0, count, 1, () => {
      const [one, two] = [f.let(i32.load(entry)), f.let(i32.load(i32.add(entry, pixel)))];
      const from = [one, f.let(i32.add(one, half)), two, f.let(i32.add(two, half))];
      const sum = { from, to: placesOf(f, to, position, productCount), sums: inputSums };
      f.for(f.i32(), 0, turns, 1, () => sumUp(f, sum, vectorsAtOnce));
      if (held % vectorsAtOnce > 0) sumUp(f, sum, 1);
      f.increment(to, row);
      f.increment(entry, i32.mul(pixel, i32.const(2)));
    });
  });
}

function inputSums(f: FunctionBuilder, [a11, a12, a21, a22]: Four): readonly V128[] {
  const s1 = f.let(f32x4.add(a21, a22));
  const s2 = f.let(f32x4.sub(s1, a11));
  return [a11, a12, f.let(f32x4.sub(a12, s2)), a22, s1, s2, f.let(f32x4.sub(a11, a21))];
}

/**
 * (kernels of a panel, factors, bytes to the kernels of the other half, bytes of a quarter of a panel, bytes from one sum to the next) → the addresses
 * of what P1 … P7 multiply by, and behind them T4 T1 T2 T3.
 */
export function kernelsFunction(m: ModuleBuilder, { shape }: StrassenLayer): FunctionRef {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.kernel({ name: 'strassen_kernels', params }, (f, b11, factors, half, quarter, position) => {
    const [b12, b21] = [f.let(i32.add(b11, half)), f.let(i32.add(b11, quarter))];
    const b22 = f.let(i32.add(b12, quarter));
    const to = placesOf(f, i32.add(factors, shape.kernels - shape.factors), position, kernelSums);
    [b11, b21, b22, ...to].forEach((factor, i) => f.store(factors, i * 4, factor));
    const sum = { from: [b11, b12, b21, b22], to, sums: sumsOfKernels };
    const turns = f.let(i32.shrU(quarter, i32.const(Math.log2(vectorsAtOnce * 16))));
    f.for(f.i32(), 0, turns, 1, () => sumUp(f, sum, vectorsAtOnce));
  });
}

function sumsOfKernels(f: FunctionBuilder, [b11, b12, b21, b22]: Four): readonly V128[] {
  const t1 = f.let(f32x4.sub(b12, b11));
  const t2 = f.let(f32x4.sub(b22, t1));
  return [f.let(f32x4.sub(t2, b21)), t1, t2, f.let(f32x4.sub(b22, b12))];
}

/**
 * (table entry, products, biases, biases of the other half, place of the panel in half a pixel, pairs, words, turns of two vectors[, scratch of a
 * deferred finish]) → the output of the pairs; `rest` further vectors come last.
 */
export function outputFunction(
  m: ModuleBuilder,
  { shape, finish, isBounded }: StrassenLayer,
  rest: number,
): FunctionRef {
  const mend = mendPair(m);
  const params = Array<'i32'>(8 + (finish.deferred ? 1 : 0)).fill('i32');
  return m.kernel({ name: 'strassen_output', params }, (f, ...locals) => {
    const [entry, products, ...others] = locals as unknown as Six;
    const [bias1, bias2, panel, count, table, turns, ...scratch] = others as unknown as Six;
    const word = (name: keyof Words): Local<'i32'> => wordOf(f, table, name);
    const [half, row, position] = [word('outHalf'), word('outRow'), word('outPosition')];
    f.for(f.i32(), 0, count, 1, () => {
      const places = [...placesOf(f, products, position, productCount), f.let(bias1), f.let(bias2)];
      const channel = f.let(panel);
      const bound = isBounded ? placeOf(f, table, 'bound') : undefined;
      const pair = pairAt(f, finish, entry, { pixel: shape.words * 4, channel, bound });
      const turn = (vectors: number): void => {
        const sums = Array.from({ length: vectors }, (_, v) => outputSums(f, places, v * 16));
        mend(f, sums, { entry, channel, table, biases: places.slice(productCount) });
        finishPair(
          f,
          pair,
          sums.map(([c11, , c21]) => [c11, c21] as const),
          { offset: 0, scratch },
        );
        finishPair(
          f,
          pair,
          sums.map(([, c12, , c22]) => [c12, c22] as const),
          { offset: half, scratch },
        );
        [...places, channel].forEach((place) => f.increment(place, vectors * 16));
        pair.pointers.forEach((pointer, i) => f.increment(pointer, isScalar(finish, i) ? 0 : vectors * 16));
      };
      f.for(f.i32(), 0, turns, 1, () => turn(vectorsAtOnce));
      if (rest > 0) turn(rest);
      f.increment(products, row);
      f.increment(entry, shape.words * 8);
    });
  });
}

type Six = readonly [
  Local<'i32'>,
  Local<'i32'>,
  Local<'i32'>,
  Local<'i32'>,
  Local<'i32'>,
  Local<'i32'>,
  ...Local<'i32'>[],
];

/** C11 C12 C21 C22 of one vector. */
type Outputs = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];

interface Mended {
  readonly entry: Local<'i32'>;
  readonly channel: Local<'i32'>;
  readonly table: Local<'i32'>;
  /** Addresses of both halves' biases. */
  readonly biases: readonly Local<'i32'>[];
}

/** Code that puts direct sums in place of `sums`, by vector, if one of them is not finite. */
function mendPair(m: ModuleBuilder): (f: FunctionBuilder, sums: readonly Outputs[], at: Mended) => void {
  const direct = directPair(m);
  return (f, sums, { entry, channel, table, biases }) =>
    f.if(notFinite(f, sums), () => {
      callWith(f, direct, [entry, channel, i32.const(sums.length), table]);
      const from = wordOf(f, table, 'sums');
      sums.forEach((outputs, v) =>
        outputs.forEach((output, i) => {
          // C11 C12 C21 C22 are halves within pixels, sums pixels within halves.
          const [half, pixel] = [i % 2, Math.floor(i / 2)];
          const sum = v128.load(from, ((half * 2 + pixel) * sums.length + v) * 16);
          f.set(output, f32x4.add(sum, v128.load(biases[half] as I32, v * 16)));
        }),
      );
    });
}

/** Whether a pointer of a pair is the address of one number. */
function isScalar({ operands }: Finish, index: number): boolean {
  return operands[index - 1]?.per === 'scalar';
}

/** A pair of pixels: addresses of the first one's output and operands (a `bound` is the only one), and a finish that steps to the second one's. */
interface Pair {
  readonly finish: Finish;
  readonly pointers: readonly Local<'i32'>[];
}

function pairAt(
  f: FunctionBuilder,
  finish: Finish,
  entry: Local<'i32'>,
  {
    pixel,
    channel,
    bound,
  }: { readonly pixel: number; readonly channel: I32; readonly bound: Local<'i32'> | undefined },
): Pair {
  const tabled = bound ? 0 : finish.operands.length;
  const first = Array.from({ length: 1 + tabled }, (_, i) => f.let(i32.load(entry, 4 + i * 4)));
  const [out, ...rows] = first.map((at, i) => f.let(i32.sub(i32.load(entry, pixel + 4 + i * 4), at)));
  first.forEach((at, i) => f.increment(at, isScalar(finish, i) ? 0 : channel));
  return {
    pointers: bound ? [...first, bound] : first,
    finish: {
      ...finish,
      out: { column: 0, row: out as I32 },
      operands: finish.operands.map((operand, i) => ({
        ...operand,
        row: operand.per === 'tensor' ? (rows[i] as I32) : 0,
      })),
    },
  };
}

/** Stores sums [vector][pixel], `offset` bytes behind the pair's addresses. */
function finishPair(
  f: FunctionBuilder,
  { finish, pointers }: Pair,
  sums: readonly (readonly [V128, V128])[],
  { offset, scratch }: { readonly offset: I32Like; readonly scratch: readonly Local<'i32'>[] },
): void {
  const moved = pointers.map((pointer, i) => f.let(isScalar(finish, i) ? pointer : i32.add(pointer, offset)));
  const vectors = sums.length;
  emitFinish(
    f,
    finish,
    { height: 2, width: 1, vectors, channels: vectors * lanes },
    [sums.map(([first]) => first), sums.map(([, second]) => second)],
    [...moved, ...copyPointers(f, scratch)],
  );
}

/** C11 C12 C21 C22 of one vector, from seven products and two biases. */
function outputSums(f: FunctionBuilder, places: readonly I32[], offset: number): Outputs {
  const [p1, p2, p3, p4, p5, p6, p7, bias1, bias2] = places.map((place) =>
    f.let(v128.load(place, offset)),
  ) as unknown as readonly [...Four, ...Four, V128];
  const u2 = f.let(f32x4.add(p1, p6));
  const u3 = f.let(f32x4.add(u2, p7));
  return [
    f.let(f32x4.add(f32x4.add(p1, p2), bias1)),
    f.let(f32x4.add(f32x4.add(f32x4.add(u2, p5), p3), bias2)),
    f.let(f32x4.add(f32x4.sub(u3, p4), bias1)),
    f.let(f32x4.add(f32x4.add(u3, p5), bias2)),
  ];
}
