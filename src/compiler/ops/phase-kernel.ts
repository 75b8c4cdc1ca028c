/**
 * One phase of a strided transposed convolution's weight, as the weight of an ordinary convolution: [in, out/groups, k…] →
 * [out, in/groups, taps…], where tap t is tap first + step·t of the whole. A static value that the compiler makes, see
 * shared/deconv-phases.ts.
 */
import { floorDivDim, mulDims } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { shapeOf, sizeOf, spatialAxes, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex, rowStrides } from './shared/broadcast.ts';
import { lowering, outOperand } from './shared/lowering.ts';

/** Which taps, per spatial axis, and into how many groups the channels are split. */
export interface PhaseTaps {
  readonly groups: number;
  readonly taps: readonly number[];
  readonly first: readonly number[];
  readonly step: readonly number[];
}

function tapsOf(attrs: Attrs): PhaseTaps {
  const [taps, first, step] = [
    read.numbers(attrs, 'taps'),
    read.numbers(attrs, 'first'),
    read.numbers(attrs, 'step'),
  ];
  return { groups: read.number(attrs, 'groups'), taps, first, step };
}

function type(attrs: Attrs, [weight]: readonly TensorType[]): TensorType {
  const { groups, taps } = tapsOf(attrs);
  const [inC = 1, perOut = 1] = weight?.dims ?? [];
  const axes = ['O', 'I', ...(spatialAxes[taps.length] ?? [])] as const;
  return { dtype: 'f32', axes, dims: [mulDims(perOut, groups), floorDivDim(inC, groups), ...taps] };
}

/** Offset of every tap of the phase in the window of the whole. */
function tapOffsets({ taps, first, step }: PhaseTaps, kernel: readonly number[]): readonly number[] {
  const [inner, outer] = [rowStrides(taps), rowStrides(kernel)];
  return Array.from({ length: sizeOf(taps) }, (_, tap) =>
    taps.reduce((sum, count, axis) => {
      const t = Math.floor(tap / (inner[axis] ?? 1)) % count;
      return sum + ((first[axis] ?? 0) + (step[axis] ?? 1) * t) * (outer[axis] ?? 1);
    }, 0),
  );
}

function select(attrs: Attrs, [weight]: readonly Tensor[], shape: readonly number[]): Tensor {
  const phase = tapsOf(attrs);
  const [inC = 1, perOut = 1, ...kernel] = weight?.shape ?? [];
  const source = weight?.data ?? new Float32Array();
  const offsets = tapOffsets(phase, kernel);
  const window = sizeOf(kernel);
  const perIn = inC / phase.groups;
  const data = new Float32Array(sizeOf(shape));
  let at = 0;
  for (let o = 0; o < perOut * phase.groups; o++) {
    const [firstIn, channel] = [Math.floor(o / perOut) * perIn, o % perOut];
    for (let i = 0; i < perIn; i++)
      for (const offset of offsets)
        data[at++] = source[((firstIn + i) * perOut + channel) * window + offset] ?? NaN;
  }
  return { shape, data };
}

function lower(node: Node): Lowering {
  const { groups, taps, first, step } = tapsOf(node.attrs);
  const [outC = 1, perIn = 1] = shapeOf(node.type);
  const names = spatialAxes[taps.length] ?? [];
  const grouped = (size: number, axis: string): Index => ({
    kind: 'affine',
    constant: 0,
    terms: [
      { axis: 'G', coefficient: size },
      { axis, coefficient: 1 },
    ],
  });
  const source = names.map((name, i) => axisIndex(name, step[i], first[i]));
  return lowering({
    kind: 'nest',
    axes: [
      { name: 'G', size: groups },
      { name: 'O', size: outC / groups },
      { name: 'I', size: perIn },
      ...names.map((name, i) => ({ name, size: taps[i] ?? 1 })),
    ],
    reduce: [],
    combine: 'sum',
    loads: [{ operand: 0, index: [grouped(perIn, 'I'), axisIndex('O'), ...source], outside: undefined }],
    body: s.arg(0),
    finishLoads: [],
    finish: s.arg(0),
    out: {
      operand: outOperand(node),
      index: [grouped(outC / groups, 'O'), axisIndex('I'), ...names.map((name) => axisIndex(name))],
    },
  });
}

/** The node of these taps of `weight`. */
export function phaseKernelNode(weight: Node, phase: PhaseTaps): Node {
  const { groups, taps, first, step } = phase;
  const attrs = { groups, taps, first, step };
  const { path, span } = weight;
  return { op: 'phase_kernel', inputs: [weight], attrs, type: type(attrs, [weight.type]), path, span };
}

const weightType = (inC: number, perOut: number, kernel: readonly number[]): TensorType => ({
  dtype: 'f32',
  axes: ['I', 'O', ...(spatialAxes[kernel.length] ?? [])],
  dims: [inC, perOut, ...kernel],
});

export const phaseKernel = defineOp({
  name: 'phase_kernel',
  doc: 'The taps of a transposed convolution’s weight that paint one phase of its output, as the weight of a convolution.',
  category: 'internal',
  arity: { min: 1, max: 1 },
  params: [],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, values, { output }) => select(attrs, values, shapeOf(output)),
  // Made when a program is lowered, after gradients.
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    {
      inputs: [weightType(3, 5, [2, 2])],
      options: { groups: 1, taps: [1, 1], first: [0, 1], step: [-2, -2] },
    },
    {
      inputs: [weightType(6, 2, [5, 4])],
      options: { groups: 3, taps: [3, 2], first: [4, 3], step: [-2, -2] },
    },
    { inputs: [weightType(2, 3, [7])], options: { groups: 1, taps: [3], first: [6], step: [-3] } },
    {
      inputs: [weightType(2, 1, [2, 3, 2])],
      options: { groups: 2, taps: [1, 2, 2], first: [1, 2, 1], step: [-2, -2, -1] },
    },
  ],
});
