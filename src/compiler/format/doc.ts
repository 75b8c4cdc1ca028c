/**
 * Layout of text under a width, after Wadler's "A prettier printer" (2003) with measures computed once, so printing is linear:
 * a group stays on one line if it fits, otherwise its `line`s become line ends. Unlike there, a `hard` line end inside braces
 * does not break the group around it: `} -> relu` stays with its brace. A comment forces a line end behind it.
 */

/** The widest line that layout aims at. */
export const maxWidth = 120;

interface Measure {
  /** Width up to the first hard line end (all of it, without one). */
  readonly first: number;
  /** Width behind the last hard line end. */
  readonly last: number;
  readonly hard: boolean;
  /** Ends with a comment: only a line end may follow. */
  readonly comment: boolean;
}

export type Doc =
  | { readonly kind: 'text'; readonly text: string; readonly measure: Measure }
  | { readonly kind: 'comment'; readonly text: string; readonly measure: Measure }
  | { readonly kind: 'line'; readonly flat: string; readonly measure: Measure }
  | { readonly kind: 'hard'; readonly blank: boolean; readonly measure: Measure }
  | { readonly kind: 'concat'; readonly parts: readonly Doc[]; readonly measure: Measure }
  | { readonly kind: 'indent'; readonly by: number; readonly doc: Doc; readonly measure: Measure }
  | { readonly kind: 'group'; readonly doc: Doc; readonly measure: Measure }
  | { readonly kind: 'fresh'; readonly doc: Doc; readonly measure: Measure }
  | { readonly kind: 'named'; readonly name: string; readonly rest: Doc; readonly measure: Measure }
  | { readonly kind: 'either'; readonly flat: Doc; readonly broken: Doc; readonly measure: Measure }
  | { readonly kind: 'fill'; readonly items: readonly Doc[]; readonly measure: Measure }
  | { readonly kind: 'flow'; readonly first: Doc; readonly rest: readonly Step[]; readonly measure: Measure };

/** What follows in a `flow`; `onNewLine` where the author began a line with it. */
export interface Step {
  readonly doc: Doc;
  readonly onNewLine: boolean;
}

/** Most texts are short, and those of one width share their measure. */
const flatMeasures = Array.from({ length: 64 }, (_, width) => newFlatMeasure(width));

function newFlatMeasure(width: number): Measure {
  return { first: width, last: width, hard: false, comment: false };
}

const flatMeasure = (width: number): Measure => flatMeasures[width] ?? newFlatMeasure(width);

export const text = (value: string): Doc => ({
  kind: 'text',
  text: value,
  measure: flatMeasure(value.length),
});

export const empty = text('');

/** A comment behind something on its line; its own width never breaks anything. */
export const comment = (value: string): Doc => ({
  kind: 'comment',
  text: value,
  measure: { ...flatMeasure(0), comment: true },
});

/** A blank, or a line end where the group does not fit. */
export const line: Doc = { kind: 'line', flat: ' ', measure: flatMeasure(1) };

/** Nothing, or a line end where the group does not fit. */
export const softLine: Doc = { kind: 'line', flat: '', measure: flatMeasure(0) };

const hardMeasure: Measure = { first: 0, last: 0, hard: true, comment: false };

/** A line end in any case. */
export const hardLine: Doc = { kind: 'hard', blank: false, measure: hardMeasure };

/** A line end and an empty line. */
export const blankLine: Doc = { kind: 'hard', blank: true, measure: hardMeasure };

export const concat = (...parts: readonly Doc[]): Doc => concatAll(parts);

/** The same of a list: a list may have more items than a call has room for arguments. */
export function concatAll(parts: readonly Doc[]): Doc {
  return { kind: 'concat', parts, measure: measureOf(parts) };
}

/** The measure of documents one behind the other, with `between` between. */
function measureOf(parts: readonly Doc[], between?: Doc): Measure {
  const sum = { first: 0, last: 0, hard: false, comment: false };
  for (let i = 0; i < parts.length; i++) {
    if (between && i > 0) append(sum, between.measure);
    append(sum, (parts[i] as Doc).measure);
  }
  return sum;
}

