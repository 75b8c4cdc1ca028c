/**
 * Transposed convolution: every input pixel paints its kernel into a larger map; the gradient of a convolution as a layer. Weight
 * [in, out/groups, k…] as in PyTorch. Output size (n − 1)·s − p₀ − p₁ + d(f − 1) + 1; `same` gives n·s. Zeiler et al. 2010;
 * Dumoulin & Visin, arXiv:1603.07285.
 */
import { addDims, concreteDim, mulDims } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering, Window } from '../ir/kernel.ts';
import { isStatic } from '../ir/rewrite.ts';
import {
  channelsOf,
  featureMap,
  shapeOf,
  sizeOf,
  spatialAxes,
  spatialDims,
  type Tensor,
  type TensorType,
} from '../ir/type.ts';
import { defineOp, type Problem, type WeightSpec } from './op.ts';
import * as read from './shared/attrs.ts';
import { groupsProblem } from './shared/groups.ts';
import { deconvGrad } from './shared/conv-grad.ts';
import { convMacs } from './shared/convolve.ts';
import { deconvNests, type Deconv } from './shared/deconv-nests.ts';
import { deconvPhases } from './shared/deconv-phases.ts';
import { forEachWindow } from './shared/loops.ts';
import { epilogueOf, lowering, outOperand } from './shared/lowering.ts';
import { problem, showSizes } from './shared/problem.ts';
import { biasParam, biasWeight, initOf, initParam } from './shared/weights.ts';
import { sizesProblem, spanOf, spatialProblem, windowAttrs, windowParams } from './shared/window.ts';

/** [begin, end] cut from the painted map per axis; a negative end adds pixels (where `same` or `output_pad` asks for them). */
function cuts(attrs: Attrs): readonly (readonly [number, number])[] {
  const w = windowAttrs(attrs);
  const more = read.number(attrs, 'output_pad');
  return w.kernel.map((_, i) => {
    if (w.pad !== 'same') return [w.pad[i]?.[0] ?? 0, (w.pad[i]?.[1] ?? 0) - more];
    const total = spanOf(w, i) - (w.stride[i] ?? 1);
    const begin = Math.floor(Math.max(0, total) / 2);
    return [begin, total - begin];
  });
}

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const wrong =
    spatialProblem('deconv', input) ??
    sizesProblem('deconv', attrs, input) ??
    groupsProblem('deconv', attrs, input);
  if (wrong) return wrong;
  const [w, cut] = [windowAttrs(attrs), cuts(attrs)];
  const spatial = spatialDims(input).map((n, i) => {
    const painted = addDims(mulDims(addDims(n, -1), w.stride[i] ?? 1), spanOf(w, i));
    return addDims(painted, -((cut[i]?.[0] ?? 0) + (cut[i]?.[1] ?? 0)));
  });
  const axis = spatial.findIndex((n) => typeof n === 'number' && n < 1);
  if (axis === -1) return featureMap(spatial, read.number(attrs, 'channels'));
  const window = `${showSizes(w.kernel)} kernel whose padding cuts everything away`;
  return problem(
    'shape/nothing-left',
    { layer: 'deconv', window, input: showSizes(input.dims) },
    { fixes: [{ title: 'pad = 0', set: { option: 'pad', to: '0' } }] },
  );
}

/** A pixel more than the stride would be the next size that the stride reaches. */
function outputPadProblem(attrs: Attrs): Problem | undefined {
  const [more, { stride, pad }] = [read.number(attrs, 'output_pad'), windowAttrs(attrs)];
  if (more === 0) return undefined;
  const fixes = [{ title: 'leave output_pad out', remove: 'output_pad' }];
  if (pad === 'same') {
    const args = {
      option: 'output_pad',
      layer: 'deconv',
      where: 'with pad = same, which gives input · stride',
    };
    return problem('layer/no-effect', args, { at: { option: 'output_pad' }, fixes });
  }
  const least = Math.min(...stride);
  if (more < least) return undefined;
  return problem(
    'value/too-large',
    { option: 'output_pad', what: 'deconv', found: more, bound: `below the stride, which is ${least}` },
    { at: { option: 'output_pad' }, fixes },
  );
}

/** The convolution that maps the output back to the input: its window lists who paints what. */
function adjoint(attrs: Attrs, input: TensorType, output: TensorType): Window {
  const w = windowAttrs(attrs);
  const rank = w.kernel.length;
  return {
    input: shapeOf(output).slice(0, rank),
    output: shapeOf(input).slice(0, rank),
    kernel: w.kernel,
    stride: w.stride,
    dilation: w.dilation,
    pads: cuts(attrs),
  };
}

function weights(attrs: Attrs, [input]: readonly TensorType[]): readonly WeightSpec[] {
  const [outC, kernel] = [read.number(attrs, 'channels'), read.numbers(attrs, 'kernel')];
  const [inC, perGroup] = [input ? concreteDim(channelsOf(input)) : 1, outC / read.number(attrs, 'groups')];
  const window = sizeOf(kernel);
  const type: TensorType = {
    dtype: 'f32',
    axes: ['I', 'O', ...(spatialAxes[kernel.length] ?? [])],
    dims: [inC, perGroup, ...kernel],
  };
  const init = initOf(attrs.init, { fanIn: inC * window, fanOut: perGroup * window });
  return [
    { name: 'weight', type, trainable: true, init },
    ...(attrs.bias === true ? [biasWeight(outC)] : []),
  ];
}

