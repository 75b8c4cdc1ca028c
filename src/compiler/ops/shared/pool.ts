/** Max and average pooling: one definition with two ways to combine a window's pixels. */
import { channelsOf, featureMap, spatialDims, type Tensor, type TensorType } from '../../ir/type.ts';
import { concreteDim } from '../../ir/dim.ts';
import type { Attrs, Node } from '../../ir/graph.ts';
import type { PoolKernel, Window } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import { defineOp, type OpDef, type ParamSpec, type Problem, type Sample } from '../op.ts';
import { forEachWindow } from './loops.ts';
import { epilogueOf, lowering, outOperand } from './lowering.ts';
import { problem } from './problem.ts';
import {
  concreteWindow,
  needsMap,
  outputDims,
  spanOf,
  windowAttrs,
  windowParams,
  windowProblem,
} from './window.ts';

export interface Pool {
  readonly name: string;
  readonly reduce: 'max' | 'avg';
  readonly doc: string;
  readonly onnx: string;
  readonly params?: readonly ParamSpec[];
  readonly samples?: readonly Sample[];
}

/** Declares a pooling layer; `stride` defaults to the kernel, `pad = same` as for convolutions. */
export function definePool(pool: Pool): OpDef {
  return defineOp({
    name: pool.name,
    doc: pool.doc,
    category: 'layer',
    arity: { min: 1, max: 1 },
    params: [
      { ...windowParams.kernel, default: 2 },
      {
        ...windowParams.stride,
        default: null,
        doc: 'Step of the window per axis; the kernel unless written.',
      },
      windowParams.pad,
      ...(pool.params ?? []),
    ],
    attrs: (options) => ({ ...options, stride: options.stride ?? options.kernel ?? null }),
    type: (attrs, inputs) => poolType(pool.name, attrs, inputs),
    cost: () => ({ macs: 0 }),
    eval: (attrs, [x], types) => {
      const kernel = poolSizes(attrs, types.inputs[0] ?? types.output, types.output);
      return evalPool(
        { ...kernel, reduce: pool.reduce, countPadding: attrs.count_padding === true },
        x?.data,
      );
    },
    grad: (node, upstream, build) => {
      const [x] = node.inputs;
      return x ? [build('pool_grad', [x, node, upstream], gradAttrs(node, pool.reduce))] : [];
    },
    lower: (node) => lowering(poolKernel(node, pool.reduce)),
    epilogue: true,
    onnx: { type: pool.onnx, attrs: (a) => ({ kernel_shape: a.kernel ?? [], strides: a.stride ?? [] }) },
    samples: pool.samples ?? poolSamples,
  });
}

function poolType(layer: string, attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  if (!input) return needsMap(layer);
  const w = windowAttrs(attrs);
  return (
    windowProblem(layer, attrs, input) ??
    padProblem(layer, attrs) ??
    featureMap(outputDims(w, spatialDims(input)), channelsOf(input))
  );
}

function padProblem(layer: string, attrs: Attrs): Problem | undefined {
  const w = windowAttrs(attrs);
  if (w.pad === 'same') return undefined;
  const axis = w.pad.findIndex((p, i) => Math.max(...p) >= spanOf(w, i));
  const pad = Math.max(...(w.pad[axis] ?? [0]));
  if (axis === -1) return undefined;
  return problem(
    'shape/pad-too-large',
    { layer, pad, span: spanOf(w, axis) },
    { at: { option: 'pad' }, fixes: [{ title: 'pad = same', set: { option: 'pad', to: 'same' } }] },
  );
}

function poolSizes(
  attrs: Attrs,
  input: TensorType,
  output: TensorType,
): { window: Window; channels: number } {
  const window = concreteWindow(windowAttrs(attrs), input, output);
  return { window, channels: concreteDim(channelsOf(input)) };
}

/** The window with its padding in pixels, as `pool_grad` reads it. */
function gradAttrs(node: Node, reduce: 'max' | 'avg'): Attrs {
  const { window } = poolSizes(node.attrs, node.inputs[0]?.type ?? node.type, node.type);
  const { kernel, stride, pads } = window;
  return { reduce, kernel, stride, pad: pads, count_padding: node.attrs.count_padding === true };
}

function poolKernel(node: Node, reduce: 'max' | 'avg'): PoolKernel {
  return {
    kind: 'pool',
    reduce,
    countPadding: node.attrs.count_padding === true,
    ...poolSizes(node.attrs, node.inputs[0]?.type ?? node.type, node.type),
    x: 0,
    out: outOperand(node),
    epilogue: epilogueOf(node, 1),
  };
}

type PoolShape = Pick<PoolKernel, 'reduce' | 'countPadding' | 'window' | 'channels'>;

function evalPool(
  { reduce, countPadding, window, channels }: PoolShape,
  x: Float32Array = new Float32Array(),
): Tensor {
  const data = new Float32Array(sizeOf(window.output) * channels);
  const cells = sizeOf(window.kernel);
  forEachWindow(window, (place, taps) => {
    for (let c = 0; c < channels; c++) {
      let [max, sum, count] = [-Infinity, 0, 0];
      taps((inputPlace) => {
        const value = x[inputPlace * channels + c] ?? NaN;
        max = Math.max(max, value);
        sum += value;
        count++;
      });
      data[place * channels + c] = reduce === 'max' ? max : sum / (countPadding ? cells : count);
    }
  });
  return { shape: [...window.output, channels], data };
}

export const poolSamples: readonly Sample[] = [
  { inputs: [featureMap([8, 6], 5)], options: { kernel: 2 } },
  { inputs: [featureMap([7, 9], 3)], options: { kernel: 3, stride: 2, pad: 1 } },
  { inputs: [featureMap([13, 13], 4)], options: { kernel: 2, stride: 1, pad: 'same' } },
  {
    inputs: [featureMap([6, 7], 17)],
    options: {
      kernel: [3, 2],
      stride: [1, 2],
      pad: [
        [0, 1],
        [1, 0],
      ],
    },
  },
  { inputs: [featureMap([11], 6)], options: { kernel: 3, stride: 2 } },
  { inputs: [featureMap([4, 5, 6], 2)], options: { kernel: 2, pad: 'same' } },
];
