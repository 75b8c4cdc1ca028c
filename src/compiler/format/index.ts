/**
 * The one canonical format of `.cnn` files. Comments and up to one empty line between statements are kept; parentheses,
 * spaces, line ends and alignment are decided here. Formatting twice changes nothing, and the syntax tree stays the same.
 */
import type { Item } from '../1-parse/ast.ts';
import { parse } from '../1-parse/index.ts';
import type { Source } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { print } from './doc.ts';
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
  const context: Context = { source, comments: file.comments, taken: [] };
  const range = { open: 0, close: source.text.length, isFile: true };
  const list = sequence(context, file.items, range, (node: Item) => item(context, node));
  const text = print(lines(list));
  return { text: text === '' ? '' : `${text}\n`, diagnostics: [] };
}
