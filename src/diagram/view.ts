/**
 * What is seen of a diagram and how it looks: groups that are closed become one box, equal neighbours become one box with a
 * count, ELK gives coordinates, and SVG comes out. No imports but types: the HTML page runs this very code.
 */
import type { Box, BoxKind, Diagram } from './model.ts';

/** A box or closed group as it is drawn. */
export interface Tile {
  readonly id: string;
  readonly kind: BoxKind | 'group';
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
  readonly direction: 'down' | 'right';
  readonly tiles: readonly Tile[];
  readonly links: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly shape: string;
  }[];
}

/** The part of ELK's JSON that is used here. */
export interface ElkNode {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  labels?: { text: string; x?: number; y?: number; width: number; height: number }[];
  children?: ElkNode[];
  edges?: ElkEdge[];
  layoutOptions?: Record<string, string>;
}
export interface ElkEdge {
  id: string;
  sources: string[];
  targets: string[];
  labels?: { text: string; x?: number; y?: number; width: number; height: number }[];
  sections?: { startPoint: Point; endPoint: Point; bendPoints?: Point[] }[];
  container?: string;
}
interface Point {
  x: number;
  y: number;
}

const palette: Record<Tile['kind'], { fill: string; stroke: string; text: string }> = {
  input: { fill: '#f1f5f9', stroke: '#94a3b8', text: '#0f172a' },
  output: { fill: '#0f172a', stroke: '#0f172a', text: '#f8fafc' },
  conv: { fill: '#dbe4ff', stroke: '#5c7cfa', text: '#1c2f7a' },
  depthwise: { fill: '#e5dbff', stroke: '#845ef7', text: '#3b1d8f' },
  dense: { fill: '#ffe8cc', stroke: '#fd7e14', text: '#7a3a05' },
  pool: { fill: '#c3fae8', stroke: '#12b886', text: '#075a43' },
  merge: { fill: '#ffffff', stroke: '#334155', text: '#0f172a' },
  shape: { fill: '#f8f9fa', stroke: '#adb5bd', text: '#343a40' },
  other: { fill: '#fff3bf', stroke: '#fab005', text: '#664d03' },
  group: { fill: '#edf2ff', stroke: '#4263eb', text: '#1c2f7a' },
};

const font = `Inter, cnnc, 'Helvetica Neue', Arial, sans-serif`;

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

