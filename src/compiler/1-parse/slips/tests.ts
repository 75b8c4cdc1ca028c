/** Tests as other tools write them: titles without quotes, words for `==`, tolerances. The fix is the line as it is written here. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { endOfExpression, textFrom } from './scan.ts';
import { isBrace, replaced, told, type Slip } from './slip.ts';
import { rangeAround, rangeForm, toleranceWord } from './tolerance.ts';

const head =
  /^test\s*\(?\s*(?:"(?<text>[^"\n]*)"|(?<title>\w+)(?=\s*(?:,|of\b|for\b)))?\s*,?\s*(?:(?:of|for|on|with)\b)?\s*\(?\s*(?<net>[A-Z]\w*(?:\.\w+)?)\s*\)?\s*\)?(?=\s*\{)/;

/** `test a of E {`, `test E {`, `test("a", E) {`. */
const headOtherwise: Slip = (source, { token, start, rules }) => {
  if (rules.at(-1) !== 'test' || start.tokenType !== t.Test || isBrace(token)) return undefined;
  const found = head.exec(textFrom(source, start, 400));
  const { text, title, net } = found?.groups ?? {};
  if (!found || net === undefined) return undefined;
  const [whole] = found;
  const ours = `test "${text ?? title ?? net}" of ${net}`;
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  return told(
    source,
    token,
    'a test begins with its title in quotes and its net: `test "a seven" of Net {`',
    [replaceBy(ours, span)],
  );
};

/** `test "a" (tol = 1e-3) {`, `test "a" of N (tol = 1e-3) {`. */
const optionsOfTest: Slip = (source, { token, start, rules }) => {
  if (start.tokenType !== t.Test || !/^(?:test|netName)$/.test(rules.at(-1) ?? '')) return undefined;
  const [options] = /^\([ \t]*\w+[ \t]*[=:][^()\n]*\)[ \t]*(?=\{)/.exec(textFrom(source, token, 200)) ?? [];
  if (options === undefined) return undefined;
  const span = { ...spanOf(source, token), end: token.startOffset + options.length };
  const why = 'a test has no options; a value that may differ is equal to a range: `y[0] == (0.4..0.6)`';
  return told(source, token, why, [leaveOut(options.trim(), span)]);
};

/** In the braces of a test: at an input or a condition. */
const isInBraces = (rules: readonly string[]): boolean => /^test(?:Clause|Input)$/.test(rules.at(-1) ?? '');

/** `assert z[0] == 1` in a test. */
const assertInTest: Slip = (source, { token, previous, start, rules }) => {
  if (!isInBraces(rules) || (token !== start && previous !== start)) return undefined;
  if (!/^(?:assert|check|require|verify|should)$/.test(start.image) || /^[=:]$/.test(token.image))
    return undefined;
  return replaced(source, start, 'what a test wants to be true stands behind `expect`', 'expect');
};

/** `input x = 1`, `let x = 1` in a test. */
const wordBeforeInput: Slip = (source, { start, rules }) => {
  if (!isInBraces(rules)) return undefined;
  if (!/^(?:inputs?|in|let|given|set|with)$/.test(start.image)) return undefined;
  const [gap] = /^\w+\s+(?=\w+\s*[=:])/.exec(source.text.slice(start.startOffset)) ?? [];
  if (gap === undefined) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + gap.length };
  return told(source, start, 'an input of a test is given by its name alone: `x = …`', [
    leaveOut(start.image, span),
  ]);
};

/** `expect a == 1, b == 2`: the second condition has no word. */
const conditionAlone: Slip = (source, { token, start, rules, previous }) => {
  if (!isInBraces(rules) || start.tokenType !== t.Name) return undefined;
  if (token.tokenType === t.Equal || token.tokenType === t.Colon || previous === undefined) return undefined;
  // `x = 1  y[0] == 2`: an input, and behind it a condition.
  const isBehind = /^\w+\s*=(?!=)/.test(textFrom(source, start, 80));
  const first = isBehind ? token : start;
  const at = first.startOffset;
  if (!/[=!<>]=|[<>]/.test(source.text.slice(at, endOfExpression(source.text, at)))) return undefined;
  const edits = [{ span: { source, start: at, end: at }, text: 'expect ' }];
  return told(source, first, 'each condition of a test stands behind its own `expect`', [
    { title: 'put expect before it', edits },
  ]);
};

const isCondition = (rules: readonly string[], start: { tokenType: unknown }): boolean =>
  start.tokenType === t.Expect || start.tokenType === t.Assert || rules.includes('testExpect');

/** `expect z[0] to be 1`, `z[0] approx 1`, `z[0] equals 1`. */
const equalsInWords: Slip = (source, { token, start, rules }) => {
  if (!isCondition(rules, start)) return undefined;
  const text = textFrom(source, token, 80);
  const [words] =
    /^(?:(?:to|should)[ \t]+(?:be|equal)|approx(?:imately)?|equals?|is|about|near)\b(?:[ \t]+(?:close[ \t]+to|equal[ \t]+to|to))?(?=[ \t]+\S)/.exec(
      text,
    ) ?? [];
  if (words === undefined) return undefined;
  const span = { ...spanOf(source, token), end: token.startOffset + words.length };
  const args = { found: `\`${words}\``, expected: 'two values are compared with `==`' };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy('==', span)] });
};

/** `expect z[0] == 1 within 1e-3`, `… with tolerance = 1e-3`. */
const tolerance: Slip = (source, { token, previous, start, rules }) => {
  if (!isCondition(rules, start)) return undefined;
  const word = token.tokenType === t.Equal && previous ? previous : token;
  if (word.image !== 'within' && !toleranceWord.test(word.image)) return undefined;
  const before = source.text.slice(Math.max(0, word.startOffset - 20), word.startOffset);
  const gap = /\bwith[ \t]+$/.exec(before)?.[0].length ?? 0;
  const fixes = rangeAround(source, word.startOffset - gap);
  return told(source, word, rangeForm, fixes);
};

export const testSlips: readonly Slip[] = [
  optionsOfTest,
  headOtherwise,
  assertInTest,
  wordBeforeInput,
  equalsInWords,
  tolerance,
  conditionAlone,
];
