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
  const lineStart = text.lastIndexOf('\n', clamped - 1) + 1;
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < lineStart; i = text.indexOf('\n', i + 1)) line++;
  return { line, column: clamped - lineStart + 1 };
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
