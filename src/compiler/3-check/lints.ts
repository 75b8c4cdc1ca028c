/**
 * Warnings about a net that runs but loses something: a property that its writer surely wanted. Each rule looks at one node
 * and its neighbours; only what the project's own files write is reported.
 */
import { isExternal } from '../2-resolve/paths.ts';
import type { Diagnostic, Edit, Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Span } from '../1-parse/source.ts';
import { textOf } from '../1-parse/source.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { isConcrete, shapeOf, showType } from '../ir/type.ts';
import { windowAttrs } from '../ops/shared/window.ts';

/** How many nodes read a node. */
type CountUsers = (node: Node) => number;

type Written = Node & { readonly span: Span };
type Lint = (node: Written, users: CountUsers) => Diagnostic | undefined;

/** The operators that a lint looks at. */
const linted: ReadonlySet<string> = new Set(['bn', 'dense', 'softmax', 'log_softmax', 'maxpool', 'avgpool']);

const lints: readonly Lint[] = [
  biasBeforeBn,
  denseWithoutActivation,
  softmaxTwice,
  dropoutBeforeBn,
  poolSkips,
  floorDrops,
];

/** Warnings of one net at its default sizes. */
export function lintGraph(graph: Graph, report: (d: Diagnostic) => void): void {
  const users = userCounter(graph);
  const nodes = topological(graph);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    if (!linted.has(node.op) || !isWritten(node)) continue;
    for (const lint of lints) {
      const found = lint(node, users);
      if (found) report(found);
    }
  }
  for (const found of reluOutputs(graph)) report(found);
}

function isWritten(node: Node): node is Written {
  return node.span !== undefined && !isExternal(node.span.source.path);
}

/** Counts when it is asked first, and then once for all. */
function userCounter(graph: Graph): CountUsers {
  let counts: Map<Node, number> | undefined;
  return (node) => {
    if (!counts) {
      counts = new Map();
      for (const { inputs } of topological(graph))
        for (const input of inputs) counts.set(input, (counts.get(input) ?? 0) + 1);
    }
    return counts.get(node) ?? 0;
  };
}

const convolutions: ReadonlySet<string> = new Set(['conv', 'dwconv', 'deconv', 'dense']);

/** Batch norm subtracts the mean, and with it any bias. */
function biasBeforeBn(node: Written, users: CountUsers): Diagnostic | undefined {
  const before = node.inputs[0];
  if (node.op !== 'bn' || !before || !convolutions.has(before.op) || before.attrs.bias !== true)
    return undefined;
  if (!isWritten(before) || users(before) !== 1) return undefined;
  return diagnostic('network/bias-before-bn', { layer: before.op }, before.span, {
    labels: [{ span: node.span, text: 'subtracts the mean, and the bias with it' }],
    fixes: [{ title: 'bias = false', edits: withOption(before.span, 'bias = false') }],
  });
}

/** Appends an option to the call that a span covers. */
function withOption(span: Span, option: string): readonly Edit[] {
  const text = textOf(span);
  if (!text.endsWith(')') || /\bbias\b/.test(text)) return [];
  const at = span.end - 1;
  return [
    {
      span: { source: span.source, start: at, end: at },
      text: `${text.endsWith('()') ? '' : ', '}${option}`,
    },
  ];
}

const passesThrough: ReadonlySet<string> = new Set(['dropout', 'flatten', 'identity', 'reshape']);

/** Two linear maps in a row are one linear map with more parameters. */
function denseWithoutActivation(node: Written): Diagnostic | undefined {
  if (node.op !== 'dense') return undefined;
  let before = node.inputs[0];
  while (before && passesThrough.has(before.op)) before = before.inputs[0];
  if (before?.op !== 'dense' || !before.span) return undefined;
  const { source, start } = node.span;
  return diagnostic('network/dense-twice', {}, node.span, {
    labels: [{ span: before.span, text: 'nothing but linear maps between' }],
    fixes: [
      { title: '-> relu between them', edits: [{ span: { source, start, end: start }, text: 'relu -> ' }] },
    ],
  });
}

const softmaxes: ReadonlySet<string> = new Set(['softmax', 'log_softmax']);

function softmaxTwice(node: Written): Diagnostic | undefined {
  const before = node.inputs[0];
  if (!softmaxes.has(node.op) || !before || !softmaxes.has(before.op) || !before.span) return undefined;
  return diagnostic('network/softmax-twice', { what: 'softmax' }, node.span, {
    labels: [{ span: before.span, text: 'probabilities already' }],
    fixes: isStage(node.span) ? [{ title: 'leave it out', edits: [removeStage(node.span)] }] : [],
  });
}

const activations: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'leaky_relu',
  'elu',
  'selu',
  'silu',
  'gelu',
  'tanh',
  'sigmoid',
]);

