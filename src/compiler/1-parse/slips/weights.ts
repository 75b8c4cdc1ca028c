/** Slips in `weights`: `from` and `except` by other words and signs, patterns in quotes or brackets. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { spanOf } from '../lex.ts';
import { textFrom } from './scan.ts';
import { putIn, told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** `weights N = "…"`, `weights N: "…"`, `weights N of "…"`, `weights N("…")`. */
const fromByAnotherSign: Slip = (source, { token, rules, expected }) => {
  if (rules.at(-1) !== 'weights' || expected.join() !== t.From.name) return undefined;
  const rest = textFrom(source, token, 500);
  const [whole, path] =
    /^(?:(?:=|:|->|\w+)\s*|\(\s*(?="[^"\n]*"\s*\)))("[^"\n]*")(?:\s*\))?/.exec(rest) ?? [];
  if (whole === undefined || path === undefined || token.tokenType === t.StringToken) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  const blank = /\s/.test(source.text[token.startOffset - 1] ?? '') ? '' : ' ';
  const fix = { title: `from ${path}`, edits: [{ span, text: `${blank}from ${path}` }] };
  return told(source, token, '`from` should stand here', [fix]);
};

/** `weights "…" of N`, `weights from "…"`: the net comes first. */
const netBehindPath: Slip = (source, { token, start, previous, expected, rules }) => {
  if (rules.at(-1) !== 'weights' || previous !== start || !expected.includes(t.Name.name)) return undefined;
  if (token.tokenType !== t.StringToken) return undefined;
  const why = 'the net comes first: `weights Net from "…"`';
  const rest = textFrom(source, token, 500);
  const [whole, path, net] = /^("[^"\n]*")\s*(?:of|for|to|into|->|:|=)\s*(\w+)/.exec(rest) ?? [];
  if (whole === undefined || path === undefined || net === undefined) return told(source, token, why);
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, why, [replaceBy(`${net} from ${path}`, span)]);
};

const others =
  /^(?:exclude|excluding|excepting|without|but(?:\s+not)?|not|skip|omit|minus|ignore|ignoring)\b/;

/** `exclude "y.conv"`, `but not y.conv`, `except ["y.conv"]`, `, except y.conv`. */
const exceptByAnotherName: Slip = (source, failure) => {
  const { token, start, previous } = failure;
  if (start.tokenType !== t.Weights || !previous) return undefined;
  const rest = textFrom(source, token, 200);
  const foreign = others.exec(rest)?.[0];
  if (foreign !== undefined) return exceptWritten(source, token, foreign);
  if (token.tokenType === t.Comma && /^,\s*except\b/.test(rest))
    return told(source, token, 'no comma stands before `except`', [
      leaveOut('the comma', spanOf(source, token)),
    ]);
  return previous.tokenType === t.Except ? exceptWritten(source, token, '') : undefined;
};

/** What is left out, without quotes and brackets; `word` is what stands for `except`. */
function exceptWritten(source: Source, token: IToken, word: string) {
  const { text } = source;
  const from = token.startOffset + word.length;
  const end = endOfExceptions(text, from);
  const given = text.slice(from, end);
  const paths = given
    .trim()
    .replace(/^=\s*/, '')
    .replace(/^[[({]|[\])}]$/g, '')
    .replaceAll('"', '')
    .trim();
  const isPaths = /^[\w.*[\]]+(?:\s*,\s*[\w.*[\]]+)*$/.test(paths);
  const why =
    word === '' ? 'weight paths stand here as they are: `except logits.**`' : '`except` should stand here';
  if (!isPaths) return told(source, token, why);
  const span = { source, start: token.startOffset, end };
  const ours = word === '' ? paths : `except ${paths}`;
  return told(source, token, why, [replaceBy(ours, span)]);
}

/** Where the line ends, or a comment begins. */
function endOfExceptions(text: string, from: number): number {
  const [line = ''] = /^[^\n]*?(?=[ \t]*(?:\/\/|\r?\n|$))/.exec(text.slice(from, from + 1000)) ?? [];
  return from + line.length;
}

/** `except y.conv y.dense`. */
const pathsSideBySide: Slip = (source, { token, previous, start }) => {
  if (start.tokenType !== t.Weights || !previous || token.tokenType !== t.ModifierWord) return undefined;
  const line = source.text.slice(start.startOffset, token.startOffset);
  if (!/\bexcept\s[^\n]*[\w*\]]\s+$/.test(line)) return undefined;
  return told(source, token, 'a comma should stand before it', [
    putIn(source, spanOf(source, previous).end, ','),
  ]);
};

/** `layout "torch"`, `layout = torch`. */
const layoutByAnotherSign: Slip = (source, { token, previous }) => {
  if (previous?.tokenType !== t.Layout) return undefined;
  const rest = textFrom(source, token, 80);
  const [whole, name] = /^(?:[=:]\s*)?"?(\w+)"?/.exec(rest) ?? [];
  if (whole === undefined || name === undefined || whole === name) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.length };
  return told(source, token, 'a layout is one word', [replaceBy(name, span)]);
};

/** `except … layout torch`: the layout comes first. */
const layoutBehind: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.Weights || token.image !== 'layout') return undefined;
  const why = '`layout` stands before `except`';
  const { text } = source;
  const head = text.slice(start.startOffset, token.startOffset);
  const [written = '', name] = /^layout\s+(\w+)/.exec(textFrom(source, token, 80)) ?? [];
  const [except] = /\bexcept\b[^\n]*$/.exec(head) ?? [];
  if (name === undefined || except === undefined) return told(source, token, why);
  const from = token.startOffset - except.length;
  const end = token.startOffset + written.length;
  return told(source, token, why, [
    {
      title: `layout ${name} first`,
      edits: [{ span: { source, start: from, end }, text: `layout ${name} ${except.trimEnd()}` }],
    },
  ]);
};

export const weightsSlips: readonly Slip[] = [
  fromByAnotherSign,
  netBehindPath,
  exceptByAnotherName,
  layoutBehind,
  layoutByAnotherSign,
  pathsSideBySide,
];
