/**
 * The innermost code of a nest: vectors of four outputs along one loop (with their reduction inside), or four partial results of
 * one output along a reduced loop. Loads that do not change are made once, outside.
 */
import { internal } from '../../../diagnostics/internal.ts';
import { partsOf } from '../../../ir/scalar-build.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import { i32, v128, type Local, type V128 } from '../assembler/index.ts';
import { emitScalar } from '../scalar/emit.ts';
import { inFunction, openLoop, type Frame, type NestContext } from './frame.ts';
import { loadLanes, storeLanes, type LaneAccess, type Lanes } from './lanes.ts';
import type { Access, Nest } from './nest.ts';
import { accessesOf } from './tidy.ts';

/** Values loaded before the current code, by access number. */
type Known = ReadonlyMap<number, V128>;

const neutral: Readonly<Record<Nest['combine'], number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };
const combineOp = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

/**
 * All outputs along `loop` (undefined: the one output at the frame's place), a few vectors at a time. `heavy`: the reduction is
 * long, so each block of vectors becomes a function of its own.
 */
export function emitRun(
  context: NestContext,
  frame: Frame,
  loop: number | undefined,
  { heavy }: { readonly heavy: boolean },
): void {
  const size = loop === undefined ? 1 : (context.nest.loops[loop]?.size ?? 1);
  const step = 4 * vectorsPerBlock(context.nest);
  const known = heavy ? undefined : loadFixed(context, frame, loop);
  const block = (at: Frame, from: number, to: number): void => {
    if (known) emitBlock(context, at, { loop, vectors: vectorsOf(from, to), known });
    else
      inFunction(context, at, 'nest_block', (inner) => {
        const reloaded = loadFixed(context, inner, loop);
        emitBlock(context, inner, { loop, vectors: vectorsOf(from, to), known: reloaded });
      });
  };
  walk(context, frame, { loop, size, step }, block);
}

/**
 * Runs `block(frame, from, to)` over 0 ≤ from < to ≤ size, `step` at a time: in a loop with moving pointers where it is long, else one
 * after the other.
 */
function walk(
  { nest }: NestContext,
  frame: Frame,
  { loop, size, step }: { readonly loop: number | undefined; readonly size: number; readonly step: number },
  block: (at: Frame, from: number, to: number) => void,
): void {
  const { f } = frame;
  const whole = Math.floor(size / step) * step;
  if (loop === undefined || whole < 2 * step) {
    for (let from = 0; from < size; from += step) block(frame, from, Math.min(size, from + step));
    return;
  }
  const strides = accessesOf(nest).map((access) => access.strides[loop] ?? 0);
  const pointers = frame.pointers.map((pointer, k) => (strides[k] ? f.let(pointer) : pointer));
  const position = f.i32();
  // After the loop the position and the pointers stand at the remainder.
  const moving = { ...frame, pointers, counters: new Map([...frame.counters, [loop, position]]) };
  f.for(position, 0, whole, step, () => {
    block(moving, 0, step);
    pointers.forEach((pointer, k) => f.increment(pointer, step * (strides[k] ?? 0)));
  });
  if (size > whole) block(moving, 0, size - whole);
}

interface Block {
  readonly loop: number | undefined;
  readonly vectors: readonly Lanes[];
  readonly known: Known;
}

function emitBlock(context: NestContext, frame: Frame, { loop, vectors, known }: Block): void {
  const { nest } = context;
  const reduced = reduceLoops(nest);
  if (reduced.length === 0) {
    for (const lanes of vectors) {
      const args = nest.loads.map((_, i) => valueOf(context, frame, 1 + i, { loop, lanes, known }));
      const value = frame.f.let(emitScalar(frame, nest.body, args));
      emitFinish(context, frame, value, { loop, lanes, known });
    }
    return;
  }
  const sums = vectors.map(() => frame.f.let(frame.constants.f32(neutral[nest.combine])));
  const early = vectors.map((lanes) => loadEarly(context, frame, reduced, { loop, lanes, known }));
  openLoops(context, frame, reduced, (inner) => {
    const shared = new Map([...known, ...loadShared(context, inner, loop, known)]);
    vectors.forEach((lanes, u) => {
      const own = new Map([...shared, ...(early[u] ?? [])]);
      const args = nest.loads.map((_, i) => valueOf(context, inner, 1 + i, { loop, lanes, known: own }));
      accumulate(nest, inner, at(sums, u), args);
    });
  });
  vectors.forEach((lanes, u) => emitFinish(context, frame, at(sums, u), { loop, lanes, known }));
}