function append(sum: { -readonly [Key in keyof Measure]: Measure[Key] }, next: Measure): void {
  const isNothing = !next.hard && next.first === 0;
  const isCut = sum.comment && !(next.hard && next.first === 0) && next.first > 0;
  if (isCut) sum.first = Infinity;
  else if (!sum.hard) sum.first += next.first;
  sum.last = next.hard ? next.last : sum.last + next.last;
  sum.hard ||= next.hard;
  sum.comment = next.comment || (sum.comment && isNothing);
}

/** Line ends inside are `by` columns further right, where the group is broken. */
export const indent = (doc: Doc, by = 2): Doc => ({ kind: 'indent', by, doc, measure: doc.measure });

/** Tried on one line. */
export const group = (doc: Doc): Doc => ({ kind: 'group', doc, measure: doc.measure });

/** The inside of braces: decides for itself, whatever the groups around it do. */
export const fresh = (doc: Doc): Doc => ({ kind: 'fresh', doc, measure: doc.measure });

/** `name` and what follows; `lines` of a list pads the names of neighbours to one width. */
export const named = (name: string, rest: Doc): Doc => ({
  kind: 'named',
  name,
  rest,
  measure: measureOf([text(name), rest]),
});

/** The first if it fits where it stands, else the second. */
export const either = (flat: Doc, broken: Doc): Doc => ({
  kind: 'either',
  flat,
  broken,
  measure: flat.measure,
});

/** As many items on a line as fit; `items` bring their own separators. */
export const fill = (items: readonly Doc[]): Doc => ({
  kind: 'fill',
  items,
  measure: measureOf(items, line),
});

/**
 * On one line where all of it fits. Else the steps stand where the author began lines, two columns further right, and lines that
 * would be too long are filled.
 */
export const flow = (first: Doc, rest: readonly Step[]): Doc => ({
  kind: 'flow',
  first,
  rest,
  measure: measureOf([first, ...rest.map(({ doc }) => doc)], line),
});

/** `parts` with `separator` between. */
export function join(parts: readonly Doc[], separator: Doc): Doc {
  const [first] = parts;
  if (first === undefined) return concat();
  if (parts.length === 1) return first;
  const all: Doc[] = [first];
  for (let i = 1; i < parts.length; i++) all.push(separator, parts[i] as Doc);
  return concatAll(all);
}

interface Printer {
  readonly out: string[];
  column: number;
  broke: boolean;
}

/** The text of a document; no line ends with blanks. `broke`: some `either` did not fit. */
export function print(doc: Doc): { readonly text: string; readonly broke: boolean } {
  const printer: Printer = { out: [], column: 0, broke: false };
  put(printer, doc, 0, 'break', 0);
  trimEnd(printer.out);
  return { text: printer.out.join(''), broke: printer.broke };
}

/** Removes the blanks at the end of what was written. */
function trimEnd(out: string[]): void {
  for (let last = out.at(-1); last !== undefined; last = out.at(-1)) {
    if (last !== '' && !endsBlank(last)) return;
    const kept = last.replace(/[ \t]+$/, '');
    if (kept !== '') {
      if (kept.length < last.length) out[out.length - 1] = kept;
      return;
    }
    out.pop();
  }
}

function endsBlank(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x20 || last === 0x09;
}

type Mode = 'flat' | 'break';

