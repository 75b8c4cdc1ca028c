/** Renames as other tools write them: paths in quotes, and other words or signs than `->` between them. */
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';

const path = String.raw`(["'\x60]?)(\**[\w*][\w.*[\]]*)`;
const written = new RegExp(
  String.raw`^moved[ \t]+${path}\1[ \t]*(->|to\b|as\b|into\b|[=:,])[ \t]*${path}\4(?=[ \t]*(?://.*)?$)`,
  'm',
);

/** `moved "a" -> "b"`, `moved a to b`, `moved a = b`. */
export const movedByOtherSigns: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.Moved || token.tokenType.name === 'EOF') return undefined;
  const text = textFrom(source, start, 400);
  const [whole, quote = '', from = '', sign, otherQuote = '', to = ''] = written.exec(text) ?? [];
  const isQuoted = quote !== '' || otherQuote !== '';
  // Between paths as they are written here something else is wrong.
  if (whole === undefined || (sign === '->' && !isQuoted)) return undefined;
  const span = { ...spanOf(source, start), end: start.startOffset + whole.length };
  const why = isQuoted ? 'weight paths stand without quotes' : '`->` stands between the two paths';
  return told(source, token, why, [replaceBy(`moved ${from} -> ${to}`, span)]);
};
