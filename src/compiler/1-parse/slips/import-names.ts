/** Slips at the names that an import brings, between its braces. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import { replaced, told, type Slip } from './slip.ts';

/** The rule of an imported name. */
const entry = 'usedName';

/** `use { LeNet5: L }`, `use { LeNet5 = L }`. */
const aliasWithSign: Slip = (source, { token, rules }) =>
  (token.tokenType === t.Colon || token.tokenType === t.Equal) && rules.at(-1) === entry
    ? replaced(source, token, 'another name stands behind `as`', ' as')
    : undefined;

/** `use { as L }`. */
const aliasAlone: Slip = (source, { token, start, rules }) => {
  if (token.tokenType !== t.As || token !== start || rules.at(-1) !== entry) return undefined;
  const expected = 'the name in the other file is missing before `as`';
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, token));
};

/** `use { "LeNet5" } from "std/lenet"`. */
const nameInQuotes: Slip = (source, { token, rules }) => {
  const [, name] = /^"([A-Za-z_]\w*)"$/.exec(token.image) ?? [];
  if (rules.at(-1) !== entry || name === undefined) return undefined;
  return replaced(source, token, 'a name stands without quotes', name);
};

/** `use { net LeNet5 }`, `use { type LeNet5 }`. */
const wordBeforeName: Slip = (source, { token, start, previous, rules }) => {
  if (rules.at(-1) !== entry || (token !== start && previous !== start)) return undefined;
  if (!/^(?:net|block|filter|let|type|class|def|function|static)$/.test(start.image)) return undefined;
  const [gap] =
    /^\s+(?=[A-Za-z_]\w*\s*(?:,|\}|\bas\b))/.exec(source.text.slice(spanOf(source, start).end)) ?? [];
  if (gap === undefined) return undefined;
  const span = spanOf(source, start);
  const why = 'a name stands alone, whatever it is a name of';
  return told(source, start, why, [leaveOut(start.image, { ...span, end: span.end + gap.length })]);
};

/** `use { LeNet5() }`, `use { std.LeNet5 }`, `use { LeNet5.logits }`. */
const nameWithMore: Slip = (source, { token, start, previous, rules }) => {
  if (rules.at(-1) !== entry || previous !== start) return undefined;
  if (token.tokenType !== t.Dot && token.tokenType !== t.LParen) return undefined;
  const [whole = '', dotted = '', more] =
    /^(\w+(?:\s*\.\s*\w+)*)(\s*\([^()]*\))?/.exec(textFrom(source, start, 200)) ?? [];
  const parts = dotted.split(/\s*\.\s*/);
  const name = parts.findLast((part) => /^[A-Z]/.test(part)) ?? parts[0] ?? '';
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  const why =
    more === undefined
      ? 'what is imported has one name; what is in it is read as `Net.value`'
      : 'an import brings a name; arguments stand where it is used';
  return told(source, token, why, [replaceBy(name, span)]);
};

/** `use { LeNet5 from "std/lenet" }`. */
const fromInBraces: Slip = (source, { token, rules }) => {
  if (rules.at(-1) !== entry || token.image !== 'from') return undefined;
  const [whole, path] = /^from\s*("[^"\n]*")\s*\}/.exec(textFrom(source, token, 500)) ?? [];
  if (whole === undefined) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, 'the braces close before `from`', [replaceBy(`} from ${path}`, span)]);
};

export const importNameSlips: readonly Slip[] = [
  aliasWithSign,
  aliasAlone,
  nameInQuotes,
  wordBeforeName,
  nameWithMore,
  fromInBraces,
];