/** `rest`: the width of what must stay on the line behind `doc`. */
function put(printer: Printer, doc: Doc, indentation: number, mode: Mode, rest: number): void {
  switch (doc.kind) {
    case 'text':
      write(printer, doc.text);
      return;
    case 'comment':
      write(printer, doc.text);
      return;
    case 'line':
      if (mode === 'flat') write(printer, doc.flat);
      else newLine(printer, indentation, '\n');
      return;
    case 'hard':
      newLine(printer, indentation, doc.blank ? '\n\n' : '\n');
      return;
    case 'indent':
      put(printer, doc.doc, mode === 'flat' ? indentation : indentation + doc.by, mode, rest);
      return;
    case 'named':
      write(printer, doc.name);
      put(printer, doc.rest, indentation, mode, rest);
      return;
    case 'fresh':
      put(printer, doc.doc, indentation, 'break', 0);
      return;
    case 'group': {
      const isFlat = mode === 'flat' || fits(printer, doc.measure, indentation, rest);
      put(printer, doc.doc, indentation, isFlat ? 'flat' : 'break', rest);
      return;
    }
    case 'either':
      putEither(printer, doc, indentation, mode, rest);
      return;
    case 'concat':
      putConcat(printer, doc.parts, indentation, mode, rest);
      return;
    case 'fill':
      putFill(printer, doc.items, indentation, mode);
      return;
    case 'flow':
      putFlow(printer, doc, indentation, mode, rest);
  }
}

function putConcat(
  printer: Printer,
  parts: readonly Doc[],
  indentation: number,
  mode: Mode,
  rest: number,
): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Doc;
    if (part.kind === 'text') write(printer, part.text);
    else put(printer, part, indentation, mode, behind(parts, i, rest));
  }
}

function fits({ column }: Printer, measure: Measure, indentation: number, rest: number): boolean {
  if (!measure.hard) return !measure.comment && column + measure.first + rest <= maxWidth;
  return column + measure.first <= maxWidth && indentation + measure.last + rest <= maxWidth;
}

/** The width of the texts directly behind part `i`. */
function behind(parts: readonly Doc[], i: number, rest: number): number {
  let width = 0;
  for (let n = i + 1; n < parts.length; n++) {
    const part = parts[n];
    if (part?.kind !== 'text') return width;
    width += part.measure.first;
  }
  return width + rest;
}

function putEither(
  printer: Printer,
  doc: Extract<Doc, { kind: 'either' }>,
  indentation: number,
  mode: Mode,
  rest: number,
): void {
  const isFlat = mode === 'flat' || fits(printer, doc.measure, indentation, rest);
  if (!isFlat) printer.broke = true;
  put(printer, isFlat ? doc.flat : doc.broken, indentation, isFlat ? 'flat' : 'break', rest);
}

function putFill(printer: Printer, items: readonly Doc[], indentation: number, mode: Mode): void {
  items.forEach((item, i) => {
    const isFirst = i === 0;
    const afterComment = items[i - 1]?.measure.comment === true;
    if (!isFirst && mode === 'flat') write(printer, ' ');
    else if (!isFirst) {
      const fitsHere = !afterComment && printer.column + 1 + item.measure.first <= maxWidth;
      if (fitsHere) write(printer, ' ');
      else newLine(printer, indentation, '\n');
    }
    put(printer, item, indentation, 'flat', 0);
  });
}

function putFlow(
  printer: Printer,
  doc: Extract<Doc, { kind: 'flow' }>,
  indentation: number,
  mode: Mode,
  rest: number,
): void {
  const isFlat = mode === 'flat' || fits(printer, doc.measure, indentation, rest);
  const inner = isFlat ? 'flat' : 'break';
  put(printer, doc.first, indentation, inner, doc.rest.length === 0 ? rest : 0);
  doc.rest.forEach(({ doc: step, onNewLine }, i) => {
    const behind = i === doc.rest.length - 1 ? rest : 0;
    const stays = isFlat || (!onNewLine && printer.column + 1 + step.measure.first + behind <= maxWidth);
    if (stays) write(printer, ' ');
    else newLine(printer, indentation + 2, '\n');
    put(printer, step, isFlat ? indentation : indentation + 2, inner, behind);
  });
}

function write(printer: Printer, value: string): void {
  printer.out.push(value);
  printer.column += value.length;
}

function newLine(printer: Printer, indentation: number, end: string): void {
  trimEnd(printer.out);
  printer.out.push(end, ' '.repeat(indentation));
  printer.column = indentation;
}
