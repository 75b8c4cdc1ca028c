/**
 * Code of a loop nest: splits it into pieces without tests, makes its loops long, puts one of them into vector lanes, and emits
 * each piece as a function of its addresses. Long nests are functions within functions (rows within planes), because V8
 * optimises a function only between calls.
 */
import { i32, type FunctionRef } from '../assembler/index.ts';
import type { EmitContext } from '../emit-context.ts';
import { signature } from '../signature.ts';
import { inFunction, openLoop, type Frame, type NestContext } from './frame.ts';
import type { Nest } from './nest.ts';
import { splitByGuards } from './split.ts';
import { chooseStrategy, type Strategy } from './strategy.ts';
import { accessesOf, tidy } from './tidy.ts';
import { emitDot, emitRun, vectorsPerBlock, weightOf } from './vector.ts';

/** Work (about a vector instruction each) that one call may do: some microseconds. */
const callWork = 20_000;

/** Defines the functions of the nest and calls them from `context.f`. */
export function emitNest(nest: Nest, { module, f, table }: EmitContext): void {
  for (const piece of splitByGuards(nest).flatMap(tidy)) {
    // Nests differ in addresses only.
    const callee = module.shared(`nest ${signature(piece, 'base')}`, () =>
      nestFunction({ module, nest: piece, table }),
    );
    f.call(callee, ...accessesOf(piece).map((access) => i32.const(access.base)));
  }
}

/** The nest as a function of the base addresses of its accesses. */
function nestFunction(context: NestContext): FunctionRef<readonly 'i32'[]> {
  const { nest } = context;
  const params = accessesOf(nest).map(() => 'i32' as const);
  return context.module.function({ name: `nest_${nest.loops.length}d`, params }, (f, ...pointers) => {
    if (nest.unfused) f.unfused();
    const strategy = chooseStrategy(nest);
    const outer = nest.loops.flatMap(({ reduce }, i) =>
      reduce || (strategy.kind === 'map' && strategy.loop === i) ? [] : [i],
    );
    const frame = {
      f,
      constants: f.constants(),
      pointers,
      offsets: pointers.map(() => 0),
      conditions: pointers.map(() => undefined),
      counters: new Map(),
    };
    emitLoops(context, frame, { outer, strategy, inCall: false });
  });
}

interface Rest {
  /** Loops to open, outermost first. */
  readonly outer: readonly number[];
  readonly strategy: Strategy;
  /** Already inside the function that does the work of one call. */
  readonly inCall: boolean;
}

function emitLoops(context: NestContext, frame: Frame, rest: Rest): void {
  const { outer, strategy, inCall } = rest;
  const [loop, ...inner] = outer;
  const small = workOf(context.nest, outer, strategy) <= callWork;
  const heavy = !small && loop === undefined && blocksOf(context.nest, strategy) > 1;
  if (!inCall && !heavy && (small || loop === undefined)) {
    const body = (at: Frame): void => emitLoops(context, at, { ...rest, inCall: true });
    // Outside all loops the nest's function is the one.
    if (frame.counters.size === 0) body(frame);
    else inFunction(context, frame, 'nest_rows', body);
  } else if (loop !== undefined) {
    openLoop(context, frame, loop, (at) => emitLoops(context, at, { ...rest, outer: inner }));
  } else emitLeaf(context, frame, { strategy, heavy });
}

function emitLeaf(
  context: NestContext,
  frame: Frame,
  { strategy, heavy }: { readonly strategy: Strategy; readonly heavy: boolean },
): void {
  if (strategy.kind === 'reduce') emitDot(context, frame, strategy.loop);
  else emitRun(context, frame, strategy.kind === 'map' ? strategy.loop : undefined, { heavy });
}

/** Blocks of vectors whose reductions could be calls of their own. */
function blocksOf(nest: Nest, strategy: Strategy): number {
  if (strategy.kind !== 'map' || !nest.loops.some((loop) => loop.reduce)) return 1;
  return Math.ceil((nest.loops[strategy.loop]?.size ?? 1) / (4 * vectorsPerBlock(nest)));
}

/** Vector instructions, roughly, of the leaf code under the given loops. */
function workOf(nest: Nest, outer: readonly number[], strategy: Strategy): number {
  const turns = nest.loops.map(({ size, reduce }, i) => {
    if (strategy.kind !== 'single' && strategy.loop === i) return Math.ceil(size / 4);
    return reduce || outer.includes(i) ? size : 1;
  });
  const perTurn = weightOf(nest.body) + nest.loads.length + 1;
  return turns.reduce((product, n) => product * n, perTurn);
}
