/**
 * What an application of a block made, free of where it was applied: its nodes in the order in which they were made, with paths
 * below the block's own, inputs by number and places by anchor. Built from a recording of an evaluation, stamped out anywhere.
 */
import type { Span } from '../../1-parse/source.ts';
import type { Node } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import { join, type Site } from '../frame.ts';
import { visiblePath, type Session } from '../session.ts';
import type { Anchor, Places } from './places.ts';
import { note, type Made, type Recording } from './recording.ts';

/** A node of a template. */
interface Cell {
  readonly node: Pick<Node, 'op' | 'attrs' | 'type'>;
  /** Cells by their index; −1 − i is the i-th value that flows in. */
  readonly inputs: readonly number[];
  readonly role: Made['role'];
  /** Under which path it was entered: a layer's before it is told apart from others, a weight's with its name. */
  readonly entered: string;
  readonly path: string;
  /** Index of its place; −1 for none. */
  readonly place: number;
  readonly symbolic: TensorType | 'unknown' | undefined;
}

export interface Template {
  readonly cells: readonly Cell[];
  readonly places: readonly Anchor[];
  /** The cell, or value that flows in, that is the result. */
  readonly result: number;
  /** What it counts against the bounds. */
  readonly steps: number;
  readonly layers: number;
  readonly levels: number;
  readonly depth: number;
}

/**
 * Makes the template of what was recorded, at any later time; undefined where it depends on something outside of the block. Until
 * then it holds on to the graph that was recorded, and to nothing else of the check.
 */
export function templateOf(
  recording: Recording,
  result: Node,
  {
    site,
    inputs,
    session,
    places,
  }: { site: Site; inputs: readonly Node[]; session: Session; places: Places },
): () => Template | undefined {
  const { made, from, entered, before } = recording;
  const to = made.length;
  const { path } = site;
  const { symbolic } = session;
  const counts = {
    steps: session.steps - before.steps,
    layers: session.nodes - before.nodes,
    levels: recording.level - session.level,
    depth: recording.depth - site.depth,
  };
  return () => {
    const building: Building = {
      above: path,
      symbolic,
      numbers: new Map(),
      cells: [],
      spans: new Map(),
      anchors: [],
      entered,
      places,
    };
    inputs.forEach((node, i) => building.numbers.set(node, -1 - i));
    for (let i = from; i < to; i++) if (!addCell(made[i] as Made, building)) return undefined;
    const number = building.numbers.get(result);
    if (number === undefined) return undefined;
    return { cells: building.cells, places: building.anchors, result: number, ...counts };
  };
}

interface Building {
  /** Path of the block. */
  readonly above: string;
  readonly symbolic: Session['symbolic'];
  readonly numbers: Map<Node, number>;
  readonly cells: Cell[];
  readonly spans: Map<Span, number>;
  readonly anchors: Anchor[];
  readonly entered: ReadonlySet<string>;
  readonly places: Places;
}

function addCell({ node, path, role }: Made, building: Building): boolean {
  const { numbers, cells, above } = building;
  for (const input of node.inputs) if (!numbers.has(input) && !addConstant(input, building)) return false;
  const place = placeOf(node.span, building);
  const entered = role === 'constant' ? path : below(path, above);
  // A weight's own path is its layer's; a layer's follows from what it was entered under.
  const own = role === 'weight' && node.path !== '' ? below(node.path, above) : node.path;
  if (place === undefined || entered === undefined || own === undefined) return false;
  const inputs = node.inputs.map((input) => numbers.get(input) ?? NaN);
  const { op, attrs, type } = node;
  numbers.set(node, cells.length);
  cells.push({
    node: { op, attrs, type },
    inputs,
    role,
    entered,
    path: own,
    place,
    symbolic: building.symbolic.get(node),
  });
  return true;
}

/** A number among the operands is a node that nothing else knows. */
function addConstant(node: Node, building: Building): boolean {
  if (node.op !== 'const' || node.path !== '') return false;
  return addCell({ node, path: '', role: 'constant' }, building);
}

/** Index of a place inside of a block that was evaluated; −1 for none, undefined where it is in other text. */
function placeOf(span: Span | undefined, { spans, anchors, entered, places }: Building): number | undefined {
  if (!span) return -1;
  const known = spans.get(span);
  if (known !== undefined) return known;
  const anchor = places.anchorOf(span);
  if (!anchor || !entered.has(`${anchor.path}\0${anchor.name}`)) return undefined;
  spans.set(span, anchors.length);
  return anchors.push(anchor) - 1;
}

/** `path` without the path `above` it; undefined where it is not below. */
function below(path: string, above: string): string | undefined {
  if (above === '' || path === above) return path === above ? '' : path;
  return path.startsWith(`${above}.`) ? path.slice(above.length + 1) : undefined;
}

const under = (above: string, path: string): string => (path === '' ? above : join(above, path));

/** Makes a template's nodes at a site; the result. `spans` are its places in the text of now. */
export function stamp(
  { cells, result }: Template,
  at: { readonly site: Site; readonly inputs: readonly Node[]; readonly spans: readonly Span[] },
  session: Session,
): Node | undefined {
  const nodes: Node[] = [];
  // An array that grows has room for sixteen more, and stays so for the life of its node.
  const inputAt = (i: number): Node => (i < 0 ? at.inputs[-1 - i] : nodes[i]) as Node;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as Cell;
    const { op, attrs, type } = cell.node;
    const full = cell.role === 'constant' ? cell.path : under(at.site.path, cell.entered);
    const path = pathOf(cell, full, at.site.path, session);
    const node: Node = {
      op,
      inputs: cell.inputs.map(inputAt),
      attrs,
      type,
      path,
      span: at.spans[cell.place],
    };
    nodes.push(node);
    if (cell.role === 'weight') session.weights.set(full, node);
    if (cell.symbolic !== undefined) session.symbolic.set(node, cell.symbolic);
    note(session, node, full, cell.role);
  }
  return result < 0 ? at.inputs[-1 - result] : nodes[result];
}

function pathOf({ role, path }: Cell, full: string, above: string, session: Session): string {
  if (role === 'layer') return visiblePath(session, full);
  return role === 'weight' ? under(above, path) : path;
}
