/** Values named as other languages do: with types, several at once, again, as members, on the right. The fix writes a line for each. */
import type { IToken } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { namedIn } from './named-in.ts';
import { closingOf, indentAt, lineFrom, partsOf, textFrom } from './scan.ts';
import { told, type Slip } from './slip.ts';
import type { Source } from '../source.ts';

/** Where values are named: statements, and items of the file. */
const isStatement = (rules: readonly string[]): boolean =>
  /^(?:statement|item|letStatement|declaration|assign|list|parens|suffix|operand)$/.test(rules.at(-1) ?? '');

/** In the file itself, where only constants are named. */
const isInFile = (rules: readonly string[]): boolean => rules.at(-1) === 'item';

/** `let c: int = 3`, `y: Tensor = x -> relu`. */
const typeOfValue: Slip = (source, { token, previous, start, rules }) => {
  if (token.tokenType !== t.Colon || !previous || !isStatement(rules)) return undefined;
  if (start.tokenType !== t.Let && start.tokenType !== t.Export && previous !== start) return undefined;
  const [whole, type] =
    /^:[ \t]*([\w.]+(?:\[[^\]\n]*\]|<[^>\n]*>)*)[ \t]*(?==(?!=))/.exec(textFrom(source, token, 200)) ?? [];
  if (whole === undefined || type === undefined) return undefined;
  const span = { source, start: token.startOffset, end: token.startOffset + whole.trimEnd().length };
  return told(source, token, 'what is named here has the type of its value', [leaveOut(`: ${type}`, span)]);
};

const several = /^(let\s+|const\s+|var\s+)?[([{]?\s*(\w+(?:\s*,\s*\w+)+)\s*[)\]}]?\s*=(?!=)[ \t]*/;

/** `a, b = x -> split(2)`, `let [f, g] = [relu, silu]`. */
const severalNames: Slip = (source, { token, start, rules }) => {
  if (!isStatement(rules)) return undefined;
  const line = lineFrom(source, start);
  const [head, word = '', listed = ''] = several.exec(line) ?? [];
  if (head === undefined) return undefined;
  const names = listed.split(/\s*,\s*/);
  const values = valuesOf(line.slice(head.length), names.length);
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  const gap = `\n${indentAt(source.text, start.startOffset)}`;
  const first = word === '' && !isInFile(rules) ? '' : 'let ';
  const ours = names.map((name, i) => `${first}${name} = ${values?.[i]}`);
  const fixes = values ? [replaceBy(ours.join(gap), span)] : [];
  return told(source, token, 'each value is named on a line of its own', fixes);
};

/** One value for each name: the items of a list, or the parts of `x -> split(n)`. */
function valuesOf(value: string, count: number): readonly string[] | undefined {
  const [, before, parts, axis = ''] = /^(.*)\bsplit\((\d+)((?:,\s*axis\s*=\s*\w+)?)\)$/.exec(value) ?? [];
  if (before !== undefined && Number(parts) >= count)
    return Array.from({ length: count }, (_, i) => `${before}split(${parts}, ${i}${axis})`);
  const isList = /^[[(]/.test(value) && closingOf(value, 0) === value.length - 1;
  const items = partsOf(isList ? value.slice(1, -1) : value);
  return items.length === count ? items : undefined;
}

/** `let c = 3, d = 4`. */
const severalStatements: Slip = (source, { token, start, rules }) => {
  if (token.tokenType !== t.Comma || !isStatement(rules)) return undefined;
  const line = lineFrom(source, start);
  const [whole, own = ''] = /^((?:export\s+)?let\s+)?\w+\s*=(?!=)/.exec(line) ?? [];
  const word = own === '' && isInFile(rules) ? 'let ' : own;
  const parts = partsOf(line);
  if (whole === undefined || parts.length < 2) return undefined;
  if (!parts.slice(1).every((part) => /^\w+\s*=(?!=)/.test(part))) return undefined;
  const gap = `\n${indentAt(source.text, start.startOffset)}`;
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  const ours = parts.map((part, i) => (i === 0 && own !== '' ? part : `${word}${part}`)).join(gap);
  return told(source, token, 'each value is named on a line of its own', [replaceBy(ours, span)]);
};

/** `a = b = x -> relu`. */
const namedTwice: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Equal) return undefined;
  const line = lineFrom(source, start);
  const [head, word = '', first, second] = /^(let\s+)?(\w+)\s*=\s*(\w+)\s*=(?!=)\s*/.exec(line) ?? [];
  if (head === undefined) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  const gap = `\n${indentAt(source.text, start.startOffset)}`;
  const ours = `${word}${second} = ${line.slice(head.length)}${gap}${word}${first} = ${second}`;
  return told(source, token, 'each value is named on a line of its own', [replaceBy(ours, span)]);
};

