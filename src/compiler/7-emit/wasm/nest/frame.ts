/**
 * The loops around the vector code of a nest: one pointer per access that moves with the counters, and the guards, each tested in
 * the outermost loop where its coordinate is known.
 */
import { i32, type ConstantPool, type FunctionBuilder, type I32, type Local } from '../assembler/index.ts';
import type { ModuleBuilder } from '../assembler/index.ts';
import type { Access, Guard, Nest } from './nest.ts';
import { accessesOf } from './tidy.ts';

/** A place inside some of the nest's loops. Lists run over `accessesOf(nest)`. */
export interface Frame {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
  /** Addresses at the current counters of the open loops (0 for the others). */
  readonly pointers: readonly Local<'i32'>[];
  /** Bytes to add to the pointers, from loops that are unrolled. */
  readonly offsets: readonly number[];
  /** What the guards tested so far say; undefined where none was. */
  readonly conditions: readonly (Local<'i32'> | undefined)[];
  /** The counters of the open loops. */
  readonly counters: ReadonlyMap<number, Local<'i32'>>;
}

/** What code generation of nests needs besides the place. */
export interface NestContext {
  readonly module: ModuleBuilder;
  readonly nest: Nest;
  readonly table: (data: Int32Array) => number;
}

/** Emits the loop with `body` inside it; short reductions are unrolled. */
export function openLoop(
  context: NestContext,
  frame: Frame,
  loop: number,
  body: (inner: Frame) => void,
): void {
  const { nest, table } = context;
  if (nest.loops[loop]?.reduce && hasShortReduction(nest)) return unrollLoop(context, frame, loop, body);
  const { f } = frame;
  const accesses = accessesOf(nest);
  const moving = frame.pointers.map((pointer, k) => (accesses[k]?.strides[loop] ? f.let(pointer) : pointer));
  const counter = f.i32();
  f.for(counter, 0, nest.loops[loop]?.size ?? 1, 1, () => {
    const counters = new Map([...frame.counters, [loop, counter]]);
    const pointers = moving.map((pointer, k) => {
      const values = accesses[k]?.tables[loop];
      if (!values) return pointer;
      return f.let(i32.add(pointer, i32.load(i32.shl(counter, 2), table(Int32Array.from(values)))));
    });
    const conditions = frame.conditions.map((condition, k) =>
      testGuards(f, decidable(accesses[k], loop, counters), { condition, counters }),
    );
    body({ ...frame, pointers, conditions, counters });
    moving.forEach((pointer, k) => f.increment(pointer, accesses[k]?.strides[loop] ?? 0));
  });
}

/** Turns of a reduction that are unrolled at most: a 3 × 3 window. */
const mostUnrolledTurns = 9;

/** The reduction has few turns, and all of them read memory at fixed distances. */
function hasShortReduction(nest: Nest): boolean {
  const turns = nest.loops.reduce((product, { size, reduce }) => (reduce ? product * size : product), 1);
  return turns <= mostUnrolledTurns && nest.loops.every(({ reduce }, i) => !reduce || !isNeeded(nest, i));
}

function unrollLoop({ nest }: NestContext, frame: Frame, loop: number, body: (inner: Frame) => void): void {
  const strides = accessesOf(nest).map((access) => access.strides[loop] ?? 0);
  for (let turn = 0; turn < (nest.loops[loop]?.size ?? 1); turn++)
    body({ ...frame, offsets: frame.offsets.map((offset, k) => offset + turn * (strides[k] ?? 0)) });
}

/** The guards whose coordinate is known as soon as `loop` is open, and not before. */
function decidable(
  access: Access | undefined,
  loop: number,
  open: ReadonlyMap<number, unknown>,
): readonly Guard[] {
  return (access?.guards ?? []).filter(
    (guard) => guard.coefficients[loop] && guard.coefficients.every((c, i) => c === 0 || open.has(i)),
  );
}

function testGuards(
  f: FunctionBuilder,
  guards: readonly Guard[],
  known: { readonly condition: Local<'i32'> | undefined; readonly counters: Frame['counters'] },
): Local<'i32'> | undefined {
  return guards.reduce<Local<'i32'> | undefined>((condition, guard) => {
    // One unsigned comparison tests both ends.
    const inside = i32.ltU(coordinate(guard, known.counters), guard.size);
    return f.let(condition ? i32.and(condition, inside) : inside);
  }, known.condition);
}

function coordinate({ constant, coefficients }: Guard, counters: Frame['counters']): I32 {
  return coefficients.reduce<I32>((sum, c, i) => {
    const counter = counters.get(i);
    return c !== 0 && counter ? i32.add(sum, i32.mul(counter, c)) : sum;
  }, i32.const(constant));
}

/**
 * Emits `body` as a function of its own and calls it: a function that is called often is soon replaced by its optimised version, a
 * loop inside a function that runs is not.
 */
export function inFunction(
  { module, nest }: NestContext,
  frame: Frame,
  name: string,
  body: (inner: Frame) => void,
): void {
  const conditions = frame.conditions.filter((condition) => condition !== undefined);
  const counters = [...frame.counters].filter(([loop]) => isNeeded(nest, loop));
  const pointers = frame.pointers.map((pointer, k) => i32.add(pointer, frame.offsets[k] ?? 0));
  const args = [...pointers, ...conditions, ...counters.map(([, counter]) => counter)];
  const callee = module.kernel({ name, params: args.map(() => 'i32' as const) }, (f, ...params) => {
    if (nest.unfused) f.unfused();
    const rest = params.slice(pointers.length);
    body({
      f,
      constants: f.constants(),
      pointers: params.slice(0, pointers.length),
      offsets: pointers.map(() => 0),
      conditions: frame.conditions.map((condition) => condition && rest.shift()),
      counters: new Map(counters.map(([loop]) => [loop, rest.shift() as Local<'i32'>])),
    });
  });
  frame.f.call(callee, ...args);
}

/** Whether code inside may read the loop's counter: for a guard or a table. */
function isNeeded(nest: Nest, loop: number): boolean {
  return accessesOf(nest).some(
    (access) => access.tables[loop] || access.guards.some((guard) => guard.coefficients[loop]),
  );
}
