/**
 * Why values that meet have different shapes, in the user's own words: which branch passes the input through, which layer changed which
 * axis. What brings them together: mend-mismatch.ts.
 */
import type { Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { channelsOf, showType } from '../../ir/type.ts';

/** One value that meets others: a branch, or an operand of arithmetic. */
export interface Operand {
  readonly label: string | undefined;
  readonly expr: Expr;
  readonly node: Node;
}

/** Of more operands only the first are explained. */
const mostExplained = 8;

/** What each of them does to the axes on which they differ. */
export function explainMismatch(operands: readonly Operand[]): Diagnostic['notes'] {
  const nodes = operands.map(({ node }) => node);
  const axes = differingAxes(nodes);
  const told = operands.slice(0, mostExplained).map((operand) => whyOperand(operand, axes, nodes));
  const text = [...told, ...(operands.length > mostExplained ? ['…'] : [])].join('; ');
  return text === '' ? [] : [{ word: 'why', text }];
}

/** Axes on which the sizes are not all equal. */
export function differingAxes(nodes: readonly Node[]): readonly string[] {
  const axes = new Set(nodes.flatMap((node) => node.type.axes));
  return [...axes].filter((axis) => new Set(nodes.map((node) => sizeOn(node, axis))).size > 1);
}

function sizeOn(node: Node, axis: string): number | undefined {
  const size = node.type.dims[node.type.axes.indexOf(axis)];
  return typeof size === 'number' ? size : undefined;
}

function nameOf({ label, expr }: Operand): string {
  const text = label ?? textOf(expr.span).replace(/\s+/g, ' ');
  return text.length > 32 ? `${text.slice(0, 30)}…` : text;
}

export function isIdentity({ expr }: Operand): boolean {
  return expr.kind === 'name' && expr.name === 'identity';
}

/** "`main` halves H and W at "stride = 2" and changes C at "conv(128, …)"". */
function whyOperand(operand: Operand, axes: readonly string[], nodes: readonly Node[]): string {
  const name = `\`${nameOf(operand)}\``;
  if (isIdentity(operand)) return `${name} passes the input through`;
  const { axes: own } = operand.node.type;
  const lacks = axes.filter((axis) => !own.includes(axis));
  if (lacks.length > 0) return `${name} has no ${lacks.join(' and ')}${lostAt(operand.node, lacks)}`;
  // Where the others have no such axis, its size does not matter.
  const apart = axes.filter((axis) => new Set(nodes.flatMap((node) => sizeOn(node, axis) ?? [])).size > 1);
  const changes = apart.flatMap((axis) => lastChange(operand.node, axis) ?? []);
  const places = new Map<string, string[]>();
  for (const { verb, at, axis } of changes) {
    const key = `${verb} %${at === undefined ? '' : ` at ${at}`}`;
    places.set(key, [...(places.get(key) ?? []), axis]);
  }
  const parts = [...places].map(([text, changed]) => text.replace('%', changed.join(' and ')));
  return parts.length === 0 ? `${name} is ${showType(operand.node.type)}` : `${name} ${parts.join(' and ')}`;
}

/** The layer on the way behind which the axes are gone. */
function lostAt(end: Node, [axis = '']: readonly string[]): string {
  for (let node = end; ;) {
    const before = node.inputs[0];
    if (!before || before.op === 'param' || before.op === 'const') return '';
    if (before.type.axes.includes(axis)) return ` behind "${node.op}"`;
    node = before;
  }
}

interface Change {
  readonly axis: string;
  readonly verb: string;
  readonly at: string | undefined;
  readonly node: Node;
  readonly before: Node;
}

/** The last layer on the way that gave the axis another size. */
function lastChange(end: Node, axis: string): Change | undefined {
  for (let node = end; ;) {
    const before = node.inputs[0];
    if (!before || before.op === 'param' || before.op === 'const') return undefined;
    const [from, to] = [sizeOn(before, axis), sizeOn(node, axis)];
    if (from !== to && from !== undefined && to !== undefined)
      return { axis, verb: verbFor(from, to), at: decisive(node, axis), node, before };
    node = before;
  }
}

function verbFor(from: number, to: number): string {
  if (to * 2 === from) return 'halves';
  return to === from * 2 ? 'doubles' : 'changes';
}

/** The words of a call that decide an axis, quoted: its stride for places, its beginning for channels; with the number where a name stands for it. */
function decisive({ span, op, attrs, type }: Node, axis: string): string | undefined {
  if (!span) return undefined;
  const text = textOf(span).replace(/\s+/g, ' ');
  if (!text.startsWith(op)) return undefined;
  if (axis === 'C') {
    const first = /^\w+\(([^,()]+)(,?)/.exec(text);
    if (first) return `"${first[0]}${first[2] ? ' …' : ''})"${valueOf(first[1], channelsOf(type))}`;
  }
  const stride = axis === 'C' ? null : /\bstride = ([^,()]+)/.exec(text);
  if (stride) return `"${stride[0]}"${valueOf(stride[1], Array.isArray(attrs.stride) && attrs.stride[0])}`;
  return `"${text.length < 40 ? text : op}"`;
}

/** " (2)" after what is written as a name. */
function valueOf(written: string | undefined, value: unknown): string {
  return typeof value === 'number' && /[a-z]/i.test(written ?? '') ? ` (${value})` : '';
}
