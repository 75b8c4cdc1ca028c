/**
 * What is nearly a number: units by other letters, types behind it, digits in groups, other bases. Where only one number can have
 * been meant it is taken as that, so that the statement around it is still checked.
 */
import type { IToken, TokenType } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { retype, spanOf } from '../lex.ts';
import type { Source, Span } from '../source.ts';

/** What is wrong, and what was meant where that is plain. */
interface Advice {
  readonly why: string;
  readonly ours?: string | undefined;
}

/** Units by other letters. Bytes are decimal here, so of `MiB` the number is another. */
const units: Readonly<Record<string, string>> = {
  ...{ K: 'k', m: 'M', mio: 'M', Mio: 'M', g: 'G', bn: 'G', billion: 'G', million: 'M', thousand: 'k' },
  ...{ KB: ' kB', Kb: ' kB', kb: ' kB', Mb: ' MB', mb: ' MB', mB: ' MB', Gb: ' GB', gb: ' GB', gB: ' GB' },
};
const unitAdvice = 'the units are k, M and G for numbers, B, kB, MB and GB for bytes, and %';

/** Bytes of units that count by 1024. */
const binaryUnits: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** What a unit stands for that is written by other letters, with the number before it; undefined for no unit. */
export function withUnit(digits: string, unit: string): Advice | undefined {
  const bytes = binaryUnits[unit];
  if (Object.hasOwn(binaryUnits, unit) && bytes !== undefined) {
    const whole = Number(digits.replaceAll('_', '')) * bytes;
    const ours = Number.isSafeInteger(whole) ? `${whole} B` : undefined;
    return { why: `bytes are decimal: 1 kB is 1000 bytes, 1 ${unit} is ${bytes}`, ours };
  }
  if (/^(?:percent|pct)$/i.test(unit)) return { why: 'a share is written with %', ours: `${digits}%` };
  if (/^(?:[kMG]|[kMG]?B)$/.test(unit)) return { why: unitAdvice, ours: `${digits}${unit}` };
  const ours = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return ours === undefined ? undefined : { why: unitAdvice, ours: `${digits}${ours}` };
}

/** Reports it, and gives the token that it becomes. */
export function repairNumber(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  if (token.image.startsWith('.') && source.text.slice(token.startOffset - 2, token.startOffset) === '..')
    return behindThreePoints(source, token, diagnostics);
  const grouped = groupsAround(source, token);
  const span = grouped ?? spanOf(source, token);
  const image = source.text.slice(span.start, span.end);
  const { why, ours } = grouped ? inGroups(image) : advise(image);
  const last = diagnostics.at(-1);
  if (!(grouped && last?.code === 'syntax/bad-number' && last.span.start === span.start)) {
    const fixes = ours === undefined ? [] : [replaceBy(ours, span)];
    const extras = { fixes, notes: [{ word: 'why' as const, text: why }] };
    diagnostics.push(diagnostic('syntax/bad-number', { text: image }, span, extras));
  }
  const type = grouped === undefined && ours !== undefined ? typeOf(ours) : t.Reported;
  if (type !== t.Reported) token.image = ours ?? token.image;
  retype(token, type);
  return token;
}

/** `0...1`: the third point is none of the number. */
function behindThreePoints(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = { source, start: token.startOffset - 2, end: token.startOffset + 1 };
  const fixes = [{ title: 'write ..', edits: [{ span, text: '..' }] }];
  diagnostics.push(diagnostic('syntax/foreign-sign', { found: '...', ours: '..' }, span, { fixes }));
  token.image = token.image.slice(1);
  retype(token, typeOf(token.image));
  return token;
}

const typeOf = (ours: string): TokenType =>
  /^\d+(?:x\d+)+$/.test(ours)
    ? t.Size
    : /^[\d_.]+(?:e[+-]?\d+)?(?: ?[kMG]?B|[kMG]|%)?$/.test(ours)
      ? t.NumberToken
      : t.Reported;

