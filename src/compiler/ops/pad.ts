/** Adds a border: zeros (or another value), the mirrored inside, or the repeated edge. Zero-padding C is ResNet's shortcut A. */
import { concreteDim, addDims } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, Lowering } from '../ir/kernel.ts';
import { featureMap, shapeOf, type TensorType } from '../ir/type.ts';
import { defineOp, isProblem, type Build, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { amountParam, axisParams, perAxis } from './shared/per-axis.ts';
import { problem } from './shared/problem.ts';
import { copyLowering, gather } from './shared/rearrange.ts';

type Mode = 'value' | 'reflect' | 'edge';

/** Canonical: `pads` holds [begin, end] for every axis of the input. */
function attrs(options: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): Attrs | Problem {
  const pads = perAxis('pad', options, input);
  if (options.mode !== 'value' && options.value !== 0) return valueUnseen(read.text(options, 'mode'));
  return isProblem(pads)
    ? pads
    : { pads, mode: read.text(options, 'mode'), value: read.number(options, 'value') };
}

function valueUnseen(mode: string): Problem {
  return problem(
    'layer/no-effect',
    { option: 'value', layer: 'pad', where: `with mode = ${mode}, which shows the map itself` },
    { at: { option: 'value' }, fixes: [{ title: 'leave value out', remove: 'value' }] },
  );
}

/** [begin, end] per axis. */
export function padsOf(attrs: Attrs): readonly (readonly [number, number])[] {
  const pads = read.padding(attrs, 'pads');
  return pads === 'same' ? [] : pads;
}

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const pads = padsOf(attrs);
  const mirror = attrs.mode === 'reflect';
  const axis = input.dims.findIndex(
    (n, i) => mirror && typeof n === 'number' && Math.max(...(pads[i] ?? [0])) >= n,
  );
  if (axis !== -1) {
    const pad = Math.max(...(pads[axis] ?? [0]));
    return problem(
      'shape/reflects-too-far',
      {
        pad,
        axis: input.axes[axis] ?? '',
        size: concreteDim(input.dims[axis] ?? 1),
      },
      {
        at: { option: 'mode' },
        fixes: [{ title: 'mode = edge (repeats the edge)', set: { option: 'mode', to: 'edge' } }],
      },
    );
  }
  return {
    ...input,
    dtype: 'f32',
    dims: input.dims.map((n, i) => addDims(n, (pads[i]?.[0] ?? 0) + (pads[i]?.[1] ?? 0))),
  };
}

/** The place of the input that a place of the output shows along one axis; undefined in a border of values. */
function sourceOf(mode: Mode, at: number, size: number): number | undefined {
  if (at >= 0 && at < size) return at;
  if (mode === 'value') return undefined;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  return at < 0 ? -at : 2 * (size - 1) - at;
}

/** What the border shows sends its gradient to where it was taken from, axis by axis. */
function mirrorGrad(node: Node, upstream: Node, build: Build): Node {
  const input = node.inputs[0]?.type ?? node.type;
  const [mode, pads] = [modeOf(node.attrs), padsOf(node.attrs)];
  return input.axes.reduce((g, axis, i) => {
    const [n, size] = [shapeOf(input)[i] ?? 1, shapeOf(node.type)[i] ?? 1];
    if (n === size) return g;
    const data = new Float32Array(size * n);
    for (let o = 0; o < size; o++) data[o * n + (sourceOf(mode, o - (pads[i]?.[0] ?? 0), n) ?? 0)] = 1;
    return build('axis_grad', [g], { axis, matrix: { shape: [size, n], data } });
  }, upstream);
}

function modeOf(attrs: Attrs): Mode {
  return attrs.mode === 'reflect' || attrs.mode === 'edge' ? attrs.mode : 'value';
}

function lower(node: Node): Lowering {
  const [mode, pads] = [modeOf(node.attrs), padsOf(node.attrs)];
  const input = shapeOf(node.inputs[0]?.type ?? node.type);
  const output = shapeOf(node.type);
  const index = (axis: string, i: number): Index => {
    const begin = pads[i]?.[0] ?? 0;
    if (mode === 'value' || (begin === 0 && input[i] === output[i])) return axisIndex(axis, 1, -begin);
    const values = Array.from(
      { length: output[i] ?? 0 },
      (_, o) => sourceOf(mode, o - begin, input[i] ?? 1) ?? 0,
    );
    return { kind: 'table', axis, values };
  };
  return copyLowering(node, index, mode === 'value' ? read.number(node.attrs, 'value') : undefined);
}

const map = featureMap([4, 5], 3);

export const pad = defineOp({
  name: 'pad',
  doc:
    'Adds a border around the feature map: `pad(1)` on every side, `pad(H = (0, 1))` along one axis, `pad(C = (0, 16))` adds channels of ' +
    'zeros. `mode`: `value` (zeros unless written), `reflect`, or `edge`.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [
    amountParam,
    ...axisParams('ends', 'Elements before and after'),
    {
      name: 'mode',
      kind: 'word',
      words: ['value', 'reflect', 'edge'],
      default: 'value',
      doc: 'What the border shows.',
    },
    { name: 'value', kind: 'float', default: 0, doc: 'The border’s value.' },
  ],
  attrs,
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const [mode, pads] = [modeOf(attrs), padsOf(attrs)];
    const from = (place: readonly number[]): readonly number[] | undefined => {
      const source = place.map((p, i) => sourceOf(mode, p - (pads[i]?.[0] ?? 0), x?.shape[i] ?? 0));
      return source.every((p) => p !== undefined) ? source : undefined;
    };
    return gather(x, output, from, read.number(attrs, 'value'));
  },
  grad: (node, upstream, build) =>
    modeOf(node.attrs) === 'value'
      ? [build('crop', [upstream], { pads: padsOf(node.attrs) })]
      : [mirrorGrad(node, upstream, build)],
  lower,
  onnx: { type: 'Pad' },
  samples: [
    { inputs: [map], options: { amount: 1 } },
    {
      inputs: [map],
      options: {
        amount: [
          [0, 1],
          [2, 0],
        ],
        value: 0.5,
      },
    },
    { inputs: [map], options: { C: [0, 4] } },
    { inputs: [map], options: { amount: 2, mode: 'reflect' } },
    { inputs: [map], options: { H: [1, 2], mode: 'edge' } },
    { inputs: [featureMap([6], 2)], options: { L: [3, 0] } },
    { inputs: [featureMap([2, 3, 2], 2)], options: { amount: 1 } },
    { inputs: [featureMap([], 5)], options: { C: 2 } },
  ],
});
