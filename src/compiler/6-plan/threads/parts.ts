/**
 * The parts of a step as steps of their own: a smaller kernel on buffers that begin later. Emitters compile them like any other step
 * and need not know of threads.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Epilogue, Kernel, Operand } from '../../ir/kernel.ts';
import type { Choice } from '../algorithms/algorithm.ts';
import { panelFloats, panelsOf, type PanelLayout } from '../algorithms/panels.ts';
import { strassenPart } from '../algorithms/strassen.ts';
import { strassenShape } from '../algorithms/strassen-shape.ts';
import { winogradPart } from '../algorithms/winograd.ts';
import { winogradShape, type WinogradTuning } from '../algorithms/winograd-shape.ts';
import { biasFloats, type WinogradLayout } from '../algorithms/winograd-weights.ts';
import type { Buffer, Engine, Step } from '../plan.ts';
import type { Cut, CutAxis, Range } from './cut.ts';
import { partKernel, skipped } from './part-kernel.ts';

/** Bytes between the scratch memories of two parts: whole cache lines. */
const line = 64;

interface Sized {
  readonly range: Range;
  readonly kernel: Kernel;
  readonly tuning: Choice['tuning'];
  readonly scratchBytes: number;
}

/** The parts before they have a place in memory. */
function sized(kernel: Kernel, choice: Choice, engine: Engine, { axis, ranges }: Cut): readonly Sized[] {
  return ranges.map((range) => {
    const part = partKernel(kernel, axis, range) ?? internal('a cut through padding');
    const { tuning, scratchBytes } = choice;
    if (part.kind === 'conv' && choice.algorithm === 'strassen') {
      const own = strassenPart(part, { vectors: Number(tuning['vectors']) });
      return { range, kernel: part, tuning: { ...own }, scratchBytes: strassenShape(part, own).bytes };
    }
    if (part.kind !== 'conv' || !choice.algorithm.startsWith('winograd'))
      return { range, kernel: part, tuning, scratchBytes };
    const own = {
      ...winogradPart(part, tuning, engine, range.tiles).tuning,
      ...kernelsBehind(kernel, choice, axis, range),
    };
    return { range, kernel: part, tuning: own, scratchBytes: winogradShape(part, own).bytes };
  });
}

/** Biases and kernels of the first channel are farther from each other than those of the last one. */
function kernelsBehind(
  kernel: Kernel,
  { weights }: Choice,
  axis: CutAxis,
  { from }: Range,
): Pick<WinogradTuning, 'kernelsBehind'> {
  if (axis !== 'channels' || kernel.kind !== 'conv') return {};
  const { taps, outC, inC } = weights?.layout as WinogradLayout;
  return { kernelsBehind: 4 * (biasFloats(outC) + from * (inC * taps - 1)) };
}

/** Bytes of scratch memory of each part. */
export function partsScratch(kernel: Kernel, choice: Choice, engine: Engine, cut: Cut): readonly number[] {
  return sized(kernel, choice, engine, cut).map(({ scratchBytes }) => scratchBytes);
}

/**
 * Scratch memory for all steps that are cut: the n-th part of every step has the n-th place, so that no other thread ever writes there. Memory
 * that a thread writes after another one has to come out of the other's cache first.
 */
export interface PartsScratch {
  /** Bytes from the beginning to the place of each part. */
  readonly places: readonly number[];
  readonly bytes: number;
}

/** Places large enough for the parts of all steps, each given as `partsScratch` says. */
export function scratchPlaces(steps: readonly (readonly number[])[]): PartsScratch {
  const places: number[] = [];
  let bytes = 0;
  for (let part = 0; part < Math.max(0, ...steps.map(({ length }) => length)); part++) {
    places.push(bytes);
    bytes += inLines(Math.max(...steps.map((step) => step[part] ?? 0)));
  }
  return { places, bytes };
}

function inLines(bytes: number): number {
  return Math.ceil(bytes / line) * line;
}

