/**
 * The stages of a Winograd layer around its matrix products: the input of one tile to its positions, and the products at its positions to its
 * pixels. Tiles that are the last down or across have code of their own; layers of different sizes share it.
 */
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { TileAxis, WinogradShape } from '../../../6-plan/algorithms/winograd-shape.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { f32x4, i32, select, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { ConvGeometry } from './conv-geometry.ts';
import { mendSums, type DirectCall } from './direct-sums.ts';
import { emitFinish, withSteps, type Finish, type FinishShape } from './finish.ts';
import { after, callWith, copyPointers, movePointers, type Strides } from './pointers.ts';
import type { PanelRun } from './winograd-products.ts';
import { inputLineOf, outputLineOf } from './winograd-lines.ts';
import { hasLoops, placesFrom, times, transform } from './winograd-transforms.ts';

export interface WinogradLayer {
  readonly kernel: ConvKernel;
  readonly shape: WinogradShape;
  readonly geometry: ConvGeometry;
  readonly runs: InputRuns;
  readonly finish: Finish;
  /** Addresses of the descriptors of the matrix products and of the transforms. */
  readonly descriptor: number;
  readonly distances: number;
  /** Address of the table of direct sums. */
  readonly direct: number;
  /** Vectors of channels that a transform handles together: two make one 256-bit register. */
  readonly together: number;
}

/**
 * Adjacent floats of the input that are transformed together: where each run begins, in bytes from the first pixel of a tile, and how long all
 * are. In flat maps without phases there is one, the channels of a pixel. With several chunks of input channels, `groups` are the planes whose
 * chunks follow each other.
 */
export interface InputRuns {
  readonly groups: readonly number[];
  readonly starts: readonly number[];
  readonly floats: number;
}

/** Neighbouring output channels that go through the layer together. */
export interface Chunk {
  readonly channels: number;
  readonly panels: readonly PanelRun[];
}

/** A position in the map while tiles are walked in order: pointers at the tile, and its place in the planes and rows of tiles. */
export interface Cursor {
  readonly pointers: readonly Local<'i32'>[];
  readonly plane: Local<'i32'>;
  readonly down: Local<'i32'>;
  readonly across: Local<'i32'>;
}

/** Plane, place down and place across of the cursor. */
export function placeOf({ plane, down, across }: Cursor): readonly Local<'i32'>[] {
  return [plane, down, across];
}

/** Where a tile lies in scratch at the positions that all tiles have, and at those that the last column of tiles lacks. */
export interface Place {
  readonly all: Local<'i32'>;
  readonly inner: Local<'i32'>;
}

/**
 * What the transforms read at run time: rows and columns of the input, positions (in, out), which positions across are inner ones (a bit
 * each), the address of what lies between two transforms, rows and columns of output and operands.
 */
export function distancesOf(
  shape: WinogradShape,
  scratch: number,
  input: Steps,
  outputs: readonly Steps[],
): Int32Array {
  const { across, inPosition, outPosition } = shape;
  const inner = Array.from({ length: across.positions }, (_, c) =>
    across.lastPositions.includes(c) ? 0 : 2 ** c,
  );
  const bits = inner.reduce((sum, bit) => sum + bit, 0);
  const ways = outputs.flatMap(({ row, column }) => [row, column]);
  const lines = scratch + shape.lines;
  return Int32Array.from([input.row, input.column, inPosition * 4, outPosition * 4, bits, lines, ...ways]);
}

interface Steps {
  readonly row: number;
  readonly column: number;
}

