/** A scene in the order of its data: pieces of it, and what crosses from one to the next. No imports but of this folder: the HTML page runs this very code. */
import type { Scene } from './scene.ts';

export type Link = Scene['links'][number];

/** The tiles from `start` up to `end`, with the links between them. */
export function part(scene: Scene, start: number, end?: number): Scene {
  const tiles = scene.tiles.slice(start, end);
  const ids = new Set(tiles.map((tile) => tile.id));
  return { ...scene, tiles, links: scene.links.filter((link) => ids.has(link.from) && ids.has(link.to)) };
}

/** Links that lead from a tile before `k` to one from `k` on, for every `k`; none where some link leads back. */
export function crossings(scene: Scene): readonly (readonly Link[])[] {
  const at = new Map(scene.tiles.map((tile, i) => [tile.id, i]));
  const across: Link[][] = scene.tiles.map(() => []);
  for (const link of scene.links) {
    const [from, to] = [at.get(link.from) ?? 0, at.get(link.to) ?? 0];
    if (from > to) return [];
    for (let k = from + 1; k <= to; k++) across[k]?.push(link);
  }
  return across;
}
