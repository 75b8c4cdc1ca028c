/** What slips have in common: how one is told, with the text that mends it. */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import type { Source, Span } from '../source.ts';

/** What is said about a failure that is a known slip; undefined for others. */
export type Slip = (source: Source, failure: Failure) => Diagnostic | undefined;

/** `token` is not expected, because of what `expected` says. A fix that would write what stands there (what is wrong is elsewhere) is none. */
export function told(
  source: Source,
  token: IToken,
  expected: string,
  fixes: readonly Fix[] = [],
): Diagnostic {
  const found = token.tokenType === t.StringToken ? 'this text' : `\`${token.image}\``;
  const args = { found, expected };
  return diagnostic('syntax/unexpected', args, spanOf(source, token), { fixes: fixes.filter(changes) });
}

const changes = ({ edits }: Fix): boolean =>
  edits.some(({ span, text }) => span.source.text.slice(span.start, span.end) !== text);

/** The same, where `text` in its place mends it. */
export function replaced(source: Source, token: IToken, expected: string, text: string): Diagnostic {
  return told(source, token, expected, [replaceBy(text, spanOf(source, token))]);
}

/** A word of another language in the place of `ours`. */
export function foreign(span: Span, ours: string): Diagnostic {
  const word = span.source.text.slice(span.start, span.end);
  const args = { word, where: `did you mean \`${ours}\`?` };
  return diagnostic('syntax/misplaced', args, span, { fixes: [replaceBy(ours, span)] });
}

/** Where the loop or the choice begins that a failure is in: its last such word before the failure, on the line. */
export function beginning(source: Source, words: RegExp, end: number): number | undefined {
  const from = Math.max(source.text.lastIndexOf('\n', end - 1) + 1, end - 400);
  const line = source.text.slice(from, end);
  const at = [...line.matchAll(words)].at(-1)?.index;
  return at === undefined ? undefined : from + at;
}

/** A brace that opens. */
export const isBrace = ({ tokenType }: IToken): boolean =>
  tokenType === t.LCurly || tokenType === t.MergeCurly;

/** Puts a sign or a word in between, `text` with the blanks around it. */
export function putIn(source: Source, at: number, text: string): Fix {
  return {
    title: `put ${text.trim() === ',' ? 'a comma' : text.trim()} between`,
    edits: [{ span: { source, start: at, end: at }, text }],
  };
}
