/** Runs of uniform axes visit the same places in the same order as the plain loop. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forEachPlace, uniformAxes } from '../../src/compiler/ops/shared/loops.ts';
import { rowStrides } from '../../src/compiler/ops/shared/broadcast.ts';

/** Offsets of every place, one list per operand. */
function placesOf(shape: readonly number[], strides: readonly (readonly number[])[]): number[][] {
  const places: number[][] = [];
  forEachPlace(shape, strides, (offsets) => places.push([...offsets]));
  return places;
}

/** A row-major tensor that repeats over some axes. */
function repeated(shape: readonly number[], kept: readonly boolean[]): readonly number[] {
  const own = shape.map((size, axis) => (kept[axis] ? size : 1));
  return rowStrides(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride));
}

test('runs are the plain loop', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const kept = fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(shapes, kept, (shape, operands) => {
      const strides = operands.map((operand) => repeated(shape, operand));
      const { outer, length, steps } = uniformAxes(shape, strides);
      const runs: number[][] = [];
      forEachPlace(
        shape.slice(0, outer),
        strides.map((along) => along.slice(0, outer)),
        (offsets) => {
          for (let i = 0; i < length; i++) runs.push(offsets.map((at, k) => at + i * (steps[k] ?? 0)));
        },
      );
      expect(runs).toEqual(placesOf(shape, strides));
    }),
  );
});

test('a scale per output channel is one run per channel, also of 1x1 kernels', () => {
  const weight = (shape: readonly number[]): readonly number[] => repeated(shape, [true, true, true, true]);
  const scale = (shape: readonly number[]): readonly number[] => repeated(shape, [true, false, false, false]);
  for (const shape of [
    [8, 4, 3, 3],
    [8, 4, 1, 1],
  ]) {
    const found = uniformAxes(shape, [weight(shape), scale(shape)]);
    expect(found).toEqual({ outer: 1, length: 4 * (shape[2] ?? 1) ** 2, steps: [1, 0] });
  }
});
