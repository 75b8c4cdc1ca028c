/**
 * How many terminal columns a text takes, and a line of source made safe to print: tabs become spaces, control
 * characters become visible pictures (a file must not be able to move the cursor), wide characters count as two.
 */

const tabWidth = 4;
/** Characters that take one column each and never join with those beside them: ASCII, Latin-1, and what frames and bars are drawn with. */
const plain = /^[\x20-\x7e\xa1-\xac\xae-\xff\u2500-\u259f]*$/;
const combining = /^[\p{Mark}\p{Format}]+$/u;
const wide =
  /[\p{Emoji_Presentation}\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{33ff}\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{a000}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{20000}-\u{3fffd}]|\u{fe0f}/u;

let segmenter: Intl.Segmenter | undefined;

/** What people see as one character each. Plain text has no use for the segmenter, which costs the process some 30 ms to make. */
function graphemes(text: string): Iterable<string> {
  if (plain.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** One line of source as it is shown; `columns[i]` is the 0-based terminal column of UTF-16 offset i (one more entry than the text has). */
export interface ShownLine {
  readonly text: string;
  readonly columns: readonly number[];
}

/** Terminal columns of a text without tabs or control characters. */
export function columnsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const segment of graphemes(text)) columns += widthOf(segment);
  return columns;
}

/** The line with tabs expanded and control characters made visible, and where each of its offsets lands. */
export function showLine(line: string): ShownLine {
  const columns: number[] = [];
  let text = '';
  let column = 0;
  for (const segment of graphemes(line)) {
    const shown = segment === '\t' ? ' '.repeat(tabWidth - (column % tabWidth)) : visible(segment);
    for (let i = 0; i < segment.length; i++) columns.push(column);
    text += shown;
    column += segment === '\t' ? shown.length : widthOf(shown);
  }
  return { text, columns: [...columns, column] };
}

/** Control characters as pictures: ESC becomes ␛. Also used for names that come from files. */
export function visible(text: string): string {
  return text.replace(/\p{Control}/gu, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '␡' : '�';
  });
}

function widthOf(grapheme: string): number {
  if (combining.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
