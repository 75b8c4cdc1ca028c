/** Heads of nets as elsewhere: `net N:` or `net N` with its body by indentation, `net N begin … end`, `net N[c]`. A net stands in braces. */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Edit } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { paramsInOurForm } from './params.ts';
import { closingOf, indentAt, textFrom } from './scan.ts';
import { isBrace, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** What opens a body elsewhere, at the end of its line. */
const opener = /^(?::|(?:begin|do|is|where)\b)[ \t]*(?=\/\/|\r?\n|$)/;

/** The last word of such a body. */
const closer = /^[ \t]*end\b[ \t]*(?:net\b)?[ \t]*(?:\w+)?[ \t]*[;.]?[ \t]*(?=\r?\n|$)/;

const isNetHead = (start: Failure['start'], rules: Failure['rules']): boolean =>
  (start.tokenType === t.Net || start.tokenType === t.Export) && rules.includes('net');

/** Whether a net's head has another sign than its brace, or none. */
export const opensOtherwise = (source: Source, failure: Failure): boolean => {
  const { start, token, rules } = failure;
  return (
    isNetHead(start, rules) && (opener.test(textFrom(source, token, 200)) || isOpenAtEnd(source, failure))
  );
};

/** `net N` or `net N =` alone on its line, with its statements below. */
function isOpenAtEnd({ text }: Source, { token, previous, start }: Failure): boolean {
  if (token.tokenType !== t.End || !previous) return false;
  const end = (previous.endOffset ?? 0) + 1;
  const below = /^[ \t]*(?:\/\/[^\n]*)?\r?\n([ \t]+)(?:in|let|out)[ \t]+\w/.exec(
    text.slice(end, end + 400),
  )?.[1];
  return below !== undefined && below.length > indentAt(text, start.startOffset).length;
}

const bodyByIndentation: Slip = (source, failure) => {
  if (!opensOtherwise(source, failure)) return undefined;
  const { token, previous } = failure;
  if (previous && isOpenAtEnd(source, failure)) return bodyBelow(source, previous);
  const [sign = ''] = opener.exec(textFrom(source, token, 200)) ?? [];
  const gap = token.startOffset === (previous?.endOffset ?? -1) + 1 ? ' ' : '';
  const span = { source, start: token.startOffset, end: token.startOffset + sign.trimEnd().length };
  const edits = [{ span, text: `${gap}{` }, closingBrace(source, token.startOffset)];
  return told(source, token, 'a net stands in braces', [{ title: 'braces around its lines', edits }]);
};

function bodyBelow(source: Source, previous: IToken): Diagnostic {
  const { start, end } = spanOf(source, previous);
  const isSign = previous.tokenType === t.Equal;
  const brace = isSign
    ? { span: { source, start, end }, text: '{' }
    : { span: { source, start: end, end }, text: ' {' };
  const fixes = [{ title: 'braces around its lines', edits: [brace, closingBrace(source, start)] }];
  if (isSign) return told(source, previous, 'a net stands in braces', fixes);
  const expected = `\`=\` or \`{\` is missing after \`${previous.image}\``;
  return diagnostic('syntax/incomplete', { expected }, { source, start, end }, { fixes });
}

/** Behind the last line below that is indented, or in the place of an `end`. */
function closingBrace(source: Source, from: number): Edit {
  const { text } = source;
  let last = lineEnd(text, from);
  for (let at = last + 1; at <= text.length; at = lineEnd(text, at) + 1) {
    const line = text.slice(at, lineEnd(text, at));
    const [end] = closer.exec(line) ?? [];
    if (end !== undefined) return { span: { source, start: at, end: at + end.length }, text: '}' };
    if (/^[^\s}]/.test(line)) break;
    if (line.trim() !== '') last = at + line.trimEnd().length;
  }
  return { span: { source, start: last, end: last }, text: '\n}' };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** `net N[c] {`, `net N<c = 3> {`. */
const paramsOtherwise: Slip = (source, { start, token, rules }) => {
  if (!isNetHead(start, rules) || !/^[[<]$/.test(token.image)) return undefined;
  const { text } = source;
  const at = token.startOffset;
  const angle = text.slice(at, at + 400).search(/[>\n]/);
  const close = token.image === '[' ? closingOf(text, at) : text[at + angle] === '>' ? at + angle : undefined;
  const params = close === undefined ? undefined : paramsInOurForm(text.slice(at + 1, close), text);
  const span = { source, start: at, end: (close ?? at) + 1 };
  const fixes = params === undefined ? [] : [replaceBy(params === '' ? '' : `(${params})`, span)];
  return told(source, token, 'parameters stand in parentheses: `N(c)`', fixes);
};

/** `net N = {`. */
const equalBeforeBrace: Slip = (source, { start, token, previous, rules }) => {
  if (!isNetHead(start, rules) || !isBrace(token) || previous?.tokenType !== t.Equal) return undefined;
  const span = { source, start: previous.startOffset, end: token.startOffset };
  return told(source, previous, 'a net stands in braces, without a sign before them', [
    leaveOut('`=`', span),
  ]);
};

/** `net N: {`. */
const signBeforeBrace: Slip = (source, { start, token, rules }) => {
  if (!isNetHead(start, rules) || !/^(?::|->|=>)[ \t]*\{/.test(textFrom(source, token, 80))) return undefined;
  const sign = { source, start: token.startOffset, end: token.startOffset + token.image.length };
  return told(source, token, 'a net stands in braces, without a sign before them', [
    leaveOut(`\`${token.image}\``, sign),
  ]);
};

export const netHeadSlips: readonly Slip[] = [
  bodyByIndentation,
  paramsOtherwise,
  equalBeforeBrace,
  signBeforeBrace,
];
