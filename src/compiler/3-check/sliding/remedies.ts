/**
 * What to do about a net that cannot slide: other sizes for the larger image, or layers that do at every place what they did over the
 * whole window. An edit is offered only where the net then slides, which is tried; what has no such remedy gets it in words.
 */
import { callAround, callAt, stageAt } from '../../1-parse/expr-at.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import { isExternal } from '../../2-resolve/paths.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { shapeOf, spatialRank } from '../../ir/type.ts';
import * as read from '../../ops/shared/attrs.ts';
import {
  convolutional,
  isSliding,
  nameOf,
  type CannotSlide,
  type Cause,
  type Sliding,
} from './convolutional.ts';
import { survey } from './survey.ts';
import { rebuilt, standsFor, type Replacements } from './rebuilt.ts';
import { stepOf } from './step.ts';

interface Refused {
  readonly cannot: CannotSlide;
  /** Where sliding is asked for, and where the sizes are written; absent: on the command line. */
  readonly at: Span | undefined;
  readonly sizesAt: Span | undefined;
}

interface Asked extends Refused {
  readonly graph: Graph;
  readonly sizes: readonly number[];
}

/** The remedy for a graph that does not slide over `sizes`. */
export function remedyFor(graph: Graph, sizes: readonly number[], refused: Refused): Fix {
  const asked: Asked = { ...refused, graph, sizes };
  return remedies[refused.cannot.cause](asked) ?? inWords(oneByOne);
}

const oneByOne = 'run windows one by one, or slide a net without this layer';

const remedies: Readonly<Record<Cause, (asked: Asked) => Fix | undefined>> = {
  vector: asItIs,
  inputs: () => inWords('slide a net that takes the image alone, inside one that has the other inputs'),
  sizes: otherSizes,
  whole: perPlace,
  'whole-window': () =>
    inWords(
      'run windows one by one, or slide a net without what is made of a whole window (squeeze and excitation)',
    ),
  strides: ({ cannot: { node } }) =>
    inWords(
      `the same stride in all layers that lead to ${nameOf(node)}, or upsample what lies farther apart`,
    ),
  'flat-output': withoutFlatten,
  between: beforeFlatten,
};

const inWords = (title: string): Fix => ({ title, edits: [] });

/** `convolutional(N)` → `N`. */
function asItIs({ at }: Asked): Fix {
  const call = at && callAround(at);
  const net = call?.args[0];
  const isOwn = call && net && call.callee.kind === 'name' && call.callee.name === 'convolutional';
  return isOwn ? replaceBy(textOf(net.span), call.span) : inWords('a net over a vector is used as it is');
}

/** Other sizes, and what else keeps the net from sliding over them. */
function otherSizes(asked: Asked): Fix | undefined {
  const { graph, at, sizesAt } = asked;
  const [input] = graph.inputs;
  const found = fittingSizes(asked);
  if (!input || !found) return undefined;
  const text = found.sizes.join('x');
  const fix =
    sizesAt && !isExternal(sizesAt.source.path)
      ? replaceBy(text, sizesAt)
      : inWords(at ? `give it a value of ${text}` : `--size ${input.name}=${text}`);
  if (isSliding(found.result)) return fix;
  const more = remedyFor(graph, found.sizes, { ...asked, cannot: found.result });
  const edits = more.edits.length > 0 && fix.edits.length > 0 ? [...fix.edits, ...more.edits] : [];
  return { title: `${fix.title}; ${more.title}`, edits };
}

interface Fitting {
  readonly sizes: readonly number[];
  readonly result: Sliding | CannotSlide;
}

