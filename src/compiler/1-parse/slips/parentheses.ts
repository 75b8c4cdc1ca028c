/** Parentheses left out. */
import * as t from '../../../../grammar/tokens.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { replaced, type Slip } from './slip.ts';

/** `repeat 3 { … }`, `repeat { … }`. */
const repeatWithoutParens: Slip = (source, { token, rules, expected }) => {
  if (rules.at(-1) !== 'repeat' || !expected.includes('LParen')) return undefined;
  if (token.tokenType === t.NumberToken || token.tokenType === t.Name)
    return replaced(source, token, 'how often stands in parentheses', `(${token.image})`);
  if (token.tokenType !== t.LCurly && token.tokenType !== t.MergeCurly) return undefined;
  const args = { found: '`{`', expected: 'how often stands in parentheses before it: `repeat(4) {`' };
  return diagnostic('syntax/unexpected', args, spanOf(source, token));
};

/** In order: the first that knows a failure tells it. */
export const parenthesisSlips: readonly Slip[] = [repeatWithoutParens];
