/**
 * Imports as other languages write them. Whatever the order and the brackets, names and a path are read off the text, and the fix is
 * the line as it is written here.
 */
import type { Failure } from '../../../../grammar/recovering-parser.ts';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { importOfFramework } from './frameworks.ts';
import { importNameSlips } from './import-names.ts';
import { headOf, quoted, written } from './import-text.ts';
import { isBrace, replaced, told, type Slip } from './slip.ts';
import type { Source, Span } from '../source.ts';

/** `import { A } from "…"`: one word is wrong, and failures.ts knows the right one. */
const isUseByAnotherName = /^\w+\s*\{[^}]*\}\s*from\b/;

const example = '`use { Name } from "./blocks.cnn"`';

/** `use std::lenet::LeNet5`, `import std.lenet.LeNet5`. */
const nameBehindPath: Slip = (source, { start, rules }) => {
  if (!/^(?:item|use)$/.test(rules.at(-1) ?? '')) return undefined;
  const [whole, path, name] =
    /^(?:use|import|using)\s+((?:[a-z]\w*(?:::|\.))+)([A-Z]\w*)[ \t]*(?=;|\n|$)/.exec(
      headOf(source, start),
    ) ?? [];
  if (whole === undefined || path === undefined) return undefined;
  const from = quoted(path.replaceAll('::', '.').replace(/\.$/, ''));
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  const args = { word: start.image, where: `an import names what it brings: ${example}` };
  return diagnostic('syntax/misplaced', args, spanOf(source, start), {
    fixes: [replaceBy(`use { ${name} } from ${from}`, span)],
  });
};

/** `use type { LeNet5 } from "std/lenet"`. */
const wordBeforeBraces: Slip = (source, { token, rules, expected }) => {
  if (
    rules.at(-1) !== 'use' ||
    !expected.includes('LCurly') ||
    !/^(?:type|net|block|only)$/.test(token.image)
  )
    return undefined;
  const span = spanOf(source, token);
  const [gap] = /^\s*(?=\{)/.exec(source.text.slice(span.end, span.end + 80)) ?? [];
  if (gap === undefined) return undefined;
  return told(source, token, 'imported names stand in braces directly behind `use`', [
    leaveOut(token.image, { ...span, end: span.end + gap.length }),
  ]);
};

/** `use { A } from "a", "b"`. */
const secondPath: Slip = (source, { token, start, previous }) =>
  start.tokenType === t.Use && token.tokenType === t.Comma && previous?.tokenType === t.StringToken
    ? told(source, token, 'each file has a `use` of its own')
    : undefined;

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
  const head =
    /^(?:\w+(?:\s+as\s+\w+)?(?:\s*,\s*\w+(?:\s+as\s+\w+)?)*|[[(]([\w\s,]*?)(?:[\])]|(?=\s+from\b)))/;
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

/** `use { * } from "std/lenet"`. */
const everyName: Slip = (source, failure) =>
  failure.token.image === '*' && failure.rules.at(-1) === 'usedName'
    ? withoutNames(source, failure)
    : undefined;

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
  if (![t.Name, t.Dot, t.Less].includes(token.tokenType)) return undefined;
  const [given] = /^(?:[\w./-]+|<[^<>\n]+>)/.exec(headOf(source, token)) ?? [];
  if (given === undefined) return undefined;
  const [call, path] = /^[\w.]+\(\s*("[^"\n]*")\s*\)/.exec(headOf(source, token)) ?? [];
  const span = { source, start: token.startOffset, end: token.startOffset + (call ?? given).length };
  const args = { found: `\`${given}\``, expected: 'a path stands in quotes' };
  return diagnostic('syntax/unexpected', args, span, { fixes: [replaceBy(path ?? quoted(given), span)] });
};

/** `export use { LeNet5 } from "std/lenet"`, `export { LeNet5 } from "std/lenet"`, `export * from "std/lenet"`. */
const exportedImport: Slip = (source, { token, start, previous }) => {
  if (start.tokenType !== t.Export || previous !== start) return undefined;
  if (
    token.tokenType !== t.Use &&
    !isBrace(token) &&
    !/^\*\s*(?:as\s+\w+\s+)?from\b/.test(headOf(source, token))
  )
    return undefined;
  const span: Span = spanOf(source, start);
  const why = 'what is imported is not exported again; a net of its own is, `export net Mine = Name`';
  const isUse = token.tokenType === t.Use;
  const blank = { ...span, end: token.startOffset };
  const fixes = isUse ? [leaveOut('export', blank)] : isBrace(token) ? [replaceBy('use', span)] : [];
  return diagnostic('syntax/misplaced', { word: 'export', where: why }, span, { fixes });
};

/** The rest of `from "…" use { … }`, of which `importOfOthers` speaks. */
export function isToldWithFrom(source: Source, before: Failure, { start }: Failure): boolean {
  if (before.start.image !== 'from' || start.tokenType !== t.Use) return false;
  return /^from\s*"[^"\n]*"\s*$/.test(source.text.slice(before.start.startOffset, start.startOffset));
}

/** The rest of `use { A from "…" }`, of which `fromInBraces` speaks. */
export const isToldInBraces = (before: Failure, { start, rules }: Failure): boolean =>
  before.token.image === 'from' &&
  before.rules.at(-1) === 'usedName' &&
  rules.at(-1) === 'use' &&
  start.startOffset < before.start.startOffset;

export const importSlips: readonly Slip[] = [
  ...importNameSlips,
  importOfFramework,
  nameBehindPath,
  wordBeforeBraces,
  secondPath,
  importOfOthers,
  useWithoutBraces,
  everyName,
  aliasOfAll,
  fromByAnotherName,
  pathWithoutQuotes,
  exportedImport,
];
