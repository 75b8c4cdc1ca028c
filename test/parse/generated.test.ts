/** The generated parser makes the trees that the grammar's interpreter makes, and gives up exactly where that finds a mistake. */
import type { CstNode, IToken } from 'chevrotain';
import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CnnParser } from '../../grammar/cnn.ts';
import { parseTokens } from '../../grammar/generated/parser.ts';
import { balance } from '../../src/compiler/1-parse/brackets.ts';
import { layout } from '../../src/compiler/1-parse/layout.ts';
import { lex } from '../../src/compiler/1-parse/lex.ts';
import { unread } from '../../scripts/gen/parser.ts';
import { corpus } from './cases.ts';

const files = globSync(['stdlib/*.cnn', 'examples/**/*.cnn'], { exclude: ['**/node_modules/**'] });
const texts = [...corpus(), ...files.map((file) => readFileSync(file, 'utf8'))];
const interpreter = new CnnParser({ skipValidations: true });

function tokensOf(text: string): readonly IToken[] {
  const source = { path: 't.cnn', text };
  return layout(source, balance(source, lex(source).tokens).tokens).tokens;
}

/** What the interpreter makes of the tokens; undefined where it finds a mistake. */
function interpret(tokens: readonly IToken[]): CstNode | undefined {
  interpreter.input = [...tokens];
  interpreter.failures = [];
  const tree = interpreter.file();
  return interpreter.failures.length > 0 ? undefined : tree;
}

/** A tree without the keys that have no matches and the signs that are not kept, and with places of tokens instead of the tokens. */
function shown(node: CstNode | undefined): unknown {
  if (!node) return undefined;
  const children = Object.entries(node.children).filter(
    ([key, list]) => list !== undefined && !unread.has(key),
  );
  return {
    name: node.name,
    place: node.location && `${node.location.startOffset}-${node.location.endOffset}`,
    children: Object.fromEntries(
      children.map(([key, list]) => [
        key,
        list.map((child) =>
          'image' in child ? `${child.tokenType.name} ${child.startOffset}` : shown(child),
        ),
      ]),
    ),
  };
}

function expectSame(text: string): void {
  const tokens = tokensOf(text);
  expect(shown(parseTokens(tokens, 0, tokens.length))).toEqual(shown(interpret(tokens)));
}

describe('the generated parser', () => {
  test('every file and every case of the parser', () => {
    for (const text of texts) expectSame(text);
  });

  test('texts that parse give a tree', () => {
    const tokens = tokensOf(readFileSync('stdlib/yolo.cnn', 'utf8'));
    expect(parseTokens(tokens, 0, tokens.length)?.name).toBe('file');
    expect(parseTokens(tokens, 1, tokens.length)).toBeUndefined();
  });

  const change = fc.record({ at: fc.nat(100_000), from: fc.nat(100_000), kind: fc.nat(3) });

  /** Words and signs removed, repeated, exchanged, or set in from elsewhere in the file. */
  test('random mistakes', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (text, changes) => {
          let parts: string[] = text.slice(0, 3000).match(/\w+|\s+|[^\w\s]+/g) ?? [];
          for (const { at, from, kind } of changes) {
            if (parts.length === 0) break;
            const [i, j] = [at % parts.length, from % parts.length];
            const [one = '', other = ''] = [parts[i], parts[j]];
            if (kind === 0) parts = parts.toSpliced(i, 1);
            if (kind === 1) parts = parts.toSpliced(i, 0, one);
            if (kind === 2) parts = parts.with(i, other).with(j, one);
            if (kind === 3) parts = parts.toSpliced(i, 0, other);
          }
          expectSame(parts.join(''));
        },
      ),
      { numRuns: 300 },
    );
  });
});
