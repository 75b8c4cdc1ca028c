/** Slips in `if`: comparisons, the `else` and the condition as other languages write them. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import { endOfExpression, outside } from './scan.ts';
import { beginning, isBrace, replaced, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** `elif`, `elsif`, `elseif`. */
const elseIf: Slip = (source, { token }) =>
  /^(?:elif|elsif|elseif)$/.test(token.image)
    ? replaced(source, token, 'another choice begins with `else if`', 'else if')
    : undefined;

/** `conv(8, 3) if c else relu`: the condition comes first. */
const conditionBehind: Slip = (source, { token, expected }) => {
  if (token.tokenType !== t.If || !expected.some((name) => /^(?:End|Separator|RParen|Comma)$/.test(name)))
    return undefined;
  const { text } = source;
  const line = text.slice(Math.max(text.lastIndexOf('\n', token.startOffset) + 1, 0), token.startOffset);
  const from = /.*(?:->|=(?!=)|[:({]|\bout\b)\s*(?=\S)/.exec(line.replace(/\([^()]*\)/g, blank))?.[0].length;
  const otherwise = outside(text, token.startOffset, /\belse\b/);
  const why = 'the condition comes first: `if c { … } else { … }`';
  if (from === undefined || otherwise === undefined) return told(source, token, why);
  const start = token.startOffset - line.length + from;
  const tail = otherwise + (/^else\s*/.exec(text.slice(otherwise))?.[0].length ?? 4);
  const end = endOfExpression(text, tail);
  const condition = text.slice(token.startOffset + 2, otherwise).trim();
  const ours = `if ${condition} { ${line.slice(from).trim()} } else { ${text.slice(tail, end)} }`;
  return told(source, token, why, [{ title: ours, edits: [{ span: { source, start, end }, text: ours }] }]);
};

const blank = (part: string): string => '_'.repeat(part.length);

/** `if a is 3 {`, `if a <> 3 {`, `if a in [1, 3] {`, `if a === 3 {`. */
const comparison: Slip = (source, failure) => {
  const { token, previous } = failure;
  const { text } = source;
  if (token.image === '=' && /^[=!]=$/.test(previous?.image ?? '') && isBehind(source, previous, token))
    return signs(source, previous as IToken, token, (previous as IToken).image);
  if (token.image === '>' && previous?.image === '<' && isBehind(source, previous, token))
    return signs(source, previous, token, '!=');
  if (failure.rules.at(-1) !== 'body' || failure.rules.at(-2) !== 'ifExpression') return undefined;
  if (token.image === 'is') {
    const not = /^is\s+not\b/.exec(text.slice(token.startOffset))?.[0];
    const span = { source, start: token.startOffset, end: token.startOffset + (not ?? 'is').length };
    const ours = not === undefined ? '==' : '!=';
    const fix = replaceBy(ours, span);
    return told(source, token, `two values are compared with \`${ours}\``, [fix]);
  }
  return token.image === 'in' ? membership(source, token) : undefined;
};

const isBehind = (source: Source, first: IToken | undefined, second: IToken): boolean =>
  first !== undefined && spanOf(source, first).end === second.startOffset;

function signs(source: Source, first: IToken, last: IToken, ours: string) {
  const span = { ...spanOf(source, first), end: spanOf(source, last).end };
  const fixes = [{ title: `write ${ours}`, edits: [{ span, text: ours }] }];
  const args = { found: source.text.slice(span.start, span.end), ours };
  return diagnostic('syntax/foreign-sign', args, span, { fixes });
}

/** `c in [1, 3]` as comparisons. */
function membership(source: Source, token: IToken) {
  const { text } = source;
  const [, list] = /^in\s*\[([^[\]{}\n]+)\]/.exec(text.slice(token.startOffset)) ?? [];
  const line = text.slice(text.lastIndexOf('\n', token.startOffset) + 1, token.startOffset);
  const [, left] = /([\w.]+)\s*$/.exec(line) ?? [];
  const why = 'values are compared one by one: `c == 1 or c == 3`';
  if (list === undefined || left === undefined) return told(source, token, why);
  const start = token.startOffset - line.length + line.lastIndexOf(left);
  const end = token.startOffset + text.slice(token.startOffset).indexOf(']') + 1;
  const ours = list.split(',').map((one) => `${left} == ${one.trim()}`);
  const whole = ours.length > 1 ? `(${ours.join(' or ')})` : ours.join('');
  return told(source, token, why, [{ title: whole, edits: [{ span: { source, start, end }, text: whole }] }]);
}

/** `if c { … } { … }`, an `else` without an `if`, a second one. */
const strayElse: Slip = (source, { token, previous, rules }) => {
  const isAfterBraces = previous?.tokenType === t.RCurly;
  if (isBrace(token) && isAfterBraces && rules.includes('statement')) {
    const start = beginning(source, /\bif\b/g, token.startOffset);
    if (start === undefined) return undefined;
    const at = { source, start: token.startOffset, end: token.startOffset };
    const fixes = [{ title: 'else before it', edits: [{ span: at, text: 'else ' }] }];
    return told(source, token, '`else` is missing before it', fixes);
  }
  if (token.tokenType !== t.Else) return undefined;
  const isIf = beginning(source, /\bif\b/g, token.startOffset) !== undefined;
  if (!isIf) return told(source, token, 'there is no `if` before it');
  return isAfterBraces ? told(source, token, 'an `if` has one `else`, at its end') : undefined;
};

/** `switch in.C { … }`, `unless c { … }`. */
const choiceWord: Slip = (source, { previous }) => {
  if (!previous || !/^(?:switch|match|case|when|unless)$/.test(previous.image)) return undefined;
  const args = { word: previous.image, where: 'a choice is `if … { … } else if … { … } else { … }`' };
  return diagnostic('syntax/misplaced', args, spanOf(source, previous));
};

/** In order: the first that knows a failure tells it. */
export const choiceSlips: readonly Slip[] = [elseIf, comparison, conditionBehind, strayElse, choiceWord];
