/** The registry of operators. To add one: its file, and its name in the list below. */
import { internal } from '../diagnostics/internal.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { argmax } from './argmax.ts';
import { avgpool } from './avgpool.ts';
import { axisGrad } from './axis-grad.ts';
import { bce } from './bce.ts';
import { bn } from './bn.ts';
import { clamp } from './clamp.ts';
import { concat } from './concat.ts';
import { convWeightGrad } from './conv-weight-grad.ts';
import { conv } from './conv.ts';
import { crop } from './crop.ts';
import { crossentropy } from './crossentropy.ts';
import { deconv } from './deconv.ts';
import { dense } from './dense.ts';
import { depthToSpace } from './depth-to-space.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { dwconv } from './dwconv.ts';
import { elu } from './elu.ts';
import { embedding } from './embedding.ts';
import { exp } from './exp.ts';
import { flatten } from './flatten.ts';
import { gap } from './gap.ts';
import { gelu } from './gelu.ts';
import { gmp } from './gmp.ts';
import { gram } from './gram.ts';
import { hsigmoid } from './hsigmoid.ts';
import { hswish } from './hswish.ts';
import { huber } from './huber.ts';
import { identity } from './identity.ts';
import { inNorm } from './in-norm.ts';
import { l2norm } from './l2norm.ts';
import { leakyRelu } from './leaky-relu.ts';
import { constant, input, param } from './leaves.ts';
import { ln } from './ln.ts';
import { log } from './log.ts';
import { lrnGrad } from './lrn-grad.ts';
import { lrn } from './lrn.ts';
import { mae } from './mae.ts';
import { map } from './map.ts';
import { matmul } from './matmul.ts';
import { max } from './max.ts';
import { maxpool } from './maxpool.ts';
import { mean } from './mean.ts';
import { min } from './min.ts';
import { mish } from './mish.ts';
import { mse } from './mse.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { oneHot } from './one-hot.ts';
import type { OpDef } from './op.ts';
import { pad } from './pad.ts';
import { phaseKernel } from './phase-kernel.ts';
import { poolGrad } from './pool-grad.ts';
import { prelu } from './prelu.ts';
import { qconv } from './qconv.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMin } from './reduce-min.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { rename } from './rename.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { roundSums } from './round-sums.ts';
import { selu } from './selu.ts';
import { sigmoid } from './sigmoid.ts';
import { silu } from './silu.ts';
import { slice } from './slice.ts';
import { logSoftmax, softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';
import { upsample } from './upsample.ts';

export const allOps: readonly OpDef[] = [
  abs,
  add,
  argmax,
  avgpool,
  axisGrad,
  bce,
  bn,
  clamp,
  concat,
  constant,
  conv,
  convWeightGrad,
  crop,
  crossentropy,
  deconv,
  dense,
  depthToSpace,
  div,
  dropout,
  dwconv,
  elu,
  embedding,
  exp,
  flatten,
  gap,
  gelu,
  gmp,
  gram,
  hsigmoid,
  hswish,
  huber,
  identity,
  inNorm,
  input,
  l2norm,
  leakyRelu,
  ln,
  log,
  logSoftmax,
  lrn,
  lrnGrad,
  mae,
  map,
  matmul,
  max,
  maxpool,
  mean,
  min,
  mish,
  mse,
  mul,
  neg,
  oneHot,
  pad,
  param,
  phaseKernel,
  poolGrad,
  prelu,
  qconv,
  reduceMax,
  reduceMin,
  relu,
  relu6,
  rename,
  reshape,
  resize,
  roundSums,
  selu,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  spaceToDepth,
  split,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  transpose,
  upsample,
];

const byName: ReadonlyMap<string, OpDef> = new Map(allOps.map((op) => [op.name, op]));

/**
 * The operator that a person means by `name` with that many values, or undefined. Two operators may share a spelling: `max` of one value
 * is a reduction, of several a merge. Internal operators cannot be written.
 */
export function findOp(name: string, values = 1): OpDef | undefined {
  const spelled = allOps.filter((op) => (op.spelling ?? op.name) === name && op.category !== 'internal');
  return spelled.find((op) => op.arity.min <= values && values <= op.arity.max) ?? spelled[0];
}

/** The operator of a node; an unknown name is our own bug. */
export function opDef(name: string): OpDef {
  return byName.get(name) ?? internal(`there is no operator ${name}`);
}
