/** Slips of numbers in several pieces: units behind a blank, a sign for what is positive. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { timesAreMeasured, withUnit } from '../repairs/numbers.ts';
import { textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';

/** `5 KB`, `3 k`, `10 percent`: the unit is part of the number. */
const unitApart: Slip = (source, { token, previous }) => {
  if (previous?.tokenType !== t.NumberToken || !isWord(token)) return undefined;
  const meant = /^(?:[num]?s|sec|seconds?|fps|Hz)$/.test(token.image)
    ? { why: timesAreMeasured, ours: undefined }
    : withUnit(previous.image, token.image);
  if (meant === undefined) return undefined;
  const span = { source, start: previous.startOffset, end: spanOf(source, token).end };
  const text = source.text.slice(span.start, span.end);
  const extras = {
    fixes: meant.ours === undefined ? [] : [replaceBy(meant.ours, span)],
    notes: [{ word: 'why' as const, text: meant.why }],
  };
  return diagnostic('syntax/bad-number', { text }, span, extras);
};

const isWord = ({ tokenType }: IToken): boolean => tokenType === t.Name || tokenType === t.ModifierWord;

/** `50 %`: a remainder by nothing. */
const percentApart: Slip = (source, { previous }) => {
  if (previous?.tokenType !== t.Percent) return undefined;
  const { text } = source;
  const at = previous.startOffset;
  const [whole, digits] =
    /(?<![\w.])(\d[\d_]*(?:\.\d+)?)[ \t]+$/.exec(text.slice(Math.max(0, at - 60), at)) ?? [];
  if (whole === undefined || digits === undefined) return undefined;
  const span = { source, start: at - whole.length, end: at + 1 };
  const extras = {
    fixes: [replaceBy(`${digits}%`, span)],
    notes: [{ word: 'why' as const, text: 'no blank stands between a number and its %' }],
  };
  return diagnostic('syntax/bad-number', { text: text.slice(span.start, span.end) }, span, extras);
};

/** `+3`: only what is negative has a sign. */
const plusBefore: Slip = (source, { token, expected }) => {
  const isOperand = expected.length > 3 && expected.includes(t.NumberToken.name);
  if (token.tokenType !== t.Plus || !isOperand) return undefined;
  if (!/^\+[ \t]*[\d.(\w]/.test(textFrom(source, token, 40))) return undefined;
  return told(source, token, 'what is positive has no sign', [leaveOut('the sign', spanOf(source, token))]);
};

export const numberSlips: readonly Slip[] = [unitApart, percentApart, plusBefore];
