/**
 * The matrices of Winograd's minimal filtering F(m, 3) (Lavin & Gray, 2016): y = Aᵀ[(G g) ⊙ (Bᵀ d)] along one axis, from m + 2 inputs d and three
 * taps g to m outputs y. Positions of a transformed tile are values of polynomials at small points, the last one at infinity.
 *
 * n < m outputs need only n + 2 of the positions: the first n + 1 and the last. Their kernels G g are those of the whole tile, so a
 * narrower tile at the edge of a map shares its weights and does less work.
 */

/** Output pixels of a tile along an axis with three taps. */
export type TileSize = 2 | 4;

/** Finite points by position; one more position is at infinity. */
export const tilePoints: Readonly<Record<TileSize, readonly number[]>> = {
  2: [0, 1, -1],
  4: [0, 1, -1, 2, -2],
};

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

/** Positions that `pixels` outputs need, of those of a whole tile. */
export function positionsFor(tile: TileSize, pixels: number): readonly number[] {
  const last = tile + 1;
  return [...Array.from({ length: pixels + 1 }, (_, i) => i), last];
}

/** Bᵀ for `pixels` outputs: one row per position, one column per input. */
export function inputTransform(tile: TileSize, pixels: number): readonly (readonly number[])[] {
  const points = tilePoints[tile].slice(0, pixels + 1);
  const finite = points.map((point, i) => {
    const others = points.filter((_, j) => j !== i);
    const factor = kernelTransforms[tile][i]?.[0] ?? 1;
    const norm = others.reduce((product, other) => product * (point - other), factor);
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

/** Aᵀ for `pixels` outputs: one row per output, one column per position. */
export function outputTransform(tile: TileSize, pixels: number): readonly (readonly number[])[] {
  const points = tilePoints[tile].slice(0, pixels + 1);
  return Array.from({ length: pixels }, (_, power) => [
    ...points.map((point) => point ** power),
    power === pixels - 1 ? 1 : 0,
  ]);
}