/** `1,000`, `1 000 000`: the whole of it, where a group of three zeros (or that begins with one) gives it away. */
function groupsAround(source: Source, token: IToken): Span | undefined {
  const { text } = source;
  if (!/^0\d\d$/.test(token.image)) return undefined;
  const at = token.startOffset;
  const [before] = /(?<![\w.'])\d{1,3}(?:[, ]\d{3})*[, ]$/.exec(text.slice(Math.max(0, at - 40), at)) ?? [];
  if (before === undefined || before.startsWith('0')) return undefined;
  const [rest = ''] = /^(?:[, ]\d{3}(?!\d))*/.exec(text.slice(at + 3, at + 43)) ?? [];
  return { source, start: at - before.length, end: at + 3 + rest.length };
}

const inGroups = (image: string): Advice => ({
  why: 'only _ stands between the digits of a number, as in 61_706',
  ours: image.replaceAll(/[, ']/g, '_'),
});

function advise(image: string): Advice {
  if (image.startsWith('.')) return beginsWithPoint(image);
  if (/^\d+(?:[xX]\d+)+$/.test(image) && !image.startsWith('0'))
    return { why: sizeAdvice, ours: image.toLowerCase() };
  if (/^0[xXbBoO]/.test(image)) return { why: 'numbers are decimal', ours: inDecimals(image) };
  if (/^\d+[xX]/.test(image)) return { why: sizeAdvice };
  if (/^\d{1,3}(?:'\d{3})+$/.test(image)) return inGroups(image);
  if (/^\d+(?:_+\d+)*_*$/.test(image) && image.includes('_')) return underscores(image);
  if (/^0+\d/.test(image)) return leadingZeros(image);
  if (isTime.test(image)) return { why: timesAreMeasured };
  return (
    withSuffix(image) ?? {
      why: 'what may follow the digits is k, M, G, kB, MB, GB or %; a name begins with a letter',
    }
  );
}

/** `10ms`. */
const isTime = /^\d[\d_.]*(?:ns|us|µs|ms|s|sec|seconds?|min|minutes?|fps|Hz)$/;
export const timesAreMeasured =
  'times are measured, by `cnnc profile`; a budget limits what is known before anything runs';

const sizeAdvice =
  'a size has digits on both sides of every small x, as in 3x3; with names write a list: [H, W]';

function beginsWithPoint(image: string): Advice {
  const why = 'a number begins with a digit';
  const whole = `0${image}`;
  return isNumber(whole) ? { why, ours: whole } : { why, ours: withSuffix(whole)?.ours };
}

const isNumber = (text: string): boolean =>
  /^(?:0|[1-9](?:_?\d)*)(?:\.\d+)?(?:[eE][+-]?\d+)?[kMG%]?$/.test(text);

/** `0x10`, `0b101`, `0o17`. */
function inDecimals(image: string): string | undefined {
  const value = Number(image.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** `1__000`, `100_`. */
const underscores = (image: string): Advice => ({
  why: 'a _ stands between two digits, as in 61_706',
  ours: image.replaceAll(/_+/g, '_').replace(/_$/, ''),
});

/** `007`: no number begins with a zero but 0 and what has a point. */
function leadingZeros(image: string): Advice {
  const ours = image.replace(/^0+(?=\d)/, '');
  return { why: 'no zeros stand before a number', ours: isNumber(ours) ? ours : undefined };
}

/** Types of other languages behind a number. */
const types = /^(?:_?(?:f|float|i|int|u|uint)(?:8|16|32|64|128)|[fFdDlLnu]|ul|UL|px)$/;

/** `1.5f`, `3K`, `5.`, `1.000.000`. */
function withSuffix(image: string): Advice | undefined {
  const [, digits = '', suffix = ''] = /^(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(.*)$/.exec(image) ?? [];
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(image))
    return {
      why: 'only _ stands between the digits of a number, as in 61_706',
      ours: image.replaceAll('.', '_'),
    };
  if (!isNumber(digits)) return undefined;
  if (suffix === '.') return { why: 'a digit stands behind the point', ours: `${digits}.0` };
  if (/^\.[eE][+-]?\d+$/.test(suffix))
    return { why: 'a digit stands behind the point', ours: `${digits}.0${suffix.slice(1)}` };
  if (types.test(suffix) && !Object.hasOwn(units, suffix))
    return { why: 'a number carries no type', ours: digits };
  if (/^\.[fFdD]$/.test(suffix)) return { why: 'a number carries no type', ours: `${digits}.0` };
  return withUnit(digits, suffix);
}
