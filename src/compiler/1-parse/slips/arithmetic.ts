/** Arithmetic by words and signs of other languages: `7 mod 2`, `1 << 3`, `0,5`. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';

interface Word {
  readonly sign: string | undefined;
  readonly why: string;
}

const remainder: Word = { sign: '%', why: 'a remainder is `7 % 2`' };
const quotient: Word = { sign: '/', why: 'a quotient is `7 / 2`, which floors between whole numbers' };
const product: Word = { sign: '*', why: 'a product is `3 * 2`' };
const power: Word = { sign: '^', why: 'a power is `2 ^ 3`' };
const none: Word = { sign: undefined, why: 'numbers have no operations on bits' };
const words: Readonly<Record<string, Word>> = {
  ...{
    mod: remainder,
    modulo: remainder,
    rem: remainder,
    div: quotient,
    over: quotient,
    times: product,
    pow: power,
  },
  ...{ xor: none, shl: none, shr: none, band: none, bor: none, nand: none },
};

/** What may stand before an operator. */
const operands: ReadonlySet<IToken['tokenType'] | undefined> = new Set([
  ...[t.NumberToken, t.Name, t.RParen, t.RSquare, t.Size],
]);

/** `7 mod 2`, `7 div 2`. */
const operatorInWords: Slip = (source, { token, previous }) => {
  const word = Object.hasOwn(words, token.image) ? words[token.image] : undefined;
  if (!word || !operands.has(previous?.tokenType)) return undefined;
  if (!/^\w+[ \t]+[\w(]/.test(textFrom(source, token, 80))) return undefined;
  return told(
    source,
    token,
    word.why,
    word.sign === undefined ? [] : [replaceBy(word.sign, spanOf(source, token))],
  );
};

/** `1 << 3`, `16 >> 2`: a shift is a product, or a quotient, with a power of two. */
const shift: Slip = (source, { token, previous }) => {
  if (!previous || previous.endOffset !== token.startOffset - 1) return undefined;
  const sign = `${previous.image}${token.image}`;
  if (sign !== '<<' && sign !== '>>') return undefined;
  const { text } = source;
  const at = previous.startOffset;
  const [whole, by] = /^..[ \t]*(\d+|[a-z]\w*)(?![ \t]*(?:\(|->))/.exec(text.slice(at, at + 80)) ?? [];
  const line = text.slice(Math.max(0, at - 80), at);
  if (whole === undefined || !/[\w)][ \t]*$/.test(line) || (sign === '>>' && !/^\d/.test(by ?? '')))
    return undefined;
  const isSum = /[-+][ \t]*\w+[ \t]*$/.test(line);
  const ours = `${sign === '<<' ? '*' : '/'} 2^${by}`;
  const args = { found: `\`${sign}\``, expected: 'a shift is a product or a quotient: `3 * 2^4`' };
  const span = { source, start: at, end: at + sign.length };
  const fixes = isSum ? [] : [replaceBy(ours, { ...span, end: at + whole.length })];
  return diagnostic('syntax/unexpected', args, span, { fixes });
};

/** `let a = 0,5`. */
const decimalComma: Slip = (source, { token, previous, start, rules }) => {
  if (token.tokenType !== t.Comma || previous?.tokenType !== t.NumberToken) return undefined;
  if (
    !/^(?:item|statement|letStatement|declaration|assign|trainClause|setting|inStatement)$/.test(
      rules.at(-1) ?? '',
    )
  )
    return undefined;
  const [, decimals] = /^,(\d+)(?![\w.,])/.exec(textFrom(source, token, 40)) ?? [];
  if (decimals === undefined || !/^\d+$/.test(previous.image) || start === previous) return undefined;
  const span = { source, start: previous.startOffset, end: token.startOffset + 1 + decimals.length };
  const args = { text: source.text.slice(span.start, span.end) };
  return diagnostic('syntax/bad-number', args, span, {
    fixes: [replaceBy(`${previous.image}.${decimals}`, span)],
    notes: [{ word: 'why', text: 'a number has a point: `0.5`' }],
  });
};

export const arithmeticSlips: readonly Slip[] = [operatorInWords, shift, decimalComma];
