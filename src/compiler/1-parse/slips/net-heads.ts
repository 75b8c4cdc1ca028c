/** `net N:` with its body by indentation, and `net N begin … end`: a net stands in braces, and one fix puts them there. */
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Edit } from '../../diagnostics/diagnostic.ts';
import { leaveOut } from '../../diagnostics/fixes.ts';
import { textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** What opens a body elsewhere, at the end of its line. */
const opener = /^(?::|(?:begin|do|is|where)\b)[ \t]*(?=\/\/|\r?\n|$)/;

/** The last word of such a body. */
const closer = /^[ \t]*end\b[ \t]*(?:net\b)?[ \t]*(?:\w+)?[ \t]*[;.]?[ \t]*(?=\r?\n|$)/;

const isNetHead = (start: Failure['start'], rules: Failure['rules']): boolean =>
  (start.tokenType === t.Net || start.tokenType === t.Export) && rules.includes('net');

/** Whether a net's head has another sign than its brace. */
export const opensOtherwise = (source: Source, { start, token, rules }: Failure): boolean =>
  isNetHead(start, rules) && opener.test(textFrom(source, token, 200));

const bodyByIndentation: Slip = (source, failure) => {
  if (!opensOtherwise(source, failure)) return undefined;
  const { token, previous } = failure;
  const [sign = ''] = opener.exec(textFrom(source, token, 200)) ?? [];
  const gap = token.startOffset === (previous?.endOffset ?? -1) + 1 ? ' ' : '';
  const span = { source, start: token.startOffset, end: token.startOffset + sign.trimEnd().length };
  const edits = [{ span, text: `${gap}{` }, closingBrace(source, token.startOffset)];
  return told(source, token, 'a net stands in braces', [{ title: 'braces around its lines', edits }]);
};

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

/** `net N: {`. */
const signBeforeBrace: Slip = (source, { start, token, rules }) => {
  if (!isNetHead(start, rules) || !/^(?::|->|=>)[ \t]*\{/.test(textFrom(source, token, 80))) return undefined;
  const sign = { source, start: token.startOffset, end: token.startOffset + token.image.length };
  return told(source, token, 'a net stands in braces, without a sign before them', [
    leaveOut(`\`${token.image}\``, sign),
  ]);
};

export const netHeadSlips: readonly Slip[] = [bodyByIndentation, signBeforeBrace];
