/** Reads the text around a slip: brackets that match, ends of lines and of expressions. Never further than `farthest`. */

import type { IToken } from 'chevrotain';
import type { Source } from '../source.ts';

/** Longest stretch of text that is looked through for one slip. */
const farthest = 2000;

/** The text from a token on, at most so many characters of it: a file may be one line. Nothing from one that has no place, as at the end. */
export const textFrom = ({ text }: Source, { startOffset }: IToken, most: number): string =>
  startOffset >= 0 ? text.slice(startOffset, startOffset + most) : '';

/** From a token to the end of its line, to a comment or to the end of the braces around it. */
export const lineFrom = ({ text }: Source, { startOffset }: IToken): string => restOfLine(text, startOffset);

const openers = '([{';
const closers = ')]}';

/** Where the bracket that opens at `open` closes (its offset); undefined where it does not nearby. */
export function closingOf(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < Math.min(text.length, open + farthest); i++) {
    if (text[i] === '"') i = endOfText(text, i);
    else if (openers.includes(text[i] ?? '')) depth++;
    else if (closers.includes(text[i] ?? '') && --depth === 0) return i;
  }
  return undefined;
}

/** Where `sign` stands first behind `from`, outside all brackets and on the same line; undefined where it does not. */
export function outside(text: string, from: number, sign: RegExp): number | undefined {
  const end = endOfLine(text, from);
  const at = new RegExp(sign, 'y');
  let depth = 0;
  for (let i = from; i < end; i++) {
    at.lastIndex = i;
    if (depth === 0 && at.test(text)) return i;
    if (text[i] === '"') i = endOfText(text, i);
    else if (openers.includes(text[i] ?? '')) depth++;
    else if (closers.includes(text[i] ?? '')) depth--;
  }
  return undefined;
}

/** Where the expression that begins at `from` ends: with its line, or before a comma or a bracket around it. */
export function endOfExpression(text: string, from: number): number {
  const end = outside(text, from, /,|[)\]}]|[ \t]*\/\//) ?? endOfLine(text, from);
  return from + text.slice(from, end).trimEnd().length;
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from, from + farthest).search(/\r?\n/);
  return end < 0 ? Math.min(text.length, from + farthest) : from + end;
}

/** The closing quote of a text, or the end of its line. */
function endOfText(text: string, from: number): number {
  const [whole = '"'] = /^"(?:\\.|[^"\\\n])*"?/.exec(text.slice(from, from + farthest)) ?? [];
  return from + whole.length - 1;
}

/** What stands between the commas of a text, outside all brackets. */
export function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  for (let from = 0; from <= text.length;) {
    const to = outside(text, from, /,/) ?? text.length;
    parts.push(text.slice(from, to).trim());
    from = to + 1;
  }
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}

/** The blanks with which the line of an offset begins. */
export function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';
}

/** What stands from an offset to the end of its line, to a comment or to the end of the braces around it. */
export function restOfLine(text: string, from: number): string {
  return text.slice(from, outside(text, from, /\}|[ \t]*\/\//) ?? endOfLine(text, from)).trimEnd();
}
