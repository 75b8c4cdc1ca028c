/**
 * Operators that only move elements: where each element of the output comes from. The oracle walks places; the lowering is a nest whose
 * load has one index per axis of the input.
 */
import type { Node } from '../../ir/graph.ts';
import type { Index, LoopAxis, Lowering, NestKernel } from '../../ir/kernel.ts';
import * as s from '../../ir/scalar-build.ts';
import { shapeOf, sizeOf, type Tensor, type TensorType } from '../../ir/type.ts';
import { axisIndex, rowStrides } from './broadcast.ts';
import { loopsOver, lowering, outOperand } from './lowering.ts';

/** out[place] = x[from(place)], or `fill` where that is undefined. */
export function gather(
  x: Tensor | undefined,
  output: TensorType,
  from: (place: readonly number[]) => readonly number[] | undefined,
  fill = 0,
): Tensor {
  const shape = shapeOf(output);
  const [strides, sources] = [rowStrides(shape), rowStrides(x?.shape ?? [])];
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const place = shape.map((n, axis) => Math.floor(i / (strides[axis] ?? 1)) % n);
    const source = from(place);
    const at = source?.reduce((sum, p, axis) => sum + p * (sources[axis] ?? 0), 0);
    data[i] = at === undefined ? fill : (x?.data[at] ?? NaN);
  }
  return { shape, data };
}

/** A nest that copies one element per place; `axes` and `store` default to the output's own axes. */
export function copyNest(
  node: Node,
  load: { readonly operand?: number; readonly index: readonly Index[]; readonly outside?: number },
  store: { readonly axes?: readonly LoopAxis[]; readonly index?: readonly Index[] } = {},
): NestKernel {
  return {
    kind: 'nest',
    axes: store.axes ?? loopsOver(node.type),
    reduce: [],
    combine: 'sum',
    loads: [{ operand: load.operand ?? 0, index: load.index, outside: load.outside }],
    body: s.arg(0),
    finishLoads: [],
    finish: s.arg(0),
    out: { operand: outOperand(node), index: store.index ?? node.type.axes.map((axis) => axisIndex(axis)) },
  };
}

/** One nest, whose load is given per axis of the input. */
export function copyLowering(
  node: Node,
  index: (axis: string, at: number) => Index,
  outside?: number,
): Lowering {
  const axes = node.inputs[0]?.type.axes ?? [];
  const load = { index: axes.map(index), ...(outside === undefined ? {} : { outside }) };
  return lowering(copyNest(node, load));
}
