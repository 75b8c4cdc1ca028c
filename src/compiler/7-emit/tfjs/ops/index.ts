/** The table from operator to emitter, exhaustive over what an inference graph can hold. */
import { internal } from '../../../diagnostics/internal.ts';
import type { Node } from '../../../ir/graph.ts';
import type { OpName } from '../../../ops/names.ts';
import type { EmittedOpName } from '../../spell-losses.ts';
import {
  clamp,
  elu,
  gelu,
  hsigmoid,
  hswish,
  leakyRelu,
  merge,
  mish,
  passThrough,
  prelu,
  silu,
  unary,
} from './activation.ts';
import { embedding, gram, matmul, oneHot } from './algebra.ts';
import { conv, convFuses } from './conv.ts';
import { deconv } from './deconv.ts';
import { dense } from './dense.ts';
import type { OpEmitter } from './emitter.ts';
import { bn, inNorm, ln, lrn } from './norm.ts';
import { avgpool, maxpool } from './pool.ts';
import { alongAxis, argmax, l2norm, overAxes } from './reduce.ts';
import { depthToSpace, resize, spaceToDepth, upsample } from './resize.ts';
import { elementwise } from './scalar.ts';
import { concat, pad, part, toOwnShape, transpose } from './shape.ts';

const emitters: Readonly<Record<EmittedOpName, OpEmitter>> = {
  abs: unary('abs'),
  add: merge('add'),
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
  div: merge('div'),
  dropout: passThrough,
  dwconv: conv,
  elu,
  embedding,
  exp: unary('exp'),
  flatten: toOwnShape,
  gap: overAxes('mean'),
  gelu,
  gmp: overAxes('max'),
  gram,
  hsigmoid,
  hswish,
  identity: passThrough,
  in_norm: inNorm,
  l2norm,
  leaky_relu: leakyRelu,
  ln,
  log: unary('log'),
  log_softmax: alongAxis('logSoftmax'),
  lrn,
  map: elementwise,
  matmul,
  max: merge('maximum'),
  maxpool,
  mean: overAxes('mean'),
  min: merge('minimum'),
  mish,
  mul: merge('mul'),
  neg: unary('neg'),
  one_hot: oneHot,
  pad,
  prelu,
  reduce_max: overAxes('max'),
  reduce_min: overAxes('min'),
  relu: unary('relu'),
  relu6: unary('relu6'),
  rename: passThrough,
  reshape: toOwnShape,
  resize,
  selu: unary('selu'),
  sigmoid: unary('sigmoid'),
  silu,
  slice: part,
  softmax: alongAxis('softmax'),
  softplus: unary('softplus'),
  space_to_depth: spaceToDepth,
  split: part,
  sqrt: unary('sqrt'),
  square: unary('square'),
  sub: merge('sub'),
  sum: overAxes('sum'),
  tanh: unary('tanh'),
  transpose,
  upsample,
};

/** Whether the operator can be written with TensorFlow.js operations. */
export function canEmit(op: OpName): op is keyof typeof emitters {
  return op in emitters;
}

/** The emitter of a node's operator. */
export function emitterOf({ op }: Node): OpEmitter {
  return canEmit(op) ? emitters[op] : internal(`no TensorFlow.js code for ${op}`);
}

/** Whether tfjs can compute an activation inside the kernel of this node. */
export function canFuse(node: Node): boolean {
  return ((node.op === 'conv' || node.op === 'dwconv') && convFuses(node)) || node.op === 'dense';
}
