/** Numbers as Matlab lists them: `[1 0 -1; 1 0 -1]`, `[[1 0 -1] [1 0 -1]]`. Each is read over as a whole; the fix puts commas and brackets. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { textOf, type Source } from '../source.ts';
import { asWholes } from './wholes.ts';

/** What stands in such brackets, besides semicolons. */
const inside: ReadonlySet<IToken['tokenType']> = new Set([
  ...[t.NumberToken, t.Minus, t.Plus, t.Slash, t.Comma, t.Newline, t.LSquare, t.RSquare],
]);

/** The tokens with each such list as one that is reported. */
export function repairMatrices(
  source: Source,
  tokens: readonly IToken[],
  diagnostics: Diagnostic[],
): IToken[] {
  return asWholes(source, tokens, (i) => {
    const token = tokens[i] as IToken;
    const close = token.tokenType === t.LSquare ? closeOf(tokens, i) : undefined;
    const wrong = close && wrongIn(tokens.slice(i, close));
    if (!wrong) return undefined;
    const { end } = spanOf(source, tokens[close] as IToken);
    const span = { source, start: token.startOffset, end };
    const ours = withCommas(textOf(span));
    const args = { found: `\`${wrong.image}\``, expected };
    const fixes = ours === undefined ? [] : [replaceBy(ours, span)];
    diagnostics.push(diagnostic('syntax/unexpected', args, spanOf(source, wrong), { fixes }));
    return { first: i, end };
  });
}

const expected = 'numbers have commas between them, and each row has brackets of its own: `[[1, 0], [0, 1]]`';

/** Farthest bracket that is looked for, and most around one another: no text of brackets alone is read once for each. */
const mostTokens = 1000;
const mostBrackets = 4;

/** Where the bracket at `open` closes, if nothing but numbers is in it. */
function closeOf(tokens: readonly IToken[], open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < Math.min(tokens.length, open + mostTokens); i++) {
    const { tokenType, image } = tokens[i] as IToken;
    if ((!inside.has(tokenType) && image !== ';') || depth > mostBrackets) return undefined;
    if (tokenType === t.LSquare) depth++;
    if (tokenType === t.RSquare && --depth === 0) return i;
  }
  return undefined;
}

/** The first semicolon, or the first of several numbers that stands behind another; one alone is a comma that was left out. */
function wrongIn(tokens: readonly IToken[]): IToken | undefined {
  const numbers = tokens.filter(({ tokenType }) => tokenType !== t.Newline);
  const wrong = numbers.filter(({ tokenType, image }, i) => {
    const isNumber = tokenType === t.NumberToken && numbers[i - 1]?.tokenType === t.NumberToken;
    return isNumber || image === ';';
  });
  return wrong.length > 1 || wrong[0]?.image === ';' ? wrong[0] : undefined;
}

const number = /^-?\d[\d._]*(?:[eE][-+]?\d+)?(?:\/\d[\d._]*)?$/;

/** Rows in brackets of their own, and commas between numbers; undefined where something is no number. */
function withCommas(text: string): string | undefined {
  const content = text.slice(1, -1);
  const nested = [...content.matchAll(/\[([^[\]]*)\]/g)].map(([, row = '']) => row);
  const written = nested.length > 0 ? nested : content.split(/;|\r?\n/);
  const rows = written
    .map((row) => row.split(/[\s,]+/).filter((one) => one !== ''))
    .filter((row) => row.length > 0)
    .map((row) => row.map((one) => one.replace(/^\+/, '')));
  if (!rows.every((row) => row.every((one) => number.test(one)))) return undefined;
  const ours = rows.map((row) => `[${row.join(', ')}]`).join(', ');
  return rows.length === 1 && nested.length === 0 ? ours : `[${ours}]`;
}
