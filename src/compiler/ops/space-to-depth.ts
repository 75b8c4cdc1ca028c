/**
 * Blocks of pixels become channels: YOLOv2's pass-through and the inverse of `depth_to_space`. The channel of pixel (y, x) of a block is
 * (y · block + x) · C + c, as in TensorFlow and ONNX. Redmon & Farhadi, arXiv:1612.08242.
 */
import { concreteDim, floorDivDim, mulDims } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import { channelsOf, featureMap, shapeOf, spatialDims, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { blockLoops, blockParam, blockPlaces, inBlock, blockSize } from './shared/blocks.ts';
import { lowering } from './shared/lowering.ts';
import { problem } from './shared/problem.ts';
import { copyNest, gather } from './shared/rearrange.ts';
import { spatialProblem } from './shared/window.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const block = read.number(attrs, 'block');
  const wrong = spatialProblem('space_to_depth', input);
  if (wrong) return wrong;
  const spatial = spatialDims(input);
  const axis = spatial.findIndex((n) => typeof n === 'number' && n % block !== 0);
  if (axis !== -1) return blockProblem(input, axis, block);
  const channels = mulDims(channelsOf(input), blockSize(block, spatial.length));
  return featureMap(
    spatial.map((n) => floorDivDim(n, block)),
    channels,
  );
}

/** Whole blocks only; the fix fills the last one up. */
function blockProblem(input: TensorType, axis: number, block: number): Problem {
  const [name, size] = [input.axes[axis] ?? '', concreteDim(input.dims[axis] ?? 1)];
  const lacking = block - (size % block);
  const border = `pad(${name} = (0, ${lacking}))`;
  return problem(
    'shape/block-divides',
    { layer: 'space_to_depth', block, axis: name, size },
    {
      at: { option: 'block' },
      fixes: [{ title: `${border} before it makes ${name} = ${size + lacking}`, before: border }],
    },
  );
}

export const spaceToDepth = defineOp({
  name: 'space_to_depth',
  doc: 'Blocks of pixels become channels: `space_to_depth(2)` turns 26x26x64 into 13x13x256. (Redmon & Farhadi 2016, YOLOv2’s pass-through)',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [blockParam],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { inputs: [input], output }) => {
    const [block, channels] = [read.number(attrs, 'block'), concreteDim(channelsOf(input ?? output))];
    return gather(x, output, (place) => {
      const c = place.at(-1) ?? 0;
      const within = inBlock(Math.floor(c / channels), block, place.length - 1);
      return [...within.map((w, i) => (place[i] ?? 0) * block + w), c % channels];
    });
  },
  grad: (node, upstream, build) => [build('depth_to_space', [upstream], node.attrs)],
  lower: (node) => {
    const block = read.number(node.attrs, 'block');
    const small = shapeOf(node.type).slice(0, -1);
    const loops = blockLoops(small, block, concreteDim(channelsOf(node.inputs[0]?.type ?? node.type)));
    const { large, deep } = blockPlaces(loops, block);
    return lowering(copyNest(node, { index: large }, { axes: loops, index: deep }));
  },
  onnx: { type: 'SpaceToDepth', attrs: (a) => ({ blocksize: a.block ?? 2 }) },
  samples: [
    { inputs: [featureMap([4, 6], 3)], options: {} },
    { inputs: [featureMap([9, 3], 2)], options: { block: 3 } },
    { inputs: [featureMap([8], 2)], options: {} },
    { inputs: [featureMap([2, 4, 2], 3)], options: {} },
  ],
});
