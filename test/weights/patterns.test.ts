import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPath, nameBefore, pathIndex, patternIndex } from '../../src/compiler/ir/weight-paths.ts';

describe('patterns', () => {
  it.each([
    ['stem', 'stem.conv.weight', true],
    ['stem', 'stem2.conv.weight', false],
    ['stem.**', 'stem.conv.weight', true],
    ['**.weight', 'stage[2].unit1.conv.weight', true],
    ['**.weight', 'stage[2].unit1.conv.bias', false],
    ['stage[2]', 'stage[2].unit1.conv.bias', true],
    ['stage[*].conv', 'stage[12].conv.weight', true],
    ['stage[*].conv', 'stage[1].x.conv.weight', false],
    ['*.weight', 'stem.conv.weight', false],
    ['a.b', 'aXb.weight', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });

  it('finds the name before a move, wildcards carried over', () => {
    expect(nameBefore('stem.conv7.weight', { from: 'stem.conv', to: 'stem.conv7' })).toBe('stem.conv.weight');
    expect(nameBefore('b[3].main.weight', { from: 'layer[*].conv', to: 'b[*].main' })).toBe(
      'layer[3].conv.weight',
    );
    expect(nameBefore('head.weight', { from: 'a', to: 'b' })).toBeUndefined();
  });
});

/** The same by a regular expression, which takes for ever where wildcards are many. */
function byExpression(pattern: string, path: string): readonly string[] | undefined {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '(.*)' : part === '*' ? '([^.]*)' : part.replaceAll('.', '\\.')))
    .join('');
  return new RegExp(`^${source}(\\..*)?$`).exec(path)?.slice(1);
}

const textOver = (...units: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...units), { maxLength: 9 }).map((parts) => parts.join(''));
const patterns = textOver('a', 'b', '.', '*', '**', 'a.', '.**');
const paths = textOver('a', 'b', '.', 'a.', 'ab.');

it('matches as a regular expression does, and stands for the same text', () => {
  fc.assert(
    fc.property(patterns, paths, (to, path) => {
      const expected = byExpression(to, path);
      expect(matchesPath(to, path)).toBe(expected !== undefined);
      const wildcards = to.match(/\*\*|\*/g) ?? [];
      const from = wildcards.map((wildcard) => `<${wildcard}>`).join('');
      const before = expected && [...expected.slice(0, -1).map((text) => `<${text}>`), expected.at(-1) ?? ''];
      expect(nameBefore(path, { from, to })).toBe(before?.join(''));
    }),
    { numRuns: 2000 },
  );
});

it('many patterns and many paths are matched as each one is', () => {
  fc.assert(
    fc.property(fc.array(patterns, { maxLength: 6 }), fc.array(paths, { maxLength: 6 }), (some, names) => {
      const [isMatched, matches] = [patternIndex(some), pathIndex(names)];
      for (const path of names)
        expect(isMatched(path)).toBe(some.some((pattern) => matchesPath(pattern, path)));
      for (const pattern of some)
        expect(matches(pattern)).toBe(names.some((path) => matchesPath(pattern, path)));
    }),
    { numRuns: 1000 },
  );
});
