import { describe, expect, it } from 'vitest';
import { matchesPath, nameBefore } from '../../src/compiler/ir/weight-paths.ts';

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
