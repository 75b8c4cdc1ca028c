/**
 * Runs a plan in a plain array, kernel by kernel, through the buffers' offsets and strides: what any target must do. Memory that belongs
 * to nobody is poisoned with NaN before and after each life, so a wrong lifetime, a missing clear or an overlap shows in the outputs.
 */
import type { Node } from '../../src/compiler/ir/graph.ts';
import type { Index, Kernel, Load, NestKernel, Window } from '../../src/compiler/ir/kernel.ts';
import { isStatic } from '../../src/compiler/ir/rewrite.ts';
import { compileScalar } from '../../src/compiler/ir/scalar-eval.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import { sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { evaluateNode, type WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { weightOperands } from '../../src/compiler/6-plan/lower.ts';
import { pack } from '../../src/compiler/6-plan/pack.ts';
import type { Allocation, Buffer, Expansion, Plan, Step } from '../../src/compiler/6-plan/plan.ts';

export interface Program {
  readonly run: (inputs: Readonly<Record<string, Tensor>>) => Record<string, readonly Tensor[]>;
}

/** Loads constants and weights; `run` may be called again and again in the same memory. */
export function load(plan: Plan, weights: WeightSource): Program {
  const memory = new Float32Array(plan.bytes.total / 4);
  new Uint8Array(memory.buffer).set(pack(plan, weights), plan.file.offset);
  for (const expansion of plan.expansions) expand(memory, expansion);
  for (const { offset, data } of plan.constants) memory.set(data, offset / 4);
  return {
    run: (inputs) => {
      for (const allocation of plan.allocations) if (allocation.first === -1) begin(plan, memory, allocation);
      for (const { input, buffer } of plan.inputs) writeTensor(memory, buffer, inputs[input.name] as Tensor);
      for (const step of plan.steps) runStep(plan, memory, step, weights);
      return Object.fromEntries(
        plan.outputs.map(({ output, buffers }) => [output.name, buffers.map((b) => readTensor(memory, b))]),
      );
    },
  };
}

function expand(memory: Float32Array, expansion: Expansion): void {
  const { kind, from, to, bytes } = expansion;
  const source = new DataView(memory.buffer.slice(from, from + bytes));
  if (kind === 'copy') {
    memory.set(new Float32Array(source.buffer), to / 4);
    return;
  }
  const { count, floats, scales, integers } = expansion;
  let [read, write] = [0, to / 4];
  for (let i = 0; i < count; i++, read += floats + scales + integers) {
    for (let at = 0; at < floats; at += 4) memory[write++] = source.getFloat32(read + at, true);
    for (let at = 0; at < integers; at += 2) {
      const integer = source.getInt16(read + floats + scales + at, true);
      memory[write++] = integer * scaleAt(source, read + floats + (at % scales));
    }
  }
}

/** The upper half of a float. */
function scaleAt(source: DataView, at: number): number {
  const float = new DataView(new ArrayBuffer(4));
  float.setUint16(2, source.getUint16(at, true), true);
  return float.getFloat32(0, true);
}

/** The node of an operand that is a weight or a bias: the block of both holds them in this order. */
function weightNode(plan: Plan, step: Step, operand: number): Node | undefined {
  const at = weightOperands(step.kernel).indexOf(operand);
  const [weight] = weightOperands(step.kernel).map((o) => step.buffers[o]?.offset);
  const block = plan.weights.find(({ offset, nodes }) => offset === weight && nodes.length > at);
  return at === -1 ? undefined : (block?.nodes[at] ?? step.node.inputs[operand]);
}

