/** `net Street = convolutional(Window, 46x78)`: a net that slides over a larger image, compiled by itself or as a part of another net. */
import type { Expr } from '../../1-parse/ast.ts';
import type { Span } from '../../1-parse/source.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import { shapeOf } from '../../ir/type.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Instance } from '../instantiate.ts';
import type { SlidesOver } from '../net.ts';
import type { Session } from '../session.ts';
import { slide } from './report.ts';

export { slide } from './report.ts';
export type { Sliding } from './convolutional.ts';

/** What `instance` becomes where its net is written as `convolutional(net, sizes)`; `given` are sizes from outside. */
export function slideInstance(
  instance: Instance,
  { written, sizes }: SlidesOver,
  { given, session }: { readonly given: readonly number[] | undefined; readonly session: Session },
): Instance | undefined {
  const { graph, inputs, values } = instance;
  const window = graph.inputs.flatMap(({ node }) => shapeOf(node.type).slice(0, -1));
  const at = (written.sizes ?? written.net).span;
  const sliding = slide(graph, given ?? sizes ?? window, { at, report: session.report });
  if (!sliding) return undefined;
  const slid = [...values].flatMap(([name, node]): [string, Node][] => {
    const now = sliding.slid(node);
    return now ? [[name, now]] : [];
  });
  return { graph: sliding.graph, inputs, values: new Map(slid), sliding: { ...sliding, written: graph } };
}

/** What a net of one output, made for one window, gives over a larger value inside another net. */
export function slideInside(
  graph: Graph,
  larger: Node,
  { at, session }: { readonly at: Span; readonly session: Session },
): Node | undefined {
  // Where its padding matters the net itself says so.
  const report = (found: Diagnostic): void => {
    if (found.severity === 'error') session.report(found);
  };
  return slide(graph, { larger }, { at, report })?.graph.outputs[0]?.nodes[0];
}

/** `28x28`, `[28, 28]`, or `400` along one axis; undefined (reported) for anything else. */
export function sizesOf(expr: Expr, site: Site, session: Session): readonly number[] | undefined {
  const value = argument(expr, site, session);
  if (value.kind === 'size') return value.dims;
  const items = value.kind === 'list' ? value.items : [value];
  const numbers = items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
  if (numbers.length === items.length) return numbers;
  mistyped(value, 'a size such as 64x64', expr, session);
  return undefined;
}
