/**
 * Winograd's F(m × m, 3 × 3): for each block of tiles, transform the input of every tile into scratch, multiply each position of the
 * transformed tiles with its weights, transform the products back with bias and epilogue. Tiles that reach over the edge of the map
 * are finished in a patch of scratch, from which the pixels that exist are taken.
 */
import { coverPlane } from '../../../6-plan/algorithms/cover.ts';
import { panelsOf, type Panel } from '../../../6-plan/algorithms/panels.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import { biasFloats, scratchLayout, winogradShape } from '../../../6-plan/algorithms/winograd.ts';
import type { TileSize, WinogradLayout, WinogradShape } from '../../../6-plan/algorithms/winograd.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { f32x4, i32, select, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import { convGeometry, pooled, type ConvGeometry } from './conv-geometry.ts';
import { finishPool } from './finish-pool.ts';
import { emitFinish, finishOf, type Finish } from './finish.ts';
import { gemmDescriptor, gemmTile, type Reduction } from './gemm-tile.ts';
import { emitPlanes, tileKey, type Tiles } from './plane.ts';
import { callWith, combineStrides, copyPointers, movePointers, type Strides } from './pointers.ts';
import { transformInput, transformOutput } from './winograd-transforms.ts';

interface Layer {
  readonly kernel: ConvKernel;
  readonly tile: TileSize;
  readonly shape: WinogradShape;
  readonly layout: WinogradLayout;
  readonly geometry: ConvGeometry;
  readonly finish: Finish;
  /** Of the matrix products, with the address of their descriptor. */
  readonly reduction: Reduction;
  readonly descriptor: number;
  /** Vectors of channels that a transform handles together: two make one 256-bit register. */
  readonly across: number;
}

export const emitWinograd: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step, module, table);
  // Scratch is a pointer of its own here, whether or not the epilogue is deferred.
  callWith(f, layerFunction(module, layer), layer.geometry.start);
};

function layerOf(step: Step, { engine }: ModuleBuilder, table: EmitContext['table']): Layer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`winograd of a ${kernel.kind} kernel`);
  const tile: TileSize = step.tuning['tile'] === 4 ? 4 : 2;
  const vectors = Number(step.tuning['vectors']);
  const geometry = convGeometry(kernel, step);
  const [, row, column] = geometry.strides;
  const steps = (i: number): { row: number; column: number } => ({
    row: row[i] ?? 0,
    column: column[i] ?? 0,
  });
  const [, poolRows, poolColumns] = pooled(kernel);
  const out = { row: steps(2).row * poolRows, column: steps(2).column * poolColumns };
  const shape = winogradShape(kernel, tile, vectors, engine, Number(step.tuning['block']));
  const reduction = { taps: [], run: { count: kernel.inC, step: 4 } };
  const gemmSteps = {
    x: { row: 0, column: shape.inC * 4 },
    out: { row: 0, column: shape.outC * 4 },
    operands: [],
  };
  return {
    kernel,
    tile,
    shape,
    reduction,
    descriptor: table(gemmDescriptor(reduction, gemmSteps)),
    layout: { kind: 'winograd', tile, vectors, inC: kernel.inC, outC: kernel.outC },
    geometry,
    finish: finishOf(
      kernel.epilogue,
      out,
      (kernel.epilogue?.operands ?? []).map((_, i) => steps(3 + i)),
      finishPool(kernel.pool, 'all'),
    ),
    across: engine.wide ? 2 : 1,
  };
}

/** A position in the map while tiles are walked in order: pointers at the tile, and its place in the rows of tiles. */
interface Cursor {
  readonly pointers: readonly Local<'i32'>[];
  readonly down: Local<'i32'>;
  readonly across: Local<'i32'>;
}

