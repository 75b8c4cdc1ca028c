/** Slips before and in the braces of `each`, `repeat` and `if`: bodies without braces, and braces where a value is missing. */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { endOfExpression, outside, textFrom } from './scan.ts';
import { isBrace, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** Words and signs that stand between a head and its body in other languages. */
const joints = /^(?::|then\b|do\b|->)\s*/;

/** `repeat(3) conv(8, 3)`, `each n of list: conv(n, 3)`, `if c then a else b`: braces around what comes. */
export const bodyWithoutBraces: Slip = (source, { token, previous, rules, expected }) => {
  const owner = rules.at(-2) ?? '';
  if (rules.at(-1) !== 'body' || !['ifExpression', 'repeat', 'each'].includes(owner)) return undefined;
  if (!expected.includes('LCurly') || previous === undefined || isBrace(token)) return undefined;
  const { text } = source;
  const joint = joints.exec(textFrom(source, token, 80))?.[0] ?? '';
  if (!/^[\w([]/.test(text.slice(token.startOffset + joint.length))) return undefined;
  const from = token.startOffset + joint.length;
  const isIf = owner === 'ifExpression' && previous.tokenType !== t.Else;
  const fixes = isIf ? choiceInBraces(source, token, from) : bodyInBraces(source, token, from);
  const what = owner === 'ifExpression' ? 'what is chosen' : 'what is repeated';
  return told(source, token, `${what} stands in braces`, fixes);
};

/** Braces around all that comes, and, where it has several stages, around the first alone. */
function bodyInBraces(source: Source, token: IToken, from: number): readonly Fix[] {
  const { text } = source;
  const end = endOfExpression(text, from);
  const arrow = outside(text, from, /[ \t]*->/);
  const ends = arrow === undefined || arrow >= end ? [end] : [end, arrow];
  return ends.flatMap((to) => {
    const body = text.slice(from, to);
    if (body === '' || /[{}]/.test(body)) return [];
    const span = { source, start: token.startOffset, end: to };
    return [{ title: `{ ${body} }`, edits: [{ span, text: `{ ${body} }` }] }];
  });
}

/** `if c: a else: b` in braces, as far as it stands on one line. */
function choiceInBraces(source: Source, token: IToken, from: number): readonly Fix[] {
  const { text } = source;
  const otherwise = outside(text, from, /\belse\b/) ?? elseBelow(text, from);
  if (otherwise === undefined) return bodyInBraces(source, token, from);
  const first = text.slice(from, otherwise).trim();
  const tail = otherwise + (/^else\s*:?\s*/.exec(text.slice(otherwise))?.[0].length ?? 4);
  if (text[tail] === '{' || /^if\b/.test(text.slice(tail))) {
    const span = { source, start: token.startOffset, end: otherwise };
    return [{ title: `{ ${first} }`, edits: [{ span, text: `{ ${first} } ` }] }];
  }
  const end = endOfExpression(text, tail);
  const ours = `{ ${first} } else { ${text.slice(tail, end)} }`;
  return [{ title: ours, edits: [{ span: { source, start: token.startOffset, end }, text: ours }] }];
}

/** The `else` of the line below the expression at `from`. */
function elseBelow(text: string, from: number): number | undefined {
  const end = endOfExpression(text, from);
  const [gap] = /^\s*(?=else\b)/.exec(text.slice(end, end + 200)) ?? [];
  return gap === undefined ? undefined : end + gap.length;
}

/** `if {`, `if a and {`, `each n of {`: what should stand before the brace. */
export const nothingBeforeBrace: Slip = (source, { token, previous, rules }: Failure) => {
  if (!isBrace(token) || previous === undefined || rules.at(-1) !== 'operand') return undefined;
  const owner = rules.findLast((rule) => rule === 'ifExpression' || rule === 'each');
  if (owner === undefined || !needsValue(previous)) return undefined;
  const what =
    previous.tokenType === t.If ? 'a condition' : previous.tokenType === t.Of ? 'a list' : 'a value';
  const expected = `${what} is missing after \`${previous.image}\``;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, previous));
};

const needsValue = ({ tokenType }: IToken): boolean =>
  tokenType !== t.RCurly && tokenType !== t.RParen && tokenType !== t.Name;
