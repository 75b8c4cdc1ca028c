/**
 * Every heavy kernel as plain loop nests: the fallback that always exists, and the reference that tuned kernels are tested against.
 * The nests read the same operands and write the same output as the kernel.
 */
import { combinations } from '../../ir/combinations.ts';
import { internal, unreachable } from '../../diagnostics/internal.ts';
import type {
  ConvKernel,
  DepthwiseKernel,
  Epilogue,
  Index,
  Kernel,
  Load,
  LoopAxis,
  MatmulKernel,
  NestKernel,
  Operand,
  PoolKernel,
  Window,
} from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import * as s from '../../ir/scalar-build.ts';
import { spatialAxes } from '../../ir/type.ts';
import { axisIndex, fixedIndex } from './broadcast.ts';

/** The kernel as nests, executed in order. `shapes` are the operands' shapes (a matrix product groups axes of its operands). */
export function nestsOf(kernel: Kernel, shapes: readonly (readonly number[])[]): readonly NestKernel[] {
  switch (kernel.kind) {
    case 'nest':
      return [kernel];
    case 'conv':
      return [convNest(kernel)];
    case 'depthwise':
      return [depthwiseNest(kernel)];
    case 'pool':
      return poolNests(kernel);
    case 'matmul':
      return [matmulNest(kernel, shapes)];
    default:
      return unreachable(kernel);
  }
}

/** out[p, g, o] = Σ over taps k and channels i of x[s·p + d·k − pad, g, i] · w[g, o, i, k]; the group axis only where there are several. */
export function convNest(kernel: ConvKernel): NestKernel {
  const { window, groups } = kernel;
  const [perIn, perOut] = [kernel.inC / groups, kernel.outC / groups];
  const grouped = (size: number, axis: string): Index =>
    groups === 1 ? axisIndex(axis) : sum(axisIndex('G', size), axisIndex(axis));
  const channel = grouped(perOut, 'C');
  const groupAxis: readonly LoopAxis[] = groups === 1 ? [] : [{ name: 'G', size: groups }];
  return {
    kind: 'nest',
    axes: [...placeAxes(window), ...groupAxis, { name: 'C', size: perOut }],
    reduce: [...tapAxes(window), { name: 'I', size: perIn }],
    combine: 'sum',
    loads: [
      {
        operand: kernel.x,
        index: [...windowIndex(window), grouped(perIn, 'I')],
        outside: outsideOf(window, kernel.integer?.zero ?? 0),
      },
      { operand: kernel.weight, index: [channel, axisIndex('I'), ...tapIndex(window)], outside: undefined },
    ],
    body: productOf(kernel),
    ...kernelTail(kernel, [...placeIndex(window), channel]),
  };
}

/** Of one value and one weight. */
function productOf({ integer }: Pick<ConvKernel, 'integer'>): Scalar {
  return s.mul(integer ? s.sub(s.arg(0), s.num(integer.zero)) : s.arg(0), s.arg(1));
}

/** out[p, c·m + j] = Σ over taps k of x[s·p + d·k − pad, c] · w[c·m + j, 0, k]. */
export function depthwiseNest(kernel: DepthwiseKernel): NestKernel {
  const { window, channels, multiplier } = kernel;
  const one = multiplier === 1;
  const outside = outsideOf(window, kernel.integer?.zero ?? 0);
  const channel = one ? axisIndex('C') : sum(axisIndex('C', multiplier), axisIndex('M'));
  return {
    kind: 'nest',
    axes: [
      ...placeAxes(window),
      { name: 'C', size: channels },
      ...(one ? [] : [{ name: 'M', size: multiplier }]),
    ],
    reduce: tapAxes(window),
    combine: 'sum',
    loads: [
      { operand: kernel.x, index: [...windowIndex(window), axisIndex('C')], outside },
      { operand: kernel.weight, index: [channel, fixedIndex(0), ...tapIndex(window)], outside: undefined },
    ],
    body: productOf(kernel),
    ...kernelTail(kernel, [...placeIndex(window), channel]),
  };
}

/**
 * Max pooling, and averages that count padding, are one nest. Other averages divide by the number of pixels inside the input, which
 * differs along the border: one nest for each region of the output where it is the same, with only the taps that lie inside.
 */
