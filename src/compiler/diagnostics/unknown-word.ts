/** A place that takes one of a few words, and has another: with the nearest one as the fix, and the list of them. */
import type { Ident } from '../1-parse/ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import { fixesBy } from './fixes.ts';
import { nearest } from './nearest.ts';
import { diagnostic } from './registry.ts';
import { showNames } from './show-names.ts';

/** `what` is what the word should be: "setting of a train block". */
export function unknownWord(
  { name, span }: Pick<Ident, 'name' | 'span'>,
  known: readonly string[],
  what: string,
): Diagnostic {
  return diagnostic('names/unknown-word', { name, what }, span, {
    notes: [
      {
        word: 'note',
        text: known.length > 0 ? `there are ${showNames(known, known.length)}` : 'there are none',
      },
    ],
    fixes: fixesBy(nearest(name, known) ?? shortened(name, known), span),
  });
}

/** The only word that begins so: `acc` is `accuracy`. */
function shortened(name: string, known: readonly string[]): string | undefined {
  const [only, ...more] = name.length < 3 ? [] : known.filter((word) => word.startsWith(name));
  return more.length === 0 ? only : undefined;
}
