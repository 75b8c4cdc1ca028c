/**
 * `if if if …`, `each a of each b of …`: a condition or a list that begins with a choice or a loop is inside it without any bracket, so
 * brackets.ts does not bound it. What is too deep becomes one token, up to the end of its statement.
 */
import type { IToken, TokenType } from 'chevrotain';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { maxBrackets } from './brackets.ts';
import { retype, spanOf } from './lex.ts';
import type { Source } from './source.ts';

const heads = new Set<TokenType>([t.If, t.Each, t.Repeat]);
const openers = new Set<TokenType>([t.LCurly, t.MergeCurly, t.LParen, t.LSquare]);
const closers = new Set<TokenType>([t.RCurly, t.RParen, t.RSquare]);

/** Closes a bracket, perhaps one that was missing (brackets.ts). */
const closes = ({ tokenType, isInsertedInRecovery }: IToken): boolean =>
  closers.has(tokenType) || isInsertedInRecovery === true;

/** Reports the first head that is inside too many others, and leaves out of `tokens`, as layout.ts gives them, all that are. */
export function boundHeads(source: Source, tokens: IToken[]): readonly Diagnostic[] {
  let report: Diagnostic | undefined;
  let isElse = false;
  let kept = 0;
  // Heads that wait for their braces: in all, and outside the innermost bracket.
  let [open, outside] = [0, 0];
  const around: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    let token = tokens[i] as IToken;
    const { tokenType } = token;
    if (heads.has(tokenType)) open++;
    else if (openers.has(tokenType)) {
      if (tokenType === t.LCurly && !isElse && open > outside) open--;
      around.push(outside);
      outside = open;
    } else if (closes(token)) {
      open = outside;
      outside = around.pop() ?? 0;
    } else if (tokenType === t.End) open = outside;
    if (open > maxBrackets) {
      report ??= diagnostic('syntax/too-deep', { limit: maxBrackets }, spanOf(source, token));
      const last = lastOfStatement(tokens, i);
      token = { ...token, endOffset: tokens[last]?.endOffset ?? token.startOffset };
      retype(token, t.Reported);
      i = last;
    }
    isElse = tokenType === t.Else;
    tokens[kept++] = token;
  }
  tokens.length = kept;
  return report ? [report] : [];
}

/** Where the statement, or the bracket, ends that a token is in: the last token before. */
function lastOfStatement(tokens: readonly IToken[], from: number): number {
  let depth = 0;
  for (let i = from + 1; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    if (openers.has(token.tokenType)) depth++;
    else if (closes(token) && --depth < 0) return i - 1;
    else if (token.tokenType === t.End && depth === 0) return i - 1;
  }
  return tokens.length - 1;
}
