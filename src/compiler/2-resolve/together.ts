/** How long the files of a project may be together: each has a bound of its own (1-parse), and they may import any number. */
import type { UseItem } from '../1-parse/ast.ts';
import { mostText } from '../1-parse/lex.ts';
import type { Source } from '../1-parse/source.ts';
import { showCount } from '../diagnostics/count.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';

/** The longest file and what it imports, which may be six times the whole stdlib; in all 15,000 lines like those of the stdlib. */
const most = { characters: 2 * mostText.characters, words: mostText.tokens + 50_000 } as const;

/** Files that are read one after another, until they are too long together. */
export class Together {
  #characters = 0;
  #words = 0;

  /** Nothing more is read. */
  get isFull(): boolean {
    return this.#characters > most.characters || this.#words > most.words;
  }

  /** Counts a file; what to say of the import that names it, where it is one too many. */
  add({ text }: Source, words: number, use?: UseItem): Diagnostic | undefined {
    this.#characters += text.length;
    this.#words += words;
    if (!this.isFull || !use) return undefined;
    const args =
      this.#words > most.words
        ? { limit: showCount(most.words), what: 'words, signs and comments' }
        : { limit: showCount(most.characters), what: 'characters' };
    return diagnostic('import/too-much', args, use.from.span);
  }
}
