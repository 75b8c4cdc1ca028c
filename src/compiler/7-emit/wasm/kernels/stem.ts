/**
 * The first layer of a network, see 6-plan/algorithms/stem.ts. Rows of output are computed one after another: the lowest row of the window
 * is transformed into a ring of rows, then panels of output channels walk along the ring in tiles of two groups of four pixels.
 */
import { panelsOf, type Panel } from '../../../6-plan/algorithms/panels.ts';
import {
  groupPixels,
  positions,
  stemLayout,
  stemPanelFloats,
  stemPanelGroups,
  stemScratch,
  tileGroups,
  windowRows,
  type StemLayout,
  type StemScratch,
} from '../../../6-plan/algorithms/stem.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { f32x4, i32, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { Emitter } from '../emit-context.ts';
import { convGeometry, pooled, type ConvGeometry } from './conv-geometry.ts';
import { directTable, emitDirectSums, notFinite, type DirectCall, type DirectLayer } from './direct-sums.ts';
import { finishPool, poolRows } from './finish-pool.ts';
import { emitFinish, finishOf, type Finish } from './finish.ts';
import { callWith, copyPointers, movePointers, outPointer, type Strides } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';
import { inputLine, outputLine } from './winograd-lines.ts';

interface Layer {
  readonly kernel: ConvKernel;
  readonly layout: StemLayout;
  readonly scratch: StemScratch;
  readonly geometry: ConvGeometry;
  readonly panels: readonly Panel[];
  /** One for each row of a pool's windows; else one. */
  readonly finishes: readonly Finish[];
}

export const emitStem: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step);
  const callee = sharedLayer(module, step, [], () => layerFunction(module, layer));
  callWith(f, callee, [...layer.geometry.start, directTable(directLayer(layer), { table })]);
};

/** The layer for sums without transforms; its biases count from 0. */
function directLayer({ kernel, layout, geometry, scratch }: Layer): DirectLayer {
  const [x = 0, weights = 0] = geometry.start;
  const [, [row = 0], [column = 0]] = geometry.strides;
  const { lead, all } = stemPanelGroups(layout);
  return {
    x,
    pixel: { plane: 0, row, column },
    tap: { plane: 0, row, column },
    taps: { plane: 1, row: layout.rows, column: 3 },
    inC: kernel.inC,
    outC: kernel.outC,
    weights,
    panel: layout.vectors * lanes,
    lead,
    groups: all,
    steps: { channel: 3, plane: 0, row: kernel.inC * 3, column: 1 },
    sums: (geometry.start.at(-1) ?? 0) + scratch.sums,
    biases: 0,
  };
}

function layerOf(step: Step): Layer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`stem of a ${kernel.kind} kernel`);
  const vectors = Number(step.tuning['vectors']);
  const geometry = convGeometry(kernel, step);
  const [, rowsOfWindow, poolColumns] = pooled(kernel);
  const [, , column] = geometry.strides;
  const out = { row: 0, column: (column[outPointer] ?? 0) * poolColumns };
  const operands = (kernel.epilogue?.operands ?? []).map((_, i) => ({
    row: 0,
    column: column[outPointer + 1 + i] ?? 0,
  }));
  const finishes = poolRows(rowsOfWindow).map((rows) =>
    finishOf(kernel.epilogue, out, operands, finishPool(kernel.pool, rows)),
  );
  return {
    kernel,
    geometry,
    finishes,
    layout: stemLayout(kernel, vectors),
    scratch: stemScratch(kernel),
    panels: panelsOf(kernel.outC, vectors),
  };
}