/** The parts of `step`, whose scratch memory has the `places`. */
export function partsOf(
  step: Step,
  choice: Choice,
  engine: Engine,
  { cut, places }: { readonly cut: Cut; readonly places: readonly number[] },
): readonly Step[] {
  return sized(step.kernel, choice, engine, cut).map(({ range, kernel, tuning, scratchBytes }, part) => {
    const offset = (step.scratch?.offset ?? 0) + (places[part] ?? 0);
    const scratch = scratchBytes > 0 ? { offset, bytes: scratchBytes } : undefined;
    return { ...step, ...placed(step, kernel, choice, cut.axis, range), tuning, scratch };
  });
}

/** The part's kernel with its operands in buffers of its own, behind those of the step. */
function placed(
  step: Step,
  part: Kernel,
  choice: Choice,
  axis: CutAxis,
  range: Range,
): { readonly kernel: Kernel; readonly buffers: readonly Buffer[] } {
  const whole = step.kernel;
  // A nest says itself where it begins.
  if (part.kind === 'nest' || part.kind === 'matmul' || whole.kind !== part.kind)
    return { kernel: part, buffers: step.buffers };
  const buffers = [...step.buffers];
  const add = (operand: Operand, change: (buffer: Buffer) => Buffer): Operand =>
    buffers.push(change(step.buffers[operand] ?? internal('a kernel without an operand'))) - 1;
  const output = (buffer: Buffer): Buffer => pooled(buffer, axis, range, 1);
  const epilogue = part.epilogue && placedEpilogue(part.epilogue, axis, add, output);
  const cells = typeof axis === 'number' && part.kind === 'conv' ? (part.pool?.size[axis] ?? 1) : 1;
  const out = add(part.out, (buffer) => pooled(buffer, axis, range, cells));
  if (axis === 'channels') {
    const bytes = weightBytes(choice, range.from);
    if (part.kind !== 'conv') return internal('only convolutions are cut between channels');
    const weight = add(part.weight, (buffer) => ({ ...buffer, offset: buffer.offset + bytes }));
    return { kernel: { ...part, weight, out, epilogue }, buffers };
  }
  const input = part.window.input[axis] ?? 1;
  const x = add(part.x, (buffer) => along(buffer, axis, skipped(whole.window, axis, range), input));
  return { kernel: { ...part, x, out, epilogue }, buffers };
}

function placedEpilogue(
  epilogue: Epilogue,
  axis: CutAxis,
  add: (operand: Operand, change: (buffer: Buffer) => Buffer) => Operand,
  output: (buffer: Buffer) => Buffer,
): Epilogue {
  const moves = (per: Epilogue['operands'][number]['per']): boolean =>
    per === 'tensor' || (per === 'channel' && axis === 'channels');
  return {
    ...epilogue,
    operands: epilogue.operands.map(({ operand, per }) => ({
      per,
      operand: moves(per) ? add(operand, output) : operand,
    })),
  };
}

/** The range of an output of which `cells` positions were joined to one. */
function pooled(buffer: Buffer, axis: CutAxis, { from, to }: Range, cells: number): Buffer {
  const at = axis === 'channels' ? buffer.shape.length - 1 : axis;
  return along(buffer, at, from / cells, (to - from) / cells);
}

/** `size` positions of the buffer along an axis from `from` on; what lies before them is no border. */
function along(buffer: Buffer, axis: number, from: number, size: number): Buffer {
  const { shape, strides, halo, offset, elementBytes } = buffer;
  return {
    ...buffer,
    shape: shape.with(axis, size),
    offset: offset + elementBytes * from * (strides[axis] ?? 0),
    halo: halo.map((border, i) => (i === axis && from > 0 ? [0, border[1]] : border)),
  };
}

/** Bytes of what comes before the output channel `channel`, which begins a panel; before its bias, where biases lie together. */
function weightBytes({ weights }: Choice, channel: number): number {
  if (weights?.layout.kind === 'winograd') return 4 * channel;
  const { outC, vectors, depth } = weights?.layout as PanelLayout;
  return panelsOf(outC, vectors)
    .filter(({ first }) => first < channel)
    .reduce((sum, panel) => sum + 4 * panelFloats(panel, depth), 0);
}
