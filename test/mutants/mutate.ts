/**
 * Texts as typing, pasting, merging and broken tools leave them: words and lines removed, repeated, swapped and taken from other files,
 * numbers and names replaced, brackets lost, and characters that no editor shows.
 */
import fc from 'fast-check';
import { allOps } from '../../src/compiler/ops/index.ts';

export type Kind = keyof typeof editors;

export interface Mutation {
  readonly kind: Kind;
  /** Chooses where. */
  readonly at: number;
  /** Chooses by what, or how much. */
  readonly by: number;
}

/** Words, signs and blanks; together they are the text. */
const pieces = /\s+|\/\/.*|"[^"\n]*"?|[A-Za-z_]\w*|\d[\w.]*|->|==|!=|<=|>=|\.\.|[^]/g;

const numbers =
  '0 -1 1 2 3 0.5 1.5 1e9 1e308 1e-300 1e999 2147483647 2147483648 4294967296 9007199254740993 99999999999999999999 3x3 0x0 1000000x1000000 1x1x1x1 1k 7M 0/0 (1/0) -0'.split(
    ' ',
  );

const words = [
  ...'( ) { } [ ] , = -> : . + - * / % ^ == < >= .. ; // /// /* " '.split(' '),
  ...'in out net block let if else repeat each of as not and or where use from export extends family defaults train test budget assert moved weights filter train_only replace'.split(
    ' ',
  ),
  ...'true same valid H W C D L identity in.C in.H in x.L add concat max mean mul conv dense relu bn maxpool gap flatten softmax pad slice upsample reshape dropout crop split embedding one_hot transpose matmul'.split(
    ' ',
  ),
];

/** Layers that can be written, and names of their options. */
const layers = allOps
  .filter(({ category }) => category !== 'internal')
  .map(({ name, spelling }) => spelling ?? name);
const options = [...new Set(allOps.flatMap(({ params }) => params.map(({ name }) => name)))];
const values = [
  ...numbers,
  ...'true false same valid "same" x y in in.C in.H / 2;in.W * 2;[1, 2];[];[2, 3, 4];[[1, 2], [3, 4]];1..3;relu;conv(3, 3);identity;C;H;[H, W];[C];-1;2 ^ 3;7 % 3;not true;1 == 2;max(1, 2)'.split(
    ';',
  ),
  'valid',
  'same',
  'true',
  'in.C',
];

const strange = [
  '\0',
  '\uFEFF',
  '\r',
  '\r\n',
  '\t',
  '\u00A0',
  '\u200B',
  '\u2028',
  '\u202E',
  'é',
  'Ω',
  '🙂',
  '\uD800',
  '→',
  '×',
  '“',
  '\u0301',
  '\v',
  '\\',
  '`',
  '$',
];

const choose = <T>(from: readonly T[], by: number): T | undefined => from[by % Math.max(1, from.length)];

/** Replaces the piece that `at` chooses among those that fit. */
function piecewise(
  fits: RegExp,
  replace: (piece: string, by: number, all: readonly string[]) => string,
): (text: string, at: number, by: number) => string {
  return (text, at, by) => {
    const all: string[] = text.match(pieces) ?? [];
    const fitting = all.flatMap((piece, i) => (fits.test(piece) ? [i] : []));
    const i = choose(fitting, at);
    if (i === undefined) return text;
    return all.with(i, replace(all[i] ?? '', by, all)).join('');
  };
}

function linewise(
  edit: (lines: readonly string[], at: number, by: number) => readonly string[],
): (text: string, at: number, by: number) => string {
  return (text, at, by) => {
    const lines = text.split('\n');
    return edit(lines, at % lines.length, by).join('\n');
  };
}

/** `(a, k = 3)` without brackets inside: its options, one of them replaced, taken away or added. */
function argument(text: string, at: number, by: number): string {
  const lists = [...text.matchAll(/\(([^()\n]*)\)/g)];
  const list = choose(lists, at);
  if (!list) return text;
  const args = (list[1] ?? '').split(/,\s*/).filter((arg) => arg !== '');
  const value = choose(values, by >> 4) ?? '';
  const changed = [
    args.toSpliced(by % (args.length + 1), 1),
    args.toSpliced(by % Math.max(1, args.length), 1, value),
    [...args, value],
    [...args, `${choose(options, by >> 2) ?? ''} = ${value}`],
    args.map((arg, i) => (i === at % args.length ? arg.replace(/(=\s*).*|^[^=]*$/, `$1${value}`) : arg)),
  ];
  const [whole] = list;
  const start = list.index;
  return `${text.slice(0, start)}(${(args.length === 0 ? [value] : (choose(changed, by) ?? [])).join(', ')})${text.slice(start + whole.length)}`;
}

