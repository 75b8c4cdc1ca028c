/** Parts of a value as Python takes them: `x[0:64]`, `x[:, :, 0:64]`, `x[..., 3]`. */
import * as t from '../../../../grammar/tokens.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Source } from '../source.ts';
import { closingOf, partsOf } from './scan.ts';
import { told, type Slip } from './slip.ts';

const why = 'a part of a value is a layer: `slice(x, C = (0, 64))`';

/** Longest stretch of text that is looked through for the bracket. */
const farthest = 200;

/** The sign stands between the brackets behind a name, and one part of what they hold is a slice. */
const sliceInBrackets: Slip = (source, { token, start: statement }) => {
  // Of the sizes of an input input-heads.ts speaks.
  if (statement.tokenType === t.In) return undefined;
  if (![t.Colon, t.DotDot, t.Comma].includes(token.tokenType)) return undefined;
  const from = Math.max(0, token.startOffset - farthest);
  const before = source.text.slice(from, token.startOffset);
  const found = /([A-Za-z]\w*)\[[^[\]{}\n]*$/.exec(before);
  if (!found) return undefined;
  const start = from + found.index;
  const open = start + (found[1]?.length ?? 0);
  const close = closingOf(source.text, open);
  const parts = close === undefined ? [] : partsOf(source.text.slice(open + 1, close));
  if (close === undefined || !parts.some((part) => part.includes(':') || part === '...')) return undefined;
  return told(source, token, why, sliced(source, { start, open, end: close + 1 }, parts));
};

interface Place {
  readonly start: number;
  readonly open: number;
  readonly end: number;
}

/** Of the last axis, which are the channels, where all others are whole. */
function sliced(source: Source, { start, open, end }: Place, parts: readonly string[]): readonly Fix[] {
  const last = parts.at(-1) ?? '';
  const whole = parts.slice(0, -1).every((part) => part === ':' || part === '...');
  const value = source.text.slice(start, open);
  // One number alone is of the channels where all other axes stand before it.
  const isOne = /^\d+$/.test(last) && (parts.includes('...') || parts.length > 2);
  const bounds = isOne ? [last, last, `${Number(last) + 1}`] : /^([^:]*):([^:]*)$/.exec(last);
  if (!whole || !bounds) return [];
  const [from, to] = [bounds[1]?.trim() || '0', bounds[2]?.trim() || `${value}.C`];
  if (/^-/.test(from) || /^-/.test(to)) return [];
  return [replaceBy(`slice(${value}, C = (${from}, ${to}))`, { source, start, end })];
}

export const sliceSlips: readonly Slip[] = [sliceInBrackets];
