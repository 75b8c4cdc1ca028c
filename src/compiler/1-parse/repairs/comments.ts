/** Comments as other languages write them: each is taken as a comment, and its fix leaves everything beside it where it is. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Edit, Fix, Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { retype, spanOf } from '../lex.ts';
import type { Source, Span } from '../source.ts';
import { lineAround } from './line.ts';

/** What a comment of any language says: without its signs, line by line. */
export function linesOfComment(image: string): readonly string[] {
  return image
    .replace(/^(?:\/\/\/|\/\/|#+|\/\*+|<!--|\(\*+|\{-|"""|'''|;+|--+|%+)/, '')
    .replace(/(?:\*+[/)]|-->|-\}|"""|''')$/, '')
    .split('\n')
    .map((line) => line.replace(/^[ \t]*\*?[ \t]*/, '').trimEnd());
}

/** Reports it. */
export function repairComment(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken | 'comment' {
  const span = spanOf(source, token);
  if (/^#(?:include|import)\b/.test(token.image)) {
    diagnostics.push(includeOfOthers(span, token.image));
    retype(token, t.Reported);
    return token;
  }
  diagnostics.push(diagnostic('syntax/comment', {}, span, { fixes: [fixOf(span, token.image)] }));
  return 'comment';
}

/** `#include "std/lenet"`: an import of C. */
function includeOfOthers(span: Span, image: string): Diagnostic {
  const word = /^#\w+/.exec(image)?.[0] ?? '#';
  const args = { word, where: 'an import names what it brings: `use { Name } from "./blocks.cnn"`' };
  return diagnostic('syntax/misplaced', args, { ...span, end: span.start + word.length });
}

function fixOf(span: Span, image: string): Fix {
  const { before, behind: rest } = lineAround(span.source.text, span.start, span.end);
  const [indent = ''] = /^[ \t]*/.exec(before) ?? [];
  const isFirst = indent === before;
  const isLast = /^[ \t]*(?:$|\/\/)/.test(rest);
  const isDoc = isFirst && isLast && /^\/\*\*(?!\*)/.test(image);
  const lines = linesOfComment(image).map((line) => `${isDoc ? '///' : '//'} ${line}`.trimEnd());
  return { title: `write ${isDoc ? '///' : '//'} at the beginning`, edits: editsOf() };

  function editsOf(): readonly Edit[] {
    const whole = withoutEmptyEnds(lines).join(`\n${indent}`);
    if (isLast) return [{ span, text: whole }];
    if (isFirst || lines.length > 1) return [{ span: withBlanks(span), text: `${whole}\n${indent}` }];
    const end = span.end + rest.trimEnd().length;
    return [
      { span: withBlanks(span), text: '' },
      { span: { ...span, start: end, end }, text: ` ${whole}` },
    ];
  }
}

/** `/**` and its end stand on lines of their own. */
function withoutEmptyEnds(lines: readonly string[]): readonly string[] {
  const isEmpty = (line: string | undefined): boolean => line !== undefined && /^\/+$/.test(line);
  const from = lines.length > 1 && isEmpty(lines[0]) ? 1 : 0;
  const to = lines.length - from > 1 && isEmpty(lines.at(-1)) ? lines.length - 1 : lines.length;
  return lines.slice(from, to);
}

/** The blanks behind it go with it. */
function withBlanks(span: Span): Span {
  const [blanks = ''] = /^[ \t]*/.exec(span.source.text.slice(span.end)) ?? [];
  return { ...span, end: span.end + blanks.length };
}
