/** The table from operator to ONNX emitter, exhaustive over what an inference graph can hold. */
import { internal } from '../../../diagnostics/internal.ts';
import type { Node } from '../../../ir/graph.ts';
import type { OpName } from '../../../ops/names.ts';
import type { EmittedOpName } from '../../spell-losses.ts';
import { embedding, gram, matmul, oneHot } from './algebra.ts';
import { dense, flatten } from './dense.ts';
import { clamp, merge, passThrough, prelu, relu6, sameInOnnx, silu, spelledOut } from './elementwise.ts';
import type { OnnxEmitter } from './emitter.ts';
import { bn, inNorm, ln, lrn } from './norm.ts';
import { alongAxis, argmax, globalPool, l2norm, overAxes } from './reduce.ts';
import { depthToSpace, resize, spaceToDepth, upsample } from './resize.ts';
import { concat, pad, part, rename, reshape, transpose } from './shape.ts';
import { avgpool, conv, deconv, dwconv, maxpool } from './window.ts';

const emitters: Readonly<Record<EmittedOpName, OnnxEmitter>> = {
  abs: sameInOnnx,
  add: merge('Add'),
  argmax,
  avgpool,
  bn,
  clamp,
  concat,
  conv,
  crop: part,
  deconv,
  dense,
  depth_to_space: depthToSpace,
  div: merge('Div'),
  dropout: passThrough,
  dwconv,
  elu: sameInOnnx,
  embedding,
  exp: sameInOnnx,
  flatten,
  gap: globalPool('GlobalAveragePool'),
  gelu: sameInOnnx,
  gmp: globalPool('GlobalMaxPool'),
  gram,
  hsigmoid: sameInOnnx,
  hswish: sameInOnnx,
  identity: passThrough,
  in_norm: inNorm,
  l2norm,
  leaky_relu: sameInOnnx,
  ln,
  log: sameInOnnx,
  log_softmax: alongAxis('LogSoftmax'),
  lrn,
  map: spelledOut,
  matmul,
  max: merge('Max'),
  maxpool,
  mean: overAxes('ReduceMean'),
  min: merge('Min'),
  mish: sameInOnnx,
  mul: merge('Mul'),
  neg: sameInOnnx,
  one_hot: oneHot,
  pad,
  prelu,
  reduce_max: overAxes('ReduceMax'),
  reduce_min: overAxes('ReduceMin'),
  relu: sameInOnnx,
  relu6,
  rename,
  reshape,
  resize,
  selu: sameInOnnx,
  sigmoid: sameInOnnx,
  silu,
  slice: part,
  softmax: alongAxis('Softmax'),
  softplus: sameInOnnx,
  space_to_depth: spaceToDepth,
  split: part,
  sqrt: sameInOnnx,
  square: spelledOut,
  sub: merge('Sub'),
  sum: overAxes('ReduceSum'),
  tanh: sameInOnnx,
  transpose,
  upsample,
};

/** Whether the operator can be written in ONNX. */
export function canEmit(op: OpName): op is keyof typeof emitters {
  return op in emitters;
}

/** The emitter of a node's operator. */
export function emitterOf({ op }: Node): OnnxEmitter {
  return canEmit(op) ? emitters[op] : internal(`no ONNX for ${op}`);
}