/** The code for whole tiles and for those that are the last down, the last across, or both; equal code is not asked for twice. */
function byPlace<T>(
  { down, across }: WinogradShape,
  make: (isLast: Last) => T,
): (f: FunctionBuilder, cursor: Cursor, use: (made: T) => void) => void {
  const differs = (axis: TileAxis): boolean => axis.last !== axis.pixels;
  const variants = (isDown: boolean): readonly T[] =>
    [false, ...(differs(across) ? [true] : [])].map((isAcross) => make({ down: isDown, across: isAcross }));
  const rows = [variants(false), ...(differs(down) ? [variants(true)] : [])];
  return (f, at, use) => {
    const isLast = (position: I32, axis: TileAxis): I32 => i32.eq(position, i32.const(axis.tiles - 1));
    const inRow = ([whole, last]: readonly T[]): void => {
      if (last === undefined) use(whole as T);
      else
        f.if(
          isLast(at.across, across),
          () => use(last),
          () => use(whole as T),
        );
    };
    const [whole = [], last] = rows;
    if (last === undefined) inRow(whole);
    else
      f.if(
        isLast(at.down, down),
        () => inRow(last),
        () => inRow(whole),
      );
  };
}

/** Position numbers of a tile along an axis. */
function positionsOf(axis: TileAxis, isLast: boolean): readonly number[] {
  return isLast ? axis.lastPositions : Array.from({ length: axis.positions }, (_, i) => i);
}

/** Whether a tile is the last down and across. */
interface Last {
  readonly down: boolean;
  readonly across: boolean;
}

/** Reads word `index` of the distances. */
function distanceAt(f: FunctionBuilder, distances: Local<'i32'>, index: number): Local<'i32'> {
  return f.let(i32.load(distances, index * 4));
}

/** Addresses of a tile at the given positions across, in the first row of positions. */
function columnPlaces(
  f: FunctionBuilder,
  { all, inner }: Place,
  distances: Local<'i32'>,
  position: Local<'i32'>,
  columns: readonly number[],
): readonly Local<'i32'>[] {
  const bits = distanceAt(f, distances, 4);
  return columns.map((c) => {
    const base = select(i32.and(bits, i32.const(2 ** c)), inner, all);
    return f.let(i32.add(base, times(position, c)));
  });
}

/**
 * Bytes from row `i` of the positions `rows` of a tile to the next. Neighbours are one row of positions apart; the positions that a narrow
 * tile lacks are skipped in one place.
 */
function rowStep(
  f: FunctionBuilder,
  rows: readonly number[],
  position: Local<'i32'>,
  across: TileAxis,
): (i: I32) => I32 {
  const next = f.let(times(position, across.positions));
  const before = rows.findIndex((row, i) => (rows[i + 1] ?? row + 1) !== row + 1);
  if (before < 0) return () => next;
  const skipped = (rows[before + 1] ?? 0) - (rows[before] ?? 0);
  const jump = f.let(times(next, skipped));
  return (i) => select(i32.eq(i, i32.const(before)), jump, next);
}

/** Code that writes one tile's transformed input, chunk by chunk of channels. */
export function inputStage(
  m: ModuleBuilder,
  layer: WinogradLayer,
): (f: FunctionBuilder, cursor: Cursor, place: Place) => void {
  const { shape, together, distances, runs } = layer;
  const held = Math.ceil(runs.floats / lanes);
  const variant = byPlace(shape, (isLast) => inputFunction(m, layer, isLast, held % together));
  return (f, cursor, { all, inner }) =>
    variant(f, cursor, (body) => {
      const first = cursor.pointers[0] as Local<'i32'>;
      const places = copyPointers(f, [all, inner]);
      for (const group of runs.groups) {
        const x = f.let(after(first, group));
        f.for(f.i32(), 0, shape.chunks / runs.groups.length, 1, () => {
          runs.starts.forEach((start, i) => {
            const to = places.map((place) => after(place, i * runs.floats * 4));
            callWith(f, body, [after(x, start), ...to, Math.floor(held / together), distances]);
          });
          const next = shape.positions * shape.inPosition * 4;
          movePointers(f, [x, ...places], [held * 16, next, next]);
        });
      }
    });
}

