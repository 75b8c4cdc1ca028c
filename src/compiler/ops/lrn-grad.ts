/**
 * Gradient of local response normalisation. With b = k + α Σ x² over the neighbours and y = x · b^−β:
 * dx[c] = g[c] · b[c]^−β − 2αβ · x[c] · Σ over the channels j that have c as a neighbour of g[j] · x[j] · b[j]^(−β−1).
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, Load, Lowering, NestKernel } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, type Tensor } from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';
import { lrnReach } from './shared/lrn-reach.ts';

function evalGrad(attrs: Attrs, [x, g]: readonly Tensor[], shape: readonly number[]): Tensor {
  const [k, alpha, beta] = ['k', 'alpha', 'beta'].map((name) => read.number(attrs, name)) as [
    number,
    number,
    number,
  ];
  const [before, after] = lrnReach(attrs);
  const channels = shape.at(-1) ?? 1;
  const [xs, gs] = [x?.data ?? new Float32Array(), g?.data ?? new Float32Array()];
  /** Σ over channels c − low … c + high of the same place. */
  const around = (at: number, [low, high]: readonly [number, number], f: (i: number) => number): number => {
    const c = at % channels;
    let sum = 0;
    for (let j = Math.max(0, c - low); j <= Math.min(channels - 1, c + high); j++) sum += f(at - c + j);
    return sum;
  };
  const base = Float64Array.from(
    xs,
    (_, at) => k + alpha * around(at, [before, after], (i) => (xs[i] ?? NaN) ** 2),
  );
  const term = (i: number): number => (gs[i] ?? NaN) * (xs[i] ?? NaN) * (base[i] ?? NaN) ** (-beta - 1);
  const data = Float32Array.from(xs, (value, at) => {
    const direct = (gs[at] ?? NaN) * (base[at] ?? NaN) ** -beta;
    return direct - 2 * alpha * beta * value * around(at, [after, before], term);
  });
  return { shape, data };
}

/** Temporaries: b, then g · x · b^(−β−1); the third nest sums the latter over the mirrored neighbourhood. */
function lower(node: Node): Lowering {
  const { attrs, type } = node;
  const [k, alpha, beta] = ['k', 'alpha', 'beta'].map((name) => read.number(attrs, name)) as [
    number,
    number,
    number,
  ];
  const [before, after] = lrnReach(attrs);
  const spatial = type.axes.slice(0, -1).map((axis) => axisIndex(axis));
  const own = (operand: number): Load => ({
    operand,
    index: [...spatial, axisIndex('C')],
    outside: undefined,
  });
  const neighbours = (operand: number, low: number): Load => {
    const terms = ['C', 'J'].map((axis) => ({ axis, coefficient: 1 }));
    const channel: Index = { kind: 'affine', constant: -low, terms };
    return { operand, index: [...spatial, channel], outside: 0 };
  };
  const power = (exponent: number): ReturnType<typeof s.exp> =>
    s.exp(s.mul(s.num(exponent), s.log(s.arg(1))));
  const nest = {
    kind: 'nest',
    axes: loopsOver(type),
    combine: 'sum',
    finishLoads: [],
    finish: s.arg(0),
  } as const;
  const window = [{ name: 'J', size: before + after + 1 }];
  const kernels: readonly NestKernel[] = [
    {
      ...nest,
      reduce: window,
      loads: [neighbours(0, before)],
      body: s.mul(s.arg(0), s.arg(0)),
      finish: s.add(s.num(k), s.mul(s.num(alpha), s.arg(0))),
      out: own(2),
    },
    {
      ...nest,
      reduce: [],
      loads: [own(0), own(2), own(1)],
      body: s.mul(s.mul(s.arg(0), s.arg(2)), power(-beta - 1)),
      out: own(3),
    },
    {
      ...nest,
      reduce: window,
      loads: [neighbours(3, after)],
      body: s.arg(0),
      finishLoads: [own(2), own(0), own(1)],
      finish: s.sub(s.mul(s.arg(3), power(-beta)), s.mul(s.mul(s.num(2 * alpha * beta), s.arg(2)), s.arg(0))),
      out: own(4),
    },
  ];
  return { temps: [type, type], constants: [], kernels, alias: false };
}

const map = featureMap([2, 3], 7);

export const lrnGrad = defineOp({
  name: 'lrn_grad',
  doc: 'Gradient of local response normalisation from its input and the gradient of its output.',
  category: 'internal',
  arity: { min: 2, max: 2 },
  params: [],
  type: (_, [x = map]) => ({ ...x, dtype: 'f32' }),
  cost: () => ({ macs: 0 }),
  eval: (attrs, values, { output }) => evalGrad(attrs, values, shapeOf(output)),
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    { inputs: [map, map], options: { size: 5, alpha: 0.1, beta: 0.75, k: 2 } },
    { inputs: [featureMap([4], 3), featureMap([4], 3)], options: { size: 4, alpha: 0.2, beta: 0.5, k: 1 } },
  ],
});
