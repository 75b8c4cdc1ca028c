/** Tables of the command line: columns stand under one another, whatever the characters; a long cell is shortened. */
import { expect, it } from 'vitest';
import { tableText } from '../../src/cli/table.ts';
import { columnsOf } from '../../src/compiler/diagnostics/columns.ts';

const columns = [
  { head: 'layer', align: 'left' },
  { head: 'parameters', align: 'right' },
] as const;

it('aligns its columns', () => {
  expect(
    tableText(columns, [
      ['conv', '1,234'],
      ['卷积.conv', ''],
    ]).split('\n'),
  ).toEqual([
    '────────────────────────',
    ' layer       parameters ',
    '────────────────────────',
    ' conv             1,234 ',
    ' 卷积.conv              ',
    '────────────────────────',
  ]);
});

it('shows no control character and the beginning of a long cell', () => {
  const lines = tableText(columns, [[`\u001b[2J${'n'.repeat(1_000_000)}`, '1']]).split('\n');
  expect(lines[3]).toMatch(/^ ␛\[2Jn+… /);
  expect(new Set(lines.map(columnsOf))).toEqual(new Set([1016]));
});
