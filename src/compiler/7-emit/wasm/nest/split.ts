/**
 * Splits a nest along its loops, so that the pieces need fewer tests: where a coordinate is inside for the whole piece its guard
 * goes, where it is outside the load becomes a constant. A piece of padding is a fill, the middle has no tests at all; only windows
 * that straddle the border keep guards, in thin pieces.
 */
import { substitute } from '../../../ir/scalar-build.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import type { Access, Guard, Nest } from './nest.ts';

/** More pieces than this are not worth their code. */
const mostPieces = 9;

/** The pieces, which together compute the nest; each with the guards that it cannot do without. */
export function splitByGuards(nest: Nest): readonly Nest[] {
  let pieces: readonly Nest[] = [nest];
  // The innermost loop first: there a guard costs most.
  const order = nest.loops
    .map((_, i) => i)
    .filter((i) => !nest.loops[i]?.reduce)
    .reverse();
  for (const loop of order) {
    const parts = pieces.map((piece) => splitLoop(piece, loop));
    if (parts.flat().length > mostPieces) break;
    pieces = parts.flat();
  }
  return pieces.map(settle);
}

function splitLoop(nest: Nest, loop: number): readonly Nest[] {
  const size = nest.loops[loop]?.size ?? 1;
  const guards = nest.loads.concat(nest.finishLoads).flatMap((access) => access.guards);
  const cuts = guards.flatMap((guard) => cutsOf(guard, nest, loop)).filter((cut) => cut > 0 && cut < size);
  const ends = [...new Set([0, ...cuts, size])].sort((a, b) => a - b);
  return ends.slice(1).map((end, i) => restrict(nest, loop, { from: ends[i] ?? 0, to: end }));
}

/** Where along the loop the guard's outcome may change: the borders of "always inside" and, for one loop alone, of "inside". */
function cutsOf(guard: Guard, nest: Nest, loop: number): readonly number[] {
  const c = guard.coefficients[loop] ?? 0;
  if (c === 0) return [];
  const rest = range(
    { ...guard, coefficients: guard.coefficients.map((k, i) => (i === loop ? 0 : k)) },
    nest,
  );
  // Inside for all other counters: −least ≤ c · i < size − most.
  const [low, high] = [-rest.least / c, (guard.size - 1 - rest.most) / c];
  const [first, last] = c > 0 ? [Math.ceil(low), Math.floor(high)] : [Math.ceil(high), Math.floor(low)];
  return first > last ? [] : [first, last + 1];
}

/** The nest with the loop's counter running over from ≤ i < to only, counted from 0 again. */
export function restrict(
  nest: Nest,
  loop: number,
  { from, to }: { readonly from: number; readonly to: number },
): Nest {
  const access = (a: Access): Access => ({
    ...a,
    base: a.base + from * (a.strides[loop] ?? 0),
    tables: a.tables.map((table, i) => (i === loop ? table?.slice(from, to) : table)),
    guards: a.guards.map((g) => ({ ...g, constant: g.constant + from * (g.coefficients[loop] ?? 0) })),
  });
  return {
    ...nest,
    loops: nest.loops.map((l, i) => (i === loop ? { ...l, size: to - from } : l)),
    loads: nest.loads.map(access),
    finishLoads: nest.finishLoads.map(access),
    out: access(nest.out),
  };
}

/** Drops guards that always hold, and loads whose guards never do: these become constants of the expressions. */
function settle(nest: Nest): Nest {
  const loads = settleLoads(nest.loads, nest);
  const finishLoads = settleLoads(nest.finishLoads, nest);
  const finishArgs: readonly Scalar[] = [
    { kind: 'arg', index: 0 },
    ...finishLoads.args.map((arg) => shifted(arg)),
  ];
  return {
    ...nest,
    loads: loads.kept,
    body: substitute(nest.body, loads.args),
    finishLoads: finishLoads.kept,
    finish: substitute(nest.finish, finishArgs),
  };
}

function shifted(arg: Scalar): Scalar {
  return arg.kind === 'arg' ? { kind: 'arg', index: arg.index + 1 } : arg;
}

function settleLoads(
  loads: readonly Access[],
  nest: Nest,
): { readonly kept: readonly Access[]; readonly args: readonly Scalar[] } {
  const kept: Access[] = [];
  const args = loads.map((load): Scalar => {
    const guards = load.guards.filter((guard) => !alwaysInside(guard, nest));
    if (guards.some((guard) => neverInside(guard, nest))) return { kind: 'const', value: load.outside };
    kept.push({ ...load, guards });
    return { kind: 'arg', index: kept.length - 1 };
  });
  return { kept, args };
}

function alwaysInside(guard: Guard, nest: Nest): boolean {
  const { least, most } = range(guard, nest);
  return least >= 0 && most < guard.size;
}

function neverInside(guard: Guard, nest: Nest): boolean {
  const { least, most } = range(guard, nest);
  return most < 0 || least >= guard.size;
}

/** Smallest and largest value of the guarded coordinate. */
function range(
  { constant, coefficients }: Guard,
  nest: Nest,
): { readonly least: number; readonly most: number } {
  const ends = coefficients.map((c, i) => c * ((nest.loops[i]?.size ?? 1) - 1));
  return {
    least: ends.reduce((sum, end) => sum + Math.min(0, end), constant),
    most: ends.reduce((sum, end) => sum + Math.max(0, end), constant),
  };
}
