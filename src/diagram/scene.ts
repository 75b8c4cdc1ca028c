/**
 * What is seen of a diagram: groups that are closed become one tile, equal neighbours become one tile with a count. No imports
 * but types: the HTML page runs this very code.
 */
import type { Box, BoxKind, Diagram } from './model.ts';

/** A box or closed group as it is drawn. */
export interface Tile {
  readonly id: string;
  /** A joint is a dot where a value comes from the column before. */
  readonly kind: BoxKind | 'group' | 'joint';
  readonly title: string;
  readonly lines: readonly string[];
  readonly tooltip: string;
  /** How many equal neighbours it stands for. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly groups: readonly string[];
}

export interface Scene {
  readonly title: string;
  /** Which way the data flows. */
  readonly direction: 'down' | 'right' | 'up';
  readonly tiles: readonly Tile[];
  readonly links: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly shape: string;
  }[];
}
/** Group ids of a diagram, outermost first. */
export function groupIds(diagram: Diagram): readonly string[] {
  return [...new Set(diagram.boxes.flatMap((box) => box.groups))];
}

/** Groups to open so that at most `most` tiles are seen: the largest first, those of one size together, so that equal blocks look equal. */
export function openFitting(diagram: Diagram, most: number): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  for (const { groups } of diagram.boxes) for (const id of groups) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  let best: ReadonlySet<string> = new Set();
  for (const size of [...new Set(sizes.values())].sort((a, b) => b - a)) {
    const more = [...sizes].flatMap(([id, n]) => (n === size ? [id] : []));
    const open = new Set([...best, ...more]);
    if (sceneOf(diagram, open).tiles.length > most) return best;
    best = open;
  }
  return best;
}

/** The scene with the groups in `open` expanded; of equal neighbours one is drawn: of closed groups, or also of single layers. */
export function sceneOf(
  diagram: Diagram,
  open: ReadonlySet<string>,
  folded: 'groups' | 'layers' = 'groups',
): Scene {
  const members = new Map<string, Box[]>();
  const tileOf = new Map<string, string>();
  for (const box of diagram.boxes) {
    const closed = box.groups.find((group) => !open.has(group));
    const id = closed ?? box.id;
    const held = members.get(id);
    if (held) held.push(box);
    else members.set(id, [box]);
    tileOf.set(box.id, id);
  }
  const links = new Map<string, Scene['links'][number]>();
  for (const edge of diagram.edges) {
    const from = tileOf.get(edge.from) ?? edge.from;
    const to = tileOf.get(edge.to) ?? edge.to;
    if (from !== to) links.set(`${from}→${to}`, { id: `${from}→${to}`, from, to, shape: edge.shape });
  }
  const widest = diagram.boxes.reduce((most, box) => Math.max(most, box.channels), 1);
  const { direction } = diagram;
  const ids = new Set(groupIds(diagram));
  const tiles = [...members].map(([id, boxes]) => tileFor(id, boxes, { open, widest, direction, ids }));
  const scene = { title: diagram.title, direction, tiles, links: [...links.values()] };
  return foldEqual(scene, members, (tile) => tile.kind === 'group' || folded === 'layers');
}

