/** Puts a statement on a line of its own below another. */
import type { Span } from '../1-parse/source.ts';
import type { Edit } from './diagnostic.ts';

/** As deep as the statement that `span` covers; on its line where that begins with something else. */
export function lineBelow({ source, start, end }: Span, text: string): Edit {
  const line = source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start);
  const before = line.trim() === '' ? `\n${line}` : '  ';
  return { span: { source, start: end, end }, text: `${before}${text}` };
}
