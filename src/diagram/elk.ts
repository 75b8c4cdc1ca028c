/**
 * Layout by the Eclipse Layout Kernel: what it is asked (open groups are nested nodes), and its answer in units of the whole
 * picture. No imports but of this folder: the HTML page runs this very code with an ELK of its own.
 */
import { placementOf } from './bound.ts';
import type { Area, Frame, Line, Picture, PlacedTile, Point } from './picture.ts';
import type { Scene } from './scene.ts';

/** The part of ELK's JSON that is used here. */
export interface ElkNode {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  children?: ElkNode[];
  edges?: ElkEdge[];
  layoutOptions?: Record<string, string>;
}
interface ElkEdge {
  id: string;
  sources: string[];
  targets: string[];
  labels?: { text: string; x?: number; y?: number; width: number; height: number }[];
  sections?: { startPoint: Point; endPoint: Point; bendPoints?: Point[] }[];
  container?: string;
}

/** Lays out a graph: `new ELK().layout` of either build of elkjs. */
export type Layout = (graph: ElkNode) => Promise<ElkNode>;

/** Free room around the tiles, and above them for the title. */
export const margin = { top: 56, side: 28, bottom: 28 } as const;

/** The scene where ELK puts it, in one piece. */
export async function place(scene: Scene, layout: Layout): Promise<Picture> {
  return pictureOf(scene, await layout(toElk(scene)));
}

function toElk(scene: Scene): ElkNode {
  const root: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': scene.direction.toUpperCase(),
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.spacing.nodeNode': '26',
      'elk.layered.spacing.nodeNodeBetweenLayers': '16',
      'elk.layered.spacing.edgeNodeBetweenLayers': '14',
      'elk.spacing.edgeLabel': '4',
      'elk.layered.nodePlacement.strategy': placementOf(scene),
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.padding': `[top=${margin.top},left=${margin.side},bottom=${margin.bottom},right=${margin.side}]`,
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

/** ELK's coordinates are relative to the node around; here they become absolute. */
function pictureOf(scene: Scene, laidOut: ElkNode): Picture {
  const tileOf = new Map(scene.tiles.map((tile) => [tile.id, tile]));
  const tiles: PlacedTile[] = [];
  const frames: Frame[] = [];
  const origins = new Map<string, Point>([['root', { x: 0, y: 0 }]]);
  const visit = (node: ElkNode, origin: Point): void => {
    for (const child of node.children ?? []) {
      const area = areaOf(child, origin);
      origins.set(child.id, area);
      const tile = tileOf.get(child.id);
      if (tile) tiles.push({ ...area, tile });
      else frames.push({ ...area, id: child.id });
      visit(child, area);
    }
  };
  visit(laidOut, { x: 0, y: 0 });
  const lines = (laidOut.edges ?? []).flatMap((edge) =>
    linesOf(edge, origins.get(edge.container ?? 'root') ?? { x: 0, y: 0 }),
  );
  return {
    width: Math.ceil(laidOut.width ?? 0),
    height: Math.ceil(laidOut.height ?? 0),
    frames,
    tiles,
    lines,
  };
}

function areaOf(node: ElkNode, origin: Point): Area {
  return {
    x: origin.x + (node.x ?? 0),
    y: origin.y + (node.y ?? 0),
    width: node.width ?? 0,
    height: node.height ?? 0,
  };
}

function linesOf(edge: ElkEdge, origin: Point): readonly Line[] {
  const shifted = (p: Point): Point => ({ x: origin.x + p.x, y: origin.y + p.y });
  const label = edge.labels?.[0];
  return (edge.sections ?? []).map(({ startPoint, endPoint, bendPoints = [] }, i) => ({
    id: edge.id,
    points: [startPoint, ...bendPoints, endPoint].map(shifted),
    text: i === 0 ? (label?.text ?? '') : '',
    at: shifted({ x: (label?.x ?? 0) + (label?.width ?? 0) / 2, y: (label?.y ?? 0) + 10 }),
  }));
}
