/** The table from operator to TensorFlow Lite emitter, exhaustive over what an inference graph can hold. */
import { internal } from '../../../src/compiler/diagnostics/internal.ts';
import type { Node } from '../../../src/compiler/ir/graph.ts';
import type { OpName } from '../../../src/compiler/ops/names.ts';
import type { EmittedOpName } from '../../../src/compiler/7-emit/spell-losses.ts';
import { embedding, gram, matmul, oneHot } from './algebra.ts';
import { deconv } from './deconv.ts';
import { dense } from './dense.ts';
import {
  elu,
  gelu,
  leakyRelu,
  merge,
  passThrough,
  prelu,
  relu,
  relu6,
  silu,
  spelledOut,
  unary,
} from './elementwise.ts';
import type { TfliteEmitter } from './emitter.ts';
import { inNorm, ln, lrn } from './norm.ts';
import { alongAxis, argmax, l2norm, overAxes } from './reduce.ts';
import { depthToSpace, resize, spaceToDepth, upsample } from './resize.ts';
import { concat, pad, part, toOwnShape, transpose } from './shape.ts';
import { avgpool, conv, dwconv, maxpool } from './window.ts';

const emitters: Readonly<Record<EmittedOpName, TfliteEmitter>> = {
  abs: unary('ABS'),
  add: merge('ADD'),
  argmax,
  avgpool,
  bn: spelledOut,
  clamp: spelledOut,
  concat,
  conv,
  crop: part,
  deconv,
  dense,
  depth_to_space: depthToSpace,
  div: merge('DIV'),
  dropout: passThrough,
  dwconv,
  elu,
  embedding,
  exp: unary('EXP'),
  flatten: toOwnShape,
  gap: overAxes('MEAN'),
  gelu,
  gmp: overAxes('REDUCE_MAX'),
  gram,
  hsigmoid: spelledOut,
  hswish: unary('HARD_SWISH'),
  identity: passThrough,
  in_norm: inNorm,
  l2norm,
  leaky_relu: leakyRelu,
  ln,
  log: unary('LOG'),
  log_softmax: alongAxis('LOG_SOFTMAX'),
  lrn,
  map: spelledOut,
  matmul,
  max: merge('MAXIMUM'),
  maxpool,
  mean: overAxes('MEAN'),
  min: merge('MINIMUM'),
  mish: spelledOut,
  mul: merge('MUL'),
  neg: unary('NEG'),
  one_hot: oneHot,
  pad,
  prelu,
  reduce_max: overAxes('REDUCE_MAX'),
  reduce_min: overAxes('REDUCE_MIN'),
  relu,
  relu6,
  rename: toOwnShape,
  reshape: toOwnShape,
  resize,
  selu: spelledOut,
  sigmoid: unary('LOGISTIC'),
  silu,
  slice: part,
  softmax: alongAxis('SOFTMAX'),
  softplus: spelledOut,
  space_to_depth: spaceToDepth,
  split: part,
  sqrt: unary('SQRT'),
  square: unary('SQUARE'),
  sub: merge('SUB'),
  sum: overAxes('SUM'),
  tanh: unary('TANH'),
  transpose,
  upsample,
};

/** Whether the operator can be written as TensorFlow Lite. */
export function canEmit(op: OpName): op is keyof typeof emitters {
  return op in emitters;
}

/** The emitter of a node's operator. */
export function emitterOf({ op }: Node): TfliteEmitter {
  return canEmit(op) ? emitters[op] : internal(`no TensorFlow Lite for ${op}`);
}
