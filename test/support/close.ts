/** Comparison of results up to rounding. */
import { expect } from 'vitest';
import type { Tensor } from '../../src/compiler/ir/type.ts';

/**
 * Outputs agree within 1e-4 of the largest magnitude of the tensor. Folding scales into weights and reordering sums moves each result by a
 * few units in the last place (6e-8) of its largest terms; random nets of 14 layers amplify that by at most some hundreds.
 */
export function expectClose(
  actual: Readonly<Record<string, readonly Tensor[]>>,
  expected: Readonly<Record<string, readonly Tensor[]>>,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, tensors] of Object.entries(expected))
    for (const [i, tensor] of tensors.entries())
      expectTensorClose(actual[name]?.[i], tensor, `${name}[${i}]`);
}

function expectTensorClose(actual: Tensor | undefined, expected: Tensor, name: string): void {
  expect(actual?.shape, name).toEqual(expected.shape);
  const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
  const worst = expected.data.reduce((at, x, i) => {
    const error = Math.abs(x - (actual?.data[i] ?? NaN));
    return !(error <= Math.abs((expected.data[at] ?? 0) - (actual?.data[at] ?? NaN))) ? i : at;
  }, 0);
  const [a, b] = [actual?.data[worst] ?? NaN, expected.data[worst] ?? NaN];
  expect(Math.abs(a - b) / largest, `${name} element ${worst}: ${a} instead of ${b}`).toBeLessThanOrEqual(
    1e-4,
  );
}
