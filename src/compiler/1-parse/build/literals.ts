/** Numbers with their suffixes, and sizes. */
import type { IToken } from 'chevrotain';
import type { NumberLiteral, SizeLiteral } from '../ast.ts';
import { spanOf } from '../lex.ts';
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
  if (/^\d+$/.test(token.image)) {
    return { kind: 'number', value: Number(token.image), unit: undefined, integer: true, span };
  }
  const [, digits = '', unit] = /^([\d_.]+(?:[eE][+-]?\d+)?)[ \t]*(\D*)$/.exec(token.image) ?? [];
  const value = round(Number(digits.replaceAll('_', '')), factors[unit ?? ''] ?? 1);
  return {
    kind: 'number',
    value,
    unit: unit === '' ? undefined : unit,
    integer: !/[.eE%]/.test(token.image) || (unit !== '' && unit !== '%' && Number.isInteger(value)),
    span,
  };
}

/** Dividing by 100 is exact where multiplying by 0.01 is not. */
const round = (value: number, factor: number) => (factor < 1 ? value / (1 / factor) : value * factor);

/** `224x224x3`. */
export function size(context: Context, token: IToken): SizeLiteral {
  return { kind: 'size', dims: token.image.split('x').map(Number), span: spanOf(context.source, token) };
}
