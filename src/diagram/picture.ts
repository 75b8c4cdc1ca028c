/** A scene with coordinates: what there is to draw, all in units of the whole picture. */
import type { Tile } from './scene.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** An open group around tiles; a group that is cut between two columns has a frame in each. */
export interface Frame extends Area {
  readonly id: string;
  /** Whether its beginning is in a column before. */
  readonly isContinued?: boolean;
}

export interface PlacedTile extends Area {
  readonly tile: Tile;
}

/** A link: its bends from tile to tile, and its shape, written around `at`. */
export interface Line {
  readonly id: string;
  readonly points: readonly Point[];
  readonly text: string;
  readonly at: Point;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Frame[];
  readonly tiles: readonly PlacedTile[];
  readonly lines: readonly Line[];
}

/** The picture with every point moved by `move`; widths and heights follow their corners, but a tile keeps its size. */
export function moved(picture: Picture, move: (point: Point) => Point): Picture {
  return {
    ...picture,
    frames: picture.frames.map((frame) => {
      const start = move(frame);
      const end = move({ x: frame.x + frame.width, y: frame.y + frame.height });
      return { ...frame, ...start, width: end.x - start.x, height: end.y - start.y };
    }),
    tiles: picture.tiles.map((tile) => ({ ...tile, ...move(tile) })),
    lines: picture.lines.map((line) => ({ ...line, points: line.points.map(move), at: move(line.at) })),
  };
}
