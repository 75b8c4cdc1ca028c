/**
 * Heads of blocks as other languages write functions and classes: `def B(c):`, `class B(c) {`, `block B[c] = …`, `block B(c) -> …`,
 * `block B(c) = { … }`. The head is read as text, and one fix writes all of it in our form.
 */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import type { Source } from '../source.ts';
import { paramsInOurForm } from './params.ts';
import { closingOf, indentAt } from './scan.ts';
import { told, type Slip } from './slip.ts';

/** Words that begin functions and classes elsewhere. */
export const blockWords = 'def|class|function|func|fun|fn|layer|module|macro|struct';

const beginning = new RegExp(
  `^(export\\s+)?(block|${blockWords})\\s+([A-Za-z]\\w*)[ \\t]*(?=[({[<:=-]|\\r?\\n[ \\t]+\\S)`,
);

interface Head {
  readonly word: string;
  readonly wordAt: number;
  /** Where the parameters and the type of the result begin, and what stands before the body. */
  readonly open: number;
  readonly type: number;
  readonly end: number;
  readonly bracket: string;
  readonly hasType: boolean;
  readonly fixes: readonly Fix[];
}

/** The head that begins at `from`; undefined where it is none of a block. */
function headAt(source: Source, from: number): Head | undefined {
  const { text } = source;
  const [whole, exported = '', word, name] = beginning.exec(text.slice(from, from + 400)) ?? [];
  if (whole === undefined || word === undefined) return undefined;
  const open = from + whole.length;
  const bracket = /[([<]/.exec(text[open] ?? '')?.[0] ?? '';
  const close = bracket === '' ? open - 1 : closed(text, open);
  if (close === undefined) return undefined;
  const params = paramsInOurForm(text.slice(open + 1, close), text);
  const [behind = '', type, joint = '', brace] =
    /^[ \t]*((?:->|:)[ \t]*[A-Za-z][\w.]*(?:\[[^\]\n]*\])?[ \t]*(?=[={:]|=>))?(=>|->|:|=)?\s*(\{)?/.exec(
      text.slice(close + 1, close + 400),
    ) ?? [];
  const end = close + 1 + behind.length;
  const head = {
    ...{ word, wordAt: from + exported.length, open, bracket, end },
    ...{ type: close + 1, hasType: type !== undefined },
  };
  const isBelow = /\n[ \t]+$/.test(behind);
  if (params === undefined || (joint === '' && brace === undefined && !isBelow))
    return { ...head, fixes: [] };
  const called = `${name}${params === '' ? '' : `(${params})`}`;
  const body = brace !== undefined ? bracesFrom(text, end - 1) : bodyFrom(text, { from, end });
  if (!body) return { ...head, fixes: [] };
  const ours = `${exported}${body.word} ${called} ${body.sign}`;
  const gap = /\s*$/.exec(behind)?.[0] ?? '';
  const span = { source, start: from, end: end - (brace === undefined ? gap.length : 0) };
  const edits = [
    { span, text: ours },
    ...body.edits.map((one) => ({ ...one, span: { source, ...one.span } })),
  ];
  return { ...head, fixes: [{ title: ours, edits }] };
}

function closed(text: string, open: number): number | undefined {
  if (text[open] !== '<') return closingOf(text, open);
  const close = text.slice(open, open + 400).search(/[>\n]/);
  return text[open + close] === '>' ? open + close : undefined;
}

interface Body {
  readonly word: 'block' | 'net';
  readonly sign: '=' | '{';
  readonly edits: readonly { readonly span: Omit<Edit['span'], 'source'>; readonly text: string }[];
}

/** What is behind a sign: one expression, perhaps behind `return`, or the lines below that are indented. */
function bodyFrom(text: string, { from, end }: { readonly from: number; readonly end: number }): Body {
  const below = /\n[ \t]+$/.test(text.slice(Math.max(0, end - 80), end)) ? linesBelow(text, from, end) : '';
  if (below === '') {
    const [returns] = /^return\s+/.exec(text.slice(end, end + 40)) ?? [];
    const span = { start: end, end: end + (returns?.length ?? 0) };
    return { word: 'block', sign: '=', edits: returns === undefined ? [] : [{ span, text: '' }] };
  }
  const close = end + below.length;
  const closing = { span: { start: close, end: close }, text: `\n${indentAt(text, from)}}` };
  const head = text.lastIndexOf('\n', end);
  const edits = [...returnsIn(text, head, close), closing];
  return { word: wordFor(text.slice(head, close)), sign: '{', edits };
}

/** Statements below one another, each deeper than the head; of one alone nothing. */
function linesBelow(text: string, from: number, end: number): string {
  const indent = indentAt(text, from);
  const lines = text.slice(end, end + 2000).split('\n');
  let count = 1;
  while (new RegExp(`^${indent}[ \\t]+\\S`).test(lines[count] ?? '')) count++;
  const isOne = lines.slice(1, count).every((line) => /^\s*(?:->|\/\/)/.test(line));
  return isOne ? '' : lines.slice(0, count).join('\n');
}

/** Statements in braces. */
function bracesFrom(text: string, open: number): Body | undefined {
  const close = closingOf(text, open);
  if (close === undefined) return undefined;
  return { word: wordFor(text.slice(open, close)), sign: '{', edits: returnsIn(text, open, close) };
}

/** Statements with an input among them are those of a net. */
const wordFor = (inside: string): Body['word'] =>
  /[\n{][ \t]*in[ \t]+\w+[ \t]*:/.test(inside) ? 'net' : 'block';

const returnsIn = (text: string, start: number, end: number): Body['edits'] =>
  [...text.slice(start, end).matchAll(/(?<=[\n{][ \t]*)return\b/g)].map(({ index }) => ({
    span: { start: start + index, end: start + index + 'return'.length },
    text: 'out',
  }));

/** What a block's head has in another way: told at its word, or at the first sign that does not fit. */
const headOtherwise: Slip = (source, failure) => {
  const { token, start, previous, rules } = failure;
  if (!/^(?:item|declaration|block|expression|operand)$/.test(rules.at(-1) ?? '')) return undefined;
  const head = headAt(source, start.startOffset);
  if (!head || token.startOffset > head.end) return undefined;
  if (head.word !== 'block') return token === previous ? undefined : wordTold(source, head);
  if (token.tokenType === t.End && previous && token.startOffset >= head.type)
    return bodyBelow(source, head, previous);
  const why = whyNot(source, head, token);
  return why === undefined ? undefined : told(source, token, why, head.fixes);
};

/** `block B(c)` alone on its line. */
function bodyBelow(source: Source, { fixes }: Head, previous: IToken): Diagnostic | undefined {
  if (fixes.length === 0 || previous.tokenType === t.Equal) return undefined;
  const expected = `\`=\` or \`{\` is missing after \`${previous.image}\``;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, previous), { fixes });
}

function wordTold(source: Source, { word, wordAt, fixes }: Head): Diagnostic {
  const span = { source, start: wordAt, end: wordAt + word.length };
  const ours = fixes[0]?.title.includes('net ') === true ? 'net' : 'block';
  return diagnostic('syntax/misplaced', { word, where: `did you mean \`${ours}\`?` }, span, { fixes });
}

function whyNot(
  { text }: Source,
  { open, bracket, type, hasType, end }: Head,
  { startOffset: at }: IToken,
): string | undefined {
  if (at === open && bracket !== '' && bracket !== '(') return 'parameters stand in parentheses: `B(c)`';
  if (at < type) return undefined;
  const isType = hasType && /^[ \t]*$/.test(text.slice(type, at));
  if (isType) return 'a block has the type of its value';
  if (at === end - 1 && text[at] === '{') return 'a block in braces has no sign before them';
  return /^(?:=>|->|:)/.test(text.slice(at, at + 2)) ? 'what a block is stands behind `=`' : undefined;
}

/** `block B extends A { … }`. */
const blockExtends: Slip = (source, { token, rules }) =>
  rules.at(-1) === 'block' && /^(?:extends?|inherits?|from|implements)$/.test(token.image)
    ? told(source, token, 'only nets extend one another; a block begins with another: `block B = A -> relu`')
    : undefined;

export const blockHeadSlips: readonly Slip[] = [headOtherwise, blockExtends];
