/** `net Street = convolutional(Window, 46x78)`: a net that slides over a larger image, compiled by itself or as a part of another net. */
import type { Expr } from '../../1-parse/ast.ts';
import type { Span } from '../../1-parse/source.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import { shapeOf, sizeOf } from '../../ir/type.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Instance } from '../instantiate.ts';
import type { SlidesOver } from '../net.ts';
import { limits, type Session } from '../session.ts';
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
  const at = placeOf(written);
  const sizesAt = given ? undefined : written.sizes?.span;
  const sliding = slide(graph, given ?? sizes ?? windowOf(graph), { at, sizesAt, report: session.report });
  if (!sliding) return undefined;
  const slid = [...values].flatMap(([name, node]): [string, Node][] => {
    const now = sliding.slid(node);
    return now ? [[name, now]] : [];
  });
  return { graph: sliding.graph, inputs, values: new Map(slid), sliding: { ...sliding, written: graph } };
}

function windowOf({ inputs }: Graph): readonly number[] {
  return inputs.flatMap(({ node }) => shapeOf(node.type).slice(0, -1));
}

const placeOf = ({ sizes, net }: SlidesOver['written']): Span => (sizes ?? net).span;

/** What a net of one output, made for one window, gives over a larger value inside another net. */
export function slideInside(
  graph: Graph,
  larger: Node,
  { at, over, session }: { readonly at: Span; readonly over: SlidesOver; readonly session: Session },
): Node | undefined {
  // Where its padding matters the net itself says so.
  const report = (found: Diagnostic): void => {
    if (found.severity === 'error') session.report(found);
  };
  // What keeps it from sliding at all is said where it is written, once for all its uses.
  const { written, sizes = windowOf(graph) } = over;
  if (!slide(graph, sizes, { at: placeOf(written), sizesAt: written.sizes?.span, report })) return undefined;
  return slide(graph, { larger }, { at, report })?.graph.outputs[0]?.nodes[0];
}

/** `28x28`, `[28, 28]`, or `400` along one axis; undefined (reported) for anything else. */
export function sizesOf(expr: Expr, site: Site, session: Session): readonly number[] | undefined {
  const value = argument(expr, site, session);
  const items = value.kind === 'list' ? value.items : [value];
  const numbers =
    value.kind === 'size'
      ? value.dims
      : items.flatMap((item) => (item.kind === 'number' ? [item.value] : []));
  const isSize = numbers.length > 0 && (value.kind === 'size' || numbers.length === items.length);
  if (!isSize || !numbers.every(Number.isInteger)) {
    mistyped(value, 'a size such as 64x64', expr, session);
    return undefined;
  }
  if (sizeOf(numbers) <= limits.elements) return numbers;
  session.report(diagnostic('network/too-many-elements', { shape: numbers.join('x') }, expr.span));
  return undefined;
}
