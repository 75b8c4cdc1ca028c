/**
 * Channels become blocks of pixels (sub-pixel upsampling): the inverse of `space_to_depth`, with the same order of channels (ONNX mode
 * DCR, TensorFlow). Shi et al., arXiv:1609.05158, with PyTorch's pixel_shuffle order differing (CRD).
 */
import { concreteDim, mulDims } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import { channelsOf, featureMap, shapeOf, spatialDims, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { blockLoops, blockParam, blockPlaces, blockSize } from './shared/blocks.ts';
import { lowering } from './shared/lowering.ts';
import { problem } from './shared/problem.ts';
import { copyNest, gather } from './shared/rearrange.ts';
import { spatialProblem } from './shared/window.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const wrong = spatialProblem('depth_to_space', input);
  // A vector made a signal has one channel, of which no blocks can be made.
  if (wrong) return input.axes.length === 1 ? { ...wrong, fixes: [] } : wrong;
  const [block, spatial] = [read.number(attrs, 'block'), spatialDims(input)];
  const [cells, channels] = [blockSize(block, spatial.length), concreteDim(channelsOf(input))];
  if (channels % cells !== 0)
    return problem('shape/block-divides', {
      layer: 'depth_to_space',
      block: cells,
      axis: 'C',
      size: channels,
    });
  return featureMap(
    spatial.map((n) => mulDims(n, block)),
    channels / cells,
  );
}

export const depthToSpace = defineOp({
  name: 'depth_to_space',
  doc: 'Channels become blocks of pixels: `depth_to_space(2)` turns 13x13x256 into 26x26x64. (Shi et al. 2016, sub-pixel upsampling)',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [blockParam],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const [block, channels] = [read.number(attrs, 'block'), concreteDim(channelsOf(output))];
    return gather(x, output, (place) => {
      const spatial = place.slice(0, -1);
      const cell = spatial.reduce((at, p) => at * block + (p % block), 0);
      return [...spatial.map((p) => Math.floor(p / block)), cell * channels + (place.at(-1) ?? 0)];
    });
  },
  grad: (node, upstream, build) => [build('space_to_depth', [upstream], node.attrs)],
  lower: (node) => {
    const block = read.number(node.attrs, 'block');
    const small = shapeOf(node.inputs[0]?.type ?? node.type).slice(0, -1);
    const loops = blockLoops(small, block, concreteDim(channelsOf(node.type)));
    const { large, deep } = blockPlaces(loops, block);
    return lowering(copyNest(node, { index: deep }, { axes: loops, index: large }));
  },
  onnx: { type: 'DepthToSpace', attrs: (a) => ({ blocksize: a.block ?? 2, mode: 'DCR' }) },
  samples: [
    { inputs: [featureMap([3, 2], 12)], options: {} },
    { inputs: [featureMap([2, 1], 18)], options: { block: 3 } },
    { inputs: [featureMap([5], 4)], options: {} },
    { inputs: [featureMap([1, 2, 1], 8)], options: {} },
  ],
});
