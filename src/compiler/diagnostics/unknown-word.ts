/** A place that takes one of a few words, and has another: with the nearest one as the fix, and the list of them. */
import type { Ident } from '../1-parse/ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import { fixesBy } from './fixes.ts';
import { nearest } from './nearest.ts';
import { diagnostic } from './registry.ts';
import { showNames } from './show-names.ts';

/** `what` is what the word should be: "setting of a train block"; `foreign` is what other languages call one, and what it is here. */
export function unknownWord(
  { name, span }: Pick<Ident, 'name' | 'span'>,
  known: readonly string[],
  what: string,
  foreign: Readonly<Record<string, string>> = {},
): Diagnostic {
  const meant = Object.hasOwn(foreign, name) ? foreign[name] : undefined;
  return diagnostic('names/unknown-word', { name, what }, span, {
    notes: [
      {
        word: 'note',
        text: known.length > 0 ? `there are ${showNames(known, known.length)}` : 'there are none',
      },
    ],
    fixes: fixesBy(meant ?? nearest(name, known) ?? begun(name, known), span),
  });
}

/** The only word that begins so (`acc` is `accuracy`), or that begins what is written (`optimizer` is `optim`). */
function begun(name: string, known: readonly string[]): string | undefined {
  const shortest = 3;
  const begins = (long: string, short: string): boolean => short.length >= shortest && long.startsWith(short);
  const [only, ...more] = known.filter((word) => begins(word, name) || begins(name, word));
  return more.length === 0 ? only : undefined;
}
