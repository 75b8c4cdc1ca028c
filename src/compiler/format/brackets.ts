/** Lists in brackets and braces: on one line where they fit, else one entry a line. */
import type { Span } from '../1-parse/source.ts';
import {
  concat,
  empty,
  fill,
  fresh,
  group,
  hardLine,
  indent,
  join,
  line,
  softLine,
  text,
  comment,
  either,
} from './doc.ts';
import type { Doc } from './doc.ts';
import { hasComments, inline, lines, sequence } from './sequence.ts';
import type { Context, Sequence } from './sequence.ts';

interface Placed {
  readonly span: Span;
}

const commaLine = concat(text(','), line);

/** `(a, b)` and `[a, b]`. */
export function bracketed<N extends Placed>(
  context: Context,
  signs: readonly [string, string],
  nodes: readonly N[],
  range: { readonly open: number; readonly close: number },
  print: (node: N) => Doc,
): Doc {
  const { docs, commented } = inline(context, nodes, range, print);
  const [open, close] = [text(signs[0]), text(signs[1])];
  if (commented) return concat(open, inLines(commented, ','), close);
  if (docs.length === 0) return concat(open, close);
  return group(concat(open, indent(concat(softLine, join(docs, commaLine))), softLine, close));
}

/** `[0.485, 0.456, …]`: as many on a line as fit. */
export function filled<N extends Placed>(
  context: Context,
  nodes: readonly N[],
  range: { readonly open: number; readonly close: number },
  print: (node: N) => Doc,
): Doc {
  const { docs, commented } = inline(context, nodes, range, print);
  if (commented) return concat(text('['), inLines(commented, ','), text(']'));
  const last = docs.length - 1;
  const items = docs.map((doc, i) => (i === last ? doc : concat(doc, text(','))));
  return group(concat(text('['), indent(concat(softLine, fill(items))), softLine, text(']')));
}

/** The lines of a list with everything around them, for the inside of brackets. */
function inLines(list: Sequence, separator: string): Doc {
  const head = list.head === undefined ? empty : comment(`  ${list.head}`);
  if (list.entries.length === 0 && list.tail.length === 0) return concat(head, hardLine);
  return concat(head, fresh(concat(indent(concat(hardLine, lines(list, separator))), hardLine)));
}

/** The longest content of braces on one line: of a list of entries, and of the body of a block. */
const maxFlat = { list: 100, body: 80 };

/**
 * `{ … }`. On one line where the source has the first entry on the brace's line, there are no comments, and it is short: the
 * author decides. `flat` stands between two entries on one line; without it, two entries never share a line.
 */
export function braced<N extends Placed>(
  context: Context,
  nodes: readonly N[],
  range: { readonly open: number; readonly close: number },
  print: (node: N) => Doc,
  flat?: string,
): Doc {
  const list = sequence(context, nodes, range, print);
  const broken = brokenBraces(list);
  const onOneLine = flatBraces(context, list, nodes, range.open, flat);
  return onOneLine ? either(onOneLine, broken) : broken;
}

/** `{ a, b }`, where it may stay on its line. */
export function flatBraces(
  { source }: Context,
  list: Sequence,
  nodes: readonly Placed[],
  open: number,
  flat: string | undefined,
): Doc | undefined {
  const [first] = nodes;
  if (hasComments(list) || (nodes.length > 1 && flat === undefined)) return undefined;
  if (first !== undefined && source.text.slice(open, first.span.start).includes('\n')) return undefined;
  const doc = inBraces(list, flat);
  const { hard, first: width } = doc.measure;
  return !hard && width <= (flat === undefined ? maxFlat.body : maxFlat.list) ? doc : undefined;
}

function inBraces(list: Sequence, flat = ''): Doc {
  if (list.entries.length === 0) return text('{ }');
  const docs = list.entries.map(({ doc }) => doc);
  return concat(text('{ '), join(docs, text(flat)), text(' }'));
}

export const brokenBraces = (list: Sequence): Doc => concat(text('{'), inLines(list, ''), text('}'));
