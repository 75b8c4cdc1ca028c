/** The meaning of a kernel's loop nests as a tensor. */
import { interpretNest } from '../../../src/compiler/ir/interpret.ts';
import type { Kernel } from '../../../src/compiler/ir/kernel.ts';
import { sizeOf, type Tensor } from '../../../src/compiler/ir/type.ts';
import { nestsOf } from '../../../src/compiler/ops/shared/nests.ts';

/** The output operand after the nests of the kernel ran; elements that they do not store are NaN. */
export function evalKernel(kernel: Kernel, operands: readonly Tensor[], out: number): Float32Array {
  const tensors = operands.map((tensor, i) =>
    i === out ? { ...tensor, data: new Float32Array(sizeOf(tensor.shape)).fill(NaN) } : tensor,
  );
  const shapes = tensors.map((tensor) => tensor.shape);
  for (const nest of nestsOf(kernel, shapes)) interpretNest(nest, tensors);
  return tensors[out]?.data ?? new Float32Array();
}
