/** What TypeScript knows about the rank of a tfjs call, so that emitted locals carry a type exactly where the signature gives only `Tensor`. */
import type { Code } from '../typescript/code.ts';

/** Functions whose result has the rank of their first tensor, by tfjs' signatures. */
const rankKeeping = new Set(
  [
    ...['conv1d', 'conv2d', 'conv3d', 'depthwiseConv2d', 'conv2dTranspose', 'conv3dTranspose'],
    ...['fused.conv2d', 'fused.depthwiseConv2d', 'maxPool', 'avgPool', 'maxPool3d', 'avgPool3d'],
    ...[
      'relu',
      'relu6',
      'leakyRelu',
      'prelu',
      'elu',
      'selu',
      'sigmoid',
      'tanh',
      'softplus',
      'erf',
      'clipByValue',
    ],
    ...['softmax', 'logSoftmax', 'abs', 'neg', 'square', 'sqrt', 'exp', 'log', 'floor', 'ceil'],
    ...[
      'batchNorm',
      'localResponseNormalization',
      'pad',
      'mirrorPad',
      'gather',
      'concat',
      'tile',
      'transpose',
      'slice',
      'reverse',
    ],
    ...['image.resizeNearestNeighbor', 'image.resizeBilinear'],
  ].map((name) => `tf.${name}`),
);

/** Whether the rank of the expression follows from its text. */
export function infersRank(code: Code): boolean {
  switch (code.code) {
    case 'text':
    case 'cast':
      return true;
    case 'call':
      // An explicit type argument says it too: `tf.reshape<tf.Rank.R2>(…)`.
      if (code.callee.includes('<') || code.callee === 'tf.depthToSpace') return true;
      return (
        (rankKeeping.has(code.callee) || !code.callee.startsWith('tf.')) && infersRank(code.args[0] ?? code)
      );
    case 'object':
      return code.entries.every(([name, value]) => name !== 'x' || infersRank(value));
    case 'array':
      return code.items.every(infersRank);
  }
}
