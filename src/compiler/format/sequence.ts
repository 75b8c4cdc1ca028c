/**
 * Lists with their comments. Every comment belongs to the innermost list around it: behind an entry on its line, or on lines of
 * its own before the next. A comment inside an entry that no inner list takes is set above the entry; none is ever lost.
 */
import type { Comment } from '../1-parse/ast.ts';
import type { Source, Span } from '../1-parse/source.ts';
import { textOf } from '../1-parse/source.ts';
import { blankLine, comment, concat, concatAll, empty, hardLine, text } from './doc.ts';
import type { Doc } from './doc.ts';

export interface Context {
  readonly source: Source;
  readonly comments: readonly Comment[];
  /** Which comments are placed already, by index. */
  readonly taken: boolean[];
}

/** One entry of a list, ready to be joined. */
export interface Entry {
  /** Comments on lines of their own above it. */
  readonly above: readonly Note[];
  /** An empty line stood directly above it. */
  readonly gap: boolean;
  /** It stays on the line of a lone word before it: `y z = …`, which the check tells, is no two lines. */
  readonly joined: boolean;
  readonly doc: Doc;
  /** The comment behind it. */
  readonly behind: string | undefined;
}

/** A comment on a line of its own. */
export interface Note {
  readonly text: string;
  /** An empty line stood above it. */
  readonly gap: boolean;
}

export interface Sequence {
  /** The comment behind the opening bracket. */
  readonly head: string | undefined;
  readonly entries: readonly Entry[];
  /** Comments after the last entry. */
  readonly tail: readonly Note[];
}

/** The inside of a list's brackets. The file has none, so no comment stands behind its opening one. */
export interface Range {
  readonly open: number;
  readonly close: number;
  readonly isFile?: boolean;
}

/** What a list needs to know of its entries. */
interface Placed {
  readonly span: Span;
  readonly kind?: string;
  readonly value?: unknown;
}

/** Lays out `nodes`, which stand in `[open, close)` in this order, with the comments between them. */
export function sequence<N extends Placed>(
  context: Context,
  nodes: readonly N[],
  range: Range,
  print: (node: N) => Doc,
): Sequence {
  if (!hasCommentIn(context, range)) return withoutComments(context, nodes, range, print);
  const start = nodes[0]?.span.start ?? range.close;
  const head = range.isFile ? undefined : onLine(context, range.open, start);
  let end = range.open;
  const entries = nodes.map((node, i): Entry => {
    const before = notes(context, end, node.span.start);
    const gap = hasGap(context.source, before.at(-1)?.end ?? end, node.span.start);
    const joined = isBehindWord(context.source, nodes[i - 1], node);
    const doc = print(node);
    const inside = notes(context, node.span.start, node.span.end);
    end = node.span.end;
    const behind = onLine(context, end, nodes[i + 1]?.span.start ?? range.close);
    if (behind) end = behind.span.end;
    return { above: [...before, ...inside], gap, joined, doc, behind: behind && show(behind) };
  });
  const tail = notes(context, end, range.close);
  return { head: head && show(head), entries, tail };
}

/** A list as it stands on one line: its documents, and the whole list where comments in it need lines of their own. */
export interface Inline {
  readonly docs: readonly Doc[];
  readonly commented: Sequence | undefined;
}

/** As `sequence`, for lists that share a line where they have no comments: what stands between the entries is not looked at then. */
export function inline<N extends Placed>(
  context: Context,
  nodes: readonly N[],
  range: Range,
  print: (node: N) => Doc,
): Inline {
  if (!hasCommentIn(context, range)) return { docs: nodes.map(print), commented: undefined };
  const list = sequence(context, nodes, range, print);
  return { docs: list.entries.map(({ doc }) => doc), commented: hasComments(list) ? list : undefined };
}

const noNotes: readonly Note[] = [];

/** Most lists have no comments, so that nothing needs to be looked for around their entries. */
function withoutComments<N extends Placed>(
  context: Context,
  nodes: readonly N[],
  range: Range,
  print: (node: N) => Doc,
): Sequence {
  const { source } = context;
  const entries: Entry[] = [];
  let end = range.open;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as N;
    const gap = hasGap(source, end, node.span.start);
    const joined = isBehindWord(source, nodes[i - 1], node);
    entries.push({ above: noNotes, gap, joined, doc: print(node), behind: undefined });
    end = node.span.end;
  }
  return { head: undefined, entries, tail: noNotes };
}

