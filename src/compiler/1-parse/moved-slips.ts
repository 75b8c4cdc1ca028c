/** Renames as other tools write them: paths in quotes, and other words or signs than `->` between them. */
import * as t from '../../../grammar/tokens.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { spanOf } from './lex.ts';
import { told, type Slip } from './slip.ts';

const path = String.raw`(["'\x60]?)(\**[\w*][\w.*[\]]*)`;
const written = new RegExp(
  String.raw`^moved[ \t]+${path}\1[ \t]*(->|to\b|as\b|into\b|[=:,])[ \t]*${path}\4(?=[ \t]*(?://.*)?$)`,
  'm',
);

/** `moved "a" -> "b"`, `moved a to b`, `moved a = b`. */
export const movedByOtherSigns: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.Moved || token.tokenType.name === 'EOF') return undefined;
  const text = source.text.slice(start.startOffset, start.startOffset + 400);
  const [whole, quote = '', from = '', sign, , to = ''] = written.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const span = { ...spanOf(source, start), end: start.startOffset + whole.length };
  const why =
    quote === '' && sign !== '->' ? '`->` stands between the two paths' : 'weight paths stand without quotes';
  return told(source, token, why, [replaceBy(`moved ${from} -> ${to}`, span)]);
};
