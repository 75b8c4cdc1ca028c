/**
 * Slips that have a name: words of other languages, signs in two pieces, brackets of another kind, a sign left out. Each is told in
 * its own words with a fix that applies; everything else is left to failures.ts.
 */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { bodyWithoutBraces, nothingBeforeBrace } from './bodies.ts';
import { choiceSlips } from './choices.ts';
import { defaultsSlips } from './defaults.ts';
import { filterSlips } from './filters.ts';
import { headSlips } from './heads.ts';
import { importSlips } from './imports.ts';
import { limitSlips } from './limits.ts';
import { loopSlips } from './loops.ts';
import { movedByOtherSigns } from './moved.ts';
import { spanOf } from '../lex.ts';
import { foreign, putIn, replaced, type Slip } from './slip.ts';
import { testSlips } from './tests.ts';
import { weightsSlips } from './weights.ts';
import type { Source, Span } from '../source.ts';

/** What is said about a failure that is a known slip; undefined for others. */
export function explainSlip(source: Source, failure: Failure): Diagnostic | undefined {
  // Where the text is over there is nothing to read on.
  const known = failure.token.image === '' ? slips.filter((slip) => !readsOn.has(slip)) : slips;
  for (const slip of known) {
    const found = slip(source, failure);
    if (found) return found;
  }
  return undefined;
}

/** Words that begin statements in other languages, and what begins them here. */
const foreignWords: Readonly<Record<string, string>> = {
  output: 'out',
  return: 'out',
  yield: 'out',
  var: 'let',
  const: 'let',
  for: 'each',
  foreach: 'each',
  loop: 'repeat',
};

/** What must follow a loop's word: a value may be called `loop`, too. */
const loopHeads: Readonly<Record<string, RegExp>> = {
  each: /^\s*\w+\s+(?:of|in)\b/,
  repeat: /^\s*\d/,
};

/** `return x`, `y = x -> for n of list { … }`. */
const foreignWord: Slip = (source, { previous, start }) => {
  if (!previous || !Object.hasOwn(foreignWords, previous.image)) return undefined;
  const span = spanOf(source, previous);
  const ours = foreignWords[previous.image] ?? '';
  const loopHead = loopHeads[ours];
  const fits = loopHead ? loopHead.test(source.text.slice(span.end, span.end + 80)) : previous === start;
  return fits ? foreign(span, ours) : undefined;
};

/** `input x: rgb 8x8`: the word stands by itself before what looks like a branch. */
const foreignStatement: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Colon) return undefined;
  const before = source.text.slice(Math.max(0, start.startOffset - 40), start.startOffset);
  const [, word] = /(?:^|[\s{])(input|output)[ \t]+$/.exec(before) ?? [];
  if (word === undefined) return undefined;
  const from = source.text.lastIndexOf(word, start.startOffset);
  return foreign({ source, start: from, end: from + word.length }, word === 'input' ? 'in' : 'out');
};

/** `- >` and `:=`. */
const signInPieces: Slip = (source, { token, previous }) => {
  if (token.image === '>' && previous?.image === '-') {
    const span = { ...spanOf(source, previous), end: spanOf(source, token).end };
    return foreignSign(source.text.slice(span.start, span.end), '->', span);
  }
  const span = spanOf(source, token);
  if (token.tokenType !== t.Colon || source.text[span.end] !== '=') return undefined;
  return foreignSign(':=', '=', { ...span, end: span.end + 1 });
};

function foreignSign(found: string, ours: string, span: Span): Diagnostic {
  const fixes = [{ title: `write ${ours}`, edits: [{ span, text: ours }] }];
  return diagnostic('syntax/foreign-sign', { found, ours }, span, { fixes });
}

/** `filter S: …`, `let k: 3`: where only `=` can stand. Of what tests are given failures.ts says more. */
const colonForEqual: Slip = (source, { token, expected, rules }) =>
  token.tokenType === t.Colon && expected.join() === t.Equal.name && rules.at(-1) !== 'testInput'
    ? replaced(
        source,
        token,
        '`=` should stand here',
        source.text[token.startOffset - 1] === ' ' ? '=' : ' =',
      )
    : undefined;

/** `conv[64, 3]`: what stands in brackets is one index. */
const optionsInBrackets: Slip = (source, { token, rules, expected }) => {
  if (token.tokenType !== t.Comma || rules.at(-1) !== 'suffix' || !expected.includes('RSquare'))
    return undefined;
  const args = { found: '`,`', expected: 'options stand in parentheses: `conv(64, 3)`' };
  return diagnostic('syntax/unexpected', args, spanOf(source, token));
};

