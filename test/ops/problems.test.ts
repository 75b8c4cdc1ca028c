/** What operators say about a use that does not fit: the arithmetic, both numbers, and fixes that mend it. */
import { describe, expect, it } from 'vitest';
import { layerDiagnostics } from '../../src/compiler/diagnostics/layers.ts';
import { namedDim } from '../../src/compiler/ir/dim.ts';
import type { Attrs } from '../../src/compiler/ir/graph.ts';
import { featureMap, type TensorType } from '../../src/compiler/ir/type.ts';
import { canonicalAttrs } from '../../src/compiler/ops/build.ts';
import { opDef } from '../../src/compiler/ops/index.ts';
import { isProblem, type Problem } from '../../src/compiler/ops/op.ts';

function problemOf(op: string, options: Attrs, ...inputs: readonly TensorType[]): Problem {
  const def = opDef(op);
  const attrs = canonicalAttrs(def, options, inputs);
  const type = isProblem(attrs) ? attrs : def.type(attrs, inputs);
  return isProblem(type) ? type : expect.fail(`${op} accepts it`);
}

/** The headline as it is printed. */
function headline({ code, args }: Problem): string {
  const entry = layerDiagnostics[code as keyof typeof layerDiagnostics];
  return entry.message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name]));
}

describe('problems', () => {
  it('nothing left: the formula with its numbers, and what `same` would keep', () => {
    const found = problemOf('conv', { channels: 8, kernel: 3 }, featureMap([2, 2], 64));
    expect(headline(found)).toBe('nothing is left for this conv: a 3x3 kernel cannot fit into 2x2x64');
    expect(found.notes?.[0]?.text).toBe('on H: (2 + 2·0 − 3)/1 + 1 = 0');
    expect(found.fixes?.map((fix) => fix.title)).toEqual([
      'pad = same (keeps 2x2)',
      'give it at least 3x3: pool or stride less before it, or use a larger input',
    ]);
  });

  it('nothing left, dilated and strided', () => {
    const found = problemOf(
      'conv',
      { channels: 8, kernel: 3, dilation: 4, stride: 2, pad: [[1, 0]] },
      featureMap([6], 4),
    );
    expect(headline(found)).toBe(
      'nothing is left for this conv: a 3 kernel that spans 9 cannot fit into 6x4',
    );
    expect(found.notes?.[0]?.text).toBe('on L: floor((6 + 1 + 0 − 4·(3 − 1) − 1)/2) + 1 = 0');
    expect(found.fixes?.[0]?.title).toBe('pad = same (leaves 3)');
  });

  it('a vector is needed: two ways, each with its parameters', () => {
    const found = problemOf('dense', { units: 10 }, featureMap([7, 7], 512));
    expect(headline(found)).toBe('dense needs a vector, but this is a feature map 7x7x512');
    expect(found.fixes?.map((fix) => fix.title)).toEqual([
      '-> gap     -> dense(10)    5,130 parameters   (usual for classification)',
      '-> flatten -> dense(10)  250,890 parameters   (keeps position)',
    ]);
    expect(found.fixes?.map((fix) => fix.before)).toEqual(['gap', 'flatten']);
  });

  it('a vector is needed where sizes have names: no counts are made up', () => {
    const found = problemOf('dense', { units: 10 }, featureMap([namedDim('H'), namedDim('W')], 4));
    expect(found.fixes?.[1]?.title).toBe('-> flatten -> dense(10)   (keeps position)');
  });

  it('groups: what each group would get, and the nearest number that divides both', () => {
    const found = problemOf('conv', { channels: 8, kernel: 3, groups: 4 }, featureMap([8, 8], 6));
    expect(headline(found)).toBe('4 groups do not divide the 6 input channels of this conv');
    expect(found.fixes?.[0]).toEqual({
      title: 'groups = 2 (both are divisible by 1 and 2)',
      set: { option: 'groups', to: '2' },
    });
  });

  it('a kernel of another rank: which axes there are', () => {
    const found = problemOf('maxpool', { kernel: [1, 3, 3] }, featureMap([8, 8], 6));
    expect(headline(found)).toBe('this maxpool gives 3 sizes for kernel, but its input has 2 spatial axes');
    expect(found.labels?.[0]?.text).toBe('8x8x6: 2 spatial axes, H and W');
    expect(found.fixes?.[0]?.set).toEqual({ option: 'kernel', to: '3' });
  });

  it('branches: each axis that differs with both sizes', () => {
    const found = problemOf('add', {}, featureMap([28, 28], 128), featureMap([56, 56], 64));
    expect(headline(found)).toBe('these branches cannot be added: they end with different shapes');
    expect(found.label).toBe('56x56x64   H 28 ≠ 56   W 28 ≠ 56   C 128 ≠ 64');
    expect(found.labels?.[0]?.text).toBe('28x28x128');
  });

  it('branches of sizes with names agree only where they are equal for every value', () => {
    const h = namedDim('H');
    const same = opDef('add').type({}, [featureMap([h, 4], 2), featureMap([h, 4], 2)]);
    expect(isProblem(same)).toBe(false);
    expect(problemOf('add', {}, featureMap([h, 4], 2), featureMap([8, 4], 2)).label).toContain('H ≠ 8');
  });

  it('axes in contradicting orders', () => {
    const turned: TensorType = { dtype: 'f32', axes: ['W', 'H', 'C'], dims: [4, 4, 2] };
    const found = problemOf('mul', {}, featureMap([4, 4], 2), turned);
    expect(found.notes?.[0]?.text).toBe('their axes do not line up: [H, W, C] and [W, H, C]');
  });
});
