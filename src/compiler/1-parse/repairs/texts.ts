/** Texts in other quotes, and texts that no quote closes. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { retype, spanOf } from '../lex.ts';
import type { Source } from '../source.ts';
import { repairComment } from './comments.ts';
import { lineAround } from './line.ts';

/** `'cat'`, `“cat”`, `` `cat` ``: the text that was meant. */
export function repairQuotes(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = spanOf(source, token);
  const text = `"${token.image.slice(1, -1).replaceAll('"', '\\"')}"`;
  diagnostics.push(diagnostic('syntax/quote', {}, span, { fixes: [replaceBy(text, span)] }));
  token.image = text;
  retype(token, t.StringToken);
  return token;
}

/** `"""…"""`: a comment where a line begins with it, and a text elsewhere. */
export function repairTriple(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken | 'comment' {
  const { before } = lineAround(source.text, token.startOffset, token.startOffset);
  if (/^[ \t]*$/.test(before)) return repairComment(source, token, diagnostics);
  const span = spanOf(source, token);
  const inside = token.image.slice(3, -3);
  const text = `"${inside.replaceAll(/\r?\n/g, '\\n').replaceAll(/(?<!\\)"/g, '\\"')}"`;
  diagnostics.push(diagnostic('syntax/quote', {}, span, { fixes: [replaceBy(text, span)] }));
  token.image = text;
  retype(token, t.StringToken);
  return token;
}

/** A text that its line does not close. */
export function repairUnclosed(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = spanOf(source, token);
  const end = { source, start: span.end, end: span.end };
  const at = /[)\]},\s]*$/.exec(token.image)?.[0].length ?? 0;
  const escapes = /\\*$/.exec(token.image.slice(0, token.image.length - at))?.[0].length ?? 0;
  // A last backslash alone would escape the quote.
  const close = { source, start: end.start - at - (escapes % 2), end: end.end - at };
  const opening = token.image.startsWith("'") ? [{ span: { ...span, end: span.start + 1 }, text: '"' }] : [];
  const edits = [...opening, { span: close, text: '"' }];
  const extras = { fixes: [{ title: opening.length > 0 ? 'put it into "…"' : 'close it with "', edits }] };
  diagnostics.push(diagnostic('syntax/unclosed-string', {}, { ...span, end: span.start + 1 }, extras));
  retype(token, t.Reported);
  return token;
}