/** (input, weights, output, …operands, scratch, table of direct sums) → the layer, row by row. */
function layerFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { kernel, geometry, scratch, finishes } = layer;
  const [, rows, columns] = geometry.size;
  const [, row] = geometry.strides;
  const transform = transformFunction(m, layer);
  const body = rowFunction(m, layer);
  const params = [...geometry.start.map(() => 'i32' as const), 'i32' as const];
  return m.function({ name: `stem_${rows}x${columns}x${kernel.outC}`, params }, (f, ...locals) => {
    const [pointers, table] = [locals.slice(0, -1), locals.at(-1) as Local<'i32'>];
    const [x, ...rest] = pointers as unknown as readonly [Local<'i32'>, ...Local<'i32'>[]];
    const base = rest.at(-1) as Local<'i32'>;
    const finishAt = f.let(i32.add(base, scratch.finish));
    const moving = [...rest.slice(0, -1), finishAt];
    const ring = Array.from({ length: windowRows(kernel.window) }, (_, i) =>
      f.let(i32.add(base, i * scratch.row)),
    );
    const next = (place: Local<'i32'>): void => {
      callWith(f, transform, [x, place]);
      f.increment(x, row[0] ?? 0);
    };
    ring.slice(0, -1).forEach(next);
    const y = f.i32();
    f.for(y, 0, rows, finishes.length, () =>
      finishes.forEach((_, i) => {
        next(ring.at(-1) as Local<'i32'>);
        callWith(f, body, [...ring, ...moving, i, i32.add(y, i), table]);
        movePointers(f, moving, rowStrides(layer, i === finishes.length - 1 ? finishes.length : 0));
        rotate(f, ring);
      }),
    );
  });
}

/** From one row to the next of [weights, output, …operands, scratch]; the output moves by `rowsOut` rows of the map. */
function rowStrides({ geometry }: Layer, rowsOut: number): Strides {
  const [, , out = 0, ...operands] = geometry.strides[1];
  return [0, out * rowsOut, ...operands];
}

function rotate(f: FunctionBuilder, ring: readonly Local<'i32'>[]): void {
  const first = f.let(ring[0] as Local<'i32'>);
  ring.forEach((slot, i) => f.set(slot, ring[i + 1] ?? first));
}

/** (input, place) → one row of input, transformed group by group. */
function transformFunction(m: ModuleBuilder, { kernel, geometry, scratch }: Layer): FunctionRef {
  const pixel = geometry.strides[2][0] ?? 0;
  const groups = Math.ceil(geometry.size[2] / groupPixels);
  return m.kernel({ name: 'stem_input', params: ['i32', 'i32'] }, (f, x, place) => {
    const context = { f, constants: f.constants() };
    f.for(f.i32(), 0, groups, 1, () => {
      for (let c = 0; c < kernel.inC; c += lanes) {
        const line = Array.from({ length: positions }, (_, i) => f.let(v128.load(x, i * pixel + c * 4)));
        inputLine(context, groupPixels, line).forEach((value, i) =>
          f.store(place, i * scratch.position + c * 4, value),
        );
      }
      movePointers(f, [x, place], [groupPixels * pixel, scratch.group]);
    });
  });
}

/** (…ring, weights, output, …operands, scratch, number of the finish, row, table) → one row of output, panel by panel. */
function rowFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { kernel, layout, panels } = layer;
  const rows = windowRows(kernel.window);
  const { operands } = finishLike(layer);
  const kinds = [...Map.groupBy(panels, ({ channels }) => channels).values()].map((same) => ({
    count: same.length,
    panel: same[0] as Panel,
    body: panelFunction(m, layer, same[0] as Panel),
  }));
  const params = Array<'i32'>(rows + 6 + operands.length).fill('i32');
  return m.function({ name: 'stem_row', params }, (f, ...pointers) => {
    const [ring, moving, what] = [pointers.slice(0, rows), pointers.slice(rows, -3), pointers.slice(-3)];
    const channel = f.i32();
    for (const { count, panel, body } of kinds)
      f.for(f.i32(), 0, count, 1, () => {
        callWith(f, body, [...ring, ...moving, ...what, channel]);
        const bytes = panel.vectors * lanes * 4;
        f.increment(channel, bytes);
        const steps = operands.map(({ per }) => (per === 'scalar' ? 0 : bytes));
        movePointers(f, moving, [stemPanelFloats(panel, layout) * 4, bytes, ...steps, 0]);
      });
  });
}