/** `3 x 3`: a size is one word. */
const sizeInPieces: Slip = (source, { token, previous }) => {
  if (token.image !== 'x' || previous?.tokenType !== t.NumberToken) return undefined;
  const [written] = /^\d+(?:[ \t]*x[ \t]*\d+)+/.exec(source.text.slice(previous.startOffset)) ?? [];
  if (written === undefined) return undefined;
  const span = { source, start: previous.startOffset, end: previous.startOffset + written.length };
  const text = written.replaceAll(/[ \t]/g, '');
  const args = { found: '`x`', expected: 'a size is written without blanks' };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy(text, span)] });
};

/** `if = x -> relu`: a reserved word where a value is named. */
const reservedValue: Slip = (source, { token, start, previous }) => {
  if (token.tokenType !== t.Equal || previous !== start) return undefined;
  return t.reserved.get(start.image) === start.tokenType ? reservedWord(source, start) : undefined;
};

/** A reserved word where a name should stand. */
export function reservedWord(source: Source, token: IToken): Diagnostic {
  const span = spanOf(source, token);
  const fixes = [replaceBy(`${token.image}_`, span)];
  return diagnostic('syntax/reserved', { word: token.image }, span, { fixes });
}

/** Signs that can be left out between two words, and how each is put in. */
const signsBetween: Readonly<Record<string, string>> = {
  Colon: ':',
  Equal: ' =',
  Arrow: ' ->',
  From: ' from',
};

/** `let k 3`, `in x rgb 8x8`: one sign was wanted and nothing else. */
const signLeftOut: Slip = (source, failure) => {
  const { token, previous } = failure;
  if (!previous || !beginsValue(token)) return undefined;
  const sign = missingSign(source, failure, previous);
  if (sign === undefined) return undefined;
  const fix = putIn(source, spanOf(source, previous).end, sign);
  const found = token.tokenType === t.StringToken ? 'this text' : `\`${token.image}\``;
  const args = { found, expected: `\`${sign.trim()}\` is missing before it` };
  return diagnostic('syntax/unexpected', args, spanOf(source, token), { fixes: [fix] });
};

function missingSign(source: Source, failure: Failure, previous: IToken): string | undefined {
  const { expected, rules, start } = failure;
  const [only = ''] = expected;
  if (expected.length === 1 && Object.hasOwn(signsBetween, only)) return signsBetween[only];
  const rule = rules.at(-1);
  if (rule === 'block' && expected.includes('Equal')) return ' =';
  // `out w tensor(x)`: without the sign `w` is a value, and the statement complete.
  const isOut = start.tokenType === t.Out && (rule === 'outStatement' || rule === 'statement');
  return isOut && previous.tokenType === t.Name && isNext(source, start, previous) ? ':' : undefined;
}

/** Nothing but blanks stands between the two. */
function isNext(source: Source, first: IToken, second: IToken): boolean {
  const end = spanOf(source, first).end;
  return second.startOffset > end && /^[ \t]*$/.test(source.text.slice(end, second.startOffset));
}

const beginsValue = ({ tokenType }: IToken): boolean =>
  [t.Name, t.ModifierWord, t.NumberToken, t.Size, t.StringToken, t.LSquare].includes(tokenType);

/** `repeat 3 { … }`, `repeat { … }`. */
const repeatWithoutParens: Slip = (source, { token, rules, expected }) => {
  if (rules.at(-1) !== 'repeat' || !expected.includes('LParen')) return undefined;
  if (token.tokenType === t.NumberToken || token.tokenType === t.Name)
    return replaced(source, token, 'how often stands in parentheses', `(${token.image})`);
  if (token.tokenType !== t.LCurly && token.tokenType !== t.MergeCurly) return undefined;
  const args = { found: '`{`', expected: 'how often stands in parentheses before it: `repeat(4) {`' };
  return diagnostic('syntax/unexpected', args, spanOf(source, token));
};

/** `each n in list`. */
const eachIn: Slip = (source, { token, rules, expected }) =>
  rules.at(-1) === 'each' && token.image === 'in' && expected.includes('Of')
    ? replaced(source, token, '`of` should stand here', 'of')
    : undefined;

/** Words that other people put before class names and anchors, and what stands there. */
const clauseWords: Readonly<Record<string, 'of' | 'anchors'>> = {
  classes: 'of',
  class_names: 'of',
  labels: 'of',
  names: 'of',
  anchor: 'anchors',
};

