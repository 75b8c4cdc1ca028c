/**
 * Tables as Keras prints them: rules under the head and at the ends only. Lines are put together here and not by a table library: those
 * measure and lay out each cell several times, which took seconds for a net of thousands of layers.
 */
import { columnsOf, visible } from '../compiler/diagnostics/columns.ts';
import { shortened } from '../compiler/diagnostics/shortened.ts';
import { colors } from './terminal.ts';

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** Characters of a cell that are shown: more than the names have that somebody reads. */
const mostShown = 1000;

/** The table as text; in colours where a person reads. Cells are plain text. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => visible(shortened(cell, mostShown))));
  const widths = columns.map(({ head }, i) =>
    shown.reduce((most, row) => Math.max(most, columnsOf(row[i] ?? '')), columnsOf(head)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        const space = ' '.repeat((widths[i] ?? 0) - columnsOf(cell));
        return align === 'left' ? ` ${cell}${space} ` : ` ${space}${cell} `;
      })
      .join(' ');
  const rule = colors.gray('─'.repeat(line([]).length));
  const head = colors.bold(line(columns.map((column) => column.head)));
  return [rule, head, rule, ...shown.map(line), rule].join('\n');
}

/** `winograd-4x4 block 49`: an algorithm with its sizes. */
export function algorithmText(choice: {
  readonly algorithm: string;
  readonly tuning: Readonly<Record<string, unknown>>;
}): string {
  const sizes = Object.entries(choice.tuning).map(([name, size]) => `${name} ${String(size)}`);
  return [choice.algorithm, ...sizes].join(' ');
}
