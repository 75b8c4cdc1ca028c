/** Failures that only follow from another: one mistake, one message. */
import type { Failure } from '../../../grammar/recovering-parser.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import * as t from '../../../grammar/tokens.ts';
import { blockWords } from './slips/block-heads.ts';
import { isToldInBraces, isToldWithFrom } from './slips/imports.ts';
import { isNextLimit } from './slips/limits.ts';
import { opensOtherwise } from './slips/net-heads.ts';
import { isNextWord } from './slips/modifiers.ts';
import { isNextSetting } from './slips/settings.ts';
import type { Source } from './source.ts';

/** The failures in order, without those that an earlier one explains, or a bracket that is `reported` never to close. */
export function withoutCascades(
  source: Source,
  failures: readonly Failure[],
  reported: readonly Diagnostic[],
): readonly Failure[] {
  const open = linesLeftOpen(source, reported);
  const numbers = reported.filter(({ code }) => code === 'syntax/bad-number').map(({ span }) => span);
  // What the fix of a sign without meaning writes anew: `c ? a : b`.
  const rewritten = reported.flatMap(({ code, fixes }) =>
    code === 'syntax/stray' && fixes.length === 1 ? (fixes[0]?.edits ?? []).map(({ span }) => span) : [],
  );
  const kept: Failure[] = [];
  for (const failure of failures) {
    const before = kept.at(-1);
    const at = failure.token.startOffset;
    // `1,000`: of what stands between its digits was spoken.
    if (numbers.some(({ start, end }) => start < at && at < end)) continue;
    if (open.some(({ start, end }) => start < at && at <= end)) continue;
    if (rewritten.some(({ start, end }) => start <= at && at < end)) continue;
    if (before && (isToldWithFrom(source, before, failure) || isToldInBraces(before, failure))) continue;
    if (before && isItsOption(source, before, failure)) continue;
    if (before && isNextLimit(source, before, failure)) continue;
    if (kept.some((one) => isOfSameObject(source, one, failure))) continue;
    if (before && isNextWord(source, before, failure)) continue;
    if (before && isNextSetting(source, before, failure)) continue;
    if (
      before &&
      (goesOn(source, before, failure) || isUnderHead(source, before, failure) || isItsElse(before, failure))
    )
      continue;
    kept.push(failure);
  }
  return kept;
}

/** `self.b = …` below `self.a = …`: the fix of the first reaches all of them. */
const isOfSameObject = ({ text }: Source, before: Failure, { start }: Failure): boolean =>
  /^(?:self|this)$/.test(start.image) &&
  before.start.image === start.image &&
  text[spanEnd(start)] === '.' &&
  text[spanEnd(before.start)] === '.' &&
  !/^(?:export|net|block)\b/m.test(text.slice(before.start.startOffset, start.startOffset));

const spanEnd = ({ startOffset, image }: Failure['start']): number => startOffset + image.length;

/** `conv bias = false` for `conv { bias = false }`: the entry broke off, and what follows on the line was meant to be in it. */
function goesOn(source: Source, before: Failure, { start }: Failure): boolean {
  const end = (before.previous?.endOffset ?? before.start.startOffset) + 1;
  return start.startOffset >= end && /^[ \t]*$/.test(source.text.slice(end, start.startOffset));
}

/** `else: b` behind `if c: a`: of the choice was spoken. */
const isItsElse = (before: Failure, { start }: Failure): boolean =>
  start.tokenType === t.Else && before.rules.includes('ifExpression');

/** `pad = same` behind `conv: bias = false,`: of the braces around both was spoken. */
function isItsOption(source: Source, before: Failure, { start, token, rules }: Failure): boolean {
  const isEntry = [before.rules, rules].every((open) => open.join().endsWith('defaultsEntry,options'));
  if (!isEntry || token.tokenType !== t.Equal || before.token.tokenType === t.Equal) return false;
  return !source.text.slice(before.start.startOffset, start.startOffset).includes('\n');
}

/** `net N` without its brace, `def B(c):`: the indented lines below are its body. */
function isUnderHead(source: Source, before: Failure, { start, rules }: Failure): boolean {
  const headless =
    [t.Net, t.Block, t.Train].includes(before.start.tokenType) ||
    opensOtherwise(source, before) ||
    isBlockWord.test(before.start.image);
  const isOver =
    before.token === before.start ||
    before.token.tokenType === t.Colon ||
    before.token.tokenType === t.End ||
    opensOtherwise(source, before) ||
    before.token.tokenType.name === 'EOF';
  if (!headless || !isOver || rules.at(-1) !== 'item') return false;
  if (start.image === 'end' && opensOtherwise(source, before)) return true;
  return columnOf(source, start.startOffset) > columnOf(source, before.start.startOffset);
}

/**
 * From the first bracket of a line that never closes to the end of the line: what stands there was meant to be outside. Each line is
 * looked through once, however many brackets it has.
 */
function linesLeftOpen(
  { text }: Source,
  reported: readonly Diagnostic[],
): readonly { readonly start: number; readonly end: number }[] {
  const unclosed = reported.filter(({ code }) => code === 'syntax/unclosed').map(({ span }) => span.start);
  const lines: { start: number; end: number }[] = [];
  for (const start of unclosed.sort((a, b) => a - b)) {
    if (start <= (lines.at(-1)?.end ?? -1)) continue;
    const end = text.indexOf('\n', start);
    lines.push({ start, end: end < 0 ? text.length : end });
  }
  return lines;
}

const isBlockWord = new RegExp(`^(?:${blockWords})$`);

function columnOf({ text }: Source, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
