/** What stands on the line of a mistake, as far as a repair looks: lines may be as long as files. */

/** Longest stretch of a line that is looked at on either side. */
const farthest = 500;

/** The text of the line before `start` and behind `end`. */
export function lineAround(
  text: string,
  start: number,
  end: number,
): { readonly before: string; readonly behind: string } {
  const before = text.slice(Math.max(0, start - farthest), start);
  const [behind = ''] = /^[^\r\n]*/.exec(text.slice(end, end + farthest)) ?? [];
  return { before: before.slice(before.lastIndexOf('\n') + 1), behind };
}
