/**
 * Imports as other languages write them. Whatever the order and the brackets, names and a path are read off the text, and the fix is
 * the line as it is written here.
 */
import type { IToken } from 'chevrotain';
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { isBrace, replaced, type Slip } from './slip.ts';
import type { Source, Span } from '../source.ts';

/** As much of the text as an import can be long: each failure reads it anew. */
const headOf = ({ text }: Source, { startOffset }: IToken): string =>
  text.slice(startOffset, startOffset + 2000);

/** Whether a statement that did not parse was an import, here or in another language. */
export function looksLikeImport(text: string): boolean {
  return /^(?:uses?|using|import|include|from|require)\b|^export\s*(?:\{|use\b)|\brequire\s*\(/.test(text);
}

/** An import in anybody's words. */
interface Written {
  /** `{ A, B as C }`; undefined for all names at once (`*`), or none. */
  readonly names: string | undefined;
  /** In quotes. */
  readonly path: string;
  readonly length: number;
}

const word = String.raw`\w+(?:\s+as\s+\w+)?`;
const names = String.raw`(?<names>\{[^}]*\}|\([^)]*\)|\[[^\]]*\]|${word}(?:\s*,\s*${word})*|\*(?:\s+as\s+\w+)?)`;
const path = String.raw`(?<path>"[^"\n]*"|'[^'\n]*'|[@.\w][\w./-]*)`;
const importer = String.raw`(?:uses?|using|import|include|require)`;
/** The ways in which an import is written; `^use …` is the one of this language. */
const ways: readonly RegExp[] = [
  new RegExp(String.raw`^${importer}\s+(?:type\s+)?${names}\s*\b(?:from|form|of|in)\b\s*${path}`),
  new RegExp(String.raw`^from\s*${path}\s*${importer}\s*${names}`),
  new RegExp(String.raw`^(?:const|let|var)\s*${names}\s*=\s*require\s*\(\s*${path}\s*\)`),
  new RegExp(String.raw`^${importer}\s*\(?\s*${path}\s*\)?[ \t]*(?=\n|$)`),
];

function written(text: string): Written | undefined {
  for (const way of ways) {
    const found = way.exec(text);
    if (!found?.groups) continue;
    const { names: listed = '', path: given = '' } = found.groups;
    const inside = listed.replace(/^[{([]|[})\]]$/g, '').trim();
    const all = inside === '' || inside.startsWith('*');
    return { names: all ? undefined : `{ ${inside} }`, path: quoted(given), length: found[0].length };
  }
  return undefined;
}

/** `"std/lenet"` for `'std/lenet'` and `std.lenet`, `"./blocks.cnn"` for `.blocks`. */
function quoted(given: string): string {
  if (/^["']/.test(given)) return `"${given.slice(1, -1)}"`;
  if (given.includes('/')) return `"${given}"`;
  return given.startsWith('.') ? `"./${given.slice(1)}.cnn"` : `"${given.replaceAll('.', '/')}"`;
}

/** `import { A } from "…"`: one word is wrong, and failures.ts knows the right one. */
const isUseByAnotherName = /^\w+\s*\{[^}]*\}\s*from\b/;

const example = '`use { Name } from "./blocks.cnn"`';

/** `from lenet import LeNet5`, `import LeNet5 from 'std/lenet'`, `const { A } = require("./a.cnn")`, `import std.lenet`. */
const importOfOthers: Slip = (source, { start, rules }) => {
  if (start.tokenType === t.Use || !/^item$|^letStatement$|^declaration$/.test(rules.at(-1) ?? ''))
    return undefined;
  const text = headOf(source, start);
  const found = isUseByAnotherName.test(text) ? undefined : written(text);
  if (!found) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + found.length };
  const { names: listed, path: from } = found;
  const args = { word: start.image, where: `an import names what it brings: ${example}` };
  const fixes = listed === undefined ? [] : [replaceBy(`use ${listed} from ${from}`, span)];
  return diagnostic('syntax/misplaced', args, spanOf(source, start), { fixes });
};

/** `use Net from "…"`, `use (A, B) from "…"`, `use (A, B from "…"`, `use * from "…"`, `use "…"`. */
const useWithoutBraces: Slip = (source, failure) => {
  const { token, start, rules, expected } = failure;
  if (rules.at(-1) !== 'use' || !expected.includes('LCurly') || token.tokenType.name === 'EOF')
    return undefined;
  const head = /^(?:\w+(?:\s*,\s*\w+)*|[[(]([\w\s,]*?)(?:[\])]|(?=\s+from\b)))/;
  const [whole = '', inBrackets] = head.exec(headOf(source, token)) ?? [];
  const inside = (inBrackets ?? whole).trim();
  const whatever = written(headOf(source, start));
  if (whatever && whatever.names === undefined) return withoutNames(source, failure);
  const span = { ...spanOf(source, token), end: token.startOffset + (whole.length || 1) };
  const args = { found: `\`${whole || token.image}\``, expected: 'imported names stand in braces' };
  const fixes = /^\w/.test(inside) ? [replaceBy(`{ ${inside} }`, span)] : [];
  return diagnostic('syntax/unexpected', args, span, { fixes });
};

/** `use "std/lenet"`, `use * from "std/lenet"`. */
function withoutNames(source: Source, { token }: Failure): Diagnostic {
  const found = token.tokenType === t.StringToken ? 'this text' : `\`${token.image}\``;
  const args = { found, expected: `an import names what it brings: ${example}` };
  return diagnostic('syntax/unexpected', args, spanOf(source, token));
}

/** `use { LeNet5: L }`, `use { LeNet5 = L }`. */
const aliasWithSign: Slip = (source, { token, rules }) =>
  (token.tokenType === t.Colon || token.tokenType === t.Equal) && rules.at(-1) === 'usedName'
    ? replaced(source, token, 'another name stands behind `as`', ' as')
    : undefined;

/** `use { * } from "std/lenet"`. */
const everyName: Slip = (source, failure) =>
  failure.token.image === '*' && failure.rules.at(-1) === 'usedName'
    ? withoutNames(source, failure)
    : undefined;

/** `use { "LeNet5" } from "std/lenet"`. */
const nameInQuotes: Slip = (source, { token, rules }) => {
  const [, name] = /^"([A-Za-z_]\w*)"$/.exec(token.image) ?? [];
  if (rules.at(-1) !== 'usedName' || name === undefined) return undefined;
  const args = { found: 'this text', expected: 'a name stands without quotes' };
  const span = spanOf(source, token);
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy(name, span)] });
};

