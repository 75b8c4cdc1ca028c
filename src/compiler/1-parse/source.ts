/**
 * A source file and places in it. Offsets are UTF-16 code units from the start of the text, end exclusive;
 * lines and columns are 1-based and computed only when something is shown.
 */
export interface Source {
  /** Project-relative path with `/`, or `std/lenet.cnn` for the stdlib; what diagnostics show. */
  readonly path: string;
  readonly text: string;
}

/** A half-open range of one source. Spans refer to their source by object, so a diagnostic can always show the text. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** 1-based line and column of an offset. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of `offset` in `text`, counting `\n` only. */
export function positionAt(text: string, offset: number): Position {
  const clamped = Math.max(0, Math.min(offset, text.length));
  const starts = lineStarts(text);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= clamped) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: clamped - (starts[low] ?? 0) + 1 };
}

/** Of the text that was asked about last: whoever shows places shows many of one text. */
let lastStarts: { readonly text: string; readonly starts: readonly number[] } | undefined;

function lineStarts(text: string): readonly number[] {
  if (lastStarts?.text === text) return lastStarts.starts;
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  lastStarts = { text, starts };
  return starts;
}

/** The text that `span` covers. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}

/** The smallest span that covers both (of one source). */
export function cover(first: Span, last: Span): Span {
  return {
    source: first.source,
    start: Math.min(first.start, last.start),
    end: Math.max(first.end, last.end),
  };
}
