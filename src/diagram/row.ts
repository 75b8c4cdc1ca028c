/** Pictures side by side, and the lines between them. No imports but of this folder: the HTML page runs this very code. */
import { margin } from './elk.ts';
import type { Link } from './flow.ts';
import { moved, type Line, type Picture, type PlacedTile, type Point } from './picture.ts';

/** How far below and above the tiles a line between pictures turns. */
export const turn = { below: 22, above: 14 } as const;

interface Row extends Picture {
  /** Right end of what each part holds. */
  readonly ends: readonly number[];
}

/** Pictures in a row, `gap` apart, their tops level. */
export function inRow(parts: readonly Picture[], gap: number): Row {
  const pictures: Picture[] = [];
  const ends: number[] = [];
  const seen = new Set<string>();
  let x = 0;
  for (const part of parts) {
    const dx = x;
    const { frames, ...rest } = moved(part, (p) => ({ x: p.x + dx, y: p.y }));
    pictures.push({
      ...rest,
      frames: frames.map((frame) => ({ ...frame, isContinued: seen.has(frame.id) })),
    });
    for (const { id } of frames) seen.add(id);
    ends.push(dx + part.width - margin.side);
    x += part.width - 2 * margin.side + gap;
  }
  return {
    width: x - gap + 2 * margin.side,
    height: Math.max(...pictures.map((picture) => picture.height)),
    frames: pictures.flatMap((picture) => picture.frames),
    tiles: pictures.flatMap((picture) => picture.tiles),
    lines: pictures.flatMap((picture) => picture.lines),
    ends,
  };
}

export function tileAt(picture: Picture, id: string): PlacedTile {
  const found = picture.tiles.find((at) => at.tile.id === id);
  if (!found) throw new Error(`no tile ${id} in the picture`);
  return found;
}

/** Out of the bottom of one column, up through the gutter at `x`, and into the next from above. */
export function over(link: Link, picture: Picture, way: { readonly low: number; readonly x: number }): Line {
  const start = bottomOf(tileAt(picture, link.from));
  const to = tileAt(picture, link.to);
  const end = { x: to.x + to.width / 2, y: to.y };
  const high = margin.top - turn.above;
  return {
    id: link.id,
    points: [
      start,
      { x: start.x, y: way.low },
      { x: way.x, y: way.low },
      { x: way.x, y: high },
      { x: end.x, y: high },
      end,
    ],
    text: link.shape,
    at: { x: (start.x + way.x) / 2, y: way.low - 6 },
  };
}

/** Out of the bottom of one arm and into the bottom of the other. */
export function under(link: Link, picture: Picture): Line {
  const start = bottomOf(tileAt(picture, link.from));
  const end = bottomOf(tileAt(picture, link.to));
  const low = lowest(picture) + turn.below;
  return {
    id: link.id,
    points: [start, { x: start.x, y: low }, { x: end.x, y: low }, end],
    text: link.shape,
    at: { x: (start.x + end.x) / 2, y: low - 6 },
  };
}

/** Straight across, from the right side of one tile to the left side of another. */
export function across(link: Link, picture: Picture): Line {
  const from = tileAt(picture, link.from);
  const to = tileAt(picture, link.to);
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: start.y };
  return {
    id: link.id,
    points: [start, end],
    text: link.shape,
    at: { x: (start.x + end.x) / 2, y: start.y - 6 },
  };
}

function bottomOf(tile: PlacedTile): Point {
  return { x: tile.x + tile.width / 2, y: tile.y + tile.height };
}

export function lowest({ frames, tiles }: Picture): number {
  return Math.max(...[...frames, ...tiles].map((area) => area.y + area.height));
}