/** `out z: label(y) classes ["cat", "dog"]`, `branch y anchor [(1, 1)]`. */
const clauseByAnotherName: Slip = (source, { token, start }) => {
  const ours = Object.hasOwn(clauseWords, token.image) ? clauseWords[token.image] : undefined;
  if (ours === undefined || start.tokenType !== (ours === 'of' ? t.Out : t.DetectBranch)) return undefined;
  return replaced(source, token, `\`${ours}\` should stand here`, ours);
};

/** `label z: y`: a kind of output in the place of `out`. */
const kindForOut: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Colon) return undefined;
  const before = source.text.slice(Math.max(0, start.startOffset - 40), start.startOffset);
  const [, kind] = /(?:^|[\s{])(tensor|labels?|prob|embedding|points|mask|image)[ \t]+$/.exec(before) ?? [];
  if (kind === undefined) return undefined;
  const from = source.text.lastIndexOf(kind, start.startOffset);
  const span = { source, start: from, end: from + kind.length };
  const [head, value] =
    /^\w+[ \t]*:[ \t]*([^\n{}]+?)(?=[ \t]+of\b|[ \t]*(?:\}|\/\/|$))/m.exec(
      source.text.slice(start.startOffset),
    ) ?? [];
  const args = { word: kind, where: `a kind of output stands behind \`out ${start.image}:\`` };
  if (head === undefined || value === undefined) return diagnostic('syntax/misplaced', args, span);
  const ours = `out ${start.image}: ${kind}(${value})`;
  const whole = { ...span, end: start.startOffset + head.length };
  return diagnostic('syntax/misplaced', args, span, { fixes: [replaceBy(ours, whole)] });
};

/** `test "a" for N`, `budget of N`. */
const ofByAnotherName: Slip = (source, { token, previous, start, rules }) => {
  if (rules.at(-1) === 'test' && /^(?:for|on|with)$/.test(token.image))
    return replaced(source, token, '`of` should stand here', 'of');
  if (start.tokenType !== t.Budget || !/^(?:of|for)$/.test(previous?.image ?? '') || !previous)
    return undefined;
  const span = spanOf(source, previous);
  const fixes = [leaveOut(previous.image, { ...span, end: token.startOffset })];
  const args = { found: `\`${previous.image}\``, expected: 'the net stands directly behind `budget`' };
  return diagnostic('syntax/unexpected', args, span, { fixes });
};

/** `test "a" of N(2)`, `budget N(2)`: these speak of a net that has a name. */
const netWithArguments: Slip = (source, { token, rules }) => {
  if (token.tokenType !== t.LParen || !/^(?:test|budget|netName)$/.test(rules.at(-1) ?? '')) return undefined;
  const expected =
    'a net with arguments has a name of its own, `net Mine = Net(2)`, or is a variant of a family';
  return diagnostic('syntax/unexpected', { found: '`(`', expected }, spanOf(source, token));
};

/** `net A extend B`. */
const extendsByAnotherName: Slip = (source, { token, rules }) =>
  rules.at(-1) === 'net' && /^(?:extend(?:ing|ed)?|from|inherits?|implements|:|<)$/.test(token.image)
    ? replaced(
        source,
        token,
        '`extends` should stand here',
        /\s/.test(source.text[token.startOffset - 1] ?? ' ') ? 'extends' : ' extends',
      )
    : undefined;

/** `replace logits with gap -> dense(5)`, `replace logits -> …`. */
const replaceWith: Slip = (source, { token, start, expected }) =>
  start.tokenType === t.Replace && expected.join() === 'Equal' && /^(?:with|by|->|:|as)$/.test(token.image)
    ? replaced(source, token, 'the new value stands behind `=`', '=')
    : undefined;

/** These read the text from the token that does not fit. */
const readsOn: ReadonlySet<Slip> = new Set([
  ...loopSlips,
  nothingBeforeBrace,
  ...choiceSlips,
  bodyWithoutBraces,
  movedByOtherSigns,
  ...filterSlips,
  ...limitSlips,
  ...weightsSlips,
  ...headSlips,
]);

const slips: readonly Slip[] = [
  ...loopSlips,
  nothingBeforeBrace,
  ...choiceSlips,
  bodyWithoutBraces,
  ...importSlips,
  movedByOtherSigns,
  ...filterSlips,
  ...limitSlips,
  ...weightsSlips,
  foreignWord,
  foreignStatement,
  kindForOut,
  clauseByAnotherName,
  signInPieces,
  colonForEqual,
  optionsInBrackets,
  sizeInPieces,
  reservedValue,
  repeatWithoutParens,
  eachIn,
  ...testSlips,
  ofByAnotherName,
  netWithArguments,
  extendsByAnotherName,
  replaceWith,
  ...defaultsSlips,
  ...headSlips,
  signLeftOut,
];
