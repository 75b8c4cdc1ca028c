/**
 * Diagnostics as text for people, in the style of docs/language.md §9: a headline, a code frame that points at every place
 * that decided it, then why / trail / fix lines. Lines of source are shown as written, however wide their characters are.
 */
import pc from 'picocolors';
import { positionAt, type Source, type Span } from '../1-parse/source.ts';
import { columnsOf, showLine, visible } from './columns.ts';
import type { Diagnostic } from './diagnostic.ts';

type Colors = ReturnType<typeof pc.createColors>;

export interface PrintOptions {
  /** ANSI colours. */
  readonly color: boolean;
  /** Columns that a source line may take before it is cut around its marks. Default 160. */
  readonly width?: number;
}

/** A mark under one line: where, and what is to be read beside it. */
interface Mark {
  readonly source: Source;
  readonly line: number;
  /** UTF-16 offsets within the line. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly primary: boolean;
}

/** The diagnostic with its code frame, several lines, without a newline at the end. */
export function print(diagnostic: Diagnostic, options: PrintOptions): string {
  const colors = pc.createColors(options.color);
  const paint = diagnostic.severity === 'error' ? colors.red : colors.yellow;
  const head = `${paint(colors.bold(diagnostic.severity))} ${colors.bold(`${diagnostic.code}: ${visible(diagnostic.message)}`)}`;
  const marks = [
    markOf(diagnostic.span, { text: diagnostic.label ?? '', primary: true }),
    ...diagnostic.labels.map((label) => markOf(label.span, { text: label.text, primary: false })),
  ];
  const tail = [
    ...diagnostic.notes.map(({ word, text }) => ({ word, text, paint: colors.cyan })),
    ...diagnostic.fixes.map(({ title }, i) => ({
      word: i === 0 ? 'fix' : 'or',
      text: title,
      paint: colors.green,
    })),
  ];
  return [
    head,
    ...frames(marks, { colors, paint, width: options.width ?? 160 }),
    ...tail.flatMap(({ word, text, paint: paintWord }) => tailLines(word, text, paintWord)),
  ].join('\n');
}

/** All of them, errors and warnings in the order reported, a blank line between two. */
export function printAll(diagnostics: readonly Diagnostic[], options: PrintOptions): string {
  return diagnostics.map((diagnostic) => print(diagnostic, options)).join('\n\n');
}

interface FrameStyle {
  readonly colors: Colors;
  readonly paint: (text: string) => string;
  readonly width: number;
}

/** One frame per source, the primary place's first. A source without text (a weights file, a folder) is only named. */
function frames(marks: readonly Mark[], style: FrameStyle): readonly string[] {
  const sources = [...new Set(marks.map((mark) => mark.source))];
  return sources.flatMap((source) =>
    frame(
      source,
      marks.filter((mark) => mark.source === source),
      style,
    ),
  );
}

/** Lines of the sources that diagnostics point at: a file with thousands of errors is split once. */
const knownLines = new WeakMap<Source, readonly string[]>();

function linesOf(source: Source): readonly string[] {
  const lines = knownLines.get(source) ?? source.text.split('\n');
  knownLines.set(source, lines);
  return lines;
}

function frame(source: Source, marks: readonly Mark[], style: FrameStyle): readonly string[] {
  const { colors } = style;
  if (source.text === '') return [`  ${colors.dim(visible(source.path))}`];
  const main = marks.find((mark) => mark.primary) ?? marks[0];
  const place = `${visible(source.path)}:${(main?.line ?? 0) + 1}:${(main?.from ?? 0) + 1}`;
  const wanted = [...new Set(marks.map((mark) => mark.line))].sort((a, b) => a - b);
  const lines = linesOf(source);
  const digits = Math.max(2, String((wanted.at(-1) ?? 0) + 1).length);
  const out = [`  ${colors.dim(place)}`];
  const gutter = (number: string): string => `   ${colors.dim(`${number.padStart(digits)} |`)}`;
  let previous = wanted[0] ?? 0;
  for (const line of wanted) {
    if (line - previous === 2) out.push(codeLine(lines[line - 1] ?? '', gutter(String(line)), style).code);
    if (line - previous > 2) out.push(`   ${colors.dim('…'.padStart(digits))}`);
    previous = line;
    const own = marks.filter((mark) => mark.line === line);
    const shown = codeLine(lines[line] ?? '', gutter(String(line + 1)), style, own);
    out.push(shown.code, ...shown.rows.map((row) => `${gutter('')} ${row}`));
  }
  return out;
}

/** The line of source, cut to a window around its first mark where it is too long, and the rows of marks under it. */
function codeLine(
  text: string,
  gutter: string,
  style: FrameStyle,
  marks: readonly Mark[] = [],
): { readonly code: string; readonly rows: readonly string[] } {
  const whole = text.replace(/\r$/, '');
  const first = marks.length === 0 ? 0 : Math.min(...marks.map((mark) => mark.from));
  const cut = cutAround(whole, first, style.width);
  const shown = showLine(cut.text);
  const columnOf = (offset: number): number =>
    cut.lead + (shown.columns[Math.max(0, Math.min(offset - cut.from, cut.text.length))] ?? 0);
  const placed = marks
    .map((mark) => {
      const start = columnOf(mark.from);
      return { mark, start, length: Math.max(1, columnOf(mark.to) - start) };
    })
    .sort((a, b) => b.start - a.start || Number(b.mark.primary) - Number(a.mark.primary));
  const code = `${cut.lead > 0 ? '…' : ''}${shown.text}${cut.trail ? '…' : ''}`;
  return { code: `${gutter} ${code}`.trimEnd(), rows: rowsOf(placed, style) };
}

interface PlacedMark {
  readonly mark: Mark;
  readonly start: number;
  readonly length: number;
}

/** Packs marks into rows from the right: a mark joins the row above when its text ends before the next mark starts. */
function rowsOf(placed: readonly PlacedMark[], style: FrameStyle): readonly string[] {
  const rows: { readonly marks: PlacedMark[]; left: number }[] = [];
  for (const item of placed) {
    const text = visible(item.mark.text);
    const end = item.start + item.length + (text === '' ? 0 : 1 + columnsOf(text));
    const row = rows.at(-1);
    if (row && end < row.left) {
      row.marks.unshift(item);
      row.left = item.start;
    } else rows.push({ marks: [item], left: item.start });
  }
  return rows.map(({ marks }) => rowText(marks, style));
}

function rowText(marks: readonly PlacedMark[], { colors, paint }: FrameStyle): string {
  let column = 0;
  let out = '';
  for (const { mark, start, length } of marks) {
    const text = mark.text === '' ? '' : ` ${visible(mark.text)}`;
    const underline = (mark.primary ? '^' : '-').repeat(length);
    out += ' '.repeat(start - column) + (mark.primary ? paint : colors.blue)(underline + text);
    column = start + length + columnsOf(text);
  }
  return out;
}

/** A window of `width` columns that shows `offset`, in UTF-16 offsets; `lead` is 1 where an ellipsis stands before it. */
function cutAround(
  text: string,
  offset: number,
  width: number,
): { readonly text: string; readonly from: number; readonly lead: number; readonly trail: boolean } {
  if (text.length <= width) return { text, from: 0, lead: 0, trail: false };
  const from = offset < width * 0.6 ? 0 : offset - Math.floor(width / 3);
  const to = Math.min(text.length, from + width);
  return { text: text.slice(from, to), from, lead: from > 0 ? 1 : 0, trail: to < text.length };
}

/** The part of a span on its first line. */
function markOf(span: Span, { text, primary }: { readonly text: string; readonly primary: boolean }): Mark {
  const { line, column } = positionAt(span.source.text, span.start);
  const lineEnd = span.source.text.indexOf('\n', span.start);
  const end = lineEnd === -1 ? span.end : Math.min(span.end, lineEnd);
  const from = column - 1;
  return {
    source: span.source,
    line: line - 1,
    from,
    to: from + Math.max(0, end - span.start),
    text: span.end > end ? `… ${text}`.trimEnd() : text,
    primary,
  };
}

/** `  why   …`; further lines of a note stand under its text. */
function tailLines(word: string, text: string, paint: (text: string) => string): readonly string[] {
  return visibleLines(text).map((line, i) =>
    i === 0 ? `  ${paint(word.padEnd(5))} ${line}` : `        ${line}`.trimEnd(),
  );
}

function visibleLines(text: string): readonly string[] {
  return text.split('\n').map(visible);
}
