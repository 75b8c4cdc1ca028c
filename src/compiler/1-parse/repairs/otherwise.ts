/** Signs of other languages that stand for more than one sign of ours: `y = conv(8, 3) <- x`, `where 32 | H`, `|a|`, `H => 32`. */
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { endOfExpression, outside } from '../slips/scan.ts';
import type { Span } from '../source.ts';
import { lineAround } from './line.ts';

const around = ({ source: { text }, start, end }: Span): ReturnType<typeof lineAround> =>
  lineAround(text, start, end);

/** `y <- x`, where it gives a name. */
export const isBehindName = (span: Span): boolean =>
  /^\s*(?:(?:let|const|var)\s+)?\w+\s*$/.test(around(span).before);

/** `y = relu <- conv(8, 3) <- x`: what flows to the left. The first sign of a line tells it. */
export function flowsBack(span: Span): readonly Diagnostic[] {
  const { before } = around(span);
  if (before.includes('<-')) return [];
  const fixes = toTheRight(span, before);
  return [diagnostic('syntax/foreign-sign', { found: '<-', ours: '->' }, span, { fixes })];
}

function toTheRight({ source, start }: Span, before: string): readonly Fix[] {
  const { text } = source;
  const [named = ''] = /^\s*(?:(?:let\s+)?\w+\s*=(?!=)|out\s+\w+\s*:)?\s*/.exec(before) ?? [];
  const head = before.slice(0, Math.max(named.length, openBracket(before) + 1));
  const from = start - before.length + head.length;
  const end = endOfExpression(text, from);
  if (end <= start) return [];
  const stages: string[] = [];
  for (let at = from; at <= end;) {
    const sign = outside(text, at, /<-/);
    const to = sign === undefined || sign > end ? end : sign;
    stages.unshift(text.slice(at, to).trim());
    at = to === end ? end + 1 : to + '<-'.length;
  }
  if (stages.includes('') || stages.length < 2) return [];
  return [replaceBy(stages.join(' -> '), { source, start: from, end })];
}

/** The last bracket that is open at the end of a text; -1 where none is. */
function openBracket(text: string): number {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (/[)\]}]/.test(text[i] ?? '')) depth++;
    else if (/[([{]/.test(text[i] ?? '') && --depth < 0) return i;
  }
  return -1;
}

/** `where 32 | H`, `rgb[H, W] = 32x32 | H % 32 == 0`, `|a - b|`, `6 | 4`; undefined where it is an arrow. */
export function barOtherwise(span: Span): readonly Diagnostic[] | undefined {
  const { before, behind } = around(span);
  const { source, start, end } = span;
  if (/^\s*in\b/.test(before)) {
    const [divisor, number] = /(\d+)\s*$/.exec(before) ?? [];
    const [size, name] = /^\s*([A-Z]\w*)\b(?!\s*[%=<>!])/.exec(behind) ?? [];
    if (/\bwhere\b/.test(before) && divisor !== undefined && size !== undefined) {
      const whole = { source, start: start - divisor.length, end: end + size.length };
      const args = { found: '`|`', expected: 'a condition compares: `H % 2 == 0`' };
      return [
        diagnostic('syntax/unexpected', args, span, {
          fixes: [replaceBy(`${name} % ${number} == 0`, whole)],
        }),
      ];
    }
    if (/\bwhere\b/.test(before) || !/^\s*\(?[A-Z]\w*\s*(?:[%<>]|[=!]=)/.test(behind)) return undefined;
    const args = { found: '`|`', expected: 'the conditions of an input stand behind `where`' };
    return [diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy('where', span)] })];
  }
  return absolute(span) ?? (/\d\s*$/.test(before) && /^\s*\d/.test(behind) ? [stray(span, [])] : undefined);
}

const stray = (span: Span, fixes: readonly Fix[]): Diagnostic =>
  diagnostic('syntax/stray', { text: '|' }, span, { fixes });

/** Where an operand begins. */
const beforeOperand = /(?:(?<![=!<>])=|[(,+*/]|(?<!-)-)\s*$/;

/** `|a - b|`: the first bar tells both. */
function absolute(span: Span): readonly Diagnostic[] | undefined {
  const { before, behind } = around(span);
  const earlier = before.indexOf('|');
  if (earlier >= 0) return beforeOperand.test(before.slice(0, earlier)) ? [] : undefined;
  const [whole, inside] = /^([^|\n]+)\|(?!\s*[A-Za-z])/.exec(behind) ?? [];
  if (whole === undefined || inside === undefined || !beforeOperand.test(before)) return undefined;
  const both = { ...span, end: span.end + whole.length };
  return [stray(span, [replaceBy(`abs(${inside.trim()})`, both)])];
}

/** `where H => 32`. */
export function boundOtherwise(span: Span): readonly Diagnostic[] | undefined {
  const { before, behind } = around(span);
  const isBound =
    /^\s*(?:in\b.*\bwhere\b|assert\b|expect\b)|\bif\s[^{}]*$/.test(before) && /^\s*-?\d/.test(behind);
  if (!isBound) return undefined;
  const fixes = [{ title: 'write >=', edits: [{ span, text: '>=' }] }];
  return [diagnostic('syntax/foreign-sign', { found: '=>', ours: '>=' }, span, { fixes })];
}
