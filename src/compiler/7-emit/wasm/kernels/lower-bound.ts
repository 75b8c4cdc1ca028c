/**
 * ReLU and no activation as one epilogue: the larger one of a sum and a number in memory, 0 or −∞. Layers that differ in nothing else (the
 * shortcuts of a residual network) share their tiles, a kilobyte each.
 */
import type { Epilogue } from '../../../ir/kernel.ts';
import * as s from '../../../ir/scalar-build.ts';
import { constantOf } from '../scalar/patterns.ts';
import type { ConvGeometry } from './conv-geometry.ts';
import type { Finish } from './finish.ts';

/** The bound that the epilogue is, −∞ where there is none; undefined for any other. */
export function lowerBound(epilogue: Epilogue | undefined): number | undefined {
  if (!epilogue) return -Infinity;
  const { expr, operands } = epilogue;
  if (operands.length > 0 || expr.kind !== 'binary' || expr.op !== 'max') return undefined;
  return expr.a.kind === 'arg' && expr.a.index === 0 && constantOf(expr.b) === 0 ? 0 : undefined;
}

/** x < bound ? bound : x, which passes a NaN on. */
const larger = s.select('lt', [s.arg(0), s.arg(1)], s.arg(1), s.arg(0));

/** The finish with an operand, its bound. */
export function boundedFinish(finish: Finish): Finish {
  return { ...finish, expr: larger, operands: [{ per: 'scalar', column: 0, row: 0 }] };
}

/** The layer with the address of its bound as its only operand. */
export function withBound<Layer extends { readonly geometry: ConvGeometry; readonly finish: Finish }>(
  layer: Layer,
  bound: number,
): Layer {
  const { geometry, finish } = layer;
  const [scratch, behind] = [
    geometry.start.length - 1,
    (steps: readonly number[]) => steps.toSpliced(-1, 0, 0),
  ];
  const [planes, rows, columns] = geometry.strides;
  return {
    ...layer,
    geometry: {
      ...geometry,
      start: geometry.start.toSpliced(scratch, 0, bound),
      strides: [behind(planes), behind(rows), behind(columns)],
    },
    finish: boundedFinish(finish),
  };
}
