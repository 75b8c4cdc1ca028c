/** A word of `train` in quotes or with a module before it: `"adam"`, `torch.optim.Adam(lr = 0.1)`; a path or a share alone: `"./mnist"`, `0.2`. */
import type { Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';

/** What reads the data that lie at a path, by its ending. */
export function sourceOf(path: string): string {
  if (/mnist$/i.test(path)) return 'idx';
  return /\.(npy|csv)$/i.exec(path)?.[1]?.toLowerCase() ?? 'folder';
}

/** What the word is here; no fix where it is none of `words`. */
export function wordOtherwise(value: Expr, words: Readonly<Record<string, unknown>>): readonly Fix[] {
  const known = Object.keys(words);
  const meant = (name: string): string | undefined => {
    const lower = name.toLowerCase();
    if (known.includes(lower)) return lower;
    const begun = known.filter((word) => name.length > 2 && word.startsWith(lower));
    return begun.length === 1 ? begun[0] : nearest(lower, known);
  };
  if (value.kind === 'string') {
    const word = meant(value.value);
    if (word === undefined && 'folder' in words && value.value !== '')
      return [replaceBy(`${sourceOf(value.value)}(${textOf(value.span)})`, value.span)];
    return word === undefined ? [] : [replaceBy(word, value.span)];
  }
  // `validation = 0.2` is a share of the data.
  if (value.kind === 'number' && 'split' in words)
    return [replaceBy(`split(${textOf(value.span)})`, value.span)];
  if (value.kind !== 'call' || value.callee.kind !== 'member') return [];
  const word = meant(value.callee.member.name);
  if (word === undefined) return [];
  // `net.parameters()`: what is trained is not given.
  const args = value.args
    .filter((arg) => !/\bparameters\b/.test(textOf(arg.span)))
    .map((arg) => textOf(arg.span));
  return [replaceBy(args.length === 0 ? word : `${word}(${args.join(', ')})`, value.span)];
}