function runStep(plan: Plan, memory: Float32Array, step: Step, weights: WeightSource): void {
  for (const allocation of plan.allocations)
    if (allocation.first === step.index) begin(plan, memory, allocation);
  if (step.scratch) fill(memory, step.scratch, NaN);
  runKernel(step.kernel, {
    memory,
    // A loop nest tests the border; tuned kernels read it from the halo.
    testsBorder: step.algorithm === 'nest',
    buffers: step.buffers,
    // Packed weights are for generated code; here they are read as the graph has them.
    known: (operand) => {
      const node = weightNode(plan, step, operand);
      return node && isStatic(node) ? evaluateNode(node, weights) : undefined;
    },
  });
  for (const allocation of plan.allocations)
    if (allocation.region === 'arena' && allocation.last === step.index) end(plan, memory, allocation);
}

/** A shared allocation begins with what others left; its halo is cleared where the plan says so. */
function begin(plan: Plan, memory: Float32Array, allocation: Allocation): void {
  if (allocation.region !== 'arena') return;
  const root = rootOf(plan, allocation);
  const elements = new Set(elementsOf(root.shape, root.strides, root.offset / 4));
  for (let i = allocation.offset / 4; i < (allocation.offset + allocation.bytes) / 4; i++)
    if (elements.has(i)) memory[i] = NaN;
    else if (allocation.clear !== undefined) memory[i] = allocation.clear;
}

/** After its last step, a value is gone; the halo of memory that nobody else uses stays. */
function end(plan: Plan, memory: Float32Array, allocation: Allocation): void {
  const root = rootOf(plan, allocation);
  for (const i of elementsOf(root.shape, root.strides, root.offset / 4)) memory[i] = NaN;
}

function rootOf(plan: Plan, allocation: Allocation): Buffer {
  return plan.buffers.find((buffer) => buffer.allocation === allocation.id) as Buffer;
}

function fill(
  memory: Float32Array,
  { offset, bytes }: { offset: number; bytes: number },
  value: number,
): void {
  memory.fill(value, offset / 4, (offset + bytes) / 4);
}

/** Addresses (in elements) of all elements of a buffer, row-major. */
function elementsOf(shape: readonly number[], strides: readonly number[], origin: number): number[] {
  let addresses = [origin];
  for (const [axis, size] of shape.entries())
    addresses = addresses.flatMap((a) =>
      Array.from({ length: size }, (_, i) => a + i * (strides[axis] ?? 0)),
    );
  return addresses;
}

function writeTensor(memory: Float32Array, { shape, strides, offset }: Buffer, { data }: Tensor): void {
  for (const [i, at] of elementsOf(shape, strides, offset / 4).entries()) memory[at] = data[i] ?? NaN;
}

function readTensor(memory: Float32Array, { shape, strides, offset }: Buffer): Tensor {
  const addresses = elementsOf(shape, strides, offset / 4);
  return { shape, data: Float32Array.from(addresses, (at) => memory[at] ?? NaN) };
}

interface Context {
  readonly memory: Float32Array;
  readonly buffers: readonly Buffer[];
  readonly testsBorder: boolean;
  readonly known: (operand: number) => Tensor | undefined;
}

/** Reads an element; outside the tensor it must be in the halo. */
function reader({ memory, buffers, known }: Context, operand: number): (place: readonly number[]) => number {
  const buffer = buffers[operand] as Buffer;
  const tensor = known(operand);
  if (tensor) return (place) => tensor.data[flat(place, tensor.shape)] ?? NaN;
  return (place) => {
    const inside = place.every((p, axis) => {
      const [before, after] = buffer.halo[axis] ?? [0, 0];
      return p >= -before && p < (buffer.shape[axis] ?? 1) + after;
    });
    if (!inside) throw new Error(`${buffer.label} is read at ${place.join(',')}, outside its halo`);
    return memory[address(buffer, place)] ?? NaN;
  };
}

function address(buffer: Buffer, place: readonly number[]): number {
  return place.reduce((sum, p, axis) => sum + p * (buffer.strides[axis] ?? 0), buffer.offset / 4);
}

function flat(place: readonly number[], shape: readonly number[]): number {
  return place.reduce((sum, p, axis) => sum * (shape[axis] ?? 1) + p, 0);
}