/** `use { LeNet5 } from "std/lenet" as L`. */
const aliasOfAll: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.As || start.tokenType !== t.Use) return undefined;
  const expected = 'each name has its own `as`, in the braces';
  return diagnostic('syntax/unexpected', { found: '`as`', expected }, spanOf(source, token));
};

/** `use { LeNet5 } of "std/lenet"`. */
const fromByAnotherName: Slip = (source, { token, rules, expected }) => {
  if (rules.at(-1) !== 'use' || expected.join() !== t.From.name || !/^\w+$/.test(token.image))
    return undefined;
  const isNext = /^[ \t]*["']/.test(
    source.text.slice(spanOf(source, token).end, spanOf(source, token).end + 80),
  );
  return isNext ? replaced(source, token, '`from` should stand here', 'from') : undefined;
};

/** `from std/lenet`. */
const pathWithoutQuotes: Slip = (source, { token, previous, expected }) => {
  if (previous?.tokenType !== t.From || expected.join() !== t.StringToken.name) return undefined;
  if (token.tokenType !== t.Name && token.tokenType !== t.Dot) return undefined;
  const [given] = /^[\w./-]+/.exec(headOf(source, token)) ?? [];
  if (given === undefined) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + given.length };
  const args = { found: `\`${given}\``, expected: 'a path stands in quotes' };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy(quoted(given), span)] });
};

/** `export use { LeNet5 } from "std/lenet"`, `export { LeNet5 } from "std/lenet"`. */
const exportedImport: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.Export || previous !== start || (token.tokenType !== t.Use && !isBrace(token)))
    return undefined;
  const span: Span = spanOf(source, start);
  const why = 'what is imported is not exported again; a net of its own is, `export net Mine = Name`';
  const isUse = token.tokenType === t.Use;
  const blank = { ...span, end: token.startOffset };
  const fixes = isUse ? [leaveOut('export', blank)] : [replaceBy('use', span)];
  return diagnostic('syntax/misplaced', { word: 'export', where: why }, span, { fixes });
};

/** The rest of `from "…" use { … }`, of which `importOfOthers` speaks. */
export function isToldWithFrom(source: Source, before: Failure, { start }: Failure): boolean {
  if (before.start.image !== 'from' || start.tokenType !== t.Use) return false;
  return /^from\s*"[^"\n]*"\s*$/.test(source.text.slice(before.start.startOffset, start.startOffset));
}

export const importSlips: readonly Slip[] = [
  importOfOthers,
  useWithoutBraces,
  aliasWithSign,
  everyName,
  nameInQuotes,
  aliasOfAll,
  fromByAnotherName,
  pathWithoutQuotes,
  exportedImport,
];