function tileFor(
  id: string,
  boxes: readonly Box[],
  seen: {
    readonly open: ReadonlySet<string>;
    readonly widest: number;
    readonly direction: Scene['direction'];
    readonly ids: ReadonlySet<string>;
  },
): Tile {
  const [first] = boxes;
  const last = boxes.at(-1) as Box;
  const isGroup = boxes.length > 1 || (first?.id !== id && first !== undefined);
  const params = boxes.reduce((sum, box) => sum + box.params, 0);
  const macs = boxes.reduce((sum, box) => sum + box.macs, 0);
  const title = isGroup ? tileTitle(id, seen.ids) : last.title;
  const lines = isGroup ? groupLines(boxes, last, seen.direction) : [...last.tail];
  const circle = !isGroup && last.kind === 'merge' && lines.length === 0 && title.length === 1;
  const textWidth = Math.max(title.length * 7.4, ...lines.map((line) => line.length * 6.2)) + 26;
  const textHeight = 30 + 15 * lines.length;
  const share =
    last.kind === 'merge' && !isGroup ? 0 : Math.log2(1 + last.channels) / Math.log2(1 + seen.widest);
  const [width, height] =
    seen.direction === 'down'
      ? [Math.max(textWidth, share && 60 + 200 * share), textHeight]
      : [textWidth, Math.max(textHeight, share && 30 + 110 * share)];
  return {
    id,
    kind: isGroup ? 'group' : last.kind,
    title,
    lines,
    tooltip: [
      isGroup ? id : last.path || last.title,
      last.shape,
      `${count(params)} parameters`,
      `${count(macs)} MACs`,
    ].join('\n'),
    count: 1,
    width: circle ? 34 : width,
    height: circle ? 34 : height,
    groups: first ? first.groups.filter((group) => seen.open.has(group) && group !== id) : [],
  };
}

/** The only one of a loop needs no number. */
function tileTitle(id: string, ids: ReadonlySet<string>): string {
  const alone = id.endsWith('[0]') && !ids.has(id.replace(/\[0\]$/, '[1]'));
  return groupTitle(alone ? id.slice(0, -'[0]'.length) : id);
}

/** The name of a group within the one around it. */
export function groupTitle(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** Kinds that a closed block does not list: what it computes with weights or by pooling says what it is. */
const passing: ReadonlySet<BoxKind> = new Set<BoxKind>(['merge', 'shape', 'other']);

function groupLines(boxes: readonly Box[], last: Box, direction: Scene['direction']): readonly string[] {
  const layers = new Map<string, number>();
  for (const box of boxes)
    if (!passing.has(box.kind)) layers.set(box.title, (layers.get(box.title) ?? 0) + 1);
  const shown = [...layers].slice(0, 3).map(([title, n]) => (n > 1 ? `${title} ×${n}` : title));
  const more = layers.size > 3 ? ['…'] : [];
  const lines = direction === 'down' ? [[shown.join(' · '), ...more].join(' ')] : [...shown, ...more];
  return [...lines, last.shape].filter((line) => line !== '');
}

/** a → a → a, each with one way in and out, becomes a ×3. */
function foldEqual(
  scene: Scene,
  members: ReadonlyMap<string, readonly Box[]>,
  folds: (tile: Tile) => boolean,
): Scene {
  const signature = (id: string): string =>
    (members.get(id) ?? [])
      .map((box) => `${box.kind} ${box.title} ${box.tail.join(' ')} ${box.shape}`)
      .join('|');
  const outgoing = Map.groupBy(scene.links, (link) => link.from);
  const incoming = Map.groupBy(scene.links, (link) => link.to);
  const tiles = new Map(scene.tiles.map((tile) => [tile.id, tile]));
  const into = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const tile of scene.tiles) {
    const [before, ...others] = incoming.get(tile.id) ?? [];
    if (!folds(tile) || !before || others.length > 0 || (outgoing.get(before.from) ?? []).length !== 1)
      continue;
    const previous = tiles.get(before.from);
    if (!previous || previous.kind !== tile.kind || signature(previous.id) !== signature(tile.id)) continue;
    if (previous.groups.join() !== tile.groups.join()) continue;
    const head = into.get(previous.id) ?? previous.id;
    into.set(tile.id, head);
    counts.set(head, (counts.get(head) ?? 1) + 1);
  }
  const place = (id: string): string => into.get(id) ?? id;
  return {
    ...scene,
    tiles: scene.tiles.filter((t) => !into.has(t.id)).map((t) => ({ ...t, count: counts.get(t.id) ?? 1 })),
    links: scene.links
      .map((link) => ({ ...link, from: place(link.from), to: place(link.to) }))
      .filter((l) => l.from !== l.to),
  };
}

/** `61.7 k`, `1.81 G`. */
export function count(n: number): string {
  for (const [limit, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const)
    if (n >= limit) return (n / limit).toPrecision(3) + unit;
  return String(n);
}
