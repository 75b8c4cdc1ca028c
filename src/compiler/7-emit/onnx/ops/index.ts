/** The table from operator to ONNX emitter; an operator without an entry is element-wise, and its expression is spelled out. */
import { internal } from '../../../diagnostics/internal.ts';
import type { Node } from '../../../ir/graph.ts';
import { opDef } from '../../../ops/index.ts';
import { dense, flatten } from './dense.ts';
import { clamp, merge, passThrough, prelu, relu6, sameInOnnx, silu, spelledOut } from './elementwise.ts';
import type { OnnxEmitter } from './emitter.ts';
import { bn } from './norm.ts';
import { alongAxis, argmax, globalPool, overAxes } from './reduce.ts';
import { concat, pad, part, rename, reshape, transpose } from './shape.ts';
import { avgpool, conv, dwconv, maxpool } from './window.ts';

const emitters: Readonly<Record<string, OnnxEmitter>> = {
  abs: sameInOnnx,
  add: merge('Add'),
  argmax,
  avgpool,
  bn,
  clamp,
  concat,
  conv,
  crop: part,
  dense,
  div: merge('Div'),
  dropout: passThrough,
  dwconv,
  elu: sameInOnnx,
  exp: sameInOnnx,
  flatten,
  gap: globalPool('GlobalAveragePool'),
  gelu: sameInOnnx,
  gmp: globalPool('GlobalMaxPool'),
  hsigmoid: sameInOnnx,
  hswish: sameInOnnx,
  identity: passThrough,
  l2norm: overAxes('ReduceL2'),
  leaky_relu: sameInOnnx,
  log: sameInOnnx,
  log_softmax: alongAxis('LogSoftmax'),
  max: merge('Max'),
  maxpool,
  mean: overAxes('ReduceMean'),
  min: merge('Min'),
  mish: sameInOnnx,
  mul: merge('Mul'),
  neg: sameInOnnx,
  pad,
  prelu,
  reduce_max: overAxes('ReduceMax'),
  reduce_min: overAxes('ReduceMin'),
  relu: sameInOnnx,
  relu6,
  rename,
  reshape,
  selu: sameInOnnx,
  sigmoid: sameInOnnx,
  silu,
  slice: part,
  softmax: alongAxis('Softmax'),
  softplus: sameInOnnx,
  split: part,
  sqrt: sameInOnnx,
  sub: merge('Sub'),
  sum: overAxes('ReduceSum'),
  tanh: sameInOnnx,
  transpose,
};

/** The emitter of a node's operator. */
export function emitterOf(node: Node): OnnxEmitter {
  return emitters[node.op] ?? (opDef(node.op).scalar ? spelledOut : internal(`no ONNX for ${node.op}`));
}

/** Whether the operator can be written in ONNX. */
export function canEmit(op: string): boolean {
  return op in emitters || opDef(op).scalar !== undefined;
}