/** The scene with the groups in `open` expanded. */
export function sceneOf(diagram: Diagram, open: ReadonlySet<string>): Scene {
  const members = new Map<string, Box[]>();
  const tileOf = new Map<string, string>();
  for (const box of diagram.boxes) {
    const closed = box.groups.find((group) => !open.has(group));
    const id = closed ?? box.id;
    members.set(id, [...(members.get(id) ?? []), box]);
    tileOf.set(box.id, id);
  }
  const links = new Map<string, Scene['links'][number]>();
  for (const edge of diagram.edges) {
    const from = tileOf.get(edge.from) ?? edge.from;
    const to = tileOf.get(edge.to) ?? edge.to;
    if (from !== to) links.set(`${from}→${to}`, { id: `${from}→${to}`, from, to, shape: edge.shape });
  }
  const widest = Math.max(1, ...diagram.boxes.map((box) => box.channels));
  const { direction } = diagram;
  const ids = new Set(groupIds(diagram));
  const tiles = [...members].map(([id, boxes]) => tileFor(id, boxes, { open, widest, direction, ids }));
  return foldEqual({ title: diagram.title, direction, tiles, links: [...links.values()] }, members);
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

function groupTitle(id: string): string {
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
function foldEqual(scene: Scene, members: ReadonlyMap<string, readonly Box[]>): Scene {
  const signature = (id: string): string =>
    (members.get(id) ?? [])
      .map((box) => `${box.kind} ${box.title} ${box.tail.join(' ')} ${box.shape}`)
      .join('|');
  const outgoing = groupBy(scene.links, (link) => link.from);
  const incoming = groupBy(scene.links, (link) => link.to);
  const into = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const tile of scene.tiles) {
    const [before, ...others] = incoming.get(tile.id) ?? [];
    if (
      tile.kind !== 'group' ||
      !before ||
      others.length > 0 ||
      (outgoing.get(before.from) ?? []).length !== 1
    )
      continue;
    const previous = scene.tiles.find((t) => t.id === before.from);
    if (previous?.kind !== 'group' || signature(previous.id) !== signature(tile.id)) continue;
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

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
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

/** What ELK is asked to lay out: open groups are nested nodes. */
export function toElk(scene: Scene): ElkNode {
  const root: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': scene.direction === 'down' ? 'DOWN' : 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.spacing.nodeNode': '26',
      'elk.layered.spacing.nodeNodeBetweenLayers': '16',
      'elk.layered.spacing.edgeNodeBetweenLayers': '14',
      'elk.spacing.edgeLabel': '4',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.padding': '[top=56,left=28,bottom=28,right=28]',
    },
    children: [],
    edges: [],
  };
  const nodes = new Map<string, ElkNode>([['', root]]);
  for (const tile of scene.tiles) {
    let parent = root;
    for (const group of tile.groups) parent = nestedNode(nodes, parent, group);
    parent.children?.push({ id: tile.id, width: tile.width, height: tile.height });
  }
  root.edges = scene.links.map((link) => ({
    id: link.id,
    sources: [link.from],
    targets: [link.to],
    labels: [{ text: link.shape, width: link.shape.length * 6 + 10, height: 12 }],
  }));
  return root;
}

function nestedNode(nodes: Map<string, ElkNode>, parent: ElkNode, group: string): ElkNode {
  const found = nodes.get(group);
  if (found) return found;
  const node: ElkNode = {
    id: group,
    children: [],
    layoutOptions: { 'elk.padding': '[top=30,left=16,bottom=16,right=16]' },
  };
  nodes.set(group, node);
  parent.children?.push(node);
  return node;
}

/** The laid-out scene as an SVG document (or, with `interactive`, with data attributes for clicks). */
export function toSvg(scene: Scene, laidOut: ElkNode): string {
  const tiles = new Map(scene.tiles.map((tile) => [tile.id, tile]));
  const back: string[] = [];
  const front: string[] = [];
  const origins = new Map<string, Point>([['root', { x: 0, y: 0 }]]);
  const visit = (node: ElkNode, x: number, y: number): void => {
    for (const child of node.children ?? []) {
      const at = { x: x + (child.x ?? 0), y: y + (child.y ?? 0) };
      origins.set(child.id, at);
      const tile = tiles.get(child.id);
      if (tile) front.push(tileSvg(tile, at, child));
      else back.push(groupSvg(child, at));
      visit(child, at.x, at.y);
    }
  };
  visit(laidOut, 0, 0);
  const lines = (laidOut.edges ?? []).map((edge) =>
    edgeSvg(edge, origins.get(edge.container ?? 'root') ?? { x: 0, y: 0 }),
  );
  const width = Math.ceil(laidOut.width ?? 0);
  const height = Math.ceil(laidOut.height ?? 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="28" y="34" font-size="18" font-weight="600" fill="#0f172a">${escape(scene.title)}</text>`,
    ...back,
    ...lines.map((line) => line.path),
    ...front,
    ...lines.map((line) => line.label),
    '</svg>',
  ].join('\n');
}

function groupSvg(node: ElkNode, at: Point): string {
  const title = escape(groupTitle(node.id));
  return [
    `<g class="open" data-group="${escape(node.id)}"><rect x="${at.x}" y="${at.y}" width="${node.width}" height="${node.height}" rx="12" fill="#4263eb" fill-opacity="0.045" stroke="#4263eb" stroke-opacity="0.35"/>`,
    `<text x="${at.x + 14}" y="${at.y + 20}" font-size="12" font-weight="600" fill="#4263eb">${title}</text></g>`,
  ].join('');
}

function tileSvg(tile: Tile, at: Point, node: ElkNode): string {
  const { fill, stroke, text } = palette[tile.kind];
  const width = node.width ?? tile.width;
  const height = node.height ?? tile.height;
  const center = at.x + width / 2;
  const circle = width === height && tile.kind === 'merge';
  const stacked = tile.count > 1 || tile.kind === 'group';
  const shape = circle
    ? `<circle cx="${center}" cy="${at.y + height / 2}" r="${width / 2}" fill="${fill}" stroke="${stroke}" stroke-width="1.4"/>`
    : [
        stacked
          ? `<rect x="${at.x + 4}" y="${at.y + 4}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-opacity="0.5"/>`
          : '',
        `<rect x="${at.x}" y="${at.y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.4"/>`,
      ].join('');
  const first = at.y + (height - 15 * tile.lines.length) / 2 + 4.5;
  const title = tile.count > 1 ? `${tile.title.replace(/\[\d+\]$/, '')} ×${tile.count}` : tile.title;
  const lines = tile.lines.map(
    (line, i) =>
      `<text x="${center}" y="${first + 15 * (i + 1)}" text-anchor="middle" font-size="11" fill="${text}" fill-opacity="0.8">${escape(line)}</text>`,
  );
  return [
    `<g class="tile ${tile.kind}"${tile.kind === 'group' ? ` data-group="${escape(tile.id)}"` : ''}><title>${escape(tile.tooltip)}</title>`,
    shape,
    `<text x="${center}" y="${first}" text-anchor="middle" font-size="${circle ? 16 : 13}" font-weight="600" fill="${text}">${escape(title)}</text>`,
    ...lines,
    '</g>',
  ].join('');
}

function edgeSvg(edge: ElkEdge, origin: Point): { readonly path: string; readonly label: string } {
  const lines = (edge.sections ?? []).map(({ startPoint, endPoint, bendPoints = [] }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const label = edge.labels?.[0];
  return {
    path: lines
      .map(
        (points) =>
          `<path d="${roundedPath(points, origin)}" fill="none" stroke="#64748b" stroke-width="1.4"/>${arrowHead(points, origin)}`,
      )
      .join(''),
    label: label
      ? `<text x="${origin.x + (label.x ?? 0) + label.width / 2}" y="${origin.y + (label.y ?? 0) + 10}" text-anchor="middle" font-size="10" fill="#64748b">${escape(label.text)}</text>`
      : '',
  };
}

/** A triangle at the end of a line (drawn, not a marker: not every SVG renderer has those). */
function arrowHead(points: readonly Point[], origin: Point): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (!tip || !before) return '';
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const along = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  const corner = (side: number): string =>
    `${origin.x + tip.x - along.x * 7 - along.y * side},${origin.y + tip.y - along.y * 7 + along.x * side}`;
  return `<polygon points="${origin.x + tip.x},${origin.y + tip.y} ${corner(3.6)} ${corner(-3.6)}" fill="#64748b"/>`;
}

/** A polyline with its corners rounded by quarter curves. */
function roundedPath(points: readonly Point[], origin: Point): string {
  const at = points.map((p) => ({ x: p.x + origin.x, y: p.y + origin.y }));
  return at
    .map((p, i) => {
      const before = at[i - 1];
      const after = at[i + 1];
      if (!before) return `M${p.x} ${p.y}`;
      if (!after) return `L${p.x} ${p.y}`;
      const a = towards(p, before);
      const b = towards(p, after);
      return `L${a.x} ${a.y} Q${p.x} ${p.y} ${b.x} ${b.y}`;
    })
    .join(' ');
}

function towards(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const step = distance === 0 ? 0 : Math.min(7, distance / 2) / distance;
  return { x: from.x + (to.x - from.x) * step, y: from.y + (to.y - from.y) * step };
}

/** Text for SVG and HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
