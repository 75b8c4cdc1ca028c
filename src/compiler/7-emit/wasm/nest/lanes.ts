/** Loads and stores of up to four neighbours along a loop, wherever they lie in memory. */
import {
  f32x4,
  i32,
  v128,
  type FunctionBuilder,
  type I32,
  type Local,
  type V128,
} from '../assembler/index.ts';

/** Where the neighbours lie. */
export interface LaneAccess {
  /** Address of the neighbour number 0, without `offset`. */
  readonly base: I32;
  /** Bytes that every access adds. */
  readonly offset?: number;
  /** Bytes from one neighbour to the next. */
  readonly stride: number;
  /** Address of a table of byte offsets by neighbour, instead of a stride. */
  readonly table: I32 | undefined;
}

/** `lanes` neighbours from number `first` on. */
export interface Lanes {
  readonly first: number;
  readonly lanes: number;
}

/** The neighbours' values; lanes beyond `lanes` hold anything (memory behind the row may be read, see Plan's rule of slack). */
export function loadLanes(access: LaneAccess, { first, lanes }: Lanes): V128 {
  const { base, offset = 0, stride, table } = access;
  if (!table && stride === 0) return v128.load32Splat(base, offset);
  if (!table && stride === 4)
    return lanes === 1 ? v128.load32Zero(base, offset + 4 * first) : v128.load(base, offset + 4 * first);
  let value: V128 | undefined;
  for (let lane = 0; lane < lanes; lane++) {
    const at = laneAddress(access, first + lane);
    value = value ? v128.load32Lane(at.base, at.offset, value, lane) : v128.load32Zero(at.base, at.offset);
  }
  return value ?? f32x4.const(0);
}

function laneAddress(
  { base, offset = 0, stride, table }: LaneAccess,
  neighbour: number,
): { base: I32; offset: number } {
  if (!table) return { base, offset: offset + neighbour * stride };
  return { base: i32.add(base, i32.load(table, 4 * neighbour)), offset };
}

/** Stores the first `lanes` lanes of `value` and touches nothing else. */
export function storeLanes(
  f: FunctionBuilder,
  access: LaneAccess,
  { first, lanes }: Lanes,
  value: Local<'v128'>,
): void {
  const { base, offset = 0, stride, table } = access;
  if (table || stride !== 4) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = laneAddress(access, first + lane);
      f.store32Lane(at.base, at.offset, value, lane);
    }
    return;
  }
  if (lanes === 4) f.store(base, offset + 4 * first, value);
  if (lanes === 2 || lanes === 3) f.store64Lane(base, offset + 4 * first, value, 0);
  if (lanes === 1 || lanes === 3) f.store32Lane(base, offset + 4 * (first + lanes - 1), value, lanes - 1);
}