export function poolNests(kernel: PoolKernel): readonly NestKernel[] {
  const { window, reduce, countPadding } = kernel;
  if (reduce === 'max') return [poolNest(kernel, wholeRegion(window), { outside: -Infinity, divisor: 1 })];
  const cells = window.kernel.reduce((product, f) => product * f, 1);
  if (countPadding) return [poolNest(kernel, wholeRegion(window), { outside: 0, divisor: cells })];
  return regionsOf(window).map((region) => {
    const divisor = region.reduce((product, r) => product * r.taps, 1);
    return poolNest(kernel, region, { outside: undefined, divisor });
  });
}

/** out[m, n] = Σ over k of a[m, k] · b[k, n]; m, n and k may group several axes of the operands. */
export function matmulNest(kernel: MatmulKernel, shapes: readonly (readonly number[])[]): NestKernel {
  const a = operandAxes(shapes[kernel.a] ?? [], { k: kernel.k, sumFirst: kernel.transposeA, prefix: 'M' });
  const b = operandAxes(shapes[kernel.b] ?? [], { k: kernel.k, sumFirst: !kernel.transposeB, prefix: 'N' });
  const place = [...a.kept, ...b.kept].map(({ name }) => axisIndex(name));
  return {
    kind: 'nest',
    axes: [...a.kept, ...b.kept],
    reduce: a.summed,
    combine: 'sum',
    loads: [
      { operand: kernel.a, index: a.index, outside: undefined },
      { operand: kernel.b, index: b.index, outside: undefined },
    ],
    body: s.mul(s.arg(0), s.arg(1)),
    ...kernelTail({ ...kernel, bias: undefined }, place),
  };
}

interface OperandAxes {
  readonly kept: readonly LoopAxis[];
  readonly summed: readonly LoopAxis[];
  readonly index: readonly Index[];
}

/** The summed axes are the first or the last of an operand, as many as make k elements; the others are kept. */
function operandAxes(
  shape: readonly number[],
  { k, sumFirst, prefix }: { readonly k: number; readonly sumFirst: boolean; readonly prefix: string },
): OperandAxes {
  const inward = sumFirst ? shape : [...shape].reverse();
  let [count, product] = [0, 1];
  // At least one axis, also where it has size 1.
  while (count === 0 || product < k)
    product *= inward[count++] ?? internal('the summed axes of a matrix product do not group');
  const isSummed = (i: number): boolean => (sumFirst ? i < count : i >= shape.length - count);
  const loops = shape.map((size, i) => ({
    name: isSummed(i) ? `K${sumFirst ? i : i - shape.length + count}` : `${prefix}${i}`,
    size,
  }));
  return {
    kept: loops.filter((_, i) => !isSummed(i)),
    summed: loops.filter((_, i) => isSummed(i)),
    index: loops.map(({ name }) => axisIndex(name)),
  };
}

/** Per spatial axis: output places [from, from + count) that see the taps [firstTap, firstTap + taps). */
interface AxisRegion {
  readonly from: number;
  readonly count: number;
  readonly firstTap: number;
  readonly taps: number;
}

function poolNest(
  kernel: PoolKernel,
  region: readonly AxisRegion[],
  { outside, divisor }: { readonly outside: number | undefined; readonly divisor: number },
): NestKernel {
  const { window } = kernel;
  const names = namesOf(window);
  const place = region.map((r, i) => axisIndex(names[i] ?? '', 1, r.from));
  const input = region.map((r, i): Index => {
    const [stride, dilation, begin] = [
      window.stride[i] ?? 1,
      window.dilation[i] ?? 1,
      window.pads[i]?.[0] ?? 0,
    ];
    const constant = r.from * stride + r.firstTap * dilation - begin;
    return sum(axisIndex(names[i] ?? '', stride, constant), axisIndex(`k${names[i]}`, dilation));
  });
  const average = divisor === 1 ? s.arg(0) : s.div(s.arg(0), s.num(divisor));
  return {
    kind: 'nest',
    axes: [
      ...region.map((r, i) => ({ name: names[i] ?? '', size: r.count })),
      { name: 'C', size: kernel.channels },
    ],
    reduce: region.map((r, i) => ({ name: `k${names[i]}`, size: r.taps })),
    combine: kernel.reduce === 'max' ? 'max' : 'sum',
    loads: [
      {
        operand: kernel.x,
        index: [...input, axisIndex('C')],
        outside: outside === undefined ? undefined : outsideOf(window, outside),
      },
    ],
    body: s.arg(0),
    ...kernelTail({ ...kernel, bias: undefined }, [...place, axisIndex('C')], average),
  };
}

