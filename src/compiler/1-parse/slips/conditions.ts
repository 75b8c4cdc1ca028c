/**
 * Conditions as other languages write them: `H in [32, 64]`, `H in 32..64`, `H is even`, `H divisible by 32`, `… and` with nothing
 * behind it. The fix writes the comparison that was meant.
 */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { closingOf, lineFrom, partsOf, textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';
import type { Source, Span } from '../source.ts';

const number = '(\\d[\\w.]*)';
const between = new RegExp(
  `^(?:(?:is[ \\t]+)?between[ \\t]+${number}[ \\t]+(?:and|to)|in[ \\t]+\\(?${number}[ \\t]*\\.\\.)[ \\t]*${number}\\)?`,
);
const remainder = new RegExp(
  `^(?:is[ \\t]+)?(?:(?:a[ \\t]+)?(?:multiple|multiples)[ \\t]+of|divisible[ \\t]+by|divides)[ \\t]+${number}`,
);
const modulo = new RegExp(`^mod(?:ulo)?[ \\t]+${number}(?:[ \\t]*==?[ \\t]*${number})?`);
const bound = new RegExp(
  `^(?:is[ \\t]+)?(at[ \\t]+least|at[ \\t]+most|above|below|over|under)[ \\t]+${number}`,
);

const bounds: Readonly<Record<string, string>> = {
  least: '>=',
  most: '<=',
  above: '>',
  over: '>',
  below: '<',
  under: '<',
};

/** A name and the words behind it that make a condition of it: how long they are, and what they are here. */
export function conditionInWords(
  text: string,
): { readonly length: number; readonly ours: string } | undefined {
  const [head, name = ''] = /^([\w.]+)[ \t]+/.exec(text) ?? [];
  if (head === undefined) return undefined;
  const rest = text.slice(head.length);
  const found = comparison(name, rest);
  return found && { length: head.length + found.words.length, ours: found.ours };
}

function comparison(name: string, rest: string): { words: string; ours: string } | undefined {
  const [parity, kind] = /^(?:is[ \t]+)?(even|odd)\b/.exec(rest) ?? [];
  if (parity !== undefined) return { words: parity, ours: `${name} % 2 == ${kind === 'odd' ? 1 : 0}` };
  const [range, low, first, high] = between.exec(rest) ?? [];
  if (range !== undefined && high !== undefined)
    return { words: range, ours: `${name} >= ${low ?? first} and ${name} <= ${high}` };
  const [divided, by] = remainder.exec(rest) ?? [];
  if (divided !== undefined) return { words: divided, ours: `${name} % ${by} == 0` };
  const [divides, by2, left = '0'] = modulo.exec(rest) ?? [];
  if (divides !== undefined) return { words: divides, ours: `${name} % ${by2} == ${left}` };
  const [bounded, word = '', limit] = bound.exec(rest) ?? [];
  if (bounded === undefined) return undefined;
  return { words: bounded, ours: `${name} ${bounds[word.split(/\s+/).at(-1) ?? '']} ${limit}` };
}

/** Whether a failure is where conditions stand: behind `where`, `assert` and `expect`. Of `if` choices.ts speaks. */
function isCondition({ text }: Source, start: IToken, at: number): boolean {
  if (start.tokenType === t.Assert || start.tokenType === t.Expect) return true;
  const before = text.slice(Math.max(start.startOffset, at - 1000), at);
  return start.tokenType === t.In && /\bwhere\b/.test(before);
}

/** `where H in range(1, 10)`: `in` and a name begin an input, on which the condition stands before. */
const inRange: Slip = (source, { token, previous, start }) => {
  if (start.tokenType !== t.In || (token !== start && previous?.image !== 'range')) return undefined;
  const { text } = source;
  const line = text.slice(text.lastIndexOf('\n', start.startOffset - 1) + 1, start.startOffset);
  const [operand, name] = /([A-Za-z_][\w.]*)[ \t]+$/.exec(line) ?? [];
  if (
    operand === undefined ||
    name === undefined ||
    !/^\s*in\b.*\bwhere\b|^\s*(?:assert|expect)\b/.test(line)
  )
    return undefined;
  const found = bounded(text, start.startOffset, { name, not: undefined });
  const span = { source, start: start.startOffset - operand.length, end: found?.end ?? 0 };
  return told(
    source,
    start,
    oneOrBetween,
    found ? [replaceBy(inContext(source, span, found.ours), span)] : [],
  );
};

/** Whether such an `in` follows a condition, which is then told with it. */
export const goesOnWithIn = ({ source: { text }, end }: Span): boolean =>
  /^[ \t]+(?:not[ \t]+)?in[ \t]+range[ \t]*\(/.test(text.slice(end, end + 80));

const oneOrBetween = 'one of several values is `x == 1 or x == 2`, one between two `x >= 1 and x <= 4`';

/** `H in [32, 64]`, `H not in (1, 2)`, `H in 32..64`, `i in range(3)`. */
const oneOfSeveral: Slip = (source, { token, start }) => {
  const word = /^(not[ \t]+)?in\b\s*/.exec(textFrom(source, token, 40));
  if (!word || !isCondition(source, start, token.startOffset)) return undefined;
  const { text } = source;
  const before = text.slice(Math.max(start.startOffset, token.startOffset - 200), token.startOffset);
  const [operand, name, denied] = /([A-Za-z_][\w.]*(?:\[-?\d+\])?)[ \t]+(not[ \t]+)?$/.exec(before) ?? [];
  if (operand === undefined || name === undefined) return undefined;
  const not = denied ?? word[1];
  const at = token.startOffset + (word[1]?.length ?? 0);
  const from = token.startOffset + word[0].length;
  const meant = /[[({]/.test(text[from] ?? '') ? listed(text, from, { name, not }) : undefined;
  const found = meant ?? bounded(text, at, { name, not });
  const span = { source, start: token.startOffset - operand.length, end: found?.end ?? 0 };
  return told(
    source,
    token,
    oneOrBetween,
    found ? [replaceBy(inContext(source, span, found.ours), span)] : [],
  );
};

/** `H ∈ {32, 64}`, by its sign. */
export function memberBySign(source: Source, at: number): readonly Fix[] {
  const { text } = source;
  const [operand, name] = /([A-Za-z_][\w.]*)[ \t]*$/.exec(text.slice(Math.max(0, at - 200), at)) ?? [];
  const [gap = ''] = /^.[ \t]*/u.exec(text.slice(at, at + 80)) ?? [];
  const from = at + gap.length;
  if (operand === undefined || name === undefined || !/[[({]/.test(text[from] ?? '')) return [];
  const found = listed(text, from, { name, not: undefined });
  if (!found) return [];
  const span = { source, start: at - operand.length, end: found.end };
  return [replaceBy(inContext(source, span, found.ours), span)];
}

interface Sought {
  readonly name: string;
  readonly not: string | undefined;
}

interface Meant {
  readonly ours: string;
  readonly end: number;
}

function listed(text: string, open: number, { name, not }: Sought): Meant | undefined {
  const close = closingOf(text, open);
  const items = close === undefined ? [] : partsOf(text.slice(open + 1, close));
  if (close === undefined || items.length === 0 || items.some((item) => item.includes('..')))
    return undefined;
  const [sign, joint] = not === undefined ? ['==', ' or '] : ['!=', ' and '];
  return { ours: items.map((item) => `${name} ${sign} ${item}`).join(joint), end: close + 1 };
}

function bounded(text: string, at: number, { name, not }: Sought): Meant | undefined {
  const words = text.slice(at, at + 80);
  const [python, low, high, step] =
    /^in\s+range\(\s*(?:(\d+)\s*,\s*)?(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(words) ?? [];
  const range = python === undefined ? comparison(name, words) : undefined;
  const steps = step === undefined || step === '1' ? '' : ` and ${stepped(name, low ?? '0', step)}`;
  const ours = python === undefined ? range?.ours : `${name} >= ${low ?? 0} and ${name} < ${high}${steps}`;
  if (ours === undefined) return undefined;
  const end = at + (python ?? range?.words ?? '').length;
  return { ours: not === undefined ? ours : `not (${ours})`, end };
}

/** The numbers of a range with a step. */
const stepped = (name: string, low: string, step: string): string =>
  Number(low) % Number(step) === 0 ? `${name} % ${step} == 0` : `(${name} - ${low}) % ${step} == 0`;

/** In parentheses where other conditions stand beside it. */
function inContext({ text }: Source, { start, end }: Span, ours: string): string {
  const isAlone =
    !/(?:\b(?:and|or|not)|&&|\|\||!)\s*$/.test(text.slice(Math.max(0, start - 20), start)) &&
    !/^\s*(?:and\b|or\b|&&|\|\|)/.test(text.slice(end, end + 20));
  return isAlone ? ours : `(${ours})`;
}

/** `H divisible by 32`, `H between 32 and 64`, `i mod 2 == 0`: as far as they do not parse. */
const inWords: Slip = (source, { token, start }) => {
  if (!isCondition(source, start, token.startOffset)) return undefined;
  const { text } = source;
  const from = Math.max(start.startOffset, token.startOffset - 60);
  for (const { index } of text
    .slice(from, token.startOffset)
    .matchAll(/(?<![\w.])[A-Za-z_][\w.]*(?=[ \t])/g)) {
    const found = conditionInWords(text.slice(from + index, from + index + 120));
    if (!found || from + index + found.length < token.startOffset) continue;
    const span = { source, start: from + index, end: from + index + found.length };
    const words = text.slice(span.start, span.end);
    const args = { found: `"${words}"`, expected: 'a condition compares: `H % 2 == 0`' };
    return diagnostic('syntax/unexpected', args, span, {
      fixes: [replaceBy(inContext(source, span, found.ours), span)],
    });
  }
  return undefined;
};

/** `where H % 2 == 0 and`. */
const nothingBehind: Slip = (source, { token, previous, rules }) => {
  if (previous?.tokenType !== t.And && previous?.tokenType !== t.Or) return undefined;
  const isOver = token.tokenType === t.End || token.image === '' || token.tokenType === t.RCurly;
  if (rules.at(-1) !== 'operand' || !isOver) return undefined;
  const { text } = source;
  const { start, end } = spanOf(source, previous);
  const gap = /[ \t]*$/.exec(text.slice(Math.max(0, start - 80), start))?.[0].length ?? 0;
  const fixes: readonly Fix[] = [leaveOut(previous.image, { source, start: start - gap, end })];
  const expected = `a condition is missing after \`${previous.image}\``;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, previous), { fixes });
};

const forWhere =
  /^(?:with|if|when|requires?|assert|given|for|constraint|such[ \t]+that|st|s\.t\.)[ \t]*:?(?=[ \t]+\(?[A-Z]\b[^\n]*[=<>])/;

/** What stands for `where` and reads as preprocessing: `such that H % 2 == 0`, `s.t. H >= 8`, `, H >= 8`. */
const beforeConditions =
  /(?:[ \t]+(?:such[ \t]+that|s\.[ \t]?t\.|st|when|for|given|requires?)|[ \t]*,)(?=[ \t]+\(?[A-Z]\b[^\n]*[=<>])/g;

/** The same, where what does not parse stands further on, or in the middle of it. */
const whereInWords: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In) return undefined;
  const line = lineFrom(source, start);
  // Behind the names of its sizes.
  const names = line.indexOf(']') + 1;
  if (names === 0) return undefined;
  const from = start.startOffset + names;
  const [found] = [...line.slice(names).matchAll(beforeConditions)];
  if (!found || /\bwhere\b/.test(line) || from + found.index + found[0].length < token.startOffset - 20)
    return undefined;
  const words = found[0].trim();
  const gap = found[0].length - found[0].trimStart().length;
  const span = { source, start: from + found.index + gap, end: from + found.index + found[0].length };
  const args = { found: `\`${words}\``, expected: 'the conditions of an input stand behind `where`' };
  const ours = gap === 0 ? ' where' : 'where';
  return diagnostic('syntax/unexpected', args, span, {
    fixes: [{ ...replaceBy(ours, span), title: 'where' }],
  });
};

/** `in x: rgb[H, W] = 8x8 with H % 2 == 0`. */
const whereByAnotherName: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.In) return undefined;
  const [words] = forWhere.exec(textFrom(source, token, 200)) ?? [];
  if (words === undefined) return undefined;
  const span = { ...spanOf(source, token), end: token.startOffset + words.length };
  const args = { found: `\`${words}\``, expected: 'the conditions of an input stand behind `where`' };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy('where', span)] });
};

/** `where` and its conditions to the end of the line. */
function whereAt(
  source: Source,
  token: IToken,
): { readonly line: string; readonly conditions: string } | undefined {
  const [line, conditions] =
    /^where[ \t]+([^\n{}]*?)(?=[ \t]*(?:\/\/|\r?\n|$))/.exec(textFrom(source, token, 400)) ?? [];
  if (line === undefined || conditions === undefined || !/[=<>]/.test(conditions)) return undefined;
  return { line, conditions };
}

/** `where W % 2 == 0` on a line of its own, away from its input. */
const whereAlone: Slip = (source, { start, previous }) => {
  if (start.image !== 'where' || previous !== start || start.tokenType !== t.Name) return undefined;
  const found = whereAt(source, start);
  if (!found) return undefined;
  const { line, conditions } = found;
  const where = 'conditions stand behind the input whose sizes they are about';
  const at = start.startOffset;
  const before = Math.max(source.text.lastIndexOf('\n', at - 1), 0);
  const fixes = toInput(source, at, {
    conditions,
    leaveOut: { source, start: before, end: at + line.length },
  });
  return diagnostic('syntax/misplaced', { word: 'where', where }, spanOf(source, start), { fixes });
};

const preprocessing = /\b(?:scale|mean|std|fit|order|range)\b/;

/** `in x: rgb[H, W] = 8x8 scale 1/255 where H % 2 == 0`, or on the next line. */
const whereBehind: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.In || token.image !== 'where' || !previous) return undefined;
  // Right behind other conditions it stands for a comma.
  const before = source.text.slice(start.startOffset, token.startOffset).split(preprocessing);
  if (/\bwhere\b/.test(before.at(-1) ?? '')) return undefined;
  const found = whereAt(source, token);
  if (!found) return undefined;
  const { line, conditions } = found;
  const where = 'conditions stand right behind the sizes of an input, before what is done with its numbers';
  const end = token.startOffset + line.length;
  const leaveOut = { source, start: (previous.endOffset ?? previous.startOffset) + 1, end };
  const fixes = toInput(source, token.startOffset, { conditions, leaveOut });
  return diagnostic('syntax/misplaced', { word: 'where', where }, spanOf(source, token), { fixes });
};

/** Moves conditions to the last input above that names the first of their sizes. */
function toInput(
  source: Source,
  at: number,
  { conditions, leaveOut: left }: { readonly conditions: string; readonly leaveOut: Span },
): readonly Fix[] {
  const size = /\b[A-Z]\w*\b/.exec(conditions)?.[0] ?? '';
  const from = Math.max(0, at - 4000);
  const { text } = source;
  const head =
    /(?<=^|[\n{])[ \t]*in[ \t]+\w+[ \t]*:[ \t]*\w+[ \t]*\[[^\]\n]*\](?:[ \t]*=[ \t]*(?:\[[^\]\n]*\]|[\w.]+))?(\s+where\b)?/g;
  const input = [...text.slice(from, at).matchAll(head)]
    .filter(([one]) => new RegExp(`\\[[^\\]]*\\b${size}\\b`).test(one))
    .at(-1);
  if (!input || size === '') return [];
  const end = from + input.index + input[0].length;
  const ours = input[1] === undefined ? ` where ${conditions}` : ` ${conditions},`;
  const edits = [
    { span: { source, start: end, end }, text: ours },
    { span: left, text: '' },
  ];
  return [{ title: ours.trim(), edits }];
}

export const conditionSlips: readonly Slip[] = [
  inRange,
  oneOfSeveral,
  inWords,
  nothingBehind,
  whereByAnotherName,
  whereInWords,
  whereAlone,
  whereBehind,
];