/** (input, weights, output, …operands, scratch) → the layer, block by block. */
function layerFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { shape, geometry } = layer;
  const params = geometry.start.map(() => 'i32' as const);
  const tiles = shape.down * shape.across;
  const stages = {
    input: inputFunction(m, layer),
    products: productsFunction(m, layer),
    output: outputStage(m, layer),
  };
  return m.function(
    { name: `winograd_${layer.tile}_${geometry.size.join('x')}`, params },
    (f, ...pointers) => {
      const scratch = pointers.at(-1) as Local<'i32'>;
      const weights = pointers[1] as Local<'i32'>;
      const reader = cursor(f, [pointers[0] as Local<'i32'>]);
      const writer = cursor(f, pointers.slice(2, -1));
      const products = f.let(i32.add(scratch, scratchLayout(shape).products));
      const first = f.i32();
      f.for(first, 0, tiles, shape.block, () => {
        const left = f.let(i32.sub(i32.const(tiles), first));
        const count = f.let(select(i32.ltU(left, i32.const(shape.block)), left, i32.const(shape.block)));
        eachTile(f, layer, { cursor: reader, strides: [0], count, scratch, step: shape.inC * 4 }, (at) =>
          callWith(f, stages.input, [...reader.pointers, at]),
        );
        callWith(f, stages.products, [scratch, i32.add(weights, biasFloats(layer.layout) * 4), products]);
        const outputs = {
          cursor: writer,
          strides: outputIndices(layer),
          count,
          scratch: products,
          step: shape.outC * 4,
        };
        eachTile(f, layer, outputs, (at) => stages.output(f, { cursor: writer, at, weights, scratch }));
      });
    },
  );
}

/** Indices of the output and the operands among the pointers of the geometry. */
function outputIndices({ finish }: Layer): readonly number[] {
  return [2, ...finish.operands.map((_, i) => 3 + i)];
}

function cursor(f: FunctionBuilder, pointers: readonly Local<'i32'>[]): Cursor {
  return { pointers: copyPointers(f, pointers), down: f.i32(), across: f.i32() };
}

interface Walk {
  readonly cursor: Cursor;
  /** Which strides of the geometry move the cursor's pointers. */
  readonly strides: readonly number[];
  readonly count: Local<'i32'>;
  /** First tile in scratch, and bytes from one to the next. */
  readonly scratch: Local<'i32'>;
  readonly step: number;
}

/** `body` for `count` tiles from the cursor on; `at` is the tile's place in scratch. */
function eachTile(f: FunctionBuilder, layer: Layer, walk: Walk, body: (at: Local<'i32'>) => void): void {
  const { tile, shape, geometry } = layer;
  const { pointers, down, across } = walk.cursor;
  const pick = (strides: Strides): Strides => walk.strides.map((i) => strides[i] ?? 0);
  const [, row, column] = geometry.strides;
  const at = f.let(walk.scratch);
  f.for(f.i32(), 0, walk.count, 1, () => {
    body(at);
    f.increment(at, walk.step);
    f.increment(across, 1);
    movePointers(f, pointers, pick(column), tile);
    f.if(i32.eq(across, i32.const(shape.across)), () => {
      f.set(across, 0);
      f.increment(down, 1);
      movePointers(f, pointers, pick(combineStrides(row, tile, column, -tile * shape.across)));
    });
  });
}

/** Walks over `channels` channels, `vectors` vectors at a time; the rest comes last. `body` gets the number of channels of the turn. */
function eachTurn(
  f: FunctionBuilder,
  channels: number,
  vectors: number,
  body: (turn: { readonly vectors: number; readonly channels: number }) => void,
): void {
  const width = vectors * lanes;
  const rest = channels % width;
  f.for(f.i32(), 0, Math.floor(channels / width), 1, () => body({ vectors, channels: width }));
  if (rest > 0) body({ vectors: Math.ceil(rest / lanes), channels: rest });
}

/** (input, scratch) → one tile's transformed input, all channels. */
function inputFunction(m: ModuleBuilder, { tile, shape, geometry, across }: Layer): FunctionRef {
  const [, row, column] = geometry.strides;
  const position = shape.inPosition * 4;
  return m.kernel({ name: `winograd_input_${tile}`, params: ['i32', 'i32'] }, (f, x, scratch) => {
    const context = { f, constants: f.constants() };
    eachTurn(f, shape.inC, across, ({ vectors }) => {
      transformInput(context, {
        tile,
        vectors,
        load: (r, c, vector) => v128.load(x, r * (row[0] ?? 0) + c * (column[0] ?? 0) + vector * 16),
        store: (r, values) => {
          for (let c = 0; c < tile + 2; c++)
            values.forEach((line, vector) =>
              f.store(scratch, (r * (tile + 2) + c) * position + vector * 16, line[c] as V128),
            );
        },
      });
      f.increment(x, vectors * 16);
      f.increment(scratch, vectors * 16);
    });
  });
}

