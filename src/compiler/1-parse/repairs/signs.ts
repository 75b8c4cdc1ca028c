/** Signs of other languages and of typography, each taken as the sign of ours that it stands for. */
import type { IToken, TokenType } from 'chevrotain';
import { tokenize } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { retype, spanOf } from '../lex.ts';
import type { Source, Span } from '../source.ts';
import { barOtherwise, boundOtherwise, flowsBack, isBehindName } from './otherwise.ts';
import { lineAround } from './line.ts';

/** Ours by theirs; arrows, dashes and full-width signs are found by their codes. */
const signs: Readonly<Record<string, string>> = {
  ...{ '=>': '->', '|>': '->', '–>': '->', '—>': '->', '<-': '=', '|': '->' },
  ...{ '&&': 'and', '||': 'or', '!': 'not', '∧': 'and', '∨': 'or', '¬': 'not' },
  ...{ '≤': '<=', '≥': '>=', '≠': '!=', '÷': '/', '∕': '/', '·': '*', '⋅': '*', '∗': '*', '•': '*' },
};

/** Reports it, and gives the token that it becomes. */
export function repairSign(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = spanOf(source, token);
  const { image: found } = token;
  if (found === '=>' && isBehindHead(span)) {
    retype(token, t.Arrow);
    return token;
  }
  if (found === '<-' && !isBehindName(span)) return told(flowsBack(span));
  if (found === '|' || found === '=>') {
    const otherwise = found === '|' ? barOtherwise(span) : boundOtherwise(span);
    if (otherwise) return told(otherwise);
  }
  const ours = oursOf(found, span);
  const fix = { title: `write ${ours}`, edits: [{ span, text: ours === 'not' ? 'not ' : ours }] };
  diagnostics.push(diagnostic('syntax/foreign-sign', { found, ours }, span, { fixes: [fix] }));
  retype(token, ours === 'x' ? t.Reported : typeOf(ours));
  if (token.tokenType !== t.Reported) token.image = ours;
  return token;

  function told(reports: readonly Diagnostic[]): IToken {
    diagnostics.push(...reports);
    retype(token, t.Reported);
    return token;
  }
}

/** `block B(c) => …`: slips/block-heads.ts tells it. */
function isBehindHead({ source: { text }, start }: Span): boolean {
  const { before } = lineAround(text, start, start);
  return /^\s*(?:export\s+)?block\s+\w+\s*(?:\([^{}=]*\)|\[[^\]]*\])?\s*$/.test(before);
}

function oursOf(found: string, span: Span): string {
  if (Object.hasOwn(signs, found)) return signs[found] ?? found;
  if (/^[\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f\u2794-\u27be]$/.test(found)) return '->';
  if (/^[–—−‐‑]$/.test(found)) return '-';
  if (/^[×✕✖⨯]$/.test(found)) return isBetweenDigits(span) ? 'x' : '*';
  return [...found].map((one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0)).join('');
}

function isBetweenDigits({ source: { text }, start, end }: Span): boolean {
  return /\d/.test(text[start - 1] ?? '') && /\d/.test(text[end] ?? '');
}

const words: ReadonlyMap<string, TokenType> = new Map([
  ['and', t.And],
  ['or', t.Or],
  ['not', t.Not],
]);

function typeOf(ours: string): TokenType {
  const word = words.get(ours);
  if (word) return word;
  const [token, ...others] = tokenize(ours).tokens;
  return token && others.length === 0 ? token.tokenType : t.Reported;
}

/** `;`: the end of a statement, a comma in brackets. `inBrackets` tells which. */
export function repairSemicolon(
  source: Source,
  token: IToken,
  diagnostics: Diagnostic[],
  inBrackets: boolean,
): IToken {
  const span = spanOf(source, token);
  if (inBrackets || isBetweenConditions(span)) {
    const fix = { title: 'write ,', edits: [{ span, text: ',' }] };
    diagnostics.push(diagnostic('syntax/foreign-sign', { found: ';', ours: ',' }, span, { fixes: [fix] }));
    retype(token, t.Comma);
    return token;
  }
  const { text } = source;
  const [blanks = ''] = /^[ \t]*/.exec(text.slice(span.end)) ?? [];
  const rest = text.slice(span.end + blanks.length, span.end + blanks.length + 200);
  const isLast = /^(?:\r*\n|$|\/\/|#|;|\}|\/\*[^\n]*\*\/[ \t]*(?:\n|$))/.test(rest);
  const edit = isLast
    ? { span, text: '' }
    : { span: { ...span, end: span.end + blanks.length }, text: `\n${indentBelow(text, span.start)}` };
  const fixes = [{ title: 'end the line here instead', edits: [edit] }];
  diagnostics.push(diagnostic('syntax/semicolon', {}, span, { fixes }));
  retype(token, t.Newline);
  return token;
}

/** `where H >= 32; W >= 32`. */
function isBetweenConditions({ source: { text }, start, end }: Span): boolean {
  const { before, behind } = lineAround(text, start, end);
  return /^\s*in\b.*\bwhere\b/.test(before) && /^\s*[A-Z]\w*\s*(?:[%<>]|[=!]=)/.test(behind);
}

/** The blanks before a statement that goes from the middle of a line to the next one. */
function indentBelow(text: string, at: number): string {
  const { before: line } = lineAround(text, at, at);
  const [indent = ''] = /^[ \t]*/.exec(line) ?? [];
  return indent + (isOpen(line) ? '  ' : '');
}

const isOpen = (line: string): boolean => line.split('{').length > line.split('}').length;
