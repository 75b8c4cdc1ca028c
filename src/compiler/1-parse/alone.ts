/** Whether what replaces an expression has to stand in parentheses: an operator, a member or an index may stand beside it. */
import type { Span } from './source.ts';

/** No sign and no word of an operator stands beside it; an arrow behind it is none. */
export function standsAlone({ source, start, end }: Span): boolean {
  const before = source.text.slice(Math.max(0, start - 40), start).trimEnd();
  const after = source.text.slice(end, end + 40).trimStart();
  return !/(?:[-+*/%^<!]|(?<!-)>|==|\.\.|\b(?:and|or|not))$/.test(before) && !isJoined(after);
}

/** An operator, a member, an index or a call goes on with it. */
const isJoined = (after: string): boolean => /^(?:(?!->|\/\/)[-+*/%^<>[(]|[=!]=|\.|(?:and|or)\b)/.test(after);

/** The text, in parentheses where something stands beside the place that it is written to. */
export const besideOthers = (text: string, span: Span): string => (standsAlone(span) ? text : `(${text})`);