/** One output: four partial results at a time along the reduced `loop`, combined at the end. */
export function emitDot(context: NestContext, frame: Frame, loop: number): void {
  const { nest } = context;
  const { f } = frame;
  const size = nest.loops[loop]?.size ?? 1;
  const parts = Math.min(4, Math.max(1, Math.floor(size / 8)));
  const sums = Array.from({ length: parts }, () => f.let(frame.constants.f32(neutral[nest.combine])));
  openLoops(
    context,
    frame,
    reduceLoops(nest).filter((i) => i !== loop),
    (outer) => {
      const known = loadShared(context, outer, loop, new Map());
      walk(context, outer, { loop, size, step: 4 * parts }, (inner, from, to) => {
        vectorsOf(from, to).forEach((lanes, u) => {
          const args = nest.loads.map((_, i) => valueOf(context, inner, 1 + i, { loop, lanes, known }));
          accumulate(nest, inner, at(sums, u), args, lanes.lanes);
        });
      });
    },
  );
  const total = sums.reduce((a, b) => f.let(combine(nest, frame, a, b)));
  const halves = f.let(combine(nest, frame, total, f.let(v128.shuffle32(total, total, [2, 3, 0, 1]))));
  const all = f.let(combine(nest, frame, halves, f.let(v128.shuffle32(halves, halves, [1, 0, 3, 2]))));
  emitFinish(context, frame, all, { loop: undefined, lanes: { first: 0, lanes: 1 }, known: new Map() });
}

/** sum = sum ⊕ body; with fewer than four lanes the others keep their value. */
function accumulate(nest: Nest, frame: Frame, sum: Local<'v128'>, args: readonly V128[], lanes = 4): void {
  const acc: Scalar = { kind: 'arg', index: args.length };
  // As one expression, so that a product fuses with its sum.
  const expr: Scalar = { kind: 'binary', op: combineOp[nest.combine], a: acc, b: nest.body };
  const next = emitScalar(frame, expr, [...args, sum]);
  const mask = [0, 1, 2, 3].flatMap((lane) => Array<number>(4).fill(lane < lanes ? 0xff : 0));
  frame.f.set(sum, lanes === 4 ? next : v128.bitselect(next, sum, v128.const(mask)));
}

function combine(nest: Nest, frame: Frame, a: V128, b: V128): V128 {
  const [x, y]: readonly [Scalar, Scalar] = [
    { kind: 'arg', index: 0 },
    { kind: 'arg', index: 1 },
  ];
  return emitScalar(frame, { kind: 'binary', op: combineOp[nest.combine], a: x, b: y }, [a, b]);
}

interface Place {
  readonly loop: number | undefined;
  readonly lanes: Lanes;
  readonly known: Known;
}

/** Finishes and stores one vector. */
function emitFinish(context: NestContext, frame: Frame, value: Local<'v128'>, place: Place): void {
  const { nest } = context;
  const first = 1 + nest.loads.length;
  const args = nest.finishLoads.map((_, i) => valueOf(context, frame, first + i, place));
  const result = frame.f.let(emitScalar(frame, nest.finish, [value, ...args]));
  storeLanes(frame.f, laneAccess(context, frame, 0, place.loop), place.lanes, result);
}

/** The value of an access for one vector. */
function valueOf(context: NestContext, frame: Frame, access: number, { loop, lanes, known }: Place): V128 {
  return known.get(access) ?? load(context, frame, access, { loop, lanes });
}

function load(
  context: NestContext,
  frame: Frame,
  access: number,
  { loop, lanes }: { readonly loop: number | undefined; readonly lanes: Lanes },
): V128 {
  const { f, constants } = frame;
  const value = loadLanes(laneAccess(context, frame, access, loop), lanes);
  const condition = frame.conditions[access];
  if (!condition) return f.let(value);
  const local = f.let(constants.f32(at(accessesOf(context.nest), access).outside));
  f.if(condition, () => f.set(local, value));
  return local;
}