/** Dropout shifts the variance that batch norm has learned (Li et al., arXiv:1801.05134). */
function dropoutBeforeBn(node: Written): Diagnostic | undefined {
  if (node.op !== 'bn') return undefined;
  let before = node.inputs[0];
  while (before && activations.has(before.op)) before = before.inputs[0];
  if (before?.op !== 'dropout' || !before.span) return undefined;
  return diagnostic('network/dropout-before-bn', {}, node.span, {
    labels: [{ span: before.span, text: 'changes the variance while training, not afterwards' }],
    fixes: [{ title: 'move the dropout behind the last bn, just before the last layer', edits: [] }],
  });
}

const pools: ReadonlySet<string> = new Set(['maxpool', 'avgpool']);

function poolSkips(node: Written): Diagnostic | undefined {
  if (!pools.has(node.op)) return undefined;
  const { kernel, stride } = windowAttrs(node.attrs);
  const axis = kernel.findIndex((k, i) => (stride[i] ?? 1) > k);
  // A window of one pixel is a way to write subsampling.
  if (axis === -1 || kernel.every((k) => k === 1)) return undefined;
  const skipped = (stride[axis] ?? 1) - (kernel[axis] ?? 1);
  return diagnostic(
    'shape/pool-skips',
    { layer: node.op, kernel: kernel[axis] ?? 1, stride: stride[axis] ?? 1 },
    node.span,
    {
      notes: [
        {
          word: 'why',
          text: `${skipped} of every ${stride[axis]} pixels along ${node.type.axes[axis]} ${skipped === 1 ? 'lies' : 'lie'} between two windows`,
        },
      ],
      fixes: closerWindows(node.span, kernel[axis] ?? 1),
    },
  );
}

/** The written stride replaced by the size of the window. */
function closerWindows({ source, start, end }: Span, kernel: number): readonly Fix[] {
  const written = /(\bstride\s*=\s*)[\dx]+/.exec(source.text.slice(start, end));
  if (!written) return [];
  const [whole, option = ''] = written;
  const at = start + written.index;
  const span = { source, start: at + option.length, end: at + whole.length };
  return [{ title: `stride = ${kernel} (the size of the window)`, edits: [{ span, text: String(kernel) }] }];
}

/**
 * Pixels at the end that a pool does not reach although its windows tile the input. Overlapping windows (3x3 at stride 2) end
 * early in many a published net, and lose nothing that a neighbour has not seen.
 */
function floorDrops(node: Written): Diagnostic | undefined {
  const input = node.inputs[0]?.type;
  if (!pools.has(node.op) || !input || !isConcrete(input)) return undefined;
  const w = windowAttrs(node.attrs);
  if (w.pad === 'same' || w.kernel.some((k, i) => k !== w.stride[i])) return undefined;
  const pads = w.pad;
  const dropped = shapeOf(input)
    .slice(0, w.kernel.length)
    .map((n, i) => {
      const [begin = 0, end = 0] = pads[i] ?? [];
      const span = (w.dilation[i] ?? 1) * ((w.kernel[i] ?? 1) - 1) + 1;
      return Math.max(0, ((n + begin + end - span) % (w.stride[i] ?? 1)) - end);
    });
  const axis = dropped.findIndex((n) => n > 0);
  if (axis === -1) return undefined;
  const count = dropped[axis] ?? 0;
  const pixels = `the last ${count === 1 ? 'pixel' : `${count} pixels`} along ${node.type.axes[axis]}`;
  return diagnostic('shape/floor', { layer: node.op, pixels }, node.span, {
    label: `${showType(input)} -> ${showType(node.type)}`,
    fixes: [{ title: 'pad = same (keeps them), or a size that the stride divides', edits: [] }],
  });
}

/** A score that can only be ≥ 0 loses half of what it could say. */
function reluOutputs(graph: Graph): readonly Diagnostic[] {
  const scored = new Set(['label', 'labels', 'prob', 'points', 'detect', 'embedding']);
  return graph.outputs.flatMap(({ name, nodes, output }) => {
    if (!scored.has(output.kind)) return [];
    return nodes.flatMap((node) => {
      const last = ['softmax', 'sigmoid'].includes(node.op) ? node.inputs[0] : node;
      if (last?.op !== 'relu' || !isWritten(last)) return [];
      return [
        diagnostic('network/relu-output', { name }, last.span, {
          fixes: [{ title: 'leave it out', edits: [removeStage(last.span)] }],
        }),
      ];
    });
  });
}

/** True for ` -> relu`, not for `relu(x)`. */
export function isStage({ source, start }: Span): boolean {
  return source.text.slice(arrowBefore(source.text, start), start).trim() === '->';
}

/** Removes ` -> relu`: the stage and the arrow before it. */
export function removeStage({ source, start, end }: Span): Edit {
  return { span: { source, start: arrowBefore(source.text, start), end }, text: '' };
}

/** Where the blanks and the arrow before `at` begin; `at` itself where no arrow stands there. Looks no further than that. */
function arrowBefore(text: string, at: number): number {
  const blanksBefore = (from: number): number => {
    let to = from;
    while (to > 0 && /\s/.test(text[to - 1] ?? '')) to--;
    return to;
  };
  const end = blanksBefore(at);
  return text.startsWith('->', end - 2) ? blanksBefore(end - 2) : at;
}
