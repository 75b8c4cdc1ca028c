/** Statements with nothing between their braces: usually one that was begun and forgotten. */
import { textOf, type Span } from '../1-parse/source.ts';
import { leaveOut } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';

/** Warns where the text of `span` ends with braces that hold not even a comment; what did not parse was reported. */
export function reportEmpty(span: Span, what: string, { module, names }: Place): void {
  if (module.external || !/\{\s*\}$/.test(textOf(span))) return;
  names.report(diagnostic('syntax/empty', { what }, span, { fixes: [leaveOut(what, span)] }));
}
