/** Words within a statement (`of`, `anchors`, `extends`, `=` of `replace`) by other words, and nets with arguments where a name stands. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { replaced, type Slip } from './slip.ts';

/** Words that other people put before class names and anchors, and what stands there. */
const clauseWords: Readonly<Record<string, 'of' | 'anchors'>> = {
  classes: 'of',
  class_names: 'of',
  labels: 'of',
  names: 'of',
  anchor: 'anchors',
};

/** `out z: label(y) classes ["cat", "dog"]`, `branch y anchor [(1, 1)]`. */
const clauseByAnotherName: Slip = (source, { token, start }) => {
  const ours = Object.hasOwn(clauseWords, token.image) ? clauseWords[token.image] : undefined;
  if (ours === undefined || start.tokenType !== (ours === 'of' ? t.Out : t.DetectBranch)) return undefined;
  return replaced(source, token, `\`${ours}\` should stand here`, ours);
};

/** `each n in list`. */
const eachIn: Slip = (source, { token, rules, expected }) =>
  rules.at(-1) === 'each' && token.image === 'in' && expected.includes('Of')
    ? replaced(source, token, '`of` should stand here', 'of')
    : undefined;

/** `test "a" for N`, `budget of N`. */
const ofByAnotherName: Slip = (source, { token, previous, start, rules }) => {
  if (rules.at(-1) === 'test' && /^(?:for|on|with)$/.test(token.image))
    return replaced(source, token, '`of` should stand here', 'of');
  if (start.tokenType !== t.Budget || !/^(?:of|for)$/.test(previous?.image ?? '') || !previous)
    return undefined;
  const span = spanOf(source, previous);
  // Where the text is over nothing follows.
  const end = token.image === '' ? span.end : token.startOffset;
  const fixes = [leaveOut(previous.image, { ...span, end })];
  const args = { found: `\`${previous.image}\``, expected: 'the net stands directly behind `budget`' };
  return diagnostic('syntax/unexpected', args, span, { fixes });
};

/** `test "a" of N(2)`, `budget N(2)`: these speak of a net that has a name. */
const netWithArguments: Slip = (source, { token, rules }) => {
  if (token.tokenType !== t.LParen || !/^(?:test|budget|netName)$/.test(rules.at(-1) ?? '')) return undefined;
  const expected =
    'a net with arguments has a name of its own, `net Mine = Net(2)`, or is a variant of a family';
  return diagnostic('syntax/unexpected', { found: '`(`', expected }, spanOf(source, token));
};

/** `net A extend B`. */
const extendsByAnotherName: Slip = (source, { token, rules }) =>
  rules.at(-1) === 'net' && /^(?:extend(?:ing|ed)?|from|inherits?|implements|:|<)$/.test(token.image)
    ? replaced(
        source,
        token,
        '`extends` should stand here',
        /\s/.test(source.text[token.startOffset - 1] ?? ' ') ? 'extends' : ' extends',
      )
    : undefined;

/** `replace logits with gap -> dense(5)`, `replace logits -> …`. */
const replaceWith: Slip = (source, { token, start, expected }) =>
  start.tokenType === t.Replace && expected.join() === 'Equal' && /^(?:with|by|->|:|as)$/.test(token.image)
    ? replaced(source, token, 'the new value stands behind `=`', '=')
    : undefined;

/** In order: the first that knows a failure tells it. */
export const clauseSlips: readonly Slip[] = [
  clauseByAnotherName,
  eachIn,
  ofByAnotherName,
  netWithArguments,
  extendsByAnotherName,
  replaceWith,
];