/** True where a comment begins in a range, taken or not. */
function hasCommentIn({ comments }: Context, { open, close }: Range): boolean {
  const next = comments[indexAt(comments, open)];
  return next !== undefined && next.span.start < close;
}

/** Directly behind a statement that is a name alone, on its line. */
function isBehindWord(source: Source, word: Placed | undefined, { span }: Placed): boolean {
  const value = word?.kind === 'expr' ? (word.value as { readonly kind?: string }) : undefined;
  return value?.kind === 'name' && /^[ \t]+$/.test(source.text.slice(word?.span.end, span.start));
}

const show = (node: Comment): string => textOf(node.span).trimEnd();

/** True where any comment stands in or around the entries, so that they need lines of their own. */
export const hasComments = ({ head, entries, tail }: Sequence): boolean =>
  head !== undefined ||
  tail.length > 0 ||
  entries.some((entry) => entry.behind !== undefined || entry.above.length > 0);

/** One entry a line. `separator` goes behind all but the last. */
export function lines(list: Sequence, separator = ''): Doc {
  const parts: Doc[] = [];
  const put = (gap: boolean, ...docs: readonly Doc[]) => {
    if (parts.length > 0) parts.push(gap ? blankLine : hardLine);
    parts.push(...docs);
  };
  const widths = nameWidths(list.entries);
  list.entries.forEach(({ above, gap, joined, doc, behind }, i) => {
    for (const note of above) put(note.gap, text(note.text));
    const mark = text(i < list.entries.length - 1 ? separator : '');
    const own = [padded(doc, widths[i] ?? 0), mark, behind === undefined ? empty : comment(`  ${behind}`)];
    if (joined && above.length === 0) parts.push(text(' '), ...own);
    else put(gap, ...own);
  });
  for (const note of list.tail) put(note.gap, text(note.text));
  return concatAll(parts);
}

/** Names longer than this are not waited for. */
const maxNameWidth = 16;

/** The width of the names in each run of named entries without an empty line or a comment between. */
function nameWidths(entries: readonly Entry[]): number[] {
  const widths: number[] = [];
  for (let from = 0; from < entries.length;) {
    let to = from + 1;
    while (to < entries.length && isNeighbour(entries[to] as Entry)) to++;
    const names = entries
      .slice(from, to)
      .flatMap(({ doc }) => (doc.kind === 'named' ? [doc.name.length] : []));
    const widest = Math.max(0, ...names);
    for (; from < to; from++) widths.push(widest > maxNameWidth ? 0 : widest);
  }
  return widths;
}

const isNeighbour = ({ gap, joined, above, doc }: Entry): boolean =>
  !gap && !joined && above.length === 0 && doc.kind === 'named';

const padded = (doc: Doc, width: number): Doc =>
  doc.kind === 'named' ? concat(text(doc.name.padEnd(width)), doc.rest) : doc;

/** The comment that begins on the line of `from`, if it is the next thing before `to`. */
function onLine(context: Context, from: number, to: number): Comment | undefined {
  const index = indexAt(context.comments, from);
  const found = context.comments[index];
  if (found === undefined || found.span.start >= to || context.taken[index]) return undefined;
  if (context.source.text.slice(from, found.span.start).includes('\n')) return undefined;
  context.taken[index] = true;
  return found;
}

/** Takes all comments in a range that are still free, for lines of their own. */
function notes(context: Context, from: number, to: number): (Note & { readonly end: number })[] {
  const found: (Note & { readonly end: number })[] = [];
  let end = from;
  for (let i = indexAt(context.comments, from); i < context.comments.length; i++) {
    const next = context.comments[i] as Comment;
    if (next.span.start >= to) break;
    if (context.taken[i]) continue;
    context.taken[i] = true;
    found.push({ text: show(next), gap: hasGap(context.source, end, next.span.start), end: next.span.end });
    end = next.span.end;
  }
  return found;
}

/** Index of the first comment at or behind an offset. */
function indexAt(comments: readonly Comment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle] as Comment).span.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True where an empty line stands in a part of the text. */
function hasGap({ text }: Source, from: number, to: number): boolean {
  const first = text.indexOf('\n', from);
  return first !== -1 && first < to && /\n[ \t\r]*\n/.test(text.slice(first, to));
}