/** (input, place, place, turns of `together` vectors, distances) → one tile's transformed input; `rest` further vectors come last. */
function inputFunction(
  m: ModuleBuilder,
  { shape, together }: WinogradLayer,
  isLast: Last,
  rest: number,
): FunctionRef {
  const { tile, down, across } = shape;
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.kernel({ name: `winograd_input_${tile}`, params }, (f, x, all, inner, turns, distances) => {
    const context = { f, constants: f.constants() };
    const [row, column, position] = [0, 1, 2].map((i) => distanceAt(f, distances, i)) as [
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
    ];
    const places = columnPlaces(f, { all, inner }, distances, position, positionsOf(across, isLast.across));
    const step = rowStep(f, positionsOf(down, isLast.down), position, across);
    const between = distanceAt(f, distances, 5);
    const first = inputLineOf(down, tile, isLast.down);
    const turn = (vectors: number): void => {
      const from = f.let(x);
      const writers = copyPointers(f, places);
      transform(context, {
        first,
        second: inputLineOf(across, tile, isLast.across),
        vectors,
        between,
        load: () => {
          const line = placesFrom(f, from, Array<I32>(first.inputs - 1).fill(row));
          f.increment(from, column);
          return line;
        },
        store: ([values = []], line) => {
          writers.forEach((writer, c) =>
            values.forEach((along, vector) => f.store(writer, vector * 16, along[c] as V128)),
          );
          const next = f.let(step(line));
          writers.forEach((writer) => f.increment(writer, next));
        },
      });
      [x, ...places].forEach((pointer) => f.increment(pointer, vectors * 16));
    };
    f.for(f.i32(), 0, turns, 1, () => turn(together));
    if (rest > 0) turn(rest);
  });
}

type Three = readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>];
type Five = readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];

interface Output {
  readonly cursor: Cursor;
  readonly place: Place;
  readonly bias: Local<'i32'>;
  readonly scratch: Local<'i32'>;
}

/** Code that writes one tile of a chunk's output. */
export function outputStage(
  m: ModuleBuilder,
  layer: WinogradLayer,
  chunk: Chunk,
): (f: FunctionBuilder, output: Output) => void {
  const { finish, shape, together, distances } = layer;
  const width = together * lanes;
  const variant = byPlace(shape, (isLast) => outputFunction(m, layer, isLast, chunk.channels % width));
  return (f, { cursor: at, place, bias, scratch }) => {
    const finishAt = finish.deferred ? [i32.add(scratch, shape.finish)] : [];
    const turns = Math.floor(chunk.channels / width);
    variant(f, at, (body) =>
      callWith(f, body, [
        ...[place.all, place.inner, bias, turns, distances],
        ...placeOf(at),
        ...at.pointers,
        ...finishAt,
      ]),
    );
  };
}

/**
 * (place, place, bias, turns of `together` vectors, distances, plane of the tile, its place down and across, output, …operands, finish scratch) →
 * one tile of output; `rest` further channels come last. Sums that are not finite are computed once more without transforms, see direct-sums.ts: the
 * first and the last pixel of a line reach all positions that count for it, but for the odd inputs of stride two, one to a pixel.
 */
