import { describe, expect, it } from 'vitest';
import { editDistance, nearestNames } from '../../src/compiler/diagnostics/nearest.ts';

describe('nearestNames', () => {
  it('counts edits and swaps', () => {
    expect(editDistance('conv', 'conv')).toBe(0);
    expect(editDistance('conv', 'covn')).toBe(1);
    expect(editDistance('maxpool', 'maxpol')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('counts no further than asked', () => {
    expect(editDistance('kernel', 'kernels', 1)).toBe(1);
    expect(editDistance('acb', 'abcd', 2)).toBe(2);
    expect(editDistance('acb', 'abcd', 1)).toBe(Infinity);
    expect(editDistance('momentum', 'stride', 2)).toBe(Infinity);
  });

  it('proposes only what a typing mistake explains, nearest first', () => {
    const names = ['conv', 'dwconv', 'deconv', 'relu', 'relu6', 'bn'];
    expect(nearestNames('covn', names)).toEqual(['conv']);
    expect(nearestNames('Relu', names, 2)).toEqual(['relu', 'relu6']);
    expect(nearestNames('attention', names)).toEqual([]);
  });
});