/** The finishes of a layer differ in how they pool alone. */
function finishLike({ finishes }: Layer): Finish {
  return finishes[0] ?? internal('a layer without a finish');
}

/** (…ring, weights, output, …operands, scratch, number of the finish, row, table, bytes of the channels before) → one panel of channels of one row. */
function panelFunction(m: ModuleBuilder, layer: Layer, panel: Panel): FunctionRef {
  const { kernel, geometry, scratch, finishes } = layer;
  const rows = windowRows(kernel.window);
  const columns = geometry.size[2];
  const width = tileGroups * groupPixels;
  const [, , ...steps] = geometry.strides[2];
  const params = Array<'i32'>(rows + 7 + finishLike(layer).operands.length).fill('i32');
  return m.kernel({ name: `stem_panel_${panel.channels}`, params }, (f, ...pointers) => {
    const ring = pointers.slice(0, rows);
    const [which, row, table, channel] = pointers.slice(-4) as unknown as readonly Local<'i32'>[] &
      readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];
    const [weights, ...moving] = pointers.slice(rows, -4) as unknown as readonly [
      Local<'i32'>,
      ...Local<'i32'>[],
    ];
    const left = f.let(i32.const(columns));
    const column = (): I32 => i32.sub(i32.const(columns), left);
    const tile = { m, layer, panel, ring, weights, moving, direct: { table, row, bias: channel }, column };
    const rest = columns % width;
    const restWidths = [Math.min(rest, groupPixels), rest - groupPixels].filter((n) => n > 0);
    const whole = Array<number>(tileGroups).fill(groupPixels);
    f.for(f.i32(), 0, Math.ceil(columns / width), 1, () => {
      const products = [...halfProducts(f, tile, 0), ...halfProducts(f, tile, 1)];
      const isRest = f.let(i32.ltU(left, i32.const(width)));
      choose(f, which, finishes, (finish) =>
        choose(f, isRest, rest > 0 ? [whole, restWidths] : [whole], (widths) =>
          finishTile(f, tile, products, finish, widths),
        ),
      );
      ring.forEach((row) => f.increment(row, tileGroups * scratch.group));
      movePointers(f, moving, steps, width);
      f.increment(left, -width);
    });
  });
}

/** `use` of the option with this number; there are one or two. */
function choose<T>(
  f: FunctionBuilder,
  number: Local<'i32'>,
  options: readonly T[],
  use: (option: T) => void,
): void {
  const [first, ...others] = options as readonly [T, ...T[]];
  if (others.length === 0) use(first);
  else
    f.if(
      i32.eqz(number),
      () => use(first),
      () => choose(f, f.let(i32.sub(number, i32.const(1))), others, use),
    );
}

interface Tile {
  readonly layer: Layer;
  readonly panel: Panel;
  readonly ring: readonly Local<'i32'>[];
  readonly weights: Local<'i32'>;
  /** Output, operands, scratch of a deferred finish. */
  readonly moving: readonly Local<'i32'>[];
  readonly m: ModuleBuilder;
  /** For sums without transforms; the column is the tile's first. */
  readonly direct: Pick<DirectCall, 'table' | 'row' | 'bias'>;
  readonly column: () => I32;
}

/** By position, group and vector. */
type Products = readonly (readonly (readonly Local<'v128'>[])[])[];

