/** Slips in `budget` and `assert`: limits by other signs, texts without their comma. */
import * as t from '../../../../grammar/tokens.ts';
import { spanOf } from '../lex.ts';
import { endOfExpression, textFrom } from './scan.ts';
import { putIn, replaced, told, type Slip } from './slip.ts';

/** The rule of what stands in the braces of a budget; in no other list is it an entry. */
const entry = 'operation';

const limit = 'a limit is written `params <= 62k`';

/** `budget N { params = 10k }`, `budget N { params: 10k }`, `budget N { params 10k }`. */
const limitByAnotherSign: Slip = (source, { token, previous, start, rules }) => {
  if (previous !== start || previous.tokenType !== t.Name || rules[0] !== entry) return undefined;
  if (token.tokenType === t.Equal || token.tokenType === t.Colon) {
    const apart = source.text[token.startOffset - 1] === ' ';
    return replaced(source, token, limit, apart ? '<=' : ' <=');
  }
  if (token.tokenType !== t.NumberToken) return undefined;
  return told(source, token, limit, [putIn(source, spanOf(source, previous).end, ' <=')]);
};

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

/** `assert a == b "why"`, `assert a == b: "why"`. */
const textWithoutComma: Slip = (source, { token, previous, start }) => {
  if (start.tokenType !== t.Assert || !previous) return undefined;
  const why = 'a comma stands before the text';
  if (token.tokenType === t.StringToken)
    return told(source, token, why, [putIn(source, spanOf(source, previous).end, ',')]);
  const isText = /^\s*"/.test(source.text.slice(token.startOffset + 1, token.startOffset + 80));
  return token.tokenType === t.Colon && isText ? replaced(source, token, why, ',') : undefined;
};

/** `assert a == b, why`, `assert "why", a == b`. */
const textInItsPlace: Slip = (source, { token, previous, start, expected }) => {
  if (
    start.tokenType !== t.Assert ||
    previous?.tokenType !== t.Comma ||
    expected.join() !== t.StringToken.name
  )
    return undefined;
  const { text } = source;
  const end = endOfExpression(text, token.startOffset);
  const given = text.slice(token.startOffset, end);
  const [, first] =
    /^assert\s+("[^"\n]*")\s*,\s*$/.exec(text.slice(start.startOffset, token.startOffset)) ?? [];
  if (first !== undefined) {
    const span = { source, start: spanOf(source, start).end, end };
    const ours = `${given}, ${first}`;
    const why = 'the condition comes first, the text behind it';
    return told(source, token, why, [{ title: ours, edits: [{ span, text: ` ${ours}` }] }]);
  }
  if (!/^[\w ]+$/.test(given)) return undefined;
  const span = { source, start: token.startOffset, end };
  return told(source, token, 'a text stands in quotes', [
    { title: `"${given}"`, edits: [{ span, text: `"${given}"` }] },
  ]);
};

export const limitSlips: readonly Slip[] = [
  limitsWithoutBraces,
  limitByAnotherSign,
  limitsSideBySide,
  textWithoutComma,
  textInItsPlace,
];
