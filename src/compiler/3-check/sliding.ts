/**
 * `net Sliding = convolutional(LeNet5, 64x64)`: a net made to slide over a larger image, with what is to be said about it: why it
 * cannot, and where padding makes the pass differ from the windows on their own.
 */
import type { Expr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { convolutional, isSliding, type Sliding } from './convolutional.ts';
import { argument, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import type { Instance } from './instantiate.ts';
import type { Session } from './session.ts';

/** The graph in one pass over an input of `sizes`; undefined, and reported, where that is not possible. */
export function slide(
  graph: Graph,
  sizes: readonly number[],
  { at, report }: { readonly at: Span | undefined; readonly report: (diagnostic: Diagnostic) => void },
): Sliding | undefined {
  const result = convolutional(graph, sizes);
  const place = at ?? (isSliding(result) ? graph.outputs[0]?.nodes[0] : result.node)?.span;
  const span = place ?? { source: { path: graph.name, text: '' }, start: 0, end: 0 };
  if (isSliding(result)) {
    if (result.inexact.length > 0) report(inexact(graph.name, result.inexact, span));
    return result;
  }
  const { node, reason } = result;
  const labels = node.span && node.span !== span ? [{ span: node.span, text: 'because of this' }] : [];
  report(diagnostic('network/cannot-slide', { name: graph.name, reason }, span, { labels }));
  return undefined;
}

function inexact(name: string, padded: readonly Node[], span: Span): Diagnostic {
  const names = padded.map(({ path, op }) => (path === '' ? op : path));
  const shown = names.slice(0, 8).join(', ');
  const text = names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
  return diagnostic('network/slides-inexactly', { name, count: padded.length }, span, {
    notes: [{ word: 'note', text: `padded: ${text}` }],
    fixes: [{ title: 'pad = 0 in these layers, and a window that is larger by what they added', edits: [] }],
  });
}

/** What `instance` becomes where its net is written as `convolutional(net, sizes)`; `given` are sizes from outside. */
export function slideInstance(
  instance: Instance,
  { sizes, given }: { readonly sizes: Expr; readonly given: readonly number[] | undefined },
  site: Site,
  session: Session,
): Instance | undefined {
  const dims = given ?? sizesOf(sizes, site, session);
  const slid = dims && slide(instance.graph, dims, { at: sizes.span, report: session.report });
  if (!slid) return undefined;
  const nodes = new Map(topological(slid.graph).map((node) => [node.path, node]));
  const values = [...instance.values].flatMap(([name, { path }]): [string, Node][] => {
    const node = nodes.get(path);
    return node ? [[name, node]] : [];
  });
  return { graph: slid.graph, values: new Map(values) };
}

/** `28x28`, `[28, 28]`, or `400` along one axis. */
function sizesOf(expr: Expr, site: Site, session: Session): readonly number[] | undefined {
  const value = argument(expr, site, session);
  if (value.kind === 'size') return value.dims;
  const items = value.kind === 'list' ? value.items : [value];
  const numbers = items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
  if (numbers.length === items.length) return numbers;
  mistyped(value, 'a size such as 64x64', expr, session);
  return undefined;
}
