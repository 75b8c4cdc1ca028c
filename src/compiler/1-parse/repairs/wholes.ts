/** Stretches of tokens that are reported as one: what they are, and where they end, is found by each repair itself. */
import type { IToken } from 'chevrotain';
import { makeToken } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Source } from '../source.ts';

/** A stretch from a token, the one at which it was found or one before it, to a place of the text. */
export interface Whole {
  readonly first: number;
  readonly end: number;
}

/** The tokens with each stretch that `findAt` finds (and reports) as one reported token; it is not looked into. */
export function asWholes(
  source: Source,
  tokens: readonly IToken[],
  findAt: (i: number) => Whole | undefined,
): IToken[] {
  const kept: IToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const found = findAt(i);
    if (!found) {
      kept.push(tokens[i] as IToken);
      continue;
    }
    kept.length -= i - found.first;
    const start = (tokens[found.first] as IToken).startOffset;
    kept.push(makeToken(t.Reported, source.text.slice(start, found.end), start, found.end));
    while ((tokens[i + 1]?.startOffset ?? Infinity) < found.end) i++;
  }
  return kept;
}
