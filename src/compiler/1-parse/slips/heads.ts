/** Slips in the heads of inputs and outputs: conditions behind `where`, a default in the wrong place, types of outputs. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import { lineFrom, partsOf, textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** `where H % 2 == 0 where W % 2 == 0`: conditions have commas between them. */
const whereTwice: Slip = (source, { token, previous, start }) => {
  if (token.tokenType !== t.Where || start.tokenType !== t.In || !previous) return undefined;
  const before = textBefore(source, start, token);
  if (!/\bwhere\b/.test(before)) return undefined;
  const span = { source, start: spanOf(source, previous).end, end: spanOf(source, token).end };
  const fixes = [{ title: 'a comma', edits: [{ span, text: ',' }] }];
  return told(source, token, '`where` stands once, with commas between its conditions', fixes);
};

/** `where H = W`, and `where H % 2 == 0 = 8x8`: a comparison, or the default behind its conditions. */
const equalBehindWhere: Slip = (source, { token, previous, start }) => {
  if (token.tokenType !== t.Equal || start.tokenType !== t.In || !previous) return undefined;
  if (/^[<>]$/.test(previous.image) || source.text[token.startOffset + 1] === '<') return undefined;
  const before = textBefore(source, start, token);
  const where = before.search(/\bwhere\b/);
  if (where < 0) return undefined;
  const [whole, size] = /^=\s*(\d+(?:x\d+)+|\[[^\]\n]*\])/.exec(source.text.slice(token.startOffset)) ?? [];
  const multiple = multipleOf(source, token);
  if (multiple) return multiple;
  if (whole === undefined || /(?:^|[^=<>!])=(?!=)/.test(before.slice(0, where)))
    return told(source, token, 'two sizes are compared by `==`', [compared(source, start, token)]);
  const at = start.startOffset + where;
  const edits = [
    { span: { source, start: at, end: at }, text: `= ${size} ` },
    {
      span: { source, start: spanOf(source, previous).end, end: token.startOffset + whole.length },
      text: '',
    },
  ];
  const fixes = [{ title: `= ${size} before where`, edits }];
  return told(source, token, 'the size to compile for stands before `where`', fixes);
};

/** `where H = 32k`, `where H = 2 * n`, as mathematicians say that 32 divides it. */
function multipleOf(source: Source, token: IToken): Diagnostic | undefined {
  const { text } = source;
  const at = token.startOffset;
  const [head, name] = /([A-Z]\w*)[ \t]*$/.exec(text.slice(Math.max(0, at - 80), at)) ?? [];
  const [tail, number] =
    /^=[ \t]*(\d+)[ \t]*\*?[ \t]*[kn]\b(?![ \t]*[-+*/^])/.exec(text.slice(at, at + 80)) ?? [];
  if (head === undefined || tail === undefined) return undefined;
  const span = { source, start: at - head.length, end: at + tail.length };
  return told(source, token, 'what divides a size is written `H % 32 == 0`', [
    replaceBy(`${name} % ${number} == 0`, span),
  ]);
}

/** `where H = 224, W = 224`: all of them, and the size to compile for follows where it is another one. */
function compared(source: Source, start: IToken, token: IToken): Fix {
  const { text } = source;
  const from = start.startOffset;
  const line = lineFrom(source, token);
  const signs = [...line.matchAll(/(?<![=<>!])=(?!=)/g)].map(({ index }) => token.startOffset + index);
  const edits = signs.map((at) => ({ span: { source, start: at, end: at + 1 }, text: '==' }));
  const [head, names = '', gap = '', written = ''] =
    /^in[^\n[]*\[([^\]\n]*)\]([ \t]*=[ \t]*)(\d+(?:x\d+)*)(?=\s+where\b)/.exec(
      text.slice(from, token.startOffset),
    ) ?? [];
  const conditions = text.slice(from + (head?.length ?? 0), token.startOffset + line.length);
  const sizes = partsOf(names).map((name, i) => pinned(conditions, name) ?? written.split('x')[i]);
  const ours = sizes.join('x');
  if (head === undefined || ours === written || written.split('x').length !== sizes.length)
    return { title: '==', edits };
  const end = from + head.length;
  const size = { span: { source, start: end - written.length, end }, text: ours };
  return { title: `==, and${gap}${ours}`, edits: [size, ...edits] };
}

/** The number that a condition wants a size to be. */
const pinned = (conditions: string, name: string): string | undefined =>
  new RegExp(`(?:\\bwhere|,)\\s+${name}[ \\t]*=[ \\t]*(\\d+)[ \\t]*(?=,|and\\b|\\r?\\n|$)`).exec(
    conditions,
  )?.[1];

const textBefore = (source: Source, start: IToken, token: IToken): string =>
  source.text.slice(Math.max(start.startOffset, token.startOffset - 1000), token.startOffset);

/** `out y: tensor(x): f32`. */
const typeOfOutput: Slip = (source, { token, start, previous }) => {
  if (token.tokenType !== t.Colon || start.tokenType !== t.Out || !previous) return undefined;
  const text = textFrom(source, token, 200);
  const [whole, type] =
    /^:[ \t]*((?:f32|i32|f16|u8|float\d*|int\d*|double|tensor|number)\b(?:\[[^\]\n]*\])?)[ \t]*(?=$|[\r\n]|\/\/|\})/i.exec(
      text,
    ) ?? [];
  if (whole === undefined || type === undefined) return undefined;
  const span = {
    source,
    start: spanOf(source, previous).end,
    end: token.startOffset + whole.trimEnd().length,
  };
  return told(source, token, 'an output has the type of its value', [leaveOut(`: ${type}`, span)]);
};

/** In order: the first that knows a failure tells it. */
export const headSlips: readonly Slip[] = [whereTwice, equalBehindWhere, typeOfOutput];
