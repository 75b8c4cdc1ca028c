/** Where a name is read below a place, up to the end of the braces around it: for fixes that give a value another name. */
import { tokenize } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import { spanOf } from '../lex.ts';
import type { Source, Span } from '../source.ts';

/** Longest stretch of text in which a name is looked for. */
const farthest = 20_000;
const mostTokens = 5_000;

interface Sought {
  readonly name: string;
  readonly from: number;
  /** Only where a point follows. */
  readonly members?: boolean;
}

/** The places of a name behind `from`; not those of options, labels and members that are called so. */
export function namedIn(source: Source, { name, from, members = false }: Sought): readonly Span[] {
  const { tokens } = tokenize(source.text.slice(from, from + farthest), mostTokens);
  const found: Span[] = [];
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.tokenType === t.LCurly) depth++;
    if (token.tokenType === t.RCurly && --depth < 0) break;
    if (token.image !== name || tokens[i - 1]?.tokenType === t.Dot) continue;
    const next = tokens[i + 1]?.tokenType;
    if (members ? next !== t.Dot : next === t.Equal || next === t.Colon) continue;
    const { start, end } = spanOf(source, token);
    found.push({ source, start: from + start, end: from + end });
  }
  return found;
}
