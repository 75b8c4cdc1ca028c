/**
 * The algorithm `nest`: computes every kernel from row-major operands, borders included, without halos or packed weights. Pools and
 * matrix products have code of their own; convolutions are written as loop nests, the fallback and reference of the tuned ones.
 */
import { unreachable } from '../../diagnostics/internal.ts';
import type {
  ConvKernel,
  DepthwiseKernel,
  Epilogue,
  Index,
  Load,
  LoopAxis,
  MatmulKernel,
  NestKernel,
  Operand,
  Window,
} from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { arg, add, mul, substitute } from '../../ir/scalar-build.ts';
import type { Step } from '../../6-plan/plan.ts';
import type { EmitContext } from './emit-context.ts';
import { emitMatmul, fitsTiles } from './matmul/index.ts';
import { emitNest, resolveNest } from './nest/index.ts';
import { emitPool } from './pool/index.ts';

export function emitPlain(step: Step, context: EmitContext): void {
  const { kernel } = step;
  switch (kernel.kind) {
    case 'nest':
      return emitNest(resolveNest(kernel, step.buffers), context);
    case 'conv':
      return emitNest(resolveNest(convNest(kernel), step.buffers), context);
    case 'depthwise':
      return emitNest(resolveNest(depthwiseNest(kernel), step.buffers), context);
    case 'matmul':
      if (fitsTiles(kernel)) return emitMatmul(step, context);
      return emitNest(resolveNest(matmulNest(kernel), step.buffers), context);
    case 'pool':
      return emitPool(step, context);
    default:
      return unreachable(kernel);
  }
}

/** out[o…, g·n + c] = Σ over k…, i of x[o·stride + k·dilation − pad …, g·m + i] · weight[g·n + c, i, k…] */
export function convNest(kernel: ConvKernel): NestKernel {
  const { window, groups } = kernel;
  const [inputs, outputs] = [kernel.inC / groups, kernel.outC / groups];
  const channel = affine(['g', outputs], ['c', 1]);
  const at = windowIndex(window);
  const kernelAxes = window.kernel.map((_, d) => affine([`k${d}`, 1]));
  return {
    kind: 'nest',
    axes: [...outputAxes(window), { name: 'g', size: groups }, { name: 'c', size: outputs }],
    reduce: [...kernelAxesOf(window), { name: 'i', size: inputs }],
    combine: 'sum',
    loads: [
      { operand: kernel.x, index: [...at, affine(['g', inputs], ['i', 1])], outside: 0 },
      { operand: kernel.weight, index: [channel, affine(['i', 1]), ...kernelAxes], outside: undefined },
    ],
    body: mul(arg(0), arg(1)),
    ...finishOf(kernel, [...outputIndex(window), channel], channel),
  };
}

/** out[o…, c·m + j] = Σ over k… of x[o·stride + k·dilation − pad …, c] · weight[c·m + j, 0, k…] */
export function depthwiseNest(kernel: DepthwiseKernel): NestKernel {
  const { window, multiplier } = kernel;
  const channel = affine(['c', multiplier], ['j', 1]);
  const kernelAxes = window.kernel.map((_, d) => affine([`k${d}`, 1]));
  return {
    kind: 'nest',
    axes: [...outputAxes(window), { name: 'c', size: kernel.channels }, { name: 'j', size: multiplier }],
    reduce: kernelAxesOf(window),
    combine: 'sum',
    loads: [
      { operand: kernel.x, index: [...windowIndex(window), affine(['c', 1])], outside: 0 },
      { operand: kernel.weight, index: [channel, affine(), ...kernelAxes], outside: undefined },
    ],
    body: mul(arg(0), arg(1)),
    ...finishOf(kernel, [...outputIndex(window), channel], channel),
  };
}

/** out[m, n] = Σ over k of a[m, k] · b[k, n] */
export function matmulNest(kernel: MatmulKernel): NestKernel {
  const [m, n, k] = [affine(['m', 1]), affine(['n', 1]), affine(['k', 1])];
  return {
    kind: 'nest',
    axes: [
      { name: 'm', size: kernel.m },
      { name: 'n', size: kernel.n },
    ],
    reduce: [{ name: 'k', size: kernel.k }],
    combine: 'sum',
    loads: [
      { operand: kernel.a, index: kernel.transposeA ? [k, m] : [m, k], outside: undefined },
      { operand: kernel.b, index: kernel.transposeB ? [n, k] : [k, n], outside: undefined },
    ],
    body: mul(arg(0), arg(1)),
    ...finishOf({ ...kernel, bias: undefined }, [m, n], n),
  };
}

interface Finished {
  readonly bias: Operand | undefined;
  readonly epilogue: Epilogue | undefined;
  readonly out: Operand;
}

/** What happens to a finished sum: bias, epilogue, store at `index`, whose channel is `channel`. */
function finishOf(
  { bias, epilogue, out }: Finished,
  index: readonly Index[],
  channel: Index,
): Pick<NestKernel, 'finishLoads' | 'finish' | 'out'> {
  const perRole = { tensor: index, channel: [channel], scalar: [] } as const;
  const operands = (epilogue?.operands ?? []).map(({ operand, per }): Load => ({
    operand,
    index: perRole[per],
    outside: undefined,
  }));
  const biasLoad: Load[] =
    bias === undefined ? [] : [{ operand: bias, index: [channel], outside: undefined }];
  const sum: Scalar = bias === undefined ? arg(0) : add(arg(0), arg(1));
  const args = operands.map((_, i) => arg(1 + biasLoad.length + i));
  return {
    finishLoads: [...biasLoad, ...operands],
    finish: epilogue ? substitute(epilogue.expr, [sum, ...args]) : sum,
    out: { operand: out, index },
  };
}

/** constant + Σ coefficient · axis, from pairs. */
function affine(...terms: readonly (readonly [axis: string, coefficient: number])[]): Index {
  return { kind: 'affine', constant: 0, terms: terms.map(([axis, coefficient]) => ({ axis, coefficient })) };
}

function outputAxes(window: Window): readonly LoopAxis[] {
  return window.output.map((size, d) => ({ name: `o${d}`, size }));
}

function kernelAxesOf(window: Window): readonly LoopAxis[] {
  return window.kernel.map((size, d) => ({ name: `k${d}`, size }));
}

function outputIndex(window: Window): readonly Index[] {
  return window.output.map((_, d) => affine([`o${d}`, 1]));
}

/** Where the window of an output place reads, per spatial axis. */
function windowIndex({ output, stride, dilation, pads }: Window): readonly Index[] {
  return output.map((_, d) => ({
    kind: 'affine',
    constant: -(pads[d]?.[0] ?? 0),
    terms: [
      { axis: `o${d}`, coefficient: stride[d] ?? 1 },
      { axis: `k${d}`, coefficient: dilation[d] ?? 1 },
    ],
  }));
}
