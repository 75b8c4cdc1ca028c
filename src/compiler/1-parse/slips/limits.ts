/** Slips in `budget`: limits by other signs, without braces. */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import type { Source } from '../source.ts';
import { lineFrom, textFrom } from './scan.ts';
import { putIn, told, type Slip } from './slip.ts';

/** The rule of what stands in the braces of a budget; in no other list is it an entry. */
const entry = 'operation';

const limit = 'a limit is written `params <= 62k`';

const isOtherwise = ({ token, previous, start, rules }: Failure, text = ''): boolean =>
  previous === start &&
  // Of `=<` signs.ts speaks.
  text[token.startOffset + 1] !== '<' &&
  previous.tokenType === t.Name &&
  rules[0] === entry &&
  [t.Equal, t.Colon, t.NumberToken].includes(token.tokenType);

/** `budget N { params = 10k }`, `budget N { params: 10k }`, `budget N { params 10k }`. */
const limitByAnotherSign: Slip = (source, failure) =>
  isOtherwise(failure, source.text)
    ? told(source, failure.token, limit, [allInOurForm(source, failure)])
    : undefined;

/** A later limit of the same budget: the fix of the first reaches it. */
export const isNextLimit = ({ text }: Source, before: Failure, failure: Failure): boolean =>
  isOtherwise(before) &&
  isOtherwise(failure) &&
  !text.slice(before.start.startOffset, failure.start.startOffset).includes('}');

/** The sign of every limit from this one on. */
function allInOurForm(source: Source, { start }: Failure): Fix {
  const [rest] = /^[^{}]*/.exec(textFrom(source, start, 1000)) ?? [''];
  const signs = /(?<=(?:^|[\n,])[ \t]*\w+)(?:[ \t]*[=:](?!=)[ \t]*|[ \t]+(?=\d))/g;
  const edits = [...rest.matchAll(signs)].map(({ index, 0: { length } }) => {
    const at = start.startOffset + index;
    return { span: { source, start: at, end: at + length }, text: ' <= ' };
  });
  return { title: '<=', edits };
}

/** `budget N { params <= 10k macs <= 1M }`. */
const limitsSideBySide: Slip = (source, { token, previous, rules }) => {
  if (token.tokenType !== t.ModifierWord || !previous || rules[0] !== entry) return undefined;
  if (!/^\w+\s*(?:<=?|=|:)/.test(textFrom(source, token, 80))) return undefined;
  return told(source, token, 'a comma should stand before it', [
    putIn(source, spanOf(source, previous).end, ','),
  ]);
};

/** `budget N params <= 10k`, `budget N: params <= 10k`. */
const limitsWithoutBraces: Slip = (source, { token, start, expected, previous }) => {
  if (start.tokenType !== t.Budget || !previous || !expected.includes(t.LCurly.name)) return undefined;
  if (/^(?:<=?|=)$/.test(token.image) && !/^[A-Z]/.test(previous.image)) return limitsAlone(source, previous);
  if (token.tokenType !== t.Colon && token.tokenType !== t.Name && token.tokenType !== t.ModifierWord)
    return undefined;
  const { text } = source;
  const from = token.startOffset + (token.tokenType === t.Colon ? 1 : 0);
  const [limits] = /^[^{}\n]*?(?=[ \t]*(?:\/\/|\n|$|\}))/.exec(text.slice(from, from + 2000)) ?? [];
  const why = 'limits stand in braces';
  // `budget of N { … }` has its braces.
  if (limits === undefined) return undefined;
  if (limits.trim() === '') return told(source, token, why);
  const ours = `{ ${limits.trim()} }`;
  const span = { source, start: spanOf(source, previous).end, end: from + limits.length };
  return told(source, token, why, [{ title: ours, edits: [{ span, text: ` ${ours}` }] }]);
};

/** `budget params <= 10k`: the quantity stands where the name of a net does. */
function limitsAlone(source: Source, quantity: IToken): Diagnostic {
  const limits = lineFrom(source, quantity);
  const ours = `{ ${limits.replaceAll(/(?<=\w)[ \t]*=(?!=)/g, ' <=')} }`;
  const span = { source, start: quantity.startOffset, end: quantity.startOffset + limits.length };
  return told(source, quantity, 'limits stand in braces', [replaceBy(ours, span)]);
}

export const limitSlips: readonly Slip[] = [limitsWithoutBraces, limitByAnotherSign, limitsSideBySide];
