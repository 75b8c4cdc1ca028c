/** Options and layers as other languages give them: `B[8, 3]`, `B<8, 3>`, `new B(8)`, `conv 8, 3`, `conv(8, 3), relu`. */
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { closingOf, outside, partsOf, restOfLine } from './scan.ts';
import { told, type Slip } from './slip.ts';

const inParentheses = 'options stand in parentheses: `conv(64, 3)`';

/** `conv[64, 3]`: what stands in brackets is one index. */
const optionsInBrackets: Slip = (source, { token, rules, expected }) => {
  if (token.tokenType !== t.Comma || rules.at(-1) !== 'suffix' || !expected.includes('RSquare'))
    return undefined;
  const { text } = source;
  const open = opening(text, token.startOffset);
  const close = open === undefined ? undefined : closingOf(text, open);
  if (open === undefined || close === undefined) return told(source, token, inParentheses);
  const edits = [
    { span: { source, start: open, end: open + 1 }, text: '(' },
    { span: { source, start: close, end: close + 1 }, text: ')' },
  ];
  return told(source, token, inParentheses, [{ title: `(${text.slice(open + 1, close)})`, edits }]);
};

/** The bracket that is open at `at`, nearby. */
function opening(text: string, at: number): number | undefined {
  for (let open = at - 1; open > Math.max(0, at - 400); open--)
    if (text[open] === '[' && (closingOf(text, open) ?? 0) > at) return open;
  return undefined;
}

/** `B<8, 3>`. */
const optionsInAngles: Slip = (source, { token }) => {
  const { text } = source;
  const line = text.lastIndexOf('\n', token.startOffset - 1) + 1;
  const found = [
    ...text
      .slice(line, token.startOffset + 200)
      .matchAll(/(?<=(?:->|[=:({,])[ \t]*[A-Za-z]\w*)<([^<>\n{}]*)>/g),
  ].find(
    ({ index, 0: { length } }) =>
      line + index < token.startOffset && token.startOffset <= line + index + length,
  );
  if (!found) return undefined;
  const [whole, options = ''] = found;
  const start = line + found.index;
  const ours = `(${options})`;
  const span = { source, start, end: start + whole.length };
  const args = { found: '`<`', expected: inParentheses };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy(ours, span)] });
};

/** `new B(8, 3)`. */
const newBefore: Slip = (source, { token, previous }) => {
  if (previous?.image !== 'new' || !/^\w+$/.test(token.image)) return undefined;
  const span = { ...spanOf(source, previous), end: token.startOffset };
  return told(source, previous, 'a layer or a block stands by its name alone', [leaveOut('new', span)]);
};

const option = /^(?:\w+\s*=\s*)?(?:-?\d[\w.]*|\[[^\]\n]*\])$/;

/** `x -> conv 8, 3`. */
const optionsAlone: Slip = (source, { token, previous }) => {
  if (!previous || !/^[\d[]/.test(token.image) || !/^[A-Za-z]\w*$/.test(previous.image)) return undefined;
  const { text } = source;
  if (!/(?:->|=)[ \t]*$/.test(text.slice(Math.max(0, previous.startOffset - 20), previous.startOffset)))
    return undefined;
  const from = token.startOffset;
  const line = restOfLine(text, from);
  const options = text.slice(from, outside(text, from, /[ \t]*->|[)\]]/) ?? from + line.length).trimEnd();
  if (options.length > line.length || !partsOf(options).every((part) => option.test(part))) return undefined;
  const span = { source, start: spanOf(source, previous).end, end: from + options.length };
  const fixes = [{ ...replaceBy(`(${options})`, span), title: `${previous.image}(${options})` }];
  return told(source, token, inParentheses, fixes);
};

const stage = /^[A-Za-z_]\w*(?:\s*\(.*\))?(?:\s*->.*)?$/s;

/** `y = x -> conv(8, 3), relu`. */
const commaBetweenStages: Slip = (source, { token, start, rules }) => {
  if (token.tokenType !== t.Comma || !/^(?:item|statement|declaration)$/.test(rules.at(-1) ?? ''))
    return undefined;
  const { text } = source;
  const head = text.slice(start.startOffset, token.startOffset);
  if (!/^(?:(?:export\s+)?block\s+\w+\s*(?:\([^=]*\))?|(?:let\s+)?\w+)\s*=(?!=)|->/.test(head))
    return undefined;
  const rest = restOfLine(text, token.startOffset + 1);
  const parts = partsOf(rest);
  if (parts.length === 0 || !parts.every((part) => stage.test(part))) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + 1 + rest.length };
  const ours = parts.map((part) => ` -> ${part}`).join('');
  return told(source, token, 'layers follow one another by `->`', [
    { ...replaceBy(ours, span), title: ours.trim() },
  ]);
};

export const callSlips: readonly Slip[] = [
  optionsInBrackets,
  optionsInAngles,
  newBefore,
  optionsAlone,
  commaBetweenStages,
];