/** From products to pixels, of which each group has so many: the output transform, the finish. */
function finishTile(
  f: FunctionBuilder,
  tile: Tile,
  products: Products,
  finish: Finish,
  widths: readonly number[],
): void {
  const { m, layer, panel, weights, moving, direct, column } = tile;
  const context = { f, constants: f.constants() };
  const [, , ...steps] = layer.geometry.strides[2];
  widths.forEach((width, group) => {
    const lines = Array.from({ length: panel.vectors }, (_, j) =>
      outputLine(
        context,
        groupPixels,
        products.map((position) => position[group]?.[j] as V128),
      ),
    );
    const finishSums = (sums: readonly (readonly V128[])[]): void => {
      const at = copyPointers(f, finish.deferred ? moving : moving.slice(0, -1));
      movePointers(f, at, steps, group * groupPixels);
      emitFinish(f, finish, { height: 1, width, vectors: panel.vectors, channels: panel.channels }, sums, at);
    };
    const ends = width > 1 ? [0, width - 1] : [0];
    const call = {
      ...direct,
      plane: 0,
      column: i32.add(column(), group * groupPixels),
      height: 1,
      width,
      vectors: panel.vectors,
    };
    // Two copies of the finish: joined before it, both ways would keep V8 from pairing vectors.
    f.if(
      notFinite(
        f,
        lines.map((line) => ends.map((pixel) => line[pixel] as V128)),
      ),
      () =>
        finishSums(
          emitDirectSums(f, m, call).map((pixel) =>
            pixel.map((sum, j) => f.let(f32x4.add(sum, v128.load(weights, j * 16)))),
          ),
        ),
      () => finishSums(Array.from({ length: width }, (_, pixel) => lines.map((line) => line[pixel] as V128))),
    );
  });
}

/** Of this position's product every pixel of a group has one: it begins with the biases, so that nobody adds them to all pixels. */
const commonPosition = 1;

/** Products of half of the positions by position, group and vector: no more sums than registers. */
function halfProducts(f: FunctionBuilder, tile: Tile, half: 0 | 1): Products {
  const { layer, panel, ring, weights } = tile;
  const { kernel, scratch } = layer;
  const { vectors } = panel;
  const count = positions / 2;
  const sums: Local<'v128'>[][][] = Array.from({ length: count }, () =>
    Array.from({ length: tileGroups }, () => []),
  );
  const begin = (position: number, j: number, x: V128, weight: V128): V128 =>
    position === commonPosition ? f.fma(x, weight, v128.load(weights, j * 16)) : f32x4.mul(x, weight);
  ring.forEach((row, r) =>
    sums.forEach((groups, i) => {
      const position = half * count + i;
      const inputs = groups.map((_, g) =>
        splats(f, row, g * scratch.group + position * scratch.position, kernel.inC),
      );
      for (let c = 0; c < kernel.inC; c++) {
        const step = (half * ring.length * kernel.inC + r * kernel.inC + c) * count + i;
        const held = Array.from({ length: vectors }, (_, j) =>
          f.let(v128.load(weights, (1 + step) * vectors * 16 + j * 16)),
        );
        groups.forEach((group, g) => {
          const x = f.let(inputs[g]?.(c) as V128);
          held.forEach((weight, j) => {
            const sum = group[j];
            if (sum) f.set(sum, f.fma(x, weight, sum));
            else group[j] = f.let(begin(position, j, x, weight));
          });
        });
      }
    }),
  );
  return sums;
}

/**
 * The channels of a position in all lanes, one by one. Loads are what products wait for, so the channels are loaded once, and their lanes spread; on
 * wide engines, which pair loads of equal splats, and where there is one channel, each is a load.
 */
function splats(
  f: FunctionBuilder,
  row: Local<'i32'>,
  place: number,
  channels: number,
): (channel: number) => V128 {
  if (f.engine.wide || channels === 1) return (c) => v128.load32Splat(row, place + c * 4);
  const held = Array.from({ length: Math.ceil(channels / lanes) }, (_, i) =>
    f.let(v128.load(row, place + i * 16)),
  );
  return (c) => {
    const [vector, lane] = [held[Math.floor(c / lanes)] as V128, c % lanes];
    return v128.shuffle32(vector, vector, [lane, lane, lane, lane]);
  };
}