/** (transformed input, weights, products) → the products of every position of a block. */
function productsFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { kernel, shape, tile, layout } = layer;
  const kinds = [
    ...Map.groupBy(panelsOf(kernel.outC, layout.vectors), (panel) => panel.vectors).values(),
  ].map((panels) => ({
    count: panels.length,
    vectors: panels[0]?.vectors ?? 0,
    body: panelFunction(m, layer, panels[0] as Panel),
  }));
  const params = ['i32', 'i32', 'i32'] as const;
  return m.function({ name: `winograd_products_${tile}`, params }, (f, input, weights, products) => {
    f.for(f.i32(), 0, (tile + 2) ** 2, 1, () => {
      const out = f.let(products);
      for (const { count, vectors, body } of kinds)
        f.for(f.i32(), 0, count, 1, () => {
          callWith(f, body, [input, weights, out]);
          movePointers(f, [weights, out], [kernel.inC * vectors * 16, vectors * 16]);
        });
      movePointers(f, [input, products], [shape.inPosition * 4, shape.outPosition * 4]);
    });
  });
}

/** (input, weights, products) → one panel of channels of one position, for all tiles of a block. */
function panelFunction(
  m: ModuleBuilder,
  { kernel, shape, reduction, descriptor }: Layer,
  { vectors }: Panel,
): FunctionRef {
  const cover = coverPlane({ rows: 1, columns: shape.block }, vectors, kernel.inC, m.engine);
  const strides = [shape.inC * 4, 0, shape.outC * 4];
  const still = [0, 0, 0];
  const tiles: Tiles = new Map(
    cover.bands.flatMap(({ height, runs }) =>
      runs.map(({ width }) => [
        tileKey(height, width),
        gemmTile(m, {
          shape: { height, width, vectors, channels: vectors * lanes },
          reduction,
          start: 'zero',
          finish: finishOf(undefined, { row: 0, column: 0 }, []),
        }),
      ]),
    ),
  );
  const params = ['i32', 'i32', 'i32'] as const;
  return m.function({ name: `winograd_panel_${vectors * lanes}`, params }, (f, ...pointers) =>
    emitPlanes(f, {
      geometry: { size: [1, 1, shape.block], strides: [still, still, strides] },
      cover,
      tiles: [tiles],
      pointers,
      descriptor,
    }),
  );
}

interface OutputTile {
  readonly cursor: Cursor;
  readonly at: Local<'i32'>;
  readonly weights: Local<'i32'>;
  readonly scratch: Local<'i32'>;
}

/** Code that finishes one tile: whole ones straight into the output, others through a patch of scratch. */
function outputStage(m: ModuleBuilder, layer: Layer): (f: FunctionBuilder, tile: OutputTile) => void {
  const { shape, tile, finish, geometry } = layer;
  const [, height, width] = geometry.size;
  const rest = { rows: height - (shape.down - 1) * tile, columns: width - (shape.across - 1) * tile };
  const places = scratchLayout(shape);
  const whole = outputFunction(m, layer, finish);
  const fits = rest.rows === tile && rest.columns === tile;
  const edge = fits
    ? undefined
    : { raw: outputFunction(m, layer, patchFinish(layer)), patch: patchFunction(m, layer) };
  return (f, { cursor: { pointers, down, across }, at, weights, scratch }) => {
    const finishAt = finish.deferred ? [i32.add(scratch, places.finish)] : [];
    const patchAt = i32.add(scratch, places.patch);
    const writeWhole = (): void => callWith(f, whole, [at, weights, ...pointers, ...finishAt]);
    if (!edge) return writeWhole();
    const isLast = (position: I32, count: number): I32 => i32.eq(position, i32.const(count - 1));
    const rows = f.let(select(isLast(down, shape.down), i32.const(rest.rows), i32.const(tile)));
    const columns = f.let(select(isLast(across, shape.across), i32.const(rest.columns), i32.const(tile)));
    f.if(i32.eq(i32.add(rows, columns), i32.const(2 * tile)), writeWhole, () => {
      callWith(f, edge.raw, [at, weights, patchAt]);
      callWith(f, edge.patch, [patchAt, ...pointers, ...finishAt, rows, columns]);
    });
  };
}

