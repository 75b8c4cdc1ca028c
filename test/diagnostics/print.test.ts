import { describe, expect, it } from 'vitest';
import type { Source, Span } from '../../src/compiler/1-parse/source.ts';
import { columnsOf } from '../../src/compiler/diagnostics/columns.ts';
import type { Diagnostic } from '../../src/compiler/diagnostics/diagnostic.ts';
import { applyFix, toJson } from '../../src/compiler/diagnostics/json.ts';
import { print } from '../../src/compiler/diagnostics/print.ts';

const resnet: Source = {
  path: 'resnet.cnn',
  text: [
    'block Basic(c) = add {',
    '  main: conv(128, 3) -> bn',
    '  skip: identity',
    '} -> relu',
    '// 5',
    '// 6',
    'net N {',
  ].join('\n'),
};

function spanOf(source: Source, text: string): Span {
  const start = source.text.indexOf(text);
  return { source, start, end: start + text.length };
}

function make(span: Span, extras: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'shape/branch-mismatch',
    severity: 'error',
    message: 'these branches cannot be added: they end with different shapes',
    span,
    label: undefined,
    labels: [],
    notes: [],
    fixes: [],
    ...extras,
  };
}

const plain = (diagnostic: Diagnostic): string => print(diagnostic, { color: false });

describe('print', () => {
  it('shows both places, why, fix and or', () => {
    const shown = plain(
      make(spanOf(resnet, 'identity'), {
        label: '56x56x64   C 64 ≠ 128',
        labels: [{ span: spanOf(resnet, 'bn'), text: '28x28x128' }],
        notes: [{ word: 'why', text: '`identity` passes the input through\nand keeps its shape' }],
        fixes: [
          { title: 'skip: conv(128, 1)', edits: [] },
          { title: 'remove the branch', edits: [] },
        ],
      }),
    );
    expect(shown).toBe(
      [
        'error shape/branch-mismatch: these branches cannot be added: they end with different shapes',
        '  resnet.cnn:3:9',
        '    2 |   main: conv(128, 3) -> bn',
        '      |                         -- 28x28x128',
        '    3 |   skip: identity',
        '      |         ^^^^^^^^ 56x56x64   C 64 ≠ 128',
        '  why   `identity` passes the input through',
        '        and keeps its shape',
        '  fix   skip: conv(128, 1)',
        '  or    remove the branch',
      ].join('\n'),
    );
  });

  it('puts two marks of a line on one row where they fit, else the right one first', () => {
    const shown = plain(
      make(spanOf(resnet, 'main'), {
        label: 'a',
        labels: [
          { span: spanOf(resnet, 'bn'), text: 'c' },
          { span: spanOf(resnet, '128'), text: 'a text too long for the gap' },
        ],
      }),
    );
    expect(shown.split('\n').slice(2)).toEqual([
      '    2 |   main: conv(128, 3) -> bn',
      '      |                         -- c',
      '      |   ^^^^ a     --- a text too long for the gap',
    ]);
  });

  it('skips lines between two places, and shows a single line between them', () => {
    const far = plain(make(spanOf(resnet, 'net'), { labels: [{ span: spanOf(resnet, 'block'), text: '' }] }));
    expect(far.split('\n').slice(2)).toEqual([
      '    1 | block Basic(c) = add {',
      '      | -----',
      '    …',
      '    7 | net N {',
      '      | ^^^',
    ]);
    const near = plain(
      make(spanOf(resnet, 'skip'), { labels: [{ span: spanOf(resnet, 'block'), text: '' }] }),
    );
    expect(near).toContain('    2 |   main: conv(128, 3) -> bn\n    3 |');
  });

  it('marks the first line of a span of several lines', () => {
    const start = resnet.text.indexOf('add');
    expect(plain(make({ source: resnet, start, end: resnet.text.indexOf('} ->') + 1 }))).toContain(
      '    1 | block Basic(c) = add {\n      |                  ^^^^^ …',
    );
  });

  it('keeps marks under their text after tabs, wide characters and combining marks', () => {
    const source: Source = { path: 'w.cnn', text: '\tx = "漢字" -> é -> 👩‍👩‍👧 -> gap' };
    const [, , code, marks] = plain(make(spanOf(source, 'gap'))).split('\n');
    const text = code?.slice(code.indexOf('|') + 1) ?? '';
    const mark = marks?.slice(marks.indexOf('|') + 1) ?? '';
    expect(text).not.toContain('\t');
    expect(columnsOf(text.slice(0, text.indexOf('gap')))).toBe(mark.indexOf('^^^'));
  });

  it('makes control characters visible, so that a file cannot move the cursor', () => {
    const source: Source = { path: 'evil\u001b[2J.cnn', text: 'x = \u001b[31m y' };
    const shown = plain(make(spanOf(source, 'y'), { message: 'a \u0007 bell' }));
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(shown).toContain('x = ␛[31m y');
  });

  it('cuts a very long line around its marks', () => {
    const source: Source = { path: 'long.cnn', text: `${'a'.repeat(5000)} here ${'b'.repeat(5000)}` };
    const lines = plain(make(spanOf(source, 'here'))).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200);
    expect(lines[3]?.indexOf('^^^^')).toBe(lines[2]?.indexOf('here'));
  });

  it('names a file without text and shows no frame for it', () => {
    expect(plain(make({ source: { path: 'w.safetensors', text: '' }, start: 0, end: 0 }))).toBe(
      'error shape/branch-mismatch: these branches cannot be added: they end with different shapes\n  w.safetensors',
    );
  });

  it('shows an empty span at the end of the file as one caret', () => {
    const source: Source = { path: 'e.cnn', text: 'net N {\r\n' };
    expect(plain(make({ source, start: 9, end: 9 }))).toMatch(/e\.cnn:2:1\n +2 \|\n +\| \^$/);
  });

  it('colours only when asked', () => {
    const ansi = /\u001b\[/;
    const diagnostic = make(spanOf(resnet, 'identity'));
    expect(print(diagnostic, { color: true })).toMatch(ansi);
    expect(print(diagnostic, { color: false })).not.toMatch(ansi);
  });
});

describe('toJson and applyFix', () => {
  const other: Source = { path: 'blocks.cnn', text: 'x' };
  const fix = {
    title: 'both',
    edits: [
      { span: spanOf(resnet, 'identity'), text: 'conv(128, 1)' },
      { span: { source: resnet, start: 0, end: 0 }, text: '// a\n' },
      { span: { source: other, start: 0, end: 1 }, text: 'y' },
    ],
  };

  it('gives places as lines and columns', () => {
    const json = toJson(make(spanOf(resnet, 'identity'), { fixes: [fix] }));
    expect(json).toMatchObject({
      file: 'resnet.cnn',
      start: { line: 3, column: 9 },
      end: { line: 3, column: 17 },
    });
    expect(json.fixes[0]?.edits[2]).toMatchObject({ file: 'blocks.cnn', text: 'y' });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('applies the edits to one file and leaves the others', () => {
    expect(applyFix(resnet, fix)).toBe(`// a\n${resnet.text.replace('identity', 'conv(128, 1)')}`);
    expect(applyFix(other, fix)).toBe('y');
  });
});
