/**
 * An encoder and a decoder side by side, the data down one and up the other, their skips level between them: the U of U-Net
 * (Ronneberger et al. 2015, figure 1). No imports but of this folder: the HTML page runs this very code.
 */
import { place, type Layout } from './elk.ts';
import { crossings, part, type Link } from './flow.ts';
import { moved, type Area, type Picture } from './picture.ts';
import { across, inRow, tileAt, under } from './row.ts';
import type { Scene } from './scene.ts';

/** Room between the arms for the shapes on the skips. */
const gutter = 120;
/** Two skips at least make a U. */
const fewestAcross = 3;

export interface Bend {
  /** The first tile of the right arm. */
  readonly start: number;
  readonly skips: readonly Link[];
  readonly bottom: Link;
}

/** Where a network turns back: links nested in one another (first out, last in) around one link between neighbours. */
export function bendOf(scene: Scene): Bend | undefined {
  const order = new Map(scene.tiles.map((tile, i) => [tile.id, i]));
  const at = (id: string): number => order.get(id) ?? 0;
  let best: Bend | undefined;
  for (const [start, links] of crossings(scene).entries()) {
    const nested = [...links].sort((a, b) => at(a.from) - at(b.from));
    const bottom = nested.at(-1);
    if (!bottom || at(bottom.from) !== start - 1 || at(bottom.to) !== start) continue;
    const isNested = nested.every((link, i) => {
      const next = nested[i + 1];
      if (!next) return true;
      const isLast = next === bottom;
      return at(link.from) < at(next.from) && (isLast || at(link.to) > at(next.to));
    });
    if (isNested && nested.length >= (best ? best.skips.length + 1 : fewestAcross))
      best = { start, skips: nested.slice(0, -1), bottom };
  }
  return best;
}

/** The left arm goes down and the right one up, stretched so that each skip is level; nothing where tiles stand in the way. */
export async function inArms(scene: Scene, bend: Bend, layout: Layout): Promise<Picture | undefined> {
  const [left, right] = await Promise.all([
    place(part(scene, 0, bend.start), layout),
    place({ ...part(scene, bend.start), direction: 'up' }, layout),
  ]);
  const ends = { left: bend.skips.map((skip) => skip.from), right: bend.skips.map((skip) => skip.to) };
  const levels = levelled(middlesOf(left, ends.left), middlesOf(right, ends.right));
  const down = stretched(left, ends.left, levels);
  const up = stretched(right, ends.right, levels);
  if (!down || !up) return undefined;
  const row = inRow([down, up], gutter);
  const skips = bend.skips.map((skip) => across(skip, row));
  return { ...row, lines: [...row.lines, under(bend.bottom, row), ...skips] };
}

function middlesOf(picture: Picture, ids: readonly string[]): readonly number[] {
  return ids.map((id) => {
    const at = tileAt(picture, id);
    return at.y + at.height / 2;
  });
}

/** The heights of the skips, from the top: each as low as the arm that needs more room asks. */
function levelled(left: readonly number[], right: readonly number[]): readonly number[] {
  const levels: number[] = [];
  for (const [i, l] of left.entries()) {
    const r = right[i] ?? l;
    const above = levels.at(-1);
    const step = Math.max(l - (left[i - 1] ?? 0), r - (right[i - 1] ?? 0));
    levels.push(above === undefined ? Math.max(l, r) : above + step);
  }
  return levels;
}

/** The picture pulled apart above the tiles `ids`, so that their middles come to `levels`. */
function stretched(picture: Picture, ids: readonly string[], levels: readonly number[]): Picture | undefined {
  const middles = middlesOf(picture, ids);
  const gaps = ids.map((id, i) => ({
    y: gapAbove(picture, id, middles[i - 1] ?? 0),
    by: (levels[i] ?? 0) - (middles[i] ?? 0),
  }));
  const isCut = picture.tiles.some((at) => gaps.some(({ y }) => at.y < y && y < at.y + at.height));
  if (isCut || gaps.some(({ y, by }, i) => y < (gaps[i - 1]?.y ?? 0) || by < (gaps[i - 1]?.by ?? 0)))
    return undefined;
  const shift = (y: number): number => gaps.findLast((gap) => y >= gap.y)?.by ?? 0;
  const taller = moved(picture, ({ x, y }) => ({ x, y: y + shift(y) }));
  return { ...taller, height: picture.height + shift(Infinity) };
}

/** Where the room above a tile may grow: above the outermost group around it that begins below `limit`, or at its own top. */
function gapAbove(picture: Picture, id: string, limit: number): number {
  const tile = tileAt(picture, id);
  const around = picture.frames.filter((frame) => holds(frame, tile) && frame.y > limit);
  return Math.min(tile.y, ...around.map((frame) => frame.y));
}

function holds(frame: Area, tile: Area): boolean {
  return (
    frame.x <= tile.x &&
    frame.y <= tile.y &&
    frame.x + frame.width >= tile.x + tile.width &&
    frame.y + frame.height >= tile.y + tile.height
  );
}