/** Raw sums, pixel by pixel, into a patch. */
function patchFinish({ shape, tile }: Layer): Finish {
  return finishOf(undefined, { row: tile * shape.outC * 4, column: shape.outC * 4 }, []);
}

/** (products, bias, output, …operands, finish scratch) → one tile of output, all channels. */
function outputFunction(m: ModuleBuilder, layer: Layer, finish: Finish): FunctionRef {
  const { tile, shape, kernel, across } = layer;
  const position = shape.outPosition * 4;
  const params = Array<'i32'>(3 + finish.operands.length + (finish.deferred ? 1 : 0)).fill('i32');
  return m.kernel({ name: `winograd_output_${tile}`, params }, (f, ...pointers) => {
    const [products, bias, ...rest] = pointers as readonly [Local<'i32'>, Local<'i32'>, ...Local<'i32'>[]];
    const context = { f, constants: f.constants() };
    eachTurn(f, kernel.outC, across, ({ vectors, channels }) => {
      const biases = Array.from({ length: vectors }, (_, vector) => f.let(v128.load(bias, vector * 16)));
      const sums: V128[][] = [];
      transformOutput(context, {
        tile,
        vectors,
        load: (r, c, vector) => v128.load(products, (r * (tile + 2) + c) * position + vector * 16),
        store: (_, values) => {
          for (let c = 0; c < tile; c++)
            sums.push(values.map((line, v) => f.let(f32x4.add(line[c] as V128, biases[v] as V128))));
        },
      });
      // A deferred finish moves its pointers.
      const pointersNow = finish.deferred ? copyPointers(f, rest) : rest;
      emitFinish(f, finish, { height: tile, width: tile, vectors, channels }, sums, pointersNow);
      movePointers(
        f,
        [products, bias, ...rest],
        [vectors * 16, vectors * 16, ...channelSteps(finish, vectors)],
      );
    });
  });
}

/** Bytes that output, operands and scratch move with so many vectors of channels. */
function channelSteps(finish: Finish, vectors: number): Strides {
  const operands = finish.operands.map(({ per }) => (per === 'scalar' ? 0 : vectors * 16));
  return [vectors * 16, ...operands, 0];
}

/**
 * (patch, output, …operands, finish scratch, rows, columns) → the pixels of a patch that exist, finished one by one, or one window of a
 * pool by one.
 */
function patchFunction(m: ModuleBuilder, { shape, tile, kernel, finish }: Layer): FunctionRef {
  const [, height, width] = pooled(kernel);
  const lineBytes = tile * shape.outC * 4;
  const pixelBytes = shape.outC * 4;
  const places = Array.from(
    { length: height * width },
    (_, i) => Math.floor(i / width) * lineBytes + (i % width) * pixelBytes,
  );
  const count = 2 + finish.operands.length + (finish.deferred ? 1 : 0);
  const params = Array<'i32'>(count + 2).fill('i32');
  return m.kernel({ name: 'winograd_patch', params }, (f, ...locals) => {
    const [rows, columns] = locals.slice(count) as unknown as readonly [Local<'i32'>, Local<'i32'>];
    const line = locals.slice(0, count);
    const { out, operands } = finish;
    const rowsOf = operands.map(({ row }) => Number(row) * height);
    const columnsOf = operands.map(({ column }) => Number(column) * width);
    f.for(f.i32(), 0, rows, height, () => {
      const pixel = copyPointers(f, line);
      f.for(f.i32(), 0, columns, width, () => {
        const pointers = copyPointers(f, pixel);
        eachTurn(f, kernel.outC, 1, ({ channels }) => {
          const [source, ...rest] = pointers as readonly [Local<'i32'>, ...Local<'i32'>[]];
          const sums = places.map((place) => [f.let(v128.load(source, place))]);
          const pointersNow = finish.deferred ? copyPointers(f, rest) : rest;
          emitFinish(f, finish, { height, width, vectors: 1, channels }, sums, pointersNow);
          movePointers(f, pointers, [16, ...channelSteps(finish, 1)]);
        });
        movePointers(f, pixel, [width * pixelBytes, Number(out.column), ...columnsOf, 0]);
      });
      movePointers(f, line, [height * lineBytes, Number(out.row), ...rowsOf, 0]);
    });
  });
}
