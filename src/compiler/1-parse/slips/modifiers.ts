/**
 * Slips in what is done to an input: `scale: 1/255`, `scale 1/255, mean 0.5`, `{ scale = 1/255 }`, `/ 255`, `mean 0.5 0.5 0.5`. A run of
 * such words is read as text, and one fix writes all of it in our form.
 */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import type { Source } from '../source.ts';
import { outside, textFrom } from './scan.ts';
import { replaced, told, type Slip } from './slip.ts';

const word = '(?:scale|mean|std|order|range|fit)';
const commaAndWord = new RegExp(`^,\\s*${word}\\b`);
const openingAndWord = new RegExp(`^(?:[{([]|with\\b|->|\\.)\\s*(?=${word}\\b)`);
const wordAndSign = new RegExp(`^(${word})(?:[ \\t]*[=:][ \\t]*|[ \\t]+|(?=\\())`);
const endOfValue = new RegExp(`[ \\t]*(?:[,;]|//)|[)\\]}]|[ \\t]+${word}\\b|[ \\t]*\\r?\\n`);
const why = 'what is done to an input stands behind it, without signs: `scale 1/255 mean 0.5`';

/** What stands behind an `in` up to here: its head, and lines that begin with words of it. */
const behindInput = new RegExp(
  `(?:^|[\\n{])[ \\t]*in[ \\t]+\\w+[ \\t]*:[^\\n{}=]*(?:\\n[ \\t]*(?:${word}\\b|where\\b|//|,)[^\\n{}]*)*\\s*$`,
);

/** Whether the two places of a text are in what is done to one input. */
function isBehindInput({ text }: Source, at: number): boolean {
  return behindInput.test(text.slice(Math.max(0, at - 600), at));
}

/** `scale: 1/255`. Later words of the run are not told again (cascades.ts). */
const colonBehindWord: Slip = (source, { token, start, previous }) => {
  if (token.tokenType !== t.Colon || previous !== start || !t.preprocessing.has(start.image))
    return undefined;
  if (!isBehindInput(source, start.startOffset)) return undefined;
  return told(source, token, why, [inOurForm(source, start.startOffset)]);
};

/** `scale 1/255, mean 0.5`, `scale = 1/255, mean = 0.5`. */
const commaBetweenWords: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Comma) return undefined;
  if (!commaAndWord.test(textFrom(source, token, 200))) return undefined;
  if (start.tokenType === t.In && firstWord(source, start, token) === undefined)
    return told(source, token, why, [behindComma(source, token)]);
  const from = start.tokenType === t.In ? firstWord(source, start, token) : start.startOffset;
  const isOurs =
    start.tokenType === t.In || (t.preprocessing.has(start.image) && isBehindInput(source, from ?? 0));
  return isOurs && from !== undefined ? told(source, token, why, [inOurForm(source, from)]) : undefined;
};

/** `in x: rgb 8x8, scale 1/255`. */
function behindComma(source: Source, comma: IToken): Fix {
  const span = spanOf(source, comma);
  const gap = /^\s*/.exec(source.text.slice(span.end, span.end + 200))?.[0].length ?? 0;
  const { title, edits } = readRun(source, span.end + gap);
  return { title, edits: [{ span, text: gap === 0 ? ' ' : '' }, ...edits] };
}

/** Where the first word behind the head of an input begins. */
function firstWord({ text }: Source, start: IToken, before: IToken): number | undefined {
  const head = text.slice(start.startOffset, before.startOffset);
  const colon = head.indexOf(':');
  const at = head.slice(colon).search(new RegExp(`\\b${word}\\b`));
  return at < 0 ? undefined : start.startOffset + colon + at;
}