function outputFunction(m: ModuleBuilder, layer: WinogradLayer, isLast: Last, rest: number): FunctionRef {
  const { shape, finish, together } = layer;
  const { tile, down, across } = shape;
  const height = isLast.down ? down.last : down.pixels;
  const width = isLast.across ? across.last : across.pixels;
  const params = Array<'i32'>(9 + finish.operands.length + (finish.deferred ? 1 : 0)).fill('i32');
  return m.kernel({ name: `winograd_output_${tile}`, params }, (f, ...locals) => {
    const [all, inner, bias, turns, distances] = locals as unknown as Five;
    const [plane, tileDown, tileAcross] = locals.slice(5) as unknown as Three;
    const pointers = locals.slice(8);
    const context = { f, constants: f.constants() };
    const position = distanceAt(f, distances, 3);
    const stepped = withSteps(f, finish, { height, width }, (i) => ({
      row: i32.load(distances, 24 + 8 * i),
      column: i32.load(distances, 28 + 8 * i),
    }));
    const places = columnPlaces(f, { all, inner }, distances, position, positionsOf(across, isLast.across));
    const step = rowStep(f, positionsOf(down, isLast.down), position, across);
    const between = distanceAt(f, distances, 5);
    const [first, second] = [
      outputLineOf(across, tile, isLast.across),
      outputLineOf(down, tile, isLast.down),
    ];
    // As many columns at a time as a pool joins.
    const columns = hasLoops(first, second) ? (finish.pool?.width ?? 1) : width;
    const turn = (vectors: number, channels: number): void => {
      const biases = Array.from({ length: vectors }, (_, vector) => f.let(v128.load(bias, vector * 16)));
      const [readers, writers] = [copyPointers(f, places), copyPointers(f, pointers)];
      transform(context, {
        first,
        second,
        vectors,
        between,
        group: columns,
        load: (row) => {
          const line = copyPointers(f, readers);
          const next = f.let(step(row));
          readers.forEach((reader) => f.increment(reader, next));
          return line;
        },
        store: (lines, column) => {
          const call = (): DirectCall => ({
            table: i32.load(f.let(i32.add(between, -4))),
            plane,
            row: times(tileDown, down.pixels),
            column: i32.add(times(tileAcross, across.pixels), column),
            ...{ bias, height, width: columns, vectors },
          });
          const sums = finishedSums(f, m, lines, { biases, call, stride: down.stride });
          finishColumns(f, stepped, { height, width: columns, vectors, channels }, sums, writers);
        },
      });
      [bias, ...places].forEach((pointer) => f.increment(pointer, vectors * 16));
      movePointers(f, pointers, [...channelSteps(finish, vectors), 0]);
    };
    f.for(f.i32(), 0, turns, 1, () => turn(together, together * lanes));
    if (rest > 0) turn(Math.ceil(rest / lanes), rest);
  });
}

/** Finishes some columns of a tile; `writers` move to the next ones. */
function finishColumns(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  sums: readonly (readonly V128[])[],
  writers: readonly Local<'i32'>[],
): void {
  // A deferred finish moves its pointers.
  emitFinish(f, finish, shape, sums, finish.deferred ? copyPointers(f, writers) : writers);
  const [out, ...operands] = writers as unknown as readonly [Local<'i32'>, ...Local<'i32'>[]];
  f.increment(out, finish.out.column);
  finish.operands.forEach(({ column }, i) =>
    f.increment(operands[i] as Local<'i32'>, times(column, shape.width)),
  );
}

/** Sums with their biases by pixel and vector, of lines [column][vector][row]; those that are not finite without transforms. */
function finishedSums(
  f: FunctionBuilder,
  m: ModuleBuilder,
  lines: readonly (readonly (readonly V128[])[])[],
  {
    biases,
    call,
    stride,
  }: {
    readonly biases: readonly V128[];
    readonly call: () => DirectCall;
    readonly stride: TileAxis['stride'];
  },
): readonly (readonly V128[])[] {
  const height = lines[0]?.[0]?.length ?? 0;
  const sums = Array.from({ length: height }, (_, r) =>
    lines.map((values) => values.map((along) => f.let(along[r] as V128))),
  ).flat();
  const ends = Array.from({ length: height }, (_, r) => r).filter(
    (r) => stride === 2 || r === 0 || r === height - 1,
  );
  const tested = (lines[0] ?? []).map((_, v) =>
    lines.flatMap((values) => ends.map((r) => values[v]?.[r] as V128)),
  );
  mendSums(f, m, { tested, sums, call });
  return sums.map((pixel) => pixel.map((sum, v) => f.let(f32x4.add(sum, biases[v] as V128))));
}

/** Bytes that output and operands move with so many vectors of channels. */
export function channelSteps(finish: Finish, vectors: number): Strides {
  const operands = finish.operands.map(({ per }) => (per === 'scalar' ? 0 : vectors * 16));
  return [vectors * 16, ...operands];
}
