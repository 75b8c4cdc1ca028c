/**
 * The matrices of Winograd's minimal filtering F(m, r) (Lavin & Gray, 2016): y = Aᵀ[(G g) ⊙ (Bᵀ d)] along one axis, from m + r − 1 inputs d and r
 * taps g to m outputs y. Positions of a transformed tile are values of polynomials at small points, the last one at infinity.
 *
 * With stride one, three taps are F(m, 3). With stride two, the even inputs meet the outer taps and the odd inputs the middle one: F(m, 2) of
 * the former and m plain products of the latter, 2m + 1 multiplications instead of 3m.
 *
 * Four taps are F(4, 4). Its six finite points come in pairs, ±a, whose transforms share subexpressions: without 0 and with one more pair
 * they are as exact as with 0 and a single point, and cheaper.
 *
 * n < m outputs need only the first n + r − 2 of the finite points and infinity. Their kernels G g are those of the whole tile, so a narrower
 * tile at the edge of a map shares its weights and does less work.
 */

/** Output pixels of a tile along a transformed axis; with four taps always 4. */
export type TileSize = 2 | 4;

/** Of the window along an axis with three taps; of four taps the stride is 1. */
export type TileStride = 1 | 2;

/** Taps along a transformed axis. */
export type TileTaps = 3 | 4;

/** Finite points by position; one more position is at infinity. */
const tilePoints: Readonly<Record<TileSize, readonly number[]>> = {
  2: [0, 1, -1],
  4: [0, 1, -1, 2, -2],
};

/** Finite points of F(4, 4). */
const fourTapPoints: readonly number[] = [1, -1, 2, -2, 1 / 2, -1 / 2];

/** Kernel transforms G: rows are positions, columns taps. Rows of finite points a are [1, a, a²] times a factor. */
export const kernelTransforms: Readonly<Record<TileSize, readonly (readonly [number, number, number])[]>> = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
};

/** The outer taps of stride two: rows of finite points a are [1, a] times a factor. */
export const pairTransforms: Readonly<Record<TileSize, readonly (readonly [number, number])[]>> = {
  2: [
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  4: [
    [1 / 2, 0],
    [-1 / 2, -1 / 2],
    [-1 / 6, 1 / 6],
    [1 / 6, 1 / 3],
    [0, 1],
  ],
};

/** What is transformed along an axis. */
export interface TileWindow {
  readonly taps: TileTaps;
  readonly stride: TileStride;
}

/**
 * Positions that `pixels` outputs need, of those of a whole tile. With stride two, those of the even inputs come first, then the odd
 * inputs themselves. Tiles of four taps are always whole.
 */
export function positionsFor(
  tile: TileSize,
  { taps, stride }: TileWindow,
  pixels: number,
): readonly number[] {
  const range = (from: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => from + i);
  if (taps === 4) return range(0, tile + 3);
  if (stride === 1) return [...range(0, pixels + 1), tile + 1];
  return [...range(0, pixels), tile, ...range(tile + 1, pixels)];
}

/** Bᵀ of three taps for `pixels` outputs: one row per position, one column per input. */
export function inputTransform(
  tile: TileSize,
  stride: TileStride,
  pixels: number,
): readonly (readonly number[])[] {
  if (stride === 1) return filterInput(tile, 3, pixels);
  const inputs = 2 * pixels + 1;
  const even = filterInput(tile, 2, pixels).map((row) => spreadTo(inputs, row, (i) => 2 * i));
  return [...even, ...Array.from({ length: pixels }, (_, k) => spreadTo(inputs, [1], () => 2 * k + 1))];
}

/** Aᵀ for `pixels` outputs: one row per output, one column per position. */
export function outputTransform(
  tile: TileSize,
  { taps, stride }: TileWindow,
  pixels: number,
): readonly (readonly number[])[] {
  if (taps === 4) return filterOutput(fourTapPoints, pixels);
  if (stride === 1) return filterOutput(pointsOf(tile, 3, pixels), pixels);
  const even = filterOutput(pointsOf(tile, 2, pixels), pixels);
  return even.map((row, y) => [...row, ...spreadTo(pixels, [1], () => y)]);
}

/** The finite points of F(pixels, taps). */
function pointsOf(tile: TileSize, taps: 2 | 3, pixels: number): readonly number[] {
  return tilePoints[tile].slice(0, pixels + taps - 2);
}

/** A row of `length` numbers: zeros, but for `values[i]` at `place(i)`. */
function spreadTo(
  length: number,
  values: readonly number[],
  place: (i: number) => number,
): readonly number[] {
  const row = Array<number>(length).fill(0);
  values.forEach((value, i) => (row[place(i)] = value));
  return row;
}

/** Bᵀ of F(pixels, taps). */
function filterInput(tile: TileSize, taps: 2 | 3, pixels: number): readonly (readonly number[])[] {
  const points = pointsOf(tile, taps, pixels);
  const kernels = taps === 3 ? kernelTransforms[tile] : pairTransforms[tile];
  const finite = points.map((point, i) => {
    const others = points.filter((_, j) => j !== i);
    const norm = others.reduce((product, other) => product * (point - other), kernels[i]?.[0] ?? 1);
    return [...withRoots(others).map((coefficient) => coefficient / norm), 0];
  });
  return [...finite, withRoots(points)];
}

/** Coefficients of Π (x − root), lowest power first. */
function withRoots(roots: readonly number[]): readonly number[] {
  return roots.reduce<readonly number[]>(
    (polynomial, root) =>
      [...polynomial, 0].map((c, i) => (polynomial[i - 1] ?? 0) - root * (i < polynomial.length ? c : 0)),
    [1],
  );
}

/** Aᵀ of these finite points and infinity. */
function filterOutput(points: readonly number[], pixels: number): readonly (readonly number[])[] {
  return Array.from({ length: pixels }, (_, power) => [
    ...points.map((point) => point ** power),
    power === pixels - 1 ? 1 : 0,
  ]);
}
