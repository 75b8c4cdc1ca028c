/**
 * Makes the loops of a nest few and long: loops of one turn go, neighbours that walk through memory as one become one (an element-wise
 * operation over [H, W, C] is a single loop), and a very long last loop is cut into chunks, because V8 optimises a function
 * only between calls.
 */
import type { Access, Guard, Loop, Nest } from './nest.ts';
import { restrict } from './split.ts';

/** Elements of a chunk: enough to forget the call, few enough that the optimised code takes over early. */
const chunk = 4096;

export function tidy(nest: Nest): readonly Nest[] {
  return cutLongLoop(mergeLoops(dropSingleTurns(nest)));
}

/** Rebuilds every access; `change` sees the loops as they were. */
function mapAccesses(nest: Nest, loops: readonly Loop[], change: (access: Access) => Access): Nest {
  return {
    ...nest,
    loops,
    loads: nest.loads.map(change),
    finishLoads: nest.finishLoads.map(change),
    out: change(nest.out),
  };
}

export function accessesOf(nest: Nest): readonly Access[] {
  return [nest.out, ...nest.loads, ...nest.finishLoads];
}

function dropSingleTurns(nest: Nest): Nest {
  const keep = <T>(_: T, i: number): boolean => (nest.loops[i]?.size ?? 1) !== 1;
  const guard = (g: Guard): Guard => ({ ...g, coefficients: g.coefficients.filter(keep) });
  return mapAccesses(nest, nest.loops.filter(keep), (a) => ({
    ...a,
    base: a.tables.reduce((sum, table, i) => sum + (keep(table, i) ? 0 : (table?.[0] ?? 0)), a.base),
    strides: a.strides.filter(keep),
    tables: a.tables.filter(keep),
    guards: a.guards.map(guard),
  }));
}

/** Merges neighbouring loops where one stride spans both, innermost pair first. */
function mergeLoops(nest: Nest): Nest {
  for (let inner = nest.loops.length - 1; inner > 0; inner--)
    if (canMerge(nest, inner)) return mergeLoops(merge(nest, inner));
  return nest;
}

function canMerge(nest: Nest, inner: number): boolean {
  const [a, b] = [nest.loops[inner - 1], nest.loops[inner]];
  if (!a || !b || a.reduce !== b.reduce) return false;
  return accessesOf(nest).every((access) => {
    const untested = access.guards.every((g) => !g.coefficients[inner] && !g.coefficients[inner - 1]);
    const direct = !access.tables[inner] && !access.tables[inner - 1];
    return untested && direct && access.strides[inner - 1] === (access.strides[inner] ?? 0) * b.size;
  });
}

function merge(nest: Nest, inner: number): Nest {
  const without = <T>(items: readonly T[]): readonly T[] => items.filter((_, i) => i !== inner - 1);
  const size = (nest.loops[inner - 1]?.size ?? 1) * (nest.loops[inner]?.size ?? 1);
  const loops = without(nest.loops.map((loop, i) => (i === inner ? { ...loop, size } : loop)));
  return mapAccesses(nest, loops, (a) => ({
    ...a,
    strides: without(a.strides),
    tables: without(a.tables),
    guards: a.guards.map((g) => ({ ...g, coefficients: without(g.coefficients) })),
  }));
}

/** A last loop of many chunks becomes a loop over chunks and a nest for the rest. */
function cutLongLoop(nest: Nest): readonly Nest[] {
  const last = nest.loops.length - 1;
  const size = nest.loops[last]?.size ?? 1;
  const plain = accessesOf(nest).every(
    (a) => !a.tables[last] && a.guards.every((g) => !g.coefficients[last]),
  );
  if (nest.loops[last]?.reduce !== false || size < 4 * chunk || !plain) return [nest];
  const whole = Math.floor(size / chunk) * chunk;
  const chunks = inChunks(restrict(nest, last, { from: 0, to: whole }), last);
  return whole === size ? [chunks] : [chunks, ...tidy(restrict(nest, last, { from: whole, to: size }))];
}

function inChunks(nest: Nest, last: number): Nest {
  const size = nest.loops[last]?.size ?? 1;
  const loops = [
    ...nest.loops.slice(0, last),
    { size: size / chunk, reduce: false },
    { size: chunk, reduce: false },
  ];
  return mapAccesses(nest, loops, (a) => ({
    ...a,
    strides: [...a.strides.slice(0, last), (a.strides[last] ?? 0) * chunk, a.strides[last] ?? 0],
    tables: [...a.tables.slice(0, last), undefined, undefined],
    guards: a.guards.map((g) => ({ ...g, coefficients: [...g.coefficients.slice(0, last), 0, 0] })),
  }));
}
