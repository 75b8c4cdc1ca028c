/**
 * Why the branches of a merge end with different shapes, in the user's own words: which branch passes the input through,
 * which layer changed which axis, and the convolution that brings a shortcut to the same shape.
 */
import type { Branch, MergeExpr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { channelsOf, showType, spatialDims } from '../ir/type.ts';
import type { Node } from '../ir/graph.ts';
import type { Use } from './problems.ts';

type Explained = Pick<Diagnostic, 'notes' | 'fixes'>;

export function explainMismatch(use: Use, merge: MergeExpr): Explained {
  const axes = differingAxes(use.data);
  const whys = merge.branches.map((branch, i) => whyBranch(branch, use.data[i], axes));
  const text = whys.filter((why) => why !== undefined).join('; ');
  return { notes: text === '' ? [] : [{ word: 'why', text }], fixes: fixesFor(use, merge) };
}

/** Axes on which the sizes are not all equal. */
function differingAxes(nodes: readonly Node[]): readonly string[] {
  const axes = new Set(nodes.flatMap((node) => node.type.axes));
  return [...axes].filter((axis) => new Set(nodes.map((node) => sizeOn(node, axis))).size > 1);
}

function sizeOn(node: Node, axis: string): string {
  return String(node.type.dims[node.type.axes.indexOf(axis)] ?? 'none');
}

function nameOf(branch: Branch): string {
  const text = branch.label?.name ?? textOf(branch.value.span);
  return text.length > 32 ? `${text.slice(0, 30)}…` : text;
}

function whyBranch(branch: Branch, end: Node | undefined, axes: readonly string[]): string | undefined {
  if (branch.value.kind === 'name' && branch.value.name === 'identity')
    return `\`${nameOf(branch)}\` passes the input through`;
  if (!end) return undefined;
  const parts = axes.flatMap((axis) => {
    const change = lastChange(end, axis, branch);
    return change ? [`${change.verb} ${axis} at "${change.at}"`] : [];
  });
  if (parts.length === 0) return `\`${nameOf(branch)}\` gives ${showType(end.type)}`;
  return `\`${nameOf(branch)}\` ${parts.join(' and ')}`;
}

/** The last layer inside the branch's text that gave the axis another size. */
function lastChange(end: Node, axis: string, branch: Branch): { verb: string; at: string } | undefined {
  for (let node: Node | undefined = end; node; node = node.inputs[0]) {
    const before: Node | undefined = node.inputs[0];
    if (!before || before.op === 'param' || before.op === 'const' || !node.span) return undefined;
    const [from, to] = [sizeOn(before, axis), sizeOn(node, axis)];
    if (from === to) continue;
    const inside = node.span.start >= branch.span.start && node.span.end <= branch.span.end;
    const text = textOf(node.span);
    return { verb: verbFor(Number(from), Number(to)), at: inside && text.length < 40 ? text : node.op };
  }
  return undefined;
}

function verbFor(from: number, to: number): string {
  if (to * 2 === from) return 'halves';
  if (to === from * 2) return 'doubles';
  return 'changes';
}

/** For an `add` with a bare shortcut: the 1x1 convolution that does what the other branch does. */
function fixesFor(use: Use, merge: MergeExpr): readonly Fix[] {
  const at = merge.branches.findIndex(({ value }) => value.kind === 'name' && value.name === 'identity');
  const other = use.data.find((_, i) => i !== at);
  const own = use.data[at];
  const branch = merge.branches[at];
  if (!other || !own || !branch || use.def.name === 'concat') return [];
  const stride = commonStride(own, other);
  if (stride === undefined) return [];
  const strided = stride === 1 ? '' : `, stride = ${stride}`;
  const text = `conv(${channelsOf(other.type)}, 1${strided}, bias = false) -> bn`;
  const label = branch.label ? `${branch.label.name}: ` : '';
  return [{ title: `${label}${text}`, edits: [{ span: branch.value.span, text }] }];
}

/** The stride s for which ceil(n / s) is the other's size on every spatial axis. */
function commonStride(from: Node, to: Node): number | undefined {
  const [a, b] = [spatialDims(from.type), spatialDims(to.type)];
  if (a.length !== b.length) return undefined;
  for (let stride = 1; stride <= 64; stride++)
    if (a.every((n, i) => Math.ceil(Number(n) / stride) === b[i])) return stride;
  return undefined;
}
