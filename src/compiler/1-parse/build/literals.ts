/** Numbers with their suffixes, and sizes. */
import type { IToken } from 'chevrotain';
import type { NumberLiteral, SizeLiteral } from '../ast.ts';
import { spanOf } from '../lex.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Context } from './context.ts';

const factors: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  '%': 0.01,
};

/** `61_706`, `420k`, `300 kB`, `50%`: the suffix is applied (bytes are decimal: 1 kB = 1000). */
export function number(context: Context, token: IToken): NumberLiteral {
  const span = spanOf(context.source, token);
  if (/^\d{1,300}$/.test(token.image)) {
    return { kind: 'number', value: Number(token.image), unit: undefined, integer: true, span };
  }
  const [, digits = '', unit] = /^([\d_.]+(?:[eE][+-]?\d+)?)[ \t]*(\D*)$/.exec(token.image) ?? [];
  const value = held(
    round(Number(digits.replaceAll('_', '')), factors[unit ?? ''] ?? 1),
    digits,
    token,
    context,
  );
  return {
    kind: 'number',
    value,
    unit: unit === '' ? undefined : unit,
    integer: !/[.eE%]/.test(token.image) || (unit !== '' && unit !== '%' && Number.isInteger(value)),
    span,
  };
}

/** A number that 64 bits hold: of others it is told, and the nearest is taken. */
function held(value: number, digits: string, token: IToken, { source, diagnostics }: Context): number {
  const isLost = value === 0 && /[1-9]/.test(digits.replace(/[eE].*$/, ''));
  if (Number.isFinite(value) && !isLost) return value;
  const text = isLost ? 'the smallest number above 0 is about 5e-324' : 'the largest number is about 1.8e308';
  const extras = { notes: [{ word: 'why' as const, text }] };
  diagnostics.push(diagnostic('syntax/bad-number', { text: token.image }, spanOf(source, token), extras));
  return isLost ? Number.MIN_VALUE : Number.MAX_VALUE;
}

/** Dividing by 100 is exact where multiplying by 0.01 is not. */
const round = (value: number, factor: number) => (factor < 1 ? value / (1 / factor) : value * factor);

/** `224x224x3`. */
export function size(context: Context, token: IToken): SizeLiteral {
  return { kind: 'size', dims: token.image.split('x').map(Number), span: spanOf(context.source, token) };
}