function runKernel(kernel: Kernel, context: Context): void {
  switch (kernel.kind) {
    case 'nest':
      return runNest(kernel, context);
    case 'conv':
      return runWindowed(kernel, context, convValue(kernel, context), kernel.outC);
    case 'depthwise': {
      const { channels, multiplier } = kernel;
      const conv = { ...kernel, inC: channels, outC: channels * multiplier, groups: channels };
      return runWindowed(kernel, context, convValue(conv, context), channels * multiplier);
    }
    case 'pool':
      return runWindowed(kernel, context, poolValue(kernel, context), kernel.channels);
    case 'matmul':
      return runMatmul(kernel, context);
  }
}

type Value = (place: readonly number[], channel: number) => number;

type Heavy = Exclude<Kernel, NestKernel>;

function runWindowed(
  kernel: Extract<Heavy, { window: Window }>,
  context: Context,
  value: Value,
  channels: number,
): void {
  const finish = epilogue(kernel, context);
  const out = context.buffers[kernel.out] as Buffer;
  const { reduce, size } = ('pool' in kernel && kernel.pool) || { reduce: 'max', size: [] };
  const cells = places(kernel.window.output.map((_, axis) => size[axis] ?? 1));
  for (const place of places(kernel.window.output.map((n, axis) => n / (size[axis] ?? 1)))) {
    const pixels = cells.map((cell) => cell.map((at, axis) => (place[axis] ?? 0) * (size[axis] ?? 1) + at));
    // A pixel is computed before any of it is written: an epilogue operand may be the same memory.
    const pixel = Array.from({ length: channels }, (_, c) => {
      const values = pixels.map((at) => finish(value(at, c), [...at, c], c));
      return reduce === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length;
    });
    for (const [c, x] of pixel.entries()) context.memory[address(out, [...place, c])] = x;
  }
}

function epilogue(
  kernel: Heavy,
  context: Context,
): (x: number, place: readonly number[], c: number) => number {
  if (!kernel.epilogue) return (x) => x;
  const f = compileScalar(kernel.epilogue.expr);
  const operands = kernel.epilogue.operands.map(({ operand, per }) => ({
    per,
    read: reader(context, operand),
  }));
  return (x, place, c) =>
    f([x, ...operands.map(({ per, read }) => read(per === 'tensor' ? place : per === 'channel' ? [c] : []))]);
}

function convValue(
  kernel: {
    readonly window: Window;
    readonly inC: number;
    readonly outC: number;
    readonly groups: number;
    readonly x: number;
    readonly weight: number;
    readonly bias: number | undefined;
  },
  context: Context,
): Value {
  const { window, groups } = kernel;
  const [x, weight] = [reader(context, kernel.x), reader(context, kernel.weight)];
  const bias = kernel.bias === undefined ? undefined : reader(context, kernel.bias);
  const [perIn, perOut] = [kernel.inC / groups, kernel.outC / groups];
  return (place, o) => {
    let sum = bias?.([o]) ?? 0;
    for (const tap of places(window.kernel)) {
      const at = inputPlace(window, place, tap);
      if (context.testsBorder && outside(window, at)) continue;
      for (let i = 0; i < perIn; i++)
        sum += x([...at, Math.floor(o / perOut) * perIn + i]) * weight([o, i, ...tap]);
    }
    return sum;
  };
}

function poolValue(kernel: Extract<Kernel, { kind: 'pool' }>, context: Context): Value {
  const x = reader(context, kernel.x);
  return (place, c) => {
    const taps = places(kernel.window.kernel).map((tap) => inputPlace(kernel.window, place, tap));
    const values = taps.filter((at) => !outside(kernel.window, at)).map((at) => x([...at, c]));
    if (kernel.reduce === 'max') return Math.max(...values);
    return values.reduce((a, b) => a + b, 0) / (kernel.countPadding ? taps.length : values.length);
  };
}

