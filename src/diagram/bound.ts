/**
 * Scenes that the layout can take: its time and its recursion grow with the tiles and with the square of what lies side by side,
 * so larger scenes are drawn coarser, or not at all. No imports but of this folder: the HTML page runs this very code.
 */
import type { Diagram } from './model.ts';
import { sceneOf, type Scene } from './scene.ts';

/** Tiles of one drawing. */
const mostTiles = 1000;
/** The sum over all rows of the square of their width: about a hundred and fifty tiles beside each other in two rows. */
const mostCrowd = 50_000;
/** Up to here tiles are placed by the network simplex, whose lines are the straightest; it takes the longest, too. */
const simplexCrowd = 4000;

/** The scene with the groups in `open` expanded, equal layers in a row as one where it would be too large; nothing where it still is. */
export function drawable(diagram: Diagram, open: ReadonlySet<string>): Scene | undefined {
  const scene = sceneOf(diagram, open);
  if (canBeLaidOut(scene)) return scene;
  const coarser = sceneOf(diagram, open, 'layers');
  return canBeLaidOut(coarser) ? coarser : undefined;
}

/** Why the scene cannot be drawn, however coarse; nothing where it can. */
export function tooMuch(diagram: Diagram, open: ReadonlySet<string>): string | undefined {
  if (drawable(diagram, open)) return undefined;
  const { length } = sceneOf(diagram, open, 'layers').tiles;
  return length > mostTiles
    ? `it has ${length} tiles, and at most ${mostTiles} can be drawn`
    : `too many of its ${length} tiles, or of the lines between them, lie side by side`;
}

/** How ELK places the tiles within their rows. */
export function placementOf(scene: Scene): 'NETWORK_SIMPLEX' | 'BRANDES_KOEPF' {
  return crowdOf(scene) <= simplexCrowd ? 'NETWORK_SIMPLEX' : 'BRANDES_KOEPF';
}

function canBeLaidOut(scene: Scene): boolean {
  return scene.tiles.length <= mostTiles && scene.links.length <= mostCrowd && crowdOf(scene) <= mostCrowd;
}

/** The squares of the widths of all rows: tiles, and lines that pass. */
function crowdOf({ tiles, links }: Scene): number {
  const rows = rowsOf({ tiles, links });
  /** How much wider each row is than the one before. */
  const changes = new Array<number>(tiles.length + 1).fill(0);
  const widen = (row: number, by: number): void => void (changes[row] = (changes[row] ?? 0) + by);
  for (const row of rows.values()) {
    widen(row, 1);
    widen(row + 1, -1);
  }
  for (const { from, to } of links) {
    const [a, b] = [rows.get(from) ?? 0, rows.get(to) ?? 0];
    if (b <= a + 1) continue;
    widen(a + 1, 1);
    widen(b, -1);
  }
  let width = 0;
  return changes.reduce((sum, change) => sum + (width += change) ** 2, 0);
}

/** The row of each tile: below all that it reads; links that lead back do not count. */
function rowsOf({ tiles, links }: Pick<Scene, 'tiles' | 'links'>): ReadonlyMap<string, number> {
  const incoming = Map.groupBy(links, (link) => link.to);
  const rows = new Map<string, number>();
  for (const { id } of tiles) {
    const above = (incoming.get(id) ?? []).map((link) => rows.get(link.from) ?? -1);
    rows.set(id, above.reduce((lowest, row) => Math.max(lowest, row), -1) + 1);
  }
  return rows;
}
