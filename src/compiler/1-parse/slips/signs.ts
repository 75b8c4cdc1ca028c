/** Signs of other languages, in two pieces, or left out. */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { putIn, replaced, type Slip } from './slip.ts';
import type { Source, Span } from '../source.ts';

/** `- >`, `-->`, `->>` and `>>`: where the arrow is, in pieces or with too much of it. */
const arrowInPieces: Slip = (source, { token, previous }) => {
  if (!previous || !/^(?:->|-->|->>|>>)$/.test(`${previous.image}${token.image}`)) return undefined;
  const span = { ...spanOf(source, previous), end: spanOf(source, token).end };
  const found = source.text.slice(span.start, span.end);
  return /^(?:-[ \t]*>|-+>+|>>)$/.test(found) ? foreignSign(found, '->', span) : undefined;
};

/** `:=`. */
const signInPieces: Slip = (source, { token }) => {
  const span = spanOf(source, token);
  if (token.tokenType !== t.Colon || source.text[span.end] !== '=') return undefined;
  return foreignSign(':=', '=', { ...span, end: span.end + 1 });
};

/** `=<`, and `< =` in two pieces. */
const boundInPieces: Slip = (source, { token, previous }) => {
  const { text } = source;
  if (token.image === '=' && (previous?.image === '<' || previous?.image === '>')) {
    const span = { ...spanOf(source, previous), end: spanOf(source, token).end };
    const found = text.slice(span.start, span.end);
    return /^[<>][ \t]+=$/.test(found) ? foreignSign(found, `${previous.image}=`, span) : undefined;
  }
  if (token.image !== '=' || text[token.startOffset + 1] !== '<') return undefined;
  const span = spanOf(source, token);
  return foreignSign('=<', '<=', { ...span, end: span.end + 1 });
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

/** `0..<1`, `0..=1`, `0 ... 1`: both ends are part of a range. */
const signBehindRange: Slip = (source, { token, previous }) => {
  if (previous?.tokenType !== t.DotDot || !/^(?:[<=]=?|\.)$/.test(token.image)) return undefined;
  if (token.startOffset !== spanOf(source, previous).end) return undefined;
  const span = { ...spanOf(source, previous), end: spanOf(source, token).end };
  return foreignSign(`..${token.image}`, '..', span);
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

/** Signs that can be left out between two words, and how each is put in. */
const signsBetween: Readonly<Record<string, string>> = {
  Colon: ':',
  Equal: ' =',
  Arrow: ' ->',
  From: ' from',
};

/** `let k 3`, `in x rgb 8x8`: one sign was wanted and nothing else. */
export const signLeftOut: Slip = (source, failure) => {
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

/** In order: the first that knows a failure tells it. */
export const signSlips: readonly Slip[] = [
  arrowInPieces,
  signInPieces,
  boundInPieces,
  colonForEqual,
  signBehindRange,
  sizeInPieces,
];
