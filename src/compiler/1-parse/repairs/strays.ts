/** Characters that begin no word, number or sign: which of them can be read over, and what was meant by others. */
import type { IToken } from 'chevrotain';
import { makeToken } from '../../../../grammar/lexer.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { choiceBySigns } from '../slips/choice-by-signs.ts';
import { sizesAround, sizesHaveNames } from '../slips/input-forms.ts';
import { memberBySign } from '../slips/conditions.ts';
import { productBySign } from '../slips/matrix-product.ts';
import { rangeAround } from '../slips/tolerance.ts';
import type { Source, Span } from '../source.ts';
import { lineAround } from './line.ts';

/** Characters of a run without meaning that a message shows. */
const mostShown = 40;

/** What stands in the place of a run of strays, which is reported; nothing where the text reads on without them. */
export function repairStray(
  source: Source,
  [start, end]: readonly [start: number, end: number],
  diagnostics: Diagnostic[],
): IToken | undefined {
  const span = { source, start, end };
  const text = source.text.slice(start, end);
  const near = nearlyEqual(source, start, text);
  if (near) {
    diagnostics.push(near);
    return makeToken(t.Reported, text, start, end);
  }
  const sizes = text === '?' ? sizesAround(source, start) : undefined;
  if (sizes) {
    const notes = [{ word: 'why' as const, text: sizesHaveNames }];
    if (sizes.isFirst)
      diagnostics.push(diagnostic('syntax/stray', { text }, span, { fixes: sizes.fixes, notes }));
    return makeToken(t.Reported, text, start, end);
  }
  const blank = blankFor(text);
  const goesOn = text === '\\' && /^[ \t]*\r*\n/.test(source.text.slice(end, end + 80));
  const fixes =
    blank !== undefined
      ? [unseen(blank, span)]
      : goesOn
        ? [leaveOut('it', span)]
        : fixesOf(source, text, span);
  // Of several products on a line the fix of the first one writes all.
  const isTold = text === '@' && lineAround(source.text, start, end).before.includes('@');
  if (isTold) return makeToken(t.Reported, text, start, end);
  const why = goesOn
    ? [
        {
          word: 'why' as const,
          text: 'a line goes on by itself where the next one begins with `->` or an operator',
        },
      ]
    : whyOf(text, span);
  diagnostics.push(diagnostic('syntax/stray', { text: shown(text) }, span, { fixes, notes: why }));
  return blank !== undefined || goesOn ? undefined : makeToken(t.Reported, text, start, end);
}

/** What characters that nobody sees stand for: a blank or nothing; undefined for others. */
function blankFor(text: string): string | undefined {
  if (/^[\u200b-\u200f\u2060-\u2064\u00ad\u202a-\u202e\u2066-\u2069]+$/.test(text)) return '';
  return /^[\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u0085]+$/.test(text) ? ' ' : undefined;
}

const unseen = (blank: string, span: Span): Fix =>
  blank === '' ? leaveOut('what cannot be seen', span) : { title: 'a blank', edits: [{ span, text: ' ' }] };

/** The text itself, by its code where nobody would see it. */
function shown(text: string): string {
  if (blankFor(text) !== undefined) {
    const code = text.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `U+${code}`;
  }
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const fractions: Readonly<Record<string, string>> = {
  '½': '0.5',
  '¼': '0.25',
  '¾': '0.75',
  π: '3.141592653589793',
};

function fixesOf(source: Source, text: string, span: Span): readonly Fix[] {
  if (text === '?') return optional(span) ?? choiceBySigns(source, span.start);
  if (text === '@') return productBySign(source, span.start);
  if (text === '∈') return memberBySign(source, span.start);
  if (text === '&') return betweenConditions(span) ? [replaceBy('and', span)] : [];
  if (text === '±') return rangeAround(source, span.start);
  if ([...text].every((one) => superscripts.includes(one))) {
    const power = `^${[...text].map((one) => superscripts.indexOf(one)).join('')}`;
    return [replaceBy(power, span)];
  }
  const isAlone = !/\w/.test(source.text[span.start - 1] ?? ' ');
  const fraction = Object.hasOwn(fractions, text) ? fractions[text] : undefined;
  if (fraction !== undefined && isAlone) return [replaceBy(fraction, span)];
  // A letter of another alphabet that looks like the sign of a size.
  if (/^[хХ]$/.test(text) && /\d/.test(source.text[span.start - 1] ?? '')) return [replaceBy('x', span)];
  return [];
}

/** What is written instead. */
function whyOf(text: string, span: Span): Diagnostic['notes'] {
  const why =
    text === '@'
      ? 'a product of matrices is `matmul(a, b)`, which sums over an axis by its name'
      : text === '?' && optional(span)
        ? 'a parameter that need not be given has a default: `k = 3`'
        : undefined;
  return why === undefined ? [] : [{ word: 'why', text: why }];
}

/** `block B(c?)`, `k? = 3`: a parameter that need not be given has a default. */
function optional(span: Span): readonly Fix[] | undefined {
  const { before, behind } = lineAround(span.source.text, span.start, span.end);
  const isParam =
    /^\s*(?:export\s+)?(?:block|net)\s+\w+\s*\([^{}]*\w$/.test(before) && /^\s*[,)=:]/.test(behind);
  return isParam ? [leaveOut('it', span)] : undefined;
}

/** `H >= 32 & W >= 32`. */
function betweenConditions({ source: { text }, start, end }: Span): boolean {
  const { before, behind } = lineAround(text, start, end);
  const compared = /[=!<>]=|[<>]/;
  return compared.test(before.slice(-40)) && compared.test(behind.slice(0, 40));
}

/** `y ~= 1`, `y ≈ 1`: numbers are equal where they differ by little. */
function nearlyEqual(source: Source, start: number, text: string): Diagnostic | undefined {
  const [found] = /^(?:~=|=~|~~|[≈≅≃])/.exec(source.text.slice(start, start + 2)) ?? [];
  if (found === undefined || !found.startsWith(text)) return undefined;
  const span = { source, start, end: start + found.length };
  const fixes = [{ title: 'write ==', edits: [{ span, text: '==' }] }];
  return diagnostic('syntax/foreign-sign', { found, ours: '==' }, span, { fixes });
}
