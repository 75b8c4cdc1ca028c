/** What is said about a net that slides over a larger input: why it cannot, and where padding makes windows differ from what they give alone. */
import type { Span } from '../../1-parse/source.ts';
import type { Diagnostic, Fix, Label } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import { spatialDims } from '../../ir/type.ts';
import { convolutional, isSliding, slideOver, type CannotSlide, type Sliding } from './convolutional.ts';
import { remedyFor } from './remedies.ts';
import { stepOf } from './step.ts';

export interface Reporting {
  /** Where sliding is asked for; absent: on the command line. */
  readonly at: Span | undefined;
  /** Where the larger sizes are written, so that others can be written there. */
  readonly sizesAt?: Span | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** The graph in one pass over an input of `sizes`, or over a larger value; undefined, and reported, where that is not possible. */
export function slide(
  graph: Graph,
  over: readonly number[] | { readonly larger: Node },
  { at, sizesAt, report }: Reporting,
): Sliding | undefined {
  const result = 'larger' in over ? slideOver(graph, over.larger) : convolutional(graph, over);
  if (!isSliding(result)) {
    const sizes = 'larger' in over ? spatialDims(over.larger.type).map(Number) : over;
    report(
      cannot(graph.name, result, { at, fixes: [remedyFor(graph, sizes, { cannot: result, at, sizesAt })] }),
    );
  } else if (result.inexact.length > 0) report(inexact(graph.name, result, at));
  return isSliding(result) ? result : undefined;
}

function cannot(
  name: string,
  { node, reason }: CannotSlide,
  { at, fixes }: { readonly at: Span | undefined; readonly fixes: readonly Fix[] },
): Diagnostic {
  const span = at ?? node.span ?? nowhere(name);
  const labels = node.span && node.span !== span ? [{ span: node.span, text: 'because of this' }] : [];
  return diagnostic('network/cannot-slide', { name, reason }, span, { labels, fixes });
}

type Note = Diagnostic['notes'][number];

/** Most layers that are pointed at, and named. */
const shown = { labels: 3, names: 8 };

function inexact(name: string, sliding: Sliding, at: Span | undefined): Diagnostic {
  const { inexact: layers } = sliding;
  const [first] = layers;
  const span = at ?? first?.span ?? nowhere(name);
  const names = layers.map(({ path, op }) => (path === '' ? op : path));
  const text = names.slice(0, shown.names).join(', ');
  const more = names.length - shown.names;
  const notes: Note[] = [
    { word: 'note', text: `padded: ${more > 0 ? `${text} and ${more} more` : text}` },
    ...why(sliding),
  ];
  const own = at ? {} : { label: first && borderOf(first) };
  return diagnostic('network/slides-inexactly', { name, count: layers.length }, span, {
    ...own,
    labels: labelsOf(layers, span),
    notes,
    fixes: [fix(sliding)],
  });
}

/** The padded layers other than the one at `span`, each place once. */
function labelsOf(layers: readonly Node[], span: Span): readonly Label[] {
  const labels = new Map<string, Label>();
  for (const layer of layers) {
    const { span: place } = layer;
    if (!place || (place.source === span.source && place.start === span.start)) continue;
    const key = `${place.source.path} ${place.start}`;
    if (labels.size < shown.labels && !labels.has(key))
      labels.set(key, { span: place, text: borderOf(layer) });
  }
  return [...labels.values()];
}

/** `pads 1 on every side`, `pads 0 + 1 along H and W`. */
function borderOf(layer: Node): string {
  const step = stepOf(layer);
  if (!step || !step.optional) return 'mixes neighbours at the border';
  const sides = step.pads.map(([begin, end]) => (begin === end ? `${begin}` : `${begin} + ${end}`));
  const [only, ...others] = new Set(sides);
  if (others.length === 0 && !only?.includes('+')) return `pads ${only} on every side`;
  return `pads ${sides.map((side, i) => `${layer.type.axes[i]} by ${side}`).join(', ')}`;
}

function why({ unpadded }: Sliding): readonly Note[] {
  if (!('op' in unpadded)) return [];
  const { path, op } = unpadded;
  const text = `without padding the values that meet at ${path === '' ? op : path} would differ in size`;
  return [{ word: 'why', text }];
}

function fix({ unpadded, window }: Sliding): Fix {
  const title =
    'op' in unpadded
      ? 'run windows one by one where they have to be exact; accept what differs near their borders where not'
      : `pad = 0 in these layers and an input of ${unpadded.join('x')} instead of ${window.join('x')}: the same weights fit, and it slides exactly`;
  return { title, edits: [] };
}

function nowhere(name: string): Span {
  return { source: { path: name, text: '' }, start: 0, end: 0 };
}
