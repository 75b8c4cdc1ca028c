/**
 * The one canonical format of `.cnn` files. Comments and up to one empty line between statements are kept; parentheses,
 * spaces, line ends and alignment are decided here. Formatting twice changes nothing, and the syntax tree stays the same.
 */
import type { File } from '../1-parse/ast.ts';
import { parse } from '../1-parse/index.ts';
import type { Source } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { print, text } from './doc.ts';
import { item } from './items.ts';
import { lines, sequence } from './sequence.ts';
import type { Context } from './sequence.ts';

export interface Formatted {
  readonly text: string;
  /** Why nothing was changed; empty where it was formatted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The formatted text; a file that does not parse comes back as it is, with what is wrong. */
export function format(source: Source): Formatted {
  const { file, diagnostics } = parse(source);
  if (diagnostics.length > 0) return { text: source.text, diagnostics };
  const { text: laidOut, broke } = pass(file);
  // Braces that had to be broken count as broken by the author from now on, so a pipeline around them may share a line again.
  return broke ? format({ ...source, text: laidOut }) : { text: laidOut, diagnostics: [] };
}

/**
 * One layout. A pass that breaks braces leaves fewer on one line, so there are only a few. Items are printed one by one: the
 * document of each is garbage before the next is made.
 */
function pass(file: File): { readonly text: string; readonly broke: boolean } {
  const { source, comments, items } = file;
  const context: Context = { source, comments, taken: [] };
  const range = { open: 0, close: source.text.length, isFile: true };
  let broke = false;
  const printed = sequence(context, items, range, (node) => {
    const one = print(item(context, node));
    broke ||= one.broke;
    return text(one.text);
  });
  const whole = print(lines(printed)).text;
  return { text: whole === '' ? '' : `${whole}\n`, broke };
}
