/** Slips in `filter`: the rows in braces, without commas, or by other signs. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import { closingOf, textFrom } from './scan.ts';
import { isBrace, putIn, told, type Slip } from './slip.ts';

const why = 'the numbers stand in brackets behind `=`: `[[1, 0, -1], [2, 0, -2]]`';

/** `filter S { [1, 0], [0, 1] }`. */
const rowsInBraces: Slip = (source, { token, rules }) => {
  if (!isBrace(token) || rules.at(-1) !== 'filter') return undefined;
  const close = closingOf(source.text, token.startOffset);
  if (close === undefined) return told(source, token, why);
  const rows = withCommas(source.text.slice(token.startOffset + 1, close).trim());
  const ours = `= ${rows.startsWith('[[') ? rows : `[${rows}]`}`;
  const span = { source, start: token.startOffset, end: close + 1 };
  return told(source, token, why, [replaceBy(ours, span)]);
};

/** `filter S = {{1, 0}, {0, 1}}`, as C lists numbers. */
const bracesForBrackets: Slip = (source, { token, start, previous }) => {
  if (!isBrace(token) || start.tokenType !== t.Filter || previous?.tokenType !== t.Equal) return undefined;
  const close = closingOf(source.text, token.startOffset);
  if (close === undefined) return told(source, token, why);
  const written = source.text.slice(token.startOffset, close + 1);
  const span = { source, start: token.startOffset, end: close + 1 };
  const ours = written.replaceAll('{', '[').replaceAll('}', ']');
  return told(source, token, why, [replaceBy(ours.startsWith('[[') ? ours : `[${ours}]`, span)]);
};

const withCommas = (rows: string): string => rows.replace(/\](?=\s+\[)/g, '],');

/** `filter S(3) = …`. */
const sizeBehindName: Slip = (source, { token, rules }) => {
  if (token.tokenType !== t.LParen || rules.at(-1) !== 'filter') return undefined;
  const close = closingOf(source.text, token.startOffset);
  const span = { ...spanOf(source, token), end: (close ?? token.startOffset) + 1 };
  const fixes = close === undefined ? [] : [leaveOut(source.text.slice(span.start, span.end), span)];
  return told(source, token, 'the rows say how large a filter is', fixes);
};

/** `filter S = [1, 0], [0, 1]`. */
const rowsSideBySide: Slip = (source, { token, start, rules }) => {
  if (start.tokenType !== t.Filter || token.tokenType !== t.Comma || !rules.includes('item'))
    return undefined;
  const [head, rows] =
    /^filter\s+\w+\s*=\s*(\[[^\n]*\])[ \t]*(?=\n|$)/.exec(textFrom(source, start, 2000)) ?? [];
  if (head === undefined || rows === undefined) return told(source, token, why);
  const at = start.startOffset + head.lastIndexOf(rows);
  const span = { source, start: at, end: at + rows.length };
  return told(source, token, why, [replaceBy(`[${rows}]`, span)]);
};

/** `[[1, 0]⏎ [0, 1]]`: what looks like an index is the next row. */
const commaBetweenRows: Slip = (source, { token, start, previous, rules }) => {
  if (start.tokenType !== t.Filter || token.tokenType !== t.Comma || rules.at(-1) !== 'suffix')
    return undefined;
  const { text } = source;
  const open = previous && text.lastIndexOf('[', previous.startOffset);
  const before = open === undefined ? '' : text.slice(0, open).trimEnd();
  if (!before.endsWith(']')) return undefined;
  return told(source, token, 'a comma is missing before this row', [putIn(source, before.length, ',')]);
};

export const filterSlips: readonly Slip[] = [
  bracesForBrackets,
  rowsInBraces,
  sizeBehindName,
  commaBetweenRows,
  rowsSideBySide,
];
