/**
 * The table from operator to emitter. An operator without an entry is element-wise (its scalar expression is emitted) or has no counterpart
 * in TensorFlow.js; `unsupported` says which.
 */
import { internal } from '../../../diagnostics/internal.ts';
import type { Node } from '../../../ir/graph.ts';
import { opDef } from '../../../ops/index.ts';
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
import { conv, convFuses } from './conv.ts';
import { dense } from './dense.ts';
import type { OpEmitter } from './emitter.ts';
import { bn } from './norm.ts';
import { avgpool, maxpool } from './pool.ts';
import { alongAxis, argmax, l2norm, overAxes } from './reduce.ts';
import { elementwise } from './scalar.ts';
import { concat, pad, part, toOwnShape, transpose } from './shape.ts';

const emitters: Readonly<Record<string, OpEmitter>> = {
  abs: unary('abs'),
  add: merge('add'),
  argmax,
  avgpool,
  bn,
  clamp,
  concat,
  conv,
  crop: part,
  dense,
  div: merge('div'),
  dropout: passThrough,
  dwconv: conv,
  elu,
  exp: unary('exp'),
  flatten: toOwnShape,
  gap: overAxes('mean'),
  gelu,
  gmp: overAxes('max'),
  hsigmoid,
  hswish,
  identity: passThrough,
  l2norm,
  leaky_relu: leakyRelu,
  log: unary('log'),
  log_softmax: alongAxis('logSoftmax'),
  max: merge('maximum'),
  maxpool,
  mean: overAxes('mean'),
  min: merge('minimum'),
  mish,
  mul: merge('mul'),
  neg: unary('neg'),
  pad,
  prelu,
  reduce_max: overAxes('max'),
  reduce_min: overAxes('min'),
  relu: unary('relu'),
  relu6: unary('relu6'),
  rename: passThrough,
  reshape: toOwnShape,
  selu: unary('selu'),
  sigmoid: unary('sigmoid'),
  silu,
  slice: part,
  softmax: alongAxis('softmax'),
  softplus: unary('softplus'),
  split: part,
  sqrt: unary('sqrt'),
  square: unary('square'),
  sub: merge('sub'),
  sum: overAxes('sum'),
  tanh: unary('tanh'),
  transpose,
};

/** The emitter of a node's operator. */
export function emitterOf(node: Node): OpEmitter {
  return (
    emitters[node.op] ??
    (opDef(node.op).scalar ? elementwise : internal(`no TensorFlow.js code for ${node.op}`))
  );
}

/** Whether the operator can be written with TensorFlow.js operations. */
export function canEmit(op: string): boolean {
  return op in emitters || opDef(op).scalar !== undefined;
}

/** Whether tfjs can compute an activation inside the kernel of this node. */
export function canFuse(node: Node): boolean {
  return ((node.op === 'conv' || node.op === 'dwconv') && convFuses(node)) || node.op === 'dense';
}
