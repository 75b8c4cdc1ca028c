/** Weight declarations that several layers share, in PyTorch's names and layouts; vectors lie on the axis C. */
import type { Attrs } from '../../ir/graph.ts';
import { spatialAxes, type TensorType } from '../../ir/type.ts';
import type { Init, ParamSpec, WeightSpec } from '../op.ts';
import { sizeOf } from '../../ir/type.ts';

/** A vector with one value per channel. */
export function channelVector(size: number): TensorType {
  return { dtype: 'f32', axes: ['C'], dims: [size] };
}

/** Convolution weight [O, I, …kernel]; I is per group. */
export function kernelType(outC: number, inC: number, kernel: readonly number[]): TensorType {
  return {
    dtype: 'f32',
    axes: ['O', 'I', ...(spatialAxes[kernel.length] ?? [])],
    dims: [outC, inC, ...kernel],
  };
}

/** `weight` [O, I, …kernel] with its initialiser, then `bias` [C] where the layer has one. */
export function kernelWeights(
  attrs: Attrs,
  sizes: { readonly outC: number; readonly inC: number; readonly kernel: readonly number[] },
): readonly WeightSpec[] {
  const window = sizeOf(sizes.kernel);
  const init = initOf(attrs.init, { fanIn: sizes.inC * window, fanOut: sizes.outC * window });
  const weight: WeightSpec = {
    name: 'weight',
    type: kernelType(sizes.outC, sizes.inC, sizes.kernel),
    trainable: true,
    init,
  };
  return attrs.bias === true ? [weight, biasWeight(sizes.outC)] : [weight];
}

export function biasWeight(size: number): WeightSpec {
  return { name: 'bias', type: channelVector(size), trainable: true, init: { kind: 'zeros' } };
}

/** `weight` of a normalisation: one factor per channel. */
export function scaleWeight(size: number): WeightSpec {
  return { name: 'weight', type: channelVector(size), trainable: true, init: { kind: 'ones' } };
}

const fanKinds = [
  'he_normal',
  'he_uniform',
  'lecun_normal',
  'xavier_uniform',
  'xavier_normal',
  'uniform',
] as const;

/** The initialiser that the option `init` names; without one, He's normal (He et al. 2015, arXiv:1502.01852), made for ReLU nets. */
export function initOf(name: unknown, fans: { readonly fanIn: number; readonly fanOut: number }): Init {
  if (name === 'zeros' || name === 'ones') return { kind: name };
  return { kind: fanKinds.find((kind) => kind === name) ?? 'he_normal', ...fans };
}

export const initParam: ParamSpec = {
  name: 'init',
  kind: 'init',
  words: ['zeros', 'ones', ...fanKinds],
  default: 'he_normal',
  doc: 'How training starts the weights.',
};

export const biasParam: ParamSpec = {
  name: 'bias',
  kind: 'bool',
  default: true,
  doc: 'Adds one trainable number per output channel; leave it out before `bn`, which has its own.',
};
