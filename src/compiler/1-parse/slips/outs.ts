/** Outputs as other languages give them: several at once, kinds without parentheses, other signs. The fix writes an `out` for each. */
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Expr } from '../ast.ts';
import { indentAt, lineFrom, partsOf } from './scan.ts';
import { told, type Slip } from './slip.ts';
import { textOf, type Source } from '../source.ts';

const kind = '(tensor|labels?|prob|embedding|points|mask|image)';

/** Whether a text stands in the braces of a block, which gives one value. */
export function isInBlock({ text }: Source, at: number): boolean {
  const heads = [...text.slice(Math.max(0, at - 20_000), at).matchAll(/^(?:export\s+)?(net|block)\b/gm)];
  return heads.at(-1)?.[1] === 'block';
}

const why = 'each output has an `out` of its own';
const whyOfBlock = 'a block gives one value; several become one by a merge such as `concat`';

/** `out y: tensor(x), z: tensor(x)`, `out y, z: tensor(x)`, `out y, z`, `return y, z`. */
const severalOutputs: Slip = (source, { token, start }) => {
  if (!/^(?:out|outputs?|return|yield)$/.test(start.image)) return undefined;
  const line = lineFrom(source, start);
  const listed = partsOf(line.slice(start.image.length));
  if (listed.length < 2 || (token.tokenType !== t.Comma && start.tokenType === t.Out)) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  const isOne = isInBlock(source, start.startOffset);
  const ours = isOne ? merged(listed) : outs(listed)?.join(`\n${indentAt(source.text, start.startOffset)}`);
  return told(source, token, isOne ? whyOfBlock : why, ours === undefined ? [] : [replaceBy(ours, span)]);
};

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text);

const merged = (listed: readonly string[]): string | undefined =>
  listed.every((one) => !one.includes(':')) ? `out concat { ${listed.join(', ')} }` : undefined;

/** An `out` for each: names by themselves have the value that the last one has, or are values. */
function outs(listed: readonly string[]): readonly string[] | undefined {
  const named = listed.map((one) => /^(\w+)\s*:\s*(.+)$/.exec(one));
  if (named.every((one) => one !== null)) return listed.map((one) => `out ${one}`);
  if (listed.every(isName)) return listed.map((one) => `out ${one}: tensor(${one})`);
  const last = named.at(-1)?.[2];
  const names = listed.slice(0, -1);
  if (last === undefined || !names.every(isName)) return undefined;
  return [...names, named.at(-1)?.[1]].map((name) => `out ${name}: ${last}`);
}

/** `out y: tensor = x`, `out y: tensor x`, `out y tensor x`. */
const kindWithoutParens: Slip = (source, { token, start }) => {
  if (start.tokenType !== t.Out) return undefined;
  const line = lineFrom(source, start);
  const [whole, name, ours, value] =
    new RegExp(
      `^out\\s+(?:(\\w+)\\s*:?\\s*)?\\b${kind}\\s*(?:[:=]\\s*|\\s)([^\\s=:(][^=:]*?)(?=\\s+of\\b|$)`,
    ).exec(line) ?? [];
  if (whole === undefined) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + whole.length };
  const written = `out ${name === undefined ? '' : `${name}: `}${ours}(${value})`;
  return told(source, token, 'a kind of output has its value in parentheses', [replaceBy(written, span)]);
};

/** `out: tensor(x)`. */
const colonBehindOut: Slip = (source, { token, start, previous }) => {
  if (token.tokenType !== t.Colon || previous !== start || start.image !== 'out') return undefined;
  const line = lineFrom(source, token);
  const [colons = ''] = /^:(?:[ \t]*:)*/.exec(line) ?? [];
  const span = { source, start: token.startOffset, end: token.startOffset + colons.length };
  const fixes: readonly Fix[] = line.slice(colons.length).trim() === '' ? [] : [leaveOut(colons, span)];
  return told(source, token, 'a name stands between `out` and `:`; one output alone needs none', fixes);
};

/** `out let y: tensor(x)`. */
const wordBehindOut: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Colon) return undefined;
  const from = Math.max(0, start.startOffset - 40);
  const [, word] =
    /\bout[ \t]+((?:let|const|var|net|value)[ \t]+)$/.exec(source.text.slice(from, start.startOffset)) ?? [];
  if (word === undefined) return undefined;
  const span = { source, start: start.startOffset - word.length, end: start.startOffset };
  return told(source, start, 'the name of an output stands directly behind `out`', [
    leaveOut(word.trim(), span),
  ]);
};

/** `out { y: tensor(x), z: tensor(x) }`, `return { y: x }`: which parses as a merge. */
export function outInBraces(value: Expr): Diagnostic | undefined {
  if (value.kind !== 'merge' || !/^(?:out|outputs?|return|yield)$/.test(value.op.name)) return undefined;
  const { branches, span, op } = value;
  const { source } = span;
  const isOne = isInBlock(source, span.start);
  const texts = branches.map((branch) => textOf(branch.span));
  const gap = `\n${indentAt(source.text, span.start)}`;
  const ours = !isOne
    ? texts.map((text) => `out ${text}`).join(gap)
    : texts.length === 1
      ? `out ${textOf(branches[0]?.value.span ?? span)}`
      : `out concat { ${texts.join(', ')} }`;
  const fixes = texts.length === 0 ? [] : [replaceBy(ours, span)];
  const args = { found: '`{`', expected: isOne ? whyOfBlock : why };
  const brace = source.text.indexOf('{', op.span.end);
  return diagnostic('syntax/unexpected', args, { source, start: brace, end: brace + 1 }, { fixes });
}

export const outSlips: readonly Slip[] = [severalOutputs, kindWithoutParens, colonBehindOut, wordBehindOut];
