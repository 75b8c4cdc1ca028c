/** Names with letters that names do not have: the lexer finds them in pieces, here each is one name again. */
import type { IToken } from 'chevrotain';
import { makeToken } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Source } from '../source.ts';

type Stray = readonly [start: number, end: number];

/** Longest name that is put together. */
const farthest = 100;

/** Letters of Latin scripts that are more than an accent on one of ours. */
const spelled: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', Æ: 'Ae', œ: 'oe', Œ: 'Oe', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', ð: 'd', þ: 'th' },
  ...{
    α: 'alpha',
    β: 'beta',
    γ: 'gamma',
    δ: 'delta',
    ε: 'epsilon',
    η: 'eta',
    θ: 'theta',
    λ: 'lambda',
    μ: 'mu',
  },
  ...{ ρ: 'rho', σ: 'sigma', τ: 'tau', φ: 'phi', ω: 'omega', Δ: 'Delta', Σ: 'Sigma' },
};

/** The tokens with such names in one piece, each reported, and the strays that are part of none. */
export function repairNames(
  source: Source,
  tokens: IToken[],
  strays: readonly Stray[],
  diagnostics: Diagnostic[],
): { readonly tokens: IToken[]; readonly strays: readonly Stray[] } {
  const names: IToken[] = [];
  const others: Stray[] = [];
  for (const stray of strays) {
    if (stray[0] <= (names.at(-1)?.endOffset ?? -1)) continue;
    const name = nameAround(source, stray);
    if (name) names.push(name);
    else others.push(stray);
  }
  if (names.length === 0) return { tokens, strays };
  for (const { image, startOffset, endOffset } of names) {
    const span = { source, start: startOffset, end: (endOffset ?? startOffset) + 1 };
    const ours = inOurLetters(image);
    const fixes = ours === undefined ? [] : [replaceBy(ours, span)];
    diagnostics.push(diagnostic('syntax/name-letters', { name: image }, span, { fixes }));
  }
  return { tokens: withNames(tokens, names), strays: others };
}

function nameAround({ text }: Source, [start, end]: Stray): IToken | undefined {
  if (!/^[\p{L}\p{M}]+$/u.test(text.slice(start, end))) return undefined;
  const before = /[\p{L}\p{M}\w]*$/u.exec(text.slice(Math.max(0, start - farthest), start))?.[0] ?? '';
  if (/^\d/.test(before)) return undefined;
  const behind = /^[\p{L}\p{M}\w]*/u.exec(text.slice(end, end + farthest))?.[0] ?? '';
  const [from, to] = [start - before.length, end + behind.length];
  // The number is told by itself (strays.ts).
  if (text.slice(from, to) === 'π') return undefined;
  return makeToken(t.Name, text.slice(from, to), from, to);
}

function inOurLetters(name: string): string | undefined {
  const ours = [...name]
    .map((one) =>
      Object.hasOwn(spelled, one) ? spelled[one] : one.normalize('NFD').replaceAll(/\p{M}/gu, ''),
    )
    .join('');
  return /^[A-Za-z_]\w*$/.test(ours) ? ours : undefined;
}

/** Both are in order of the text; a name takes the place of its pieces. */
function withNames(tokens: readonly IToken[], names: readonly IToken[]): IToken[] {
  const all: IToken[] = [];
  let next = 0;
  for (const token of tokens) {
    for (let name = names[next]; name && name.startOffset <= token.startOffset; name = names[++next])
      all.push(name);
    if (token.startOffset > (all.at(-1)?.endOffset ?? -1)) all.push(token);
  }
  return [...all, ...names.slice(next)];
}