function wholeRegion(window: Window): readonly AxisRegion[] {
  return window.output.map((count, i) => ({ from: 0, count, firstTap: 0, taps: window.kernel[i] ?? 1 }));
}

function regionsOf(window: Window): readonly (readonly AxisRegion[])[] {
  return combinations(window.output.map((_, axis) => axisRegions(window, axis)));
}

/** Runs of output places that see the same taps. */
function axisRegions(window: Window, axis: number): readonly AxisRegion[] {
  const regions: AxisRegion[] = [];
  for (let o = 0; o < (window.output[axis] ?? 0); o++) {
    const { firstTap, taps } = tapsInside(window, axis, o);
    const last = regions.at(-1);
    if (last?.firstTap === firstTap && last.taps === taps)
      regions[regions.length - 1] = { ...last, count: last.count + 1 };
    else regions.push({ from: o, count: 1, firstTap, taps });
  }
  return regions;
}

function tapsInside(
  window: Window,
  axis: number,
  place: number,
): { readonly firstTap: number; readonly taps: number } {
  const [stride, dilation] = [window.stride[axis] ?? 1, window.dilation[axis] ?? 1];
  const start = place * stride - (window.pads[axis]?.[0] ?? 0);
  const inside = [...Array(window.kernel[axis] ?? 1).keys()].filter((k) => {
    const at = start + k * dilation;
    return at >= 0 && at < (window.input[axis] ?? 0);
  });
  return { firstTap: inside[0] ?? 0, taps: inside.length };
}

interface Tailed {
  readonly bias: Operand | undefined;
  readonly integer?: ConvKernel['integer'];
  readonly epilogue: Epilogue | undefined;
  readonly out: Operand;
}

/** `finish`, its loads and the store: bias first, then the epilogue; an operand per channel is read by the last index of the output. */
export function kernelTail(
  { bias, integer, epilogue, out }: Tailed,
  place: readonly Index[],
  accumulated: Scalar = s.arg(0),
): Pick<NestKernel, 'finish' | 'finishLoads' | 'out'> {
  const channel = place.slice(-1);
  const finishLoads: Load[] = [];
  const load = (operand: Operand, index: readonly Index[]): Scalar => {
    finishLoads.push({ operand, index, outside: undefined });
    return s.arg(finishLoads.length);
  };
  const scaled = integer ? s.mul(accumulated, load(integer.scale, channel)) : accumulated;
  const biased = bias === undefined ? scaled : s.add(scaled, load(bias, channel));
  const args = (epilogue?.operands ?? []).map(({ operand, per }) =>
    load(operand, per === 'tensor' ? place : per === 'channel' ? channel : []),
  );
  const finish = epilogue ? s.substitute(epilogue.expr, [biased, ...args]) : biased;
  return { finish, finishLoads, out: { operand: out, index: place } };
}

function namesOf(window: Window): readonly string[] {
  return spatialAxes[window.kernel.length] ?? [];
}

function placeAxes(window: Window): readonly LoopAxis[] {
  return namesOf(window).map((name, i) => ({ name, size: window.output[i] ?? 1 }));
}

function tapAxes(window: Window): readonly LoopAxis[] {
  return namesOf(window).map((name, i) => ({ name: `k${name}`, size: window.kernel[i] ?? 1 }));
}

function placeIndex(window: Window): readonly Index[] {
  return namesOf(window).map((name) => axisIndex(name));
}

function tapIndex(window: Window): readonly Index[] {
  return namesOf(window).map((name) => axisIndex(`k${name}`));
}

/** s·place + d·tap − pad. */
function windowIndex(window: Window): readonly Index[] {
  return namesOf(window).map((name, i) =>
    sum(
      axisIndex(name, window.stride[i], -(window.pads[i]?.[0] ?? 0)),
      axisIndex(`k${name}`, window.dilation[i]),
    ),
  );
}

/** The value of coordinates outside the input; none where no window reaches there. */
function outsideOf(window: Window, value: number): number | undefined {
  return window.pads.some(([begin, end]) => begin > 0 || end > 0) ? value : undefined;
}

function sum(a: Index, b: Index): Index {
  if (a.kind !== 'affine' || b.kind !== 'affine') return a;
  return { kind: 'affine', constant: a.constant + b.constant, terms: [...a.terms, ...b.terms] };
}
