/** Every case of test/parse/*.txt: the tree and the diagnostics that a source gives. `UPDATE=1` rewrites them. */
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.ts';
import { textOf } from '../../src/compiler/1-parse/source.ts';
import { caseFiles, readCases, writeCases } from './cases.ts';
import { show } from './tree.ts';

function outcome(text: string): string {
  const { file, diagnostics } = parse({ path: 'case.cnn', text });
  const trees = file.items.map((item) => show(item));
  const reports = diagnostics.map((d) => {
    const fixes = d.fixes.map((fix) => ` · fix: ${fix.title}`).join('');
    return `! ${d.code} at ${JSON.stringify(textOf(d.span))}: ${d.message}${fixes}`;
  });
  return [...trees, ...reports].join('\n');
}

describe.each(caseFiles())('%s', (name) => {
  const cases = readCases(name);
  if (process.env['UPDATE']) {
    writeCases(
      name,
      cases.map((one) => ({ ...one, expected: outcome(one.source) })),
    );
  }
  test.each(cases)('$title', ({ source, expected }) => {
    expect(outcome(source)).toBe(process.env['UPDATE'] ? outcome(source) : expected);
  });
});

test.each(['\n', '\r\n', '\r\r\n'])(
  'a doc comment belongs to what stands below, whatever ends its line: %j',
  (end) => {
    const { file } = parse({
      path: 'case.cnn',
      text: ['/// Ten digits.', 'net N {', '}', ''].join(end),
    });
    expect(file.items).toMatchObject([{ doc: 'Ten digits.' }]);
  },
);
