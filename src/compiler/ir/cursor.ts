/**
 * A place in a text that moves forward as things are recognised: the whole lexer of the graph's text form, which is small
 * enough to be read by recursive descent. The text form is written by us and by tests, so a mistake in it is an InternalError
 * that shows the line.
 */
import { positionAt } from '../1-parse/source.ts';
import { internal } from '../diagnostics/internal.ts';

export interface Cursor {
  /** Consumes `pattern` (made sticky) after blanks and returns its text; undefined and unmoved where it does not match. */
  readonly take: (pattern: RegExp) => string | undefined;
  /** As `take`, but the text must be there. */
  readonly expect: (pattern: RegExp, what: string) => string;
  /** True when `pattern` comes next. */
  readonly sees: (pattern: RegExp) => boolean;
  /** Reports a mistake at the present place. */
  readonly fail: (message: string) => never;
}

/** Blanks and `//` comments, but not `///` documentation. */
const blank = /(?:\s+|\/\/(?!\/)[^\n]*)*/y;

/** A cursor at the start of `text`. */
export function cursorOn(text: string): Cursor {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    blank.lastIndex = at;
    const start = at + (blank.exec(text)?.[0].length ?? 0);
    const sticky = stickyOf(pattern);
    sticky.lastIndex = start;
    const found = sticky.exec(text)?.[0];
    if (found !== undefined) end = start + found.length;
    return found;
  };
  let end = 0;
  const take = (pattern: RegExp): string | undefined => {
    const found = match(pattern);
    if (found !== undefined) at = end;
    return found;
  };
  const fail = (message: string): never => {
    const { line, column } = positionAt(text, at);
    const shown = text.split('\n')[line - 1]?.trim() ?? '';
    return internal(`graph text, line ${line}, column ${column}: ${message}: ${shown}`);
  };
  const expect = (pattern: RegExp, what: string): string => take(pattern) ?? fail(`expected ${what}`);
  return { take, expect, sees: (pattern) => match(pattern) !== undefined, fail };
}

const stickyForms = new Map<RegExp, RegExp>();

function stickyOf(pattern: RegExp): RegExp {
  const known = stickyForms.get(pattern) ?? new RegExp(pattern.source, 'y');
  stickyForms.set(pattern, known);
  return known;
}
