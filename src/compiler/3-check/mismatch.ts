/**
 * Why values that meet have different shapes, in the user's own words: which branch passes the input through, which layer
 * changed which axis, and the option or the convolution that brings them together.
 */
import type { Expr } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Diagnostic, Edit, Fix } from '../diagnostics/diagnostic.ts';
import type { Node } from '../ir/graph.ts';
import { channelsOf, showType, spatialDims } from '../ir/type.ts';

/** One value that meets others: a branch, or an operand of arithmetic. */
export interface Operand {
  readonly label: string | undefined;
  readonly expr: Expr;
  readonly node: Node;
}

export function explainMismatch(
  op: string,
  operands: readonly Operand[],
): Pick<Diagnostic, 'notes' | 'fixes'> {
  const axes = differingAxes(operands.map(({ node }) => node));
  const text = operands.map((operand) => whyOperand(operand, axes)).join('; ');
  const padded = padFix(operands, axes);
  const fixes = padded ? [padded] : op === 'concat' ? [] : shortcutFix(operands);
  return { notes: text === '' ? [] : [{ word: 'why', text }], fixes };
}

/** Axes on which the sizes are not all equal. */
function differingAxes(nodes: readonly Node[]): readonly string[] {
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

function isIdentity({ expr }: Operand): boolean {
  return expr.kind === 'name' && expr.name === 'identity';
}

/** "`main` halves H and W at "stride = 2" and changes C at "conv(128, …)"". */
function whyOperand(operand: Operand, axes: readonly string[]): string {
  const name = `\`${nameOf(operand)}\``;
  if (isIdentity(operand)) return `${name} passes the input through`;
  const changes = axes.flatMap((axis) => lastChange(operand.node, axis) ?? []);
  const places = new Map<string, string[]>();
  for (const { verb, at, axis } of changes) {
    const key = `${verb} %${at === undefined ? '' : ` at ${at}`}`;
    places.set(key, [...(places.get(key) ?? []), axis]);
  }
  const parts = [...places].map(([text, changed]) => text.replace('%', changed.join(' and ')));
  return parts.length === 0 ? `${name} is ${showType(operand.node.type)}` : `${name} ${parts.join(' and ')}`;
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

/** Places lost at a border that was not padded come back with `pad = same`. */
function padFix(operands: readonly Operand[], axes: readonly string[]): Fix | undefined {
  const spatial = axes.filter((axis) => axis !== 'C');
  if (spatial.length === 0 || spatial.length < axes.length) return undefined;
  for (const { node } of operands) {
    const [change] = spatial.flatMap((axis) => lastChange(node, axis) ?? []);
    const { span, attrs } = change?.node ?? {};
    const unpadded = Array.isArray(attrs?.pad) && attrs.pad.flat().every((n) => n === 0);
    const steps = Array.isArray(attrs?.stride) && attrs.stride.every((n) => n === 1);
    if (
      !change ||
      !span ||
      !unpadded ||
      !steps ||
      !textOf(span).endsWith(')') ||
      /\bpad\b/.test(textOf(span))
    )
      continue;
    const others = operands.filter((other) => other.node !== node).map((other) => other.node);
    const restores = spatial.every((axis) =>
      others.every((other) => sizeOn(other, axis) === sizeOn(change.before, axis)),
    );
    if (restores)
      return {
        title: `${textOf(span).slice(0, -1)}, pad = same)`,
        edits: [beforeBracket(span, ', pad = same')],
      };
  }
  return undefined;
}

function beforeBracket({ source, end }: Span, text: string): Edit {
  return { span: { source, start: end - 1, end: end - 1 }, text };
}

/** For an `add` with a bare shortcut: the 1x1 convolution that does what the other branch does. */
function shortcutFix(operands: readonly Operand[]): readonly Fix[] {
  const own = operands.find(isIdentity);
  const other = operands.find((operand) => operand !== own);
  const stride = own && other ? commonStride(own.node, other.node) : undefined;
  if (!own || !other || stride === undefined) return [];
  const strided = stride === 1 ? '' : `, stride = ${writtenIn(other, 'H', /\bstride = ([^,()]+)/) ?? stride}`;
  const channels = writtenIn(other, 'C', /^conv\(([^,()]+)/) ?? channelsOf(other.node.type);
  const text = `conv(${channels}, 1${strided}, bias = false) -> bn`;
  const label = own.label === undefined ? '' : `${own.label}: `;
  return [{ title: `${label}${text}`, edits: [{ span: own.expr.span, text }] }];
}

/** How the branch itself writes what decides an axis (`c`, `stride`): in a block with parameters a number would fit one use only. */
function writtenIn({ expr, node }: Operand, axis: string, pattern: RegExp): string | undefined {
  const span = lastChange(node, axis)?.node.span;
  const inside =
    span?.source === expr.span.source && span.start >= expr.span.start && span.end <= expr.span.end;
  return span && inside ? pattern.exec(textOf(span))?.[1]?.trim() : undefined;
}

/** The stride s for which ceil(n / s) is the other's size on every spatial axis. */
function commonStride(from: Node, to: Node): number | undefined {
  const [a, b] = [spatialDims(from.type), spatialDims(to.type)];
  if (a.length !== b.length) return undefined;
  for (let stride = 1; stride <= 64; stride++)
    if (a.every((n, i) => Math.ceil(Number(n) / stride) === b[i])) return stride;
  return undefined;
}
