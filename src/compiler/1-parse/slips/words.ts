/** Words of other languages where a statement begins, and reserved words where a name should stand. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import { foreign, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

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
  const [, word] = /(?:^|[\s{])(inputs?|outputs?)[ \t]+$/.exec(before) ?? [];
  if (word === undefined) return undefined;
  const from = source.text.lastIndexOf(word, start.startOffset);
  return foreign({ source, start: from, end: from + word.length }, word.startsWith('input') ? 'in' : 'out');
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

/** `let mut y = …`, `let int c = 3`. */
const wordBehindLet: Slip = (source, { previous, start }) => {
  if (start.tokenType !== t.Let || !previous) return undefined;
  const text = textFrom(source, start, 80);
  const [, gap, word] = /^let(\s+)(\w+\s+)(?=\w+\s*(?:=(?!=)|:))/.exec(text) ?? [];
  if (gap === undefined || word === undefined) return undefined;
  const from = start.startOffset + 'let'.length + gap.length;
  if (previous.startOffset !== from) return undefined;
  const span = { source, start: from, end: from + word.length };
  if (previous.image === 'out')
    return told(source, start, outAlone, [leaveOut('let', { ...spanOf(source, start), end: from })]);
  return told(source, previous, 'a name stands directly behind `let`', [leaveOut(word.trim(), span)]);
};

const outAlone = 'an output is `out name: value`';

/** In order: the first that knows a failure tells it. */
export const wordSlips: readonly Slip[] = [
  foreignWord,
  foreignStatement,
  kindForOut,
  reservedValue,
  wordBehindLet,
];
