/**
 * What people write who come from Keras, PyTorch, TensorFlow, Caffe or Darknet: names of layers and options in other
 * frameworks, and what the same thing is called here. Keys are lower case without underscores.
 */

import { nearest } from '../../diagnostics/nearest.ts';

const layers: Readonly<Record<string, string>> = {
  conv1d: 'conv',
  conv2d: 'conv',
  conv3d: 'conv',
  convolution: 'conv',
  convolutional: 'conv',
  convolution2d: 'conv',
  depthwiseconv2d: 'dwconv',
  depthwiseconv: 'dwconv',
  depthwise: 'dwconv',
  conv2dtranspose: 'deconv',
  convtranspose: 'deconv',
  convtranspose2d: 'deconv',
  transposedconv: 'deconv',
  deconvolution: 'deconv',
  linear: 'dense',
  fc: 'dense',
  fullyconnected: 'dense',
  innerproduct: 'dense',
  batchnorm: 'bn',
  batchnorm1d: 'bn',
  batchnorm2d: 'bn',
  batchnorm3d: 'bn',
  batchnormalization: 'bn',
  layernorm: 'ln',
  layernormalization: 'ln',
  instancenorm: 'in_norm',
  instancenorm2d: 'in_norm',
  localresponsenorm: 'lrn',
  maxpool1d: 'maxpool',
  maxpool2d: 'maxpool',
  maxpool3d: 'maxpool',
  maxpooling2d: 'maxpool',
  maxpooling: 'maxpool',
  avgpool1d: 'avgpool',
  avgpool2d: 'avgpool',
  avgpool3d: 'avgpool',
  averagepooling2d: 'avgpool',
  averagepool: 'avgpool',
  meanpool: 'avgpool',
  globalaveragepooling2d: 'gap',
  globalavgpool: 'gap',
  globalaveragepool: 'gap',
  adaptiveavgpool2d: 'gap',
  globalmaxpooling2d: 'gmp',
  globalmaxpool: 'gmp',
  upsampling2d: 'upsample',
  upsampling: 'upsample',
  interpolate: 'resize',
  zeropadding2d: 'pad',
  zeropadding: 'pad',
  concatenate: 'concat',
  cat: 'concat',
  leakyrelu: 'leaky_relu',
  leaky: 'leaky_relu',
  logsoftmax: 'log_softmax',
  hardswish: 'hswish',
  hardsigmoid: 'hsigmoid',
  swish: 'silu',
  reorg: 'space_to_depth',
  pixelshuffle: 'depth_to_space',
  pixelunshuffle: 'space_to_depth',
  flat: 'flatten',
  logistic: 'sigmoid',
  subtract: 'sub',
  plus: 'add',
  addition: 'add',
  eltwise: 'add',
  times: 'mul',
  multiply: 'mul',
  divide: 'div',
  maximum: 'max',
  minimum: 'min',
  crossentropyloss: 'crossentropy',
  categoricalcrossentropy: 'crossentropy',
  sparsecategoricalcrossentropy: 'crossentropy',
  softmaxcrossentropy: 'crossentropy',
  binarycrossentropy: 'bce',
  bceloss: 'bce',
  bcewithlogitsloss: 'bce',
  mseloss: 'mse',
  meansquarederror: 'mse',
  l1loss: 'mae',
  maeloss: 'mae',
  meanabsoluteerror: 'mae',
  huberloss: 'huber',
  smoothl1loss: 'huber',
  grammatrix: 'gram',
};

const options: Readonly<Record<string, readonly string[]>> = {
  filters: ['channels', 'c', 'out'],
  outchannels: ['channels', 'c', 'out'],
  numoutput: ['channels', 'c', 'out'],
  units: ['channels', 'c', 'out'],
  outfeatures: ['channels', 'c', 'out'],
  kernelsize: ['kernel', 'k', 'size'],
  ksize: ['kernel', 'k', 'size'],
  poolsize: ['kernel', 'k', 'size'],
  size: ['kernel', 'k'],
  filter: ['kernel'],
  strides: ['stride'],
  padding: ['pad'],
  dilations: ['dilation'],
  dilationrate: ['dilation'],
  usebias: ['bias'],
  group: ['groups'],
  kernelinitializer: ['init'],
  weightinit: ['init'],
  axis: ['axes', 'over'],
  dim: ['axis', 'axes', 'over'],
  dims: ['axes', 'axis'],
  p: ['rate', 'p'],
  epsilon: ['eps'],
  learningrate: ['lr'],
  rho: ['decay'],
  stepsize: ['every'],
  gamma: ['factor'],
  alpha: ['slope'],
  negativeslope: ['slope'],
  scalefactor: ['scale', 'factor'],
  iouthreshold: ['iou'],
  nmsthreshold: ['iou'],
  scorethreshold: ['score'],
  confidence: ['score'],
  confthreshold: ['score'],
  maxdetections: ['max'],
  maxboxes: ['max'],
};

/** A name without what differs between the writings of frameworks. */
export const fold = (name: string): string => name.toLowerCase().replaceAll('_', '');

/** What another framework's layer is called here; undefined where the name is not known from one. */
export function foreignLayer(name: string): string | undefined {
  return Object.hasOwn(layers, fold(name)) ? layers[fold(name)] : undefined;
}

/** The option of ours (one of `known`) that another framework's option means. */
export function foreignOption(name: string, known: readonly string[]): string | undefined {
  const ours = Object.hasOwn(options, fold(name)) ? options[fold(name)] : undefined;
  return ours?.find((option) => known.includes(option));
}

/** The same for a mistyped option of another framework: `pading` is `padding`, and so `pad`. */
export function nearForeignOption(name: string, known: readonly string[]): string | undefined {
  const near = nearest(fold(name), Object.keys(options));
  return near === undefined ? undefined : foreignOption(near, known);
}

const constants: Readonly<Record<string, string>> = {
  ...{
    True: 'true',
    TRUE: 'true',
    yes: 'true',
    on: 'true',
    False: 'false',
    FALSE: 'false',
    no: 'false',
    off: 'false',
  },
  ...{ pi: '3.141592653589793', PI: '3.141592653589793', M_PI: '3.141592653589793' },
};

/** `True` of Python is `true`. */
export function foreignConstant(name: string): string | undefined {
  return Object.hasOwn(constants, name) ? constants[name] : undefined;
}

/** What elsewhere stands for a number that is none, or larger than all. */
export const isNotFinite = (name: string): boolean => /^(?:nan|[+-]?inf(?:inity|ty)?)$/i.test(name);

/** What elsewhere stands for no value. */
export const isNothing = (name: string): boolean => /^(?:None|null|nil|undefined|NULL|nullptr)$/.test(name);

const words: Readonly<Record<string, string>> = {
  ...{ he: 'he_normal', kaiming: 'he_normal', kaiming_normal: 'he_normal', kaiming_uniform: 'he_uniform' },
  ...{
    xavier: 'xavier_uniform',
    glorot: 'xavier_uniform',
    glorot_uniform: 'xavier_uniform',
    glorot_normal: 'xavier_normal',
  },
  ...{
    lecun: 'lecun_normal',
    zero: 'zeros',
    one: 'ones',
    random_uniform: 'uniform',
    SAME: 'same',
    VALID: 'valid',
  },
};

/** A word that an option takes, by its name elsewhere. */
export function foreignWord(name: string, known: readonly string[]): string | undefined {
  const ours = Object.hasOwn(words, name) ? words[name] : undefined;
  return ours !== undefined && known.includes(ours) ? ours : undefined;
}
