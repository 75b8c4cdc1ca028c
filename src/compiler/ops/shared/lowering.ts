/**
 * Parts that the operators' `lower` functions share: operand numbering, epilogues of fused nodes, and the lowering forms that most
 * operators have (an alias, one heavy kernel, nests).
 */
import type { Node } from '../../ir/graph.ts';
import type { Epilogue, Kernel, LoopAxis, Lowering, NestKernel, Operand } from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { sameType, shapeOf, type TensorType } from '../../ir/type.ts';
import { isScalar } from '../../ir/scalar-build.ts';
import { internal } from '../../diagnostics/internal.ts';
import { broadcastLoad } from './broadcast.ts';

/** The output's operand of a node that has no temporaries and no constants. */
export function outOperand(node: Node): Operand {
  return node.inputs.length;
}

/** Kernels without temporaries. */
export function lowering(...kernels: readonly Kernel[]): Lowering {
  return { temps: [], constants: [], kernels, alias: false };
}

/** The output is the input's memory under another type. */
export const aliasLowering: Lowering = { temps: [], constants: [], kernels: [], alias: true };

/** The epilogue of a fused node, whose operands are the inputs from `first` on; undefined where nothing was fused. */
export function epilogueOf(node: Node, first: number): Epilogue | undefined {
  const expr = node.attrs.epilogue;
  if (!isScalar(expr)) return undefined;
  const operands = node.inputs
    .slice(first)
    .map((input, i) => ({ operand: first + i, per: roleOf(input.type, node.type) }));
  return { expr, operands };
}

function roleOf(operand: TensorType, out: TensorType): 'tensor' | 'channel' | 'scalar' {
  if (sameType({ ...operand, dtype: 'f32' }, { ...out, dtype: 'f32' })) return 'tensor';
  if (operand.axes.length === 0) return 'scalar';
  if (operand.axes.length === 1 && operand.axes[0] === 'C') return 'channel';
  return internal(`an epilogue operand of type [${operand.axes.join(', ')}] fits no role`);
}

/** One loop per axis of a type, named after it. */
export function loopsOver(type: TensorType): readonly LoopAxis[] {
  return shapeOf(type).map((size, i) => ({ name: type.axes[i] ?? '', size }));
}

/** An element-wise nest: out = expr(operands), each operand broadcast over the axes of `out`. */
export function elementwiseNest(
  expr: Scalar,
  operands: readonly { readonly operand: Operand; readonly type: TensorType }[],
  out: { readonly operand: Operand; readonly type: TensorType },
): NestKernel {
  return {
    kind: 'nest',
    axes: loopsOver(out.type),
    reduce: [],
    combine: 'sum',
    loads: operands.map(({ operand, type }) => broadcastLoad(operand, type)),
    body: expr,
    finishLoads: [],
    finish: { kind: 'arg', index: 0 },
    out: { operand: out.operand, index: broadcastLoad(out.operand, out.type).index },
  };
}
