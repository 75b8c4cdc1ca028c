/** Tables as Keras prints them: rules under the head and at the ends only. */
import { stripVTControlCharacters } from 'node:util';
import { colors } from './terminal.ts';

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** The table as text; in colours where a person reads. */
export async function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align),
    chars: ruled,
    style: { head: ['bold'], border: ['gray'], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  const text = table.toString();
  return colors.isColorSupported ? text : stripVTControlCharacters(text);
}

const ruled = {
  top: '─',
  'top-mid': '─',
  'top-left': '',
  'top-right': '',
  bottom: '─',
  'bottom-mid': '─',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '─',
  right: '',
  'right-mid': '',
  middle: ' ',
};

/** `winograd-4x4 block 49`: an algorithm with its sizes. */
export function algorithmText(choice: {
  readonly algorithm: string;
  readonly tuning: Readonly<Record<string, unknown>>;
}): string {
  const sizes = Object.entries(choice.tuning).map(([name, size]) => `${name} ${String(size)}`);
  return [choice.algorithm, ...sizes].join(' ');
}