/** `{ scale 1/255 }`, `(scale = 1/255)`, `with scale 1/255`, `-> scale 1/255`, `.scale(1/255)`. */
const wordsInBrackets: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In) return undefined;
  const rest = textFrom(source, token, 200);
  const [opening] = openingAndWord.exec(rest) ?? [];
  if (opening === undefined) return undefined;
  const from = token.startOffset + opening.length;
  const run = readRun(source, from);
  const closing = /^\s*[\])}]/.exec(source.text.slice(run.end, run.end + 80))?.[0] ?? '';
  const isBracket = /^[{([]/.test(opening);
  const blank = /\s/.test(source.text[token.startOffset - 1] ?? '') ? '' : ' ';
  const edits: Edit[] = [
    { span: { source, start: token.startOffset, end: from }, text: blank },
    ...run.edits,
    ...(isBracket ? [{ span: { source, start: run.end, end: run.end + closing.length }, text: '' }] : []),
  ];
  return told(source, token, why, [{ title: run.title, edits }]);
};

/** `in x: rgb 8x8 / 255`, `- 0.5`, `* 2`: the words for it. */
const arithmetic: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.In || !previous) return undefined;
  const [whole, sign, number] =
    /^([-/*])[ \t]*(\d[\d.e-]*|\[[^\]\n]*\])/.exec(textFrom(source, token, 200)) ?? [];
  if (whole === undefined || sign === undefined || number === undefined) return undefined;
  const ours = sign === '/' ? `scale 1/${number}` : sign === '*' ? `scale ${number}` : `mean ${number}`;
  if (sign === '/' && number.startsWith('[')) return told(source, token, why);
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, why, [replaceBy(ours, span)]);
};

/** `mean 0.5 0.5 0.5`, `mean 0.5, 0.5, 0.5`, `range -1, 1`, `range 0:1`. */
const numbersInARow: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In && !t.preprocessing.has(start.image)) return undefined;
  const line = source.text.lastIndexOf('\n', token.startOffset) + 1;
  const number = '-?\\d[\\d.]*(?:e-?\\d+)?(?:/\\d+)?';
  const row = new RegExp(
    `\\b(scale|mean|std|range)[ \\t]+(${number}(?:(?:[ \\t]*[,:][ \\t]*|[ \\t]+(?:to[ \\t]+)?)${number})+)`,
    'g',
  );
  const found = [...source.text.slice(line, line + 600).matchAll(row)].find(
    ({ index, 0: whole }) =>
      line + index < token.startOffset && token.startOffset < line + index + whole.length,
  );
  const [whole, name, numbers] = found ?? [];
  if (!found || whole === undefined || numbers === undefined) return undefined;
  const from = line + found.index + whole.length - numbers.length;
  const all = numbers.split(/[ \t]*[,:][ \t]*|[ \t]+(?:to[ \t]+)?/);
  const isRange = name === 'range';
  const expected = isRange ? 'a range is written `-1..1`' : 'one number for each channel stands in brackets';
  if (isRange && all.length !== 2) return told(source, token, expected);
  const ours = isRange ? all.join('..') : `[${all.join(', ')}]`;
  const span = { source, start: from, end: from + numbers.length };
  return told(source, token, expected, [replaceBy(ours, span)]);
};

/** `in x: rgb 8x8 -> relu`: an input is what comes in. */
const layersBehindInput: Slip = (source, { token, start }) =>
  token.tokenType === t.Arrow && start.tokenType === t.In
    ? told(source, token, 'an input is named by itself; what flows on is a value of its own: `y = x -> …`')
    : undefined;

/** `8*8`: the sign of a size. */
const sizeByStar: Slip = (source, { token, start, previous }) =>
  start.tokenType === t.In && token.image === '*' && previous?.tokenType === t.NumberToken
    ? replaced(source, token, 'a size is written with `x`: `32x32`', 'x')
    : undefined;

interface Run {
  readonly edits: readonly Edit[];
  readonly end: number;
  readonly title: string;
}

const inOurForm = (source: Source, from: number): Fix => {
  const { title, edits } = readRun(source, from);
  return { title, edits };
};

/** Words with their values from here on, whatever signs stand between; the edits take the signs out. */
function readRun(source: Source, from: number): Run {
  const { text } = source;
  const edits: Edit[] = [];
  const names: string[] = [];
  let end = from;
  for (let at = from; ;) {
    const [head, name] = wordAndSign.exec(text.slice(at, at + 80)) ?? [];
    if (head === undefined || name === undefined) break;
    if (names.length > 0 && end < at && /[,;]/.test(text.slice(end, at)))
      edits.push({
        span: { source, start: end, end: at },
        text: text
          .slice(end, at)
          .replace(/[ \t]*[,;][ \t]?/, ' ')
          .replace(/ (?=\s)/, ''),
      });
    names.push(name);
    const value = at + head.length;
    edits.push({ span: { source, start: at + name.length, end: value }, text: head === name ? '' : ' ' });
    const stop = outside(text, value, endOfValue);
    const line = /^[^\r\n]*/.exec(text.slice(value, value + 2000))?.[0] ?? '';
    end = value + text.slice(value, stop ?? value + line.length).trimEnd().length;
    edits.push(...valueInOurForm(source, value, end, name));
    at = end + (/^[ \t]*[,;]?(?:\s|\/\/[^\n]*\n)*/.exec(text.slice(end, end + 400))?.[0].length ?? 0);
  }
  return { edits, end, title: `${names.join(', ')} without signs` };
}

/** `"bgr"` → `bgr`, `[-1, 1]` of a range → `-1..1`. */
function valueInOurForm(source: Source, start: number, end: number, name: string): readonly Edit[] {
  const value = source.text.slice(start, end);
  const ours =
    name === 'range'
      ? value.replace(/^[[(]\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*[\])]$/, '$1..$2')
      : value.replace(/^"(\w+)"$/, '$1');
  return ours === value ? [] : [{ span: { source, start, end }, text: ours }];
}

/** Whether it only says again of the next word what was said of the one before. */
export function isNextWord(source: Source, before: Failure, { start, token }: Failure): boolean {
  const isWord = (one: Failure['start']): boolean => t.preprocessing.has(one.image);
  if (
    !isWord(start) ||
    token.tokenType !== t.Colon ||
    !(isWord(before.start) || before.start.tokenType === t.In)
  )
    return false;
  return (
    !/[{}]/.test(source.text.slice(before.start.startOffset, start.startOffset)) &&
    start.startOffset - spanOf(source, before.start).end < 600
  );
}

export const modifierSlips: readonly Slip[] = [
  colonBehindWord,
  commaBetweenWords,
  wordsInBrackets,
  numbersInARow,
  sizeByStar,
  arithmetic,
  layersBehindInput,
];