function evalDeconv(
  attrs: Attrs,
  [x, weight, bias]: readonly Tensor[],
  { inputs: [input], output }: { readonly inputs: readonly TensorType[]; readonly output: TensorType },
): Tensor {
  const shape = shapeOf(output);
  const window = adjoint(attrs, input ?? output, output);
  const [inC, outC, groups] = [
    x?.shape.at(-1) ?? 1,
    read.number(attrs, 'channels'),
    read.number(attrs, 'groups'),
  ];
  const [perIn, perOut, taps] = [inC / groups, outC / groups, sizeOf(window.kernel)];
  const sums = Float64Array.from({ length: sizeOf(shape) }, (_, i) => bias?.data[i % outC] ?? 0);
  forEachWindow(window, (inputPlace, visit) =>
    visit((outputPlace, tap) => {
      for (let i = 0; i < inC; i++)
        for (let o = 0; o < perOut; o++) {
          const at = outputPlace * outC + Math.floor(i / perIn) * perOut + o;
          const product =
            (x?.data[inputPlace * inC + i] ?? 0) * (weight?.data[(i * perOut + o) * taps + tap] ?? 0);
          sums[at] = (sums[at] ?? 0) + product;
        }
    }),
  );
  return { shape, data: Float32Array.from(sums) };
}

function lower(node: Node): Lowering {
  const bias = node.attrs.bias === true;
  const [outC, groups] = [read.number(node.attrs, 'channels'), read.number(node.attrs, 'groups')];
  const input = node.inputs[0]?.type ?? node.type;
  const layer: Deconv = {
    adjoint: adjoint(node.attrs, input, node.type),
    inC: concreteDim(channelsOf(input)),
    outC,
    groups,
    bias: bias ? 2 : undefined,
    epilogue: epilogueOf(node, bias ? 3 : 2),
    out: outOperand(node),
  };
  const [, weight, ...rest] = node.inputs;
  const isKnown = weight && isStatic(weight) && (!bias || (rest[0] !== undefined && isStatic(rest[0])));
  return isKnown ? deconvPhases(layer, weight) : lowering(...deconvNests(layer));
}

export const deconv = defineOp({
  name: 'deconv',
  doc:
    'Transposed convolution, for upsampling with learned kernels: `deconv(64, 2, stride = 2)` doubles H and W. Output size ' +
    '`(n − 1)·s − 2p + f`. Weights: `weight` [in, out/groups, k…], `bias` [out]. (Zeiler et al. 2010)',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'channels', kind: 'int', default: undefined, min: 1, doc: 'Output channels.' },
    windowParams.kernel,
    {
      ...windowParams.stride,
      doc: 'Distance at which neighbouring input pixels paint: the factor of the upsampling.',
    },
    {
      ...windowParams.pad,
      doc: 'Pixels cut from each side of the painted map; `same` gives input · stride.',
    },
    windowParams.dilation,
    {
      name: 'groups',
      kind: 'int',
      default: 1,
      min: 1,
      doc: 'Splits the channels into groups that do not see each other.',
    },
    {
      name: 'output_pad',
      kind: 'int',
      default: 0,
      min: 0,
      doc: 'Pixels added at the end, to reach one of the sizes that a stride maps together.',
    },
    biasParam,
    initParam,
  ],
  attrs: (options) => outputPadProblem(options) ?? options,
  weights,
  type,
  cost: (attrs, [input], output) => {
    const perElement =
      (read.number(attrs, 'channels') / read.number(attrs, 'groups')) * sizeOf(read.numbers(attrs, 'kernel'));
    return { macs: convMacs(input ?? output, perElement) };
  },
  eval: evalDeconv,
  grad: (node, upstream, build) => {
    const window = adjoint(node.attrs, node.inputs[0]?.type ?? node.type, node.type);
    return deconvGrad(node, upstream, build, { window, groups: read.number(node.attrs, 'groups') });
  },
  lower,
  epilogue: true,
  onnx: {
    type: 'ConvTranspose',
    attrs: (a) => ({ kernel_shape: a.kernel ?? [], strides: a.stride ?? [], group: a.groups ?? 1 }),
  },
  samples: [
    { inputs: [featureMap([3, 4], 5)], options: { channels: 7, kernel: 2, stride: 2 } },
    {
      inputs: [featureMap([4, 3], 3)],
      options: { channels: 4, kernel: 3, stride: 2, pad: 1, output_pad: 1 },
    },
    { inputs: [featureMap([3, 5], 2)], options: { channels: 3, kernel: 4, stride: 2, pad: 'same' } },
    { inputs: [featureMap([4, 4], 4)], options: { channels: 6, kernel: 3, groups: 2, bias: false } },
    { inputs: [featureMap([3, 3], 2)], options: { channels: 2, kernel: 2, stride: 3, pad: 'same' } },
    { inputs: [featureMap([4, 3], 2)], options: { channels: 3, kernel: 3, stride: 2, dilation: 2 } },
    { inputs: [featureMap([5], 3)], options: { channels: 4, kernel: 5, stride: 3, pad: [[1, 2]] } },
    { inputs: [featureMap([2, 3, 2], 2)], options: { channels: 3, kernel: 2, stride: 2 } },
  ],
});
