/** A declaration that stands in the braces of another: the fix puts it before that one. */
import type { IToken } from 'chevrotain';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { closingOf, endOfExpression, outside } from './scan.ts';
import type { Source } from '../source.ts';

/** Moves what begins with `start` out of all braces; no fix where its end is not plain. */
export function movedOut(source: Source, { startOffset, image }: IToken): readonly Fix[] {
  const { text } = source;
  const end = endOf(text, startOffset);
  const at = beforeDeclaration(text, startOffset);
  if (end === undefined || at === undefined) return [];
  const own = text.slice(startOffset, end);
  const indent = /[ \t]*$/.exec(text.slice(Math.max(0, startOffset - 200), startOffset))?.[0] ?? '';
  const moved = own.replaceAll(`\n${indent}`, '\n');
  const isLine =
    text.charAt(startOffset - indent.length - 1) === '\n' && /^[ \t]*\r?\n/.test(text.slice(end));
  const gap = isLine ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) : 0;
  const left = { source, start: startOffset - (isLine ? indent.length : 0), end: end + gap };
  const edits = [
    { span: { source, start: at, end: at }, text: `${moved}\n` },
    { span: left, text: '' },
  ];
  return [{ title: `put ${image} before the braces`, edits }];
}

/** Its braces close, or its line is over. */
function endOf(text: string, from: number): number | undefined {
  const brace = outside(text, from, /\{/);
  if (brace === undefined) return endOfExpression(text, from);
  const close = closingOf(text, brace);
  if (close === undefined) return undefined;
  return text.startsWith('use', from) ? endOfExpression(text, close + 1) : close + 1;
}

/** How many heads before it are looked at for the one around it. */
const mostHeads = 20;

/** Where the lines of the declaration around it begin, what documents it included; one whose braces do not hold it is beside it. */
export function beforeDeclaration(text: string, from: number): number | undefined {
  const before = text.slice(0, from);
  const heads = [...before.matchAll(/^(?:(?:\/\/.*|export)\s+)*(?:net|block)\b/gm)].slice(-mostHeads);
  return heads.findLast(({ index, 0: head }) => holds(text, index + head.length, from))?.index;
}

/** Whether the first braces behind `head` are open at `at`. */
function holds(text: string, head: number, at: number): boolean {
  const brace = outside(text, head, /\{/);
  return brace !== undefined && brace < at && (closingOf(text, brace) ?? Infinity) > at;
}