/** As many sizes as the input has axes, no smaller than the window, and larger by whole strides where that is needed. */
function fittingSizes({ graph, sizes, at, sizesAt }: Asked): Fitting | undefined {
  const [input] = graph.inputs;
  if (!input) return undefined;
  const window = shapeOf(input.node.type).slice(0, -1);
  const { stride } = survey(graph, { input: input.node, window, grows: window.map(() => true) });
  const stepped = (larger: readonly number[]): readonly number[] =>
    window.map((n, i) => n + Math.ceil(((larger[i] ?? n) - n) / (stride[i] ?? 1)) * (stride[i] ?? 1));
  const large = window.map((n, i) => Math.max(sizes[i] ?? sizes.at(-1) ?? n, n));
  // Who chooses a size wants more than one window; a value that flows in has to hold one.
  const isOne = large.join() === window.join() && (sizesAt !== undefined || !at);
  const tried = isOne ? [stepped(window.map((n) => 2 * n))] : [large, stepped(large)];
  return tried
    .map((candidate): Fitting => ({ sizes: candidate, result: convolutional(graph, candidate) }))
    .find(({ result }) => isSliding(result) || result.cause !== 'sizes');
}

/** Makes the same edits to the graph as to the text, and tells whether it slides then. */
function slidesWith({ graph, sizes }: Asked, replacements: Replacements): boolean {
  const changed = rebuilt(graph, replacements);
  return changed !== undefined && isSliding(convolutional(changed, sizes));
}

/** A layer over whole maps, as one that looks at each place alone. */
interface PerPlace {
  readonly edit: Edit;
  /** What is written there now, and then. */
  readonly before: string;
  readonly after: string;
  readonly replacement: Replacements extends ReadonlyMap<Node, infer R> ? R : never;
}

/** All layers that look at whole maps, in one fix: `bn` for `in_norm`. */
function perPlace(asked: Asked): Fix | undefined {
  const { graph, cannot } = asked;
  const whole = topological(graph).filter((node) => isWhole(node));
  const changes = whole.map((node) => [node, inItsPlace(node)] as const);
  const known = changes.flatMap(([node, change]) => (change ? [[node, change] as const] : []));
  const replacements = new Map(known.map(([node, { replacement }]) => [node, replacement]));
  const own = known.find(([node]) => node === cannot.node)?.[1];
  if (!own || !slidesWith(asked, replacements))
    return own ? inWords(titleOf([own])) : wholeInWords(cannot.node);
  const edits = new Map(known.map(([, { edit }]) => [edit.span.start, edit]));
  return { title: titleOf(known.map(([, change]) => change)), edits: [...edits.values()] };
}

function titleOf(changes: readonly PerPlace[]): string {
  return [...new Set(changes.map(({ before, after }) => `${after} instead of ${before}`))].join(', ');
}

const isWhole = (node: Node): boolean =>
  node.inputs.length > 0 && spatialRank(node.inputs[0]?.type ?? node.type) > 0 && stepOf(node) === undefined;

function inItsPlace(node: Node): PerPlace | undefined {
  const { span, op, inputs } = node;
  if (!span || isExternal(span.source.path)) return undefined;
  const text = textOf(span);
  const name = nameOf(node);
  if (op === 'in_norm' && text.startsWith(name)) {
    const after = text.replace(name, 'bn');
    const callee = { ...span, end: span.start + name.length };
    return { edit: { span: callee, text: 'bn' }, before: text, after, replacement: standsFor };
  }
  if (op === 'ln') {
    const axes = callAt(span)?.args.find((arg, i) => (arg.name ? arg.name.name === 'axes' : i === 0));
    if (!axes) return undefined;
    const { start, end } = axes.value.span;
    const after = `${text.slice(0, start - span.start)}[C]${text.slice(end - span.start)}`;
    return { edit: { span: axes.value.span, text: '[C]' }, before: text, after, replacement: standsFor };
  }
  const spatial = inputs[0]?.type.axes.filter((axis) => axis !== 'C') ?? [];
  const isOverAll = node.attrs.axes === null && /^\w+(\(\))?$/.test(text) && text.startsWith(name);
  if (!['mean', 'reduce_max'].includes(op) || !isOverAll) return undefined;
  const after = `${name}([${spatial.join(', ')}])`;
  const attrs = { ...node.attrs, axes: spatial };
  return { edit: { span, text: after }, before: text, after, replacement: (input) => ({ input, attrs }) };
}