/** A layer of a pipeline taken out, or another one put in. */
function stage(text: string, at: number, by: number): string {
  const arrow = choose([...text.matchAll(/->\s*[\w.]+(?:\([^()\n]*\))?/g)], at);
  if (!arrow) return text;
  const end = arrow.index + arrow[0].length;
  if (by % 4 === 0) return text.slice(0, arrow.index) + text.slice(end);
  const [first, second] = [choose(values, by >> 3), choose(values, by >> 5)];
  const args = choose(
    ['', '', `(${first})`, `(${first}, ${second})`, `(${choose(options, by)} = ${first})`],
    by >> 2,
  );
  return `${text.slice(0, end)} -> ${choose(layers, by >> 1)}${args}${text.slice(end)}`;
}

const isName = /^[A-Za-z_]\w*$/;

const word = piecewise(/\S/, (_, by) => choose(words, by) ?? '');

function swapLines(lines: readonly string[], at: number, by: number): readonly string[] {
  const other = by % lines.length;
  return lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '');
}

function swapPieces(text: string, at: number, by: number): string {
  const all: string[] = text.match(pieces) ?? [];
  const solid = all.flatMap((piece, i) => (/\S/.test(piece) ? [i] : []));
  const [i, j] = [choose(solid, at), choose(solid, by % 3 === 0 ? by : at + 1)];
  if (i === undefined || j === undefined) return text;
  return all
    .with(i, all[j] ?? '')
    .with(j, all[i] ?? '')
    .join('');
}

function insertAt(text: string, at: number, what: string): string {
  const i = at % (text.length + 1);
  return text.slice(0, i) + what + text.slice(i);
}

/** Each takes a text, where, by what, and another text of the corpus. */
const editors = {
  deleteWord: piecewise(/\S/, () => ''),
  repeatWord: piecewise(/\S/, (piece, by) => `${piece} `.repeat(2 + (by % 3))),
  replaceWord: word,
  insertWord: piecewise(/\S/, (piece, by) => `${piece} ${choose(words, by) ?? ''} `),
  swapWords: swapPieces,
  number: piecewise(/^\d/, (_, by) => choose(numbers, by) ?? ''),
  insertNumber: piecewise(/\S/, (piece, by) => `${piece} ${choose(numbers, by) ?? ''} `),
  name: piecewise(
    isName,
    (_, by, all) =>
      choose(
        all.filter((piece) => isName.test(piece)),
        by,
      ) ?? '',
  ),
  newName: piecewise(isName, (piece, by) => (by % 2 === 0 ? `${piece}x` : piece.slice(0, -1))),
  bracket: piecewise(/^[()[\]{}]$/, (piece, by) =>
    by % 2 === 0 ? '' : (choose([...'()[]{}'], by) ?? '') + piece,
  ),
  argument,
  stage,
  layer: piecewise(new RegExp(`^(?:${layers.join('|')})$`), (_, by) => choose(layers, by) ?? ''),
  deleteLine: linewise((lines, at) => lines.toSpliced(at, 1)),
  repeatLine: linewise((lines, at, by) => lines.toSpliced(by % lines.length, 0, lines[at] ?? '')),
  swapLines: linewise(swapLines),
  joinLines: linewise((lines, at) => lines.toSpliced(at, 2, `${lines[at] ?? ''} ${lines[at + 1] ?? ''}`)),
  comment: linewise((lines, at) => lines.with(at, `// ${lines[at] ?? ''}`)),
  cut: (text: string, at: number) => text.slice(0, at % (text.length + 1)),
  strange: (text: string, at: number, by: number) => insertAt(text, at, choose(strange, by) ?? ''),
  lineEnds: (text: string, _: number, by: number) => text.replaceAll('\n', by % 4 === 0 ? '\r' : '\r\n'),
  /** The beginning of this text and the end of another. */
  splice: (text: string, at: number, by: number, other: string) => {
    const [mine, theirs] = [text.split('\n'), other.split('\n')];
    return [...mine.slice(0, at % (mine.length + 1)), ...theirs.slice(by % (theirs.length + 1))].join('\n');
  },
  /** Some lines of another text. */
  paste: (text: string, at: number, by: number, other: string) => {
    const [mine, theirs] = [text.split('\n'), other.split('\n')];
    const from = by % theirs.length;
    return mine.toSpliced(at % (mine.length + 1), 0, ...theirs.slice(from, from + 1 + (by % 7))).join('\n');
  },
} as const satisfies Readonly<
  Record<string, (text: string, at: number, by: number, other: string) => string>
>;

/** Those that leave texts that parse are worth more. */
const deep: readonly Kind[] = ['argument', 'stage', 'layer', 'number', 'name'];
const kinds = [...(Object.keys(editors) as readonly Kind[]), ...deep, ...deep, ...deep];

export function mutate(text: string, mutations: readonly Mutation[], others: readonly string[]): string {
  return mutations.reduce(
    (now, { kind, at, by }) => editors[kind](now, at, by, choose(others, by) ?? ''),
    text,
  );
}

/** One to three edits, mostly one: what stands beside a mistake is what messages are about. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat(1_000_000), by: fc.nat(1_000_000) }),
  { minLength: 1, maxLength: 3, size: 'max' },
);