/** `x -> relu = y`: the name on the right. */
const nameBehind: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Equal || start.tokenType === t.Let) return undefined;
  const line = lineFrom(source, start);
  const [, value, name] = /^([^=\n]*->[^=\n]*?)\s*=\s*([A-Za-z_]\w*)$/.exec(line) ?? [];
  if (value === undefined || name === undefined) return undefined;
  const span = { source, start: start.startOffset, end: start.startOffset + line.length };
  return told(source, token, 'the name stands before `=`', [replaceBy(`${name} = ${value}`, span)]);
};

/** `y += x`, `n++`: a name keeps its value; the fix gives the new one a name of its own, and reads that one below. */
const namedAgain: Slip = (source, { token, previous, start, rules }) => {
  if (!isStatement(rules) || isInFile(rules)) return undefined;
  const line = lineFrom(source, start);
  const [head, name = '', sign = ''] = /^(\w+)\s*(?:([-+*/%^])=(?!=)|(?:\+\+|--))\s*/.exec(line) ?? [];
  if (head === undefined || !previous) return undefined;
  const op = sign === '' ? (line.includes('++') ? '+' : '-') : sign;
  const rest = line.slice(head.length);
  const value = sign === '' ? '1' : /->/.test(rest) ? `(${rest})` : rest;
  if (value === '') return undefined;
  const why = `a name keeps its value; a new value has a name of its own`;
  return told(source, token, why, againNamed(source, start, line, { name, value: `${op} ${value}` }));
};

function againNamed(
  source: Source,
  { startOffset }: IToken,
  line: string,
  { name, value }: { readonly name: string; readonly value: string },
): readonly Fix[] {
  const { text } = source;
  const fresh = freshName(text, name);
  const end = startOffset + line.length;
  const edits = [
    { span: { source, start: startOffset, end }, text: `${fresh} = ${name} ${value}` },
    ...namedIn(source, { name, from: end }).map((span) => ({ span, text: fresh })),
  ];
  return [{ title: `${fresh} = ${name} ${value}`, edits }];
}

/** A name as blocks and nets have it. */
export const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The name with the first number that nothing in the text has. */
export function freshName(text: string, name: string): string {
  for (let i = 2; ; i++) if (!new RegExp(`\\b${name}${i}\\b`).test(text)) return `${name}${i}`;
}

/** `self.y = x -> relu`, `y.a = …`, `y[0] = …`. */
const memberNamed: Slip = (source, { token, start }) => {
  if (token.tokenType !== t.Equal || start.tokenType !== t.Name) return undefined;
  const { text } = source;
  const before = text.slice(start.startOffset, token.startOffset);
  if (!/^\w+(?:\s*\.\s*\w+|\s*\[[^\]\n]*\])+\s*$/.test(before)) return undefined;
  const why = 'what is named has a name of one word';
  if (!/^(?:self|this)\s*\.\s*\w+\s*$/.test(before)) return told(source, token, why);
  const [whole] = /^\w+\s*\.\s*/.exec(before) ?? [''];
  const spans = namedIn(source, { name: start.image, from: start.startOffset, members: true });
  const edits = spans.map((span) => ({ span: { ...span, end: span.start + whole.length }, text: '' }));
  return told(source, start, why, [{ title: `leave ${whole.trim()} out`, edits }]);
};

/** `c = 3`, `int c = 3` or `B = relu` in the file itself. */
const namedInFile: Slip = (source, { start, rules }) => {
  if (!isInFile(rules) || start.tokenType !== t.Name) return undefined;
  const [head, before = '', name = ''] =
    /^(\w+[ \t]+)?([A-Za-z_]\w*)\s*=(?!=)/.exec(lineFrom(source, start)) ?? [];
  if (head === undefined || t.starters.has(start.image)) return undefined;
  const ours = /^[A-Z][A-Za-z]*[a-z]/.test(name) || /^[A-Z]$/.test(name) ? 'block' : 'let';
  const span = { source, start: start.startOffset, end: start.startOffset + before.length };
  const args = {
    word: start.image,
    where: `in the file itself a constant is \`let name = …\`, and a block \`block Name = …\``,
  };
  const fixes = [{ title: `${ours} ${name}`, edits: [{ span, text: `${ours} ` }] }];
  return diagnostic('syntax/misplaced', args, spanOf(source, start), { fixes });
};

export const namingSlips: readonly Slip[] = [
  typeOfValue,
  severalNames,
  severalStatements,
  namedTwice,
  nameBehind,
  namedAgain,
  memberNamed,
  namedInFile,
];