function wholeInWords(node: Node): Fix {
  if (node.op !== 'resize')
    return inWords(`run windows one by one, or slide a net without this ${nameOf(node)}`);
  const factors = node.type.dims.slice(0, -1).map((n, i) => Number(n) / Number(node.inputs[0]?.type.dims[i]));
  const [factor] = new Set(factors.filter((f) => Number.isInteger(f)));
  return inWords(`resize by a whole factor: scale = ${factor ?? 2} instead of a size or of aligned corners`);
}

/** `… -> flatten` at an output → the map itself, where the output takes one. */
function withoutFlatten(asked: Asked): Fix | undefined {
  const { graph, cannot } = asked;
  const flatten = flattenBefore(cannot.node);
  if (!flatten) return undefined;
  const output = graph.outputs.find(({ nodes }) => nodes.includes(cannot.node));
  if (output?.output.kind !== 'tensor')
    return inWords(
      `gap, or conv and gap, instead of flatten: what ${output?.name ?? 'an output'} needs is one vector`,
    );
  const replacements: Replacements = new Map([[flatten, standsFor]]);
  const edit = leftOut(flatten.span);
  if (!edit || !slidesWith(asked, replacements)) return inWords('leave flatten out');
  return { ...leaveOut('flatten', edit.span), edits: [edit] };
}

/** The flatten from which a value came through layers of one input. */
function flattenBefore(node: Node): Node | undefined {
  for (let at: Node | undefined = node; at; at = at.inputs[0]) if (at.op === 'flatten') return at;
  return undefined;
}

/** A stage with the arrow before it (or behind it, for the first); `identity` where it has to stay. */
function leftOut(span: Span | undefined): Edit | undefined {
  if (!span || isExternal(span.source.path)) return undefined;
  const found = stageAt(span);
  const stages = found?.pipeline.stages ?? [];
  const at = found?.index ?? 0;
  const [before, own, after] = [stages[at - 1], stages[at], stages[at + 1]];
  const whole =
    before && own ? { ...span, start: before.span.end } : after && { ...span, end: after.span.start };
  if (!whole || own?.as || textOf(whole).includes('//')) return { span, text: 'identity' };
  return { span: whole, text: '' };
}

/** Layers over a vector that are at each place of a map what they are there. */
const alsoOverMaps: ReadonlySet<string> = new Set(['bn', 'ln', 'softmax', 'log_softmax']);

/** `flatten -> bn` → `bn -> flatten`. */
function beforeFlatten(asked: Asked): Fix {
  const { node } = asked.cannot;
  const flatten = flattenBefore(node);
  const advice = inWords(`${nameOf(node)} before flatten, over the channels of each place`);
  if (!flatten?.span || !node.span || !alsoOverMaps.has(node.op)) return advice;
  if ([flatten.span, node.span].some(({ source }) => isExternal(source.path))) return advice;
  const isBetween =
    readersOf(flatten, asked.graph).length === 1 && slidesWith(asked, new Map([[node, standsFor]]));
  if (!isBetween || !overChannels(node)) return advice;
  const [first, second] = [textOf(flatten.span), textOf(node.span)];
  return {
    title: `${second} before ${first}`,
    edits: [
      { span: flatten.span, text: second },
      { span: node.span, text: first },
    ],
  };
}

function overChannels({ op, attrs }: Node): boolean {
  if (op === 'bn') return true;
  return op === 'ln' ? read.texts(attrs, 'axes').join() === 'C' : read.text(attrs, 'axis') === 'C';
}

function readersOf(node: Node, graph: Graph): readonly Node[] {
  return topological(graph).filter(({ inputs }) => inputs.includes(node));
}