function inputPlace(window: Window, place: readonly number[], tap: readonly number[]): readonly number[] {
  return place.map(
    (p, axis) =>
      p * (window.stride[axis] ?? 1) +
      (tap[axis] ?? 0) * (window.dilation[axis] ?? 1) -
      (window.pads[axis]?.[0] ?? 0),
  );
}

function outside(window: Window, at: readonly number[]): boolean {
  return at.some((p, axis) => p < 0 || p >= (window.input[axis] ?? 1));
}

function runMatmul(kernel: Extract<Kernel, { kind: 'matmul' }>, context: Context): void {
  const [a, b, finish] = [reader(context, kernel.a), reader(context, kernel.b), epilogue(kernel, context)];
  const out = context.buffers[kernel.out] as Buffer;
  for (const [m = 0, n = 0] of places([kernel.m, kernel.n])) {
    let sum = 0;
    for (let k = 0; k < kernel.k; k++)
      sum += a(kernel.transposeA ? [k, m] : [m, k]) * b(kernel.transposeB ? [n, k] : [k, n]);
    context.memory[address(out, [m, n])] = finish(sum, [m, n], n);
  }
}

const combiners: Readonly<Record<NestKernel['combine'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  prod: (a, b) => a * b,
};
const neutral: Readonly<Record<NestKernel['combine'], number>> = {
  sum: 0,
  max: -Infinity,
  min: Infinity,
  prod: 1,
};

function runNest(kernel: NestKernel, context: Context): void {
  const body = nestExpr(kernel.body, kernel.loads, context);
  const finish = nestExpr(kernel.finish, kernel.finishLoads, context);
  const out = context.buffers[kernel.out.operand] as Buffer;
  const reduce = places(kernel.reduce.map((axis) => axis.size));
  for (const place of places(kernel.axes.map((axis) => axis.size))) {
    const at: Record<string, number> = {};
    for (const [i, axis] of kernel.axes.entries()) at[axis.name] = place[i] ?? 0;
    let value = kernel.reduce.length > 0 ? neutral[kernel.combine] : 0;
    for (const inner of reduce) {
      for (const [i, axis] of kernel.reduce.entries()) at[axis.name] = inner[i] ?? 0;
      const next = body(at, []);
      value = kernel.reduce.length > 0 ? combiners[kernel.combine](value, next) : next;
    }
    context.memory[
      address(
        out,
        kernel.out.index.map((index) => indexAt(index, at)),
      )
    ] = finish(at, [value]);
  }
}

function nestExpr(
  expr: Scalar,
  loads: readonly Load[],
  context: Context,
): (at: Readonly<Record<string, number>>, first: readonly number[]) => number {
  const f = compileScalar(expr);
  const readers = loads.map((load) => {
    const read = reader(context, load.operand);
    const { shape } = context.buffers[load.operand] as Buffer;
    return (at: Readonly<Record<string, number>>): number => {
      const place = load.index.map((index) => indexAt(index, at));
      const inside = place.every((p, axis) => p >= 0 && p < (shape[axis] ?? 1));
      return !inside && load.outside !== undefined ? load.outside : read(place);
    };
  });
  return (at, first) => f([...first, ...readers.map((read) => read(at))]);
}

function indexAt(index: Index, at: Readonly<Record<string, number>>): number {
  if (index.kind === 'table') return index.values[at[index.axis] ?? 0] ?? NaN;
  return index.terms.reduce(
    (sum, { axis, coefficient }) => sum + coefficient * (at[axis] ?? NaN),
    index.constant,
  );
}

/** Every place of a box, row-major. */
function places(sizes: readonly number[]): readonly (readonly number[])[] {
  const all: number[][] = [];
  for (let i = 0; i < sizeOf(sizes); i++) {
    const place: number[] = [];
    let rest = i;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      place[axis] = rest % (sizes[axis] ?? 1);
      rest = Math.floor(rest / (sizes[axis] ?? 1));
    }
    all.push(place);
  }
  return all;
}
