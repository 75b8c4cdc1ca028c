/**
 * The algorithm `nest`: computes every kernel from row-major operands, borders included, without halos or packed weights. Pools and
 * matrix products have code of their own; convolutions are written as loop nests, the fallback and reference of the tuned ones.
 */
import { nestsOf } from '../../ops/shared/nests.ts';
import type { Step } from '../../6-plan/plan.ts';
import type { EmitContext } from './emit-context.ts';
import { emitMatmul, fitsTiles } from './matmul/index.ts';
import { emitNest, resolveNest } from './nest/index.ts';
import { emitPool } from './pool/index.ts';

export function emitPlain(step: Step, context: EmitContext): void {
  const { kernel, buffers } = step;
  if (kernel.kind === 'pool') return emitPool(step, context);
  if (kernel.kind === 'matmul' && fitsTiles(step, kernel)) return emitMatmul(step, context);
  const shapes = buffers.map((buffer) => buffer.shape);
  for (const nest of nestsOf(kernel, shapes)) emitNest(resolveNest(nest, buffers), context);
}
