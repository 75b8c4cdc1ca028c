/**
 * Covers a plane of output pixels with register tiles: bands of `height` rows, each cut into runs of tiles of one width. Every
 * pixel is covered exactly once, with few different tile shapes, because each shape is a function of its own.
 */
import type { Engine } from '../plan.ts';
import { mostPixels, tileCost } from './tile.ts';

/** `count` tiles of height × width pixels side by side. */
export interface Run {
  readonly width: number;
  readonly count: number;
}

/** `count` bands of `height` rows one below the other, each tiled by `runs` from left to right. */
export interface Band {
  readonly height: number;
  readonly count: number;
  readonly runs: readonly Run[];
}

export interface Cover {
  readonly bands: readonly Band[];
  /** Estimated cycles for one panel of channels over the plane. */
  readonly cycles: number;
}

/** What a further tile shape must gain to be worth its code and its time to tier up. */
const shapeShare = 0.012;

/** How many of the widest tiles may give way to narrower ones. */
const mostNarrow = 8;
/** What bands of several rows must gain over single rows: the layer cannot be cut into chunks of rows then. */
const tallShare = 0.03;

export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** Highest band allowed; three rows unless said. */
  readonly tallest?: number;
  /** Tiles are a multiple of it wide; so are the columns. */
  readonly unit?: number;
}

/**
 * The cheapest cover of rows × columns pixels by tiles of `vectors` vectors over `depth` multiply-adds. Bands higher than one
 * row pay where a row is too short for full tiles (7 × 7 maps).
 */
export function coverPlane(plane: Plane, vectors: number, depth: number, engine: Engine): Cover {
  const limit = mostPixels(vectors, engine);
  const { unit = 1 } = plane;
  if (limit < unit) return { bands: [], cycles: Infinity };
  let best: Cover | undefined;
  for (let height = 1; height <= Math.min(plane.tallest ?? 3, limit, plane.rows); height++) {
    const cost = (h: number, units: number): number =>
      tileCost({ pixels: h * units * unit, vectors }, depth, engine);
    const bands = [
      { height, count: Math.floor(plane.rows / height) },
      { height: plane.rows % height, count: 1 },
    ].filter((band) => band.height > 0 && band.count > 0);
    const tiled = bands.map((band) => tileBand(band, plane.columns / unit, limit / unit, cost));
    const shapes = tiled.reduce((sum, { band }) => sum + band.runs.length, 0);
    const cycles =
      tiled.reduce((sum, band) => sum + band.cycles, 0) *
      (1 + shapeShare * shapes + (height > 1 ? tallShare : 0));
    if (!best || cycles < best.cycles) best = { bands: tiled.map(({ band }) => widened(band, unit)), cycles };
  }
  return best ?? { bands: [], cycles: 0 };
}

function widened(band: Band, unit: number): Band {
  return { ...band, runs: band.runs.map(({ width, count }) => ({ width: width * unit, count })) };
}

/** The cheapest way to cut `columns` into at most two tile widths. */
function tileBand(
  { height, count }: { readonly height: number; readonly count: number },
  columns: number,
  limit: number,
  cost: (height: number, width: number) => number,
): { readonly band: Band; readonly cycles: number } {
  const widest = Math.min(columns, Math.floor(limit / height));
  let best: { runs: readonly Run[]; cycles: number } | undefined;
  for (let width = widest; width >= 1; width--) {
    const most = Math.floor(columns / width);
    for (let first = most; first >= Math.max(1, most - mostNarrow); first--) {
      const rest = columns - first * width;
      const second = restRun(rest, width - 1);
      if (second === undefined) continue;
      const runs = [{ width, count: first }, ...second];
      const once = runs.reduce((sum, run) => sum + run.count * cost(height, run.width), 0);
      const cycles = once * count * (1 + shapeShare * runs.length);
      if (!best || cycles < best.cycles) best = { runs, cycles };
    }
  }
  return { band: { height, count, runs: best?.runs ?? [] }, cycles: best?.cycles ?? 0 };
}

/** The rest of a row as tiles of one narrower width, the widest that divides it; undefined where only single pixels would do it. */
function restRun(rest: number, below: number): readonly Run[] | undefined {
  if (rest === 0) return [];
  for (let width = Math.min(rest, below); width >= 1; width--)
    if (rest % width === 0) return width === 1 && rest > 1 ? undefined : [{ width, count: rest / width }];
  return undefined;
}

/** Rows of columns pixels in as few tiles of one row as possible, all about equally wide: 13 pixels in tiles of at most 8 are 7 + 6. */
export function evenCover({ rows, columns }: Plane, widest: number): Omit<Cover, 'cycles'> {
  const tiles = Math.ceil(columns / widest);
  const narrow = Math.floor(columns / tiles);
  const wider = columns - narrow * tiles;
  const runs = [
    { width: narrow + 1, count: wider },
    { width: narrow, count: tiles - wider },
  ].filter((run) => run.count > 0);
  return { bands: [{ height: 1, count: rows, runs }] };
}
