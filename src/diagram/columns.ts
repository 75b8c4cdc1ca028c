/** Long networks in columns, read from left to right like text, cut where one value alone passes. No imports but of this folder: the HTML page runs this very code. */
import { margin, place, type Layout } from './elk.ts';
import { crossings, part, type Link } from './flow.ts';
import type { Picture } from './picture.ts';
import { inRow, lowest, over, turn } from './row.ts';
import type { Scene, Tile } from './scene.ts';

/** How many columns: as many as bring the picture nearest to the shape of a slide, or so many. */
export type Columns = 'auto' | number;

/** Width to height of what a slide leaves beside its title. */
const slide = 1.5;
const mostColumns = 24;
/** Room between columns for the line that joins them. */
const gutter = 56;

/** A place where one value alone passes: whatever leads from tiles before `start` to those from it on comes from the tile before it. */
interface Cut {
  readonly start: number;
  readonly links: readonly Link[];
}

function cutsOf(scene: Scene): readonly Cut[] {
  return crossings(scene).flatMap((links, start) => {
    const before = scene.tiles[start - 1];
    return before && links.length > 0 && links.every((link) => link.from === before.id)
      ? [{ start, links }]
      : [];
  });
}

export async function inColumns(scene: Scene, layout: Layout, columns: Columns): Promise<Picture> {
  const whole = await place(scene, layout);
  const cuts = bestCuts(scene, whole, columns);
  if (cuts.length === 0) return whole;
  const firsts = cuts.map((cut, i) => joint(scene, cut, i));
  const parts = await Promise.all(
    [undefined, ...firsts].map((first, i) => {
      const column = part(scene, cuts[i - 1]?.start ?? 0, cuts[i]?.start);
      return place(first ? withJoint(column, first) : column, layout);
    }),
  );
  const row = inRow(parts, gutter);
  const joins = firsts.flatMap((first, i) => {
    const column = parts[i];
    const way = column && { low: lowest(column) + turn.below, x: (row.ends[i] ?? 0) + gutter / 2 };
    return way ? [over(first.link, row, way)] : [];
  });
  return { ...row, lines: [...row.lines, ...joins] };
}

interface Joint {
  /** From the column before into this one. */
  readonly link: Link;
  /** A dot from which the value goes on to more than one tile. */
  readonly dot?: Tile;
  readonly onward: readonly Link[];
}

/** Into the first tile itself where only that takes the value, else into a dot above the column. */
function joint(scene: Scene, { start, links }: Cut, i: number): Joint {
  const [link] = links;
  if (!link) throw new Error('a cut that no link crosses');
  if (links.length === 1 && link.to === scene.tiles[start]?.id) return { link, onward: [] };
  const id = `joint${i}`;
  const dot: Tile = {
    id,
    kind: 'joint',
    title: '',
    lines: [],
    tooltip: link.shape,
    count: 1,
    width: 8,
    height: 8,
    groups: [],
  };
  return { link: { ...link, to: id }, dot, onward: links.map((to) => ({ ...to, from: id })) };
}

function withJoint(scene: Scene, { dot, onward }: Joint): Scene {
  return dot ? { ...scene, tiles: [dot, ...scene.tiles], links: [...onward, ...scene.links] } : scene;
}

/** The cuts that bring the picture nearest to a slide's shape with the least blank paper, or into so many columns. */
function bestCuts(scene: Scene, whole: Picture, columns: Columns): readonly Cut[] {
  const cuts = cutsOf(scene);
  const areas = areasOf(scene, whole);
  const most = Math.min(mostColumns, cuts.length + 1);
  const counts = columns === 'auto' ? Array.from({ length: most }, (_, i) => i + 1) : [columns];
  const tried = counts.map((count) => {
    const chosen = balanced(areas, cuts, count);
    return { chosen, misfit: misfitOf(areas, [0, ...chosen.map((cut) => cut.start)]) };
  });
  return tried.reduce((best, next) => (next.misfit < best.misfit ? next : best)).chosen;
}

interface Span {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** What each tile covers in the uncut picture, in the order of the scene. */
function areasOf(scene: Scene, whole: Picture): readonly Span[] {
  const placed = new Map(whole.tiles.map((at) => [at.tile.id, at]));
  return scene.tiles.flatMap(({ id }) => {
    const at = placed.get(id);
    return at ? [{ top: at.y, bottom: at.y + at.height, left: at.x, right: at.x + at.width }] : [];
  });
}

interface Way {
  readonly cost: number;
  readonly chosen: readonly Cut[];
}

/** So many columns (fewer where cuts are wanting), as equal in height as may be: the least sum of squares. */
function balanced(areas: readonly Span[], cuts: readonly Cut[], count: number): readonly Cut[] {
  const top = (start: number): number => areas[start]?.top ?? 0;
  const end = Math.max(...areas.map((area) => area.bottom));
  const edges = [top(0), ...cuts.map((cut) => top(cut.start)), end];
  const none: Way = { cost: Infinity, chosen: [] };
  /** Best ways to fill columns with all that is above `edges[i]`; a column more each round. */
  let ways: readonly Way[] = edges.map((_, i) => (i === 0 ? { cost: 0, chosen: [] } : none));
  for (let round = Math.min(count, cuts.length + 1); round > 0; round--)
    ways = edges.map((edge, to) =>
      ways.slice(0, to).reduce((best, way, from) => {
        const cost = way.cost + (edge - (edges[from] ?? 0)) ** 2;
        const cut = cuts[from - 1];
        return cost < best.cost ? { cost, chosen: cut ? [...way.chosen, cut] : way.chosen } : best;
      }, none),
    );
  return ways.at(-1)?.chosen ?? [];
}

/** How far a picture in columns is from a slide: its shape (a factor, in logarithms) and the share of it that stays blank. */
function misfitOf(areas: readonly Span[], starts: readonly number[]): number {
  const columns = starts.map((start, i) => {
    const held = areas.slice(start, starts[i + 1]);
    const width = Math.max(...held.map((area) => area.right)) - Math.min(...held.map((area) => area.left));
    const height = Math.max(...held.map((area) => area.bottom)) - Math.min(...held.map((area) => area.top));
    return { width: width + gutter, height: height + margin.top + margin.bottom };
  });
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const height = Math.max(...columns.map((column) => column.height));
  const covered = columns.reduce((sum, column) => sum + column.width * column.height, 0);
  return Math.abs(Math.log(width / height / slide)) + 1 - covered / (width * height);
}