function laneAccess(
  { nest, table }: NestContext,
  frame: Frame,
  k: number,
  loop: number | undefined,
): LaneAccess {
  const access = at(accessesOf(nest), k);
  const [base, offset] = [at(frame.pointers, k), frame.offsets[k] ?? 0];
  const { elementBytes } = access;
  if (loop === undefined) return { base, offset, stride: 0, elementBytes, table: undefined };
  const values = access.tables[loop];
  if (!values) return { base, offset, stride: access.strides[loop] ?? 0, elementBytes, table: undefined };
  const start = i32.const(table(Int32Array.from(values)));
  const position = frame.counters.get(loop);
  return {
    base,
    offset,
    stride: 0,
    elementBytes,
    table: position ? i32.add(start, i32.shl(position, 2)) : start,
  };
}

/** Loads that change neither along the lanes nor in the reduction. */
function loadFixed(context: NestContext, frame: Frame, loop: number | undefined): Known {
  const loops = [...reduceLoops(context.nest), ...(loop === undefined ? [] : [loop])];
  return loadWhere(context, frame, (access) => !dependsOn(access, loops));
}

/** Loads inside the reduction that are equal for all lanes. */
function loadShared(context: NestContext, frame: Frame, loop: number | undefined, known: Known): Known {
  const along = loop === undefined ? [] : [loop];
  const count = 1 + context.nest.loads.length;
  return loadWhere(context, frame, (access, k) => k < count && !known.has(k) && !dependsOn(access, along));
}

function loadWhere(
  context: NestContext,
  frame: Frame,
  wanted: (access: Access, k: number) => boolean,
): Known {
  const lanes = { first: 0, lanes: 4 };
  const known = new Map<number, V128>();
  accessesOf(context.nest).forEach((access, k) => {
    if (k > 0 && wanted(access, k)) known.set(k, load(context, frame, k, { loop: undefined, lanes }));
  });
  return known;
}

/** One vector's loads that do not change in the reduction. */
function loadEarly(
  context: NestContext,
  frame: Frame,
  reduced: readonly number[],
  { loop, lanes, known }: Place,
): Known {
  const early = new Map<number, V128>();
  context.nest.loads.forEach((access, i) => {
    if (!known.has(1 + i) && !dependsOn(access, reduced))
      early.set(1 + i, load(context, frame, 1 + i, { loop, lanes }));
  });
  return early;
}

function openLoops(
  context: NestContext,
  frame: Frame,
  [loop, ...rest]: readonly number[],
  body: (inner: Frame) => void,
): void {
  if (loop === undefined) body(frame);
  else openLoop(context, frame, loop, (inner) => openLoops(context, inner, rest, body));
}

function reduceLoops(nest: Nest): readonly number[] {
  return nest.loops.flatMap((loop, i) => (loop.reduce ? [i] : []));
}

function dependsOn(access: Access, loops: readonly number[]): boolean {
  return loops.some(
    (i) => access.strides[i] || access.tables[i] || access.guards.some((guard) => guard.coefficients[i]),
  );
}

/** The elements from … to as vectors; the last may have fewer lanes. */
function vectorsOf(from: number, to: number): readonly Lanes[] {
  return Array.from({ length: Math.ceil((to - from) / 4) }, (_, i) => ({
    first: from + 4 * i,
    lanes: Math.min(4, to - from - 4 * i),
  }));
}

/** Four for light expressions; fewer where each needs many registers itself. Sums are complete before the first is finished. */
export function vectorsPerBlock(nest: Nest): number {
  const weight = Math.max(weightOf(nest.body), weightOf(nest.finish));
  return weight > 24 ? 1 : weight > 8 ? 2 : 4;
}

/** Roughly the instructions of an expression. */
export function weightOf(expr: Scalar): number {
  const own =
    expr.kind === 'unary' && ['exp', 'log', 'tanh', 'erf'].includes(expr.op)
      ? 24
      : expr.kind === 'arg'
        ? 0
        : 1;
  return partsOf(expr).reduce((sum, part) => sum + weightOf(part), own);
}

function at<T>(items: readonly T[], i: number): T {
  return items[i] ?? internal(`a nest has no item ${i}`);
}
