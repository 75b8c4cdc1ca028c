/** Slips in `assert`: texts without their comma, several conditions at once, functions that check something elsewhere. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import type { Source } from '../source.ts';
import { closingOf, endOfExpression, indentAt, lineFrom, partsOf, restOfLine, textFrom } from './scan.ts';
import { isBrace, putIn, told, type Slip } from './slip.ts';

/** `assert a == b "why"`, `assert a == b: "why"`. */
const textWithoutComma: Slip = (source, { token, previous, start }) => {
  if (start.tokenType !== t.Assert || !previous) return undefined;
  const why = 'a comma stands before the text';
  if (token.tokenType === t.StringToken)
    return told(source, token, why, [putIn(source, spanOf(source, previous).end, ',')]);
  const [words] =
    /^(?:because|as|else|with|message|msg|otherwise|reason|:|->|=>|--?|\|\|)[ \t]*[=:]?(?=[ \t]*")/.exec(
      textFrom(source, token, 80),
    ) ?? [];
  if (words === undefined || previous.tokenType === t.Comma) return undefined;
  const span = { source, start: spanOf(source, previous).end, end: token.startOffset + words.length };
  return told(source, token, why, [{ title: 'a comma', edits: [{ span, text: ',' }] }]);
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
  if (!/^[\w ]+$/.test(given)) return severalConditions(source, { start, token });
  const span = { source, start: token.startOffset, end };
  return told(source, token, 'a text stands in quotes', [
    { title: `"${given}"`, edits: [{ span, text: `"${given}"` }] },
  ]);
};

const eachItsOwn = 'each condition has an `assert` of its own';

/** Statements below one another, in the place of one that begins at `start`. */
function asserts(source: Source, start: number, conditions: readonly string[]): string {
  return conditions.map((one) => `assert ${one}`).join(`\n${indentAt(source.text, start)}`);
}

/** `assert a == b, c <= d`. */
function severalConditions(
  source: Source,
  { start, token }: { readonly start: IToken; readonly token: IToken },
): Diagnostic | undefined {
  const line = lineFrom(source, start);
  const conditions = partsOf(line.slice('assert'.length));
  if (!conditions.every((one) => /[=<>]|^not\b/.test(one) || one.startsWith('"'))) return undefined;
  const texts = conditions.flatMap((one, i) =>
    one.startsWith('"') ? [] : [conditions[i + 1]?.startsWith('"') ? `${one}, ${conditions[i + 1]}` : one],
  );
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  const ours = asserts(source, start.startOffset, texts);
  return told(source, token, eachItsOwn, [
    { ...replaceBy(ours, span), title: texts.map((one) => `assert ${one}`).join('; ') },
  ]);
}

/** `assert { a == b, c <= d }`. */
const conditionsInBraces: Slip = (source, { token, previous, start }) => {
  if (!isBrace(token) || previous !== start || start.image !== 'assert') return undefined;
  const close = closingOf(source.text, token.startOffset);
  if (close === undefined) return undefined;
  const inside = source.text.slice(token.startOffset + 1, close);
  const conditions = inside
    .split('\n')
    .flatMap((line) => partsOf(line.trim()))
    .filter((one) => one !== '');
  if (conditions.length === 0 || conditions.some((one) => !/[=<>]/.test(one))) return undefined;
  const span = { source, start: start.startOffset, end: close + 1 };
  return told(source, token, eachItsOwn, [replaceBy(asserts(source, start.startOffset, conditions), span)]);
};

const checks =
  /^(?:static_?assert|assert_?\w+!?|assert!|check|require|ensure|verify|invariant|expect)(?:\(|[ \t]+(?=[A-Z]\w*\.))/i;

const signs: Readonly<Record<string, string>> = {
  ...{ eq: '==', equal: '==', equals: '==', is: '==', ne: '!=', notequal: '!=', neq: '!=' },
  ...{
    less: '<',
    lt: '<',
    lessequal: '<=',
    le: '<=',
    lte: '<=',
    greater: '>',
    gt: '>',
    greaterequal: '>=',
    ge: '>=',
  },
};

/** `assertEqual(N.params, 61_706)`, `check N.params == 61_706`, in the file itself. */
const checkElsewhere: Slip = (source, { start, rules }) => {
  if (start.tokenType !== t.Name || !/^(?:item|declaration|statement)$/.test(rules.at(-1) ?? ''))
    return undefined;
  const text = textFrom(source, start, 400);
  const [head] = checks.exec(text) ?? [];
  if (head === undefined) return undefined;
  const isCall = head.endsWith('(');
  const open = start.startOffset + head.length - 1;
  const close = isCall ? closingOf(source.text, open) : open + restOfLine(source.text, open).length;
  if (close === undefined) return undefined;
  const args = partsOf(source.text.slice(open + 1, close).trim());
  const sign =
    signs[
      start.image
        .replace(/^assert_?/i, '')
        .replaceAll('_', '')
        .toLowerCase()
    ];
  const [first = '', second, ...others] = args;
  const isPair = sign !== undefined && second !== undefined;
  const condition = isPair ? `${first} ${sign} ${second}` : first;
  const texts = (isPair ? others : args.slice(1)).filter((one) => one.startsWith('"'));
  if (!/[=<>]/.test(condition)) return undefined;
  const end = isCall ? close + 1 : close;
  const span = { source, start: start.startOffset, end };
  const ours = `assert ${[condition, ...texts].join(', ')}`;
  const where = 'what must stay true stands behind `assert`';
  return diagnostic('syntax/misplaced', { word: start.image, where }, spanOf(source, start), {
    fixes: [replaceBy(ours, span)],
  });
};

export const assertSlips: readonly Slip[] = [
  textWithoutComma,
  textInItsPlace,
  conditionsInBraces,
  checkElsewhere,
];
