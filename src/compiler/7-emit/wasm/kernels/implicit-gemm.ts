/**
 * Convolution as a matrix product on the input in place. Three levels of functions: a layer (groups, chunks of rows that stay in the
 * L2 cache, panels of output channels), a panel (rows and runs of tiles), and the register tiles. Each runs short enough for V8 to
 * replace it by optimised code at its next call, because V8 never does so in the middle of a loop.
 */
import { coverPlane, type Cover } from '../../../6-plan/algorithms/cover.ts';
import { losesPair } from '../../../6-plan/algorithms/implicit-gemm.ts';
import { groupFloats, panelFloats, panelsOf } from '../../../6-plan/algorithms/panels.ts';
import type { Panel, PanelLayout } from '../../../6-plan/algorithms/panels.ts';
import { panelLayout } from '../../../6-plan/algorithms/panels.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionRef, Local, ModuleBuilder } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import { convGeometry, mergeRun, pooled, type ConvGeometry } from './conv-geometry.ts';
import { finishPool, poolRows, type FinishPool } from './finish-pool.ts';
import { finishOf, type Finish } from './finish.ts';
import { gemmDescriptor, gemmTile, longestStraightRun, type Reduction } from './gemm-tile.ts';
import { lowerBound, withBound } from './lower-bound.ts';
import { emitBand, emitPlanes, tileKey, type Tiles } from './plane.ts';
import { callWith, combineStrides, copyPointers, movePointers, type Strides } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';

/**
 * Input that is read again for every panel should stay within so many bytes: what the L2 cache of a server holds. Smaller caches lose
 * little, because a tile reads four bytes of input per cycle, less than last-level caches give; short rows lose more.
 */
const chunkBytes = 768 * 1024;

interface Layer {
  readonly kernel: ConvKernel;
  readonly layout: PanelLayout;
  readonly geometry: ConvGeometry;
  readonly reduction: Reduction;
  readonly finish: Finish;
  /** Whether its functions have a pointer to scratch memory, which some of its panels need. */
  readonly hasScratch: boolean;
  /** Address of the descriptor of its tiles. */
  readonly descriptor: number;
  readonly panels: readonly Panel[];
  /** Rows of a chunk, or undefined where the whole input is one. */
  readonly chunk: number | undefined;
}

/** Emits `implicit-gemm` and `gemv` steps. */
export const emitImplicitGemm: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step, module, table);
  const { start } = layer.geometry;
  const callee = sharedLayer(module, step, [layer.descriptor], () => layerFunction(module, layer));
  callWith(f, callee, start.slice(0, pointerCount(layer)));
};

function layerOf(step: Step, module: ModuleBuilder, table: EmitContext['table']): Layer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`implicit-gemm of a ${kernel.kind} kernel`);
  const vectors = Number(step.tuning['vectors']);
  const layout = panelLayout(kernel, vectors);
  const panels = panelsOf(kernel.outC / kernel.groups, vectors);
  const whole = convGeometry(kernel, step);
  const chunk = chunkRows(kernel, layout, whole, panels.length);
  const geometry = chunk === 'columns' ? splitColumns(whole, layout, module) : whole;
  const strides = geometry.strides;
  const pixelSteps = (i: number): { row: number; column: number } => ({
    row: strides[1][i] ?? 0,
    column: strides[2][i] ?? 0,
  });
  const operands = (kernel.epilogue?.operands ?? []).map((_, i) => pixelSteps(3 + i));
  const [, poolRows, poolColumns] = pooled(kernel);
  const { row, column } = pixelSteps(2);
  const out = { row: row * poolRows, column: column * poolColumns };
  const reduction = commonLevels(mergeRun(geometry.taps, kernel.inC / kernel.groups), step.algorithm);
  const finish = finishOf(kernel.epilogue, out, operands, finishPool(kernel.pool, 'all'));
  const isGemm = step.algorithm === 'implicit-gemm';
  const layer: Layer = {
    kernel,
    layout,
    geometry,
    panels,
    reduction,
    finish,
    hasScratch: finish.deferred || (isGemm && panels.some((panel) => losesPair(panel, module.engine))),
    descriptor: table(gemmDescriptor(reduction, { x: pixelSteps(0), out, operands })),
    chunk: chunk === 'columns' ? chunkRowsOf(geometry) : chunk,
  };
  // Wide programs, which no page downloads, keep the constant.
  const bound = step.algorithm === 'gemv' || module.engine.wide ? undefined : lowerBound(kernel.epilogue);
  return bound === undefined ? layer : withBound(layer, table(Float32Array.of(bound)));
}

/**
 * The sum of a pixel as one run is that of a window with a single row: so 1×1 and 3×3 windows share their tiles, which takes the short loop
 * around the run no measurable time. Dense layers, whose tiles nobody else has, stay as they are, and so do sums without an inner loop.
 */
function commonLevels({ taps, run }: Reduction, algorithm: Step['algorithm']): Reduction {
  const alone = algorithm === 'gemv' || run.count <= longestStraightRun;
  return taps.length > 0 || alone ? { taps, run } : { taps: [{ count: 1, step: run.count * run.step }], run };
}

/** Input, weights, output, operands, and scratch. */
function pointerCount({ finish, hasScratch }: Layer): number {
  return 3 + finish.operands.length + (hasScratch ? 1 : 0);
}

/** Rows whose input fits a chunk, a multiple of `unit`. */
function chunkRowsOf({ strides, size }: Pick<ConvGeometry, 'strides' | 'size'>, unit = 1): number {
  const rowBytes = size[1] > 1 ? (strides[1][0] ?? 0) : 0;
  const rows = Math.min(size[1], Math.floor(chunkBytes / Math.max(1, rowBytes)));
  return Math.max(1, Math.floor(rows / unit)) * unit;
}

/**
 * Whether to cut the layer into chunks of rows: worth it where reading the weights once per chunk costs less than reading the
 * input once per panel from beyond the L2 cache. One long row of pixels is cut into columns first.
 */
function chunkRows(
  kernel: ConvKernel,
  layout: PanelLayout,
  { size, strides }: ConvGeometry,
  panels: number,
): number | 'columns' | undefined {
  const [planes, rows, columns] = size;
  const planeBytes = rows > 1 ? rows * (strides[1][0] ?? 0) : columns * (strides[2][0] ?? 0);
  const chunks = Math.ceil((planes * planeBytes) / chunkBytes);
  const inputTraffic = planes * planeBytes * (panels - 1);
  const weightTraffic = groupFloats(layout) * 4 * (chunks - 1);
  if (kernel.groups > 1 || panels === 1 || chunks === 1 || weightTraffic > inputTraffic) return undefined;
  if (rows > 1) return chunkRowsOf({ size, strides }, pooled(kernel)[1]);
  return kernel.pool ? undefined : 'columns';
}

/** One long row of pixels as rows of the length that tiles best. */
function splitColumns(geometry: ConvGeometry, layout: PanelLayout, { engine }: ModuleBuilder): ConvGeometry {
  const [planes, , columns] = geometry.size;
  const [plane, , column] = geometry.strides;
  const limit = Math.min(columns, Math.floor(chunkBytes / Math.max(1, column[0] ?? 0)));
  const lengths = Array.from({ length: Math.max(1, limit) }, (_, i) => i + 1).filter(
    (n) => columns % n === 0,
  );
  const perPixel = (length: number): number =>
    coverPlane({ rows: 1, columns: length }, layout.vectors, layout.depth, engine).cycles / length;
  const best = lengths.reduce((a, b) => (perPixel(b) < perPixel(a) ? b : a));
  return {
    ...geometry,
    size: [planes, columns / best, best],
    strides: [plane, combineStrides(column, best, column, 0), column],
  };
}

/** (pointers) → the whole layer. */
function layerFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { kernel, geometry, chunk, layout } = layer;
  const kinds = panelKinds(layer).map((kind) => ({ ...kind, body: panelFunction(m, layer, kind.panel) }));
  const name = `conv_${geometry.size.join('x')}x${kernel.outC}`;
  const params = Array<'i32'>(pointerCount(layer)).fill('i32');
  return m.function({ name, params }, (f, ...pointers) => {
    const [planes, rows] = geometry.size;
    const [plane, row] = geometry.strides;
    const allPanels = (rowCount: readonly Local<'i32'>[]): void => {
      const moving = copyPointers(f, pointers);
      for (const { panel, count, body } of kinds) {
        f.for(f.i32(), 0, count, 1, () => {
          callWith(f, body, [...moving, ...rowCount]);
          movePointers(f, moving, channelStrides(layer, panel.vectors * 4, panelFloats(panel, layout.depth)));
        });
      }
    };
    const chunks = (): void => {
      if (chunk === undefined) return allPanels([]);
      f.for(f.i32(), 0, planes, 1, () => {
        const y = f.i32();
        f.for(y, 0, rows, chunk, () => {
          const left = f.let(i32.sub(i32.const(rows), y));
          allPanels([f.let(select(i32.ltU(left, i32.const(chunk)), left, i32.const(chunk)))]);
          movePointers(f, pointers, row, chunk);
        });
        movePointers(f, pointers, combineStrides(plane, 1, row, -Math.ceil(rows / chunk) * chunk));
      });
    };
    f.for(f.i32(), 0, kernel.groups, 1, () => {
      const begin = kernel.groups > 1 ? copyPointers(f, pointers) : [];
      chunks();
      begin.forEach((start, i) => f.set(pointers[i] as Local<'i32'>, start));
      movePointers(f, pointers, groupStrides(layer));
    });
  });
}

/** Full panels and the narrower last one. */
function panelKinds({ panels }: Layer): readonly { readonly panel: Panel; readonly count: number }[] {
  const kinds: { panel: Panel; count: number }[] = [];
  for (const panel of panels) {
    const last = kinds.at(-1);
    if (last?.panel.channels === panel.channels) last.count += 1;
    else kinds.push({ panel, count: 1 });
  }
  return kinds;
}

/** From one panel to the next: `channels` output channels, `floats` of weights. */
function channelStrides(layer: Layer, channels: number, floats: number): Strides {
  const operands = layer.finish.operands.map(({ per }) => (per === 'scalar' ? 0 : channels * 4));
  return [0, floats * 4, channels * 4, ...operands, 0];
}

function groupStrides(layer: Layer): Strides {
  const { kernel, layout } = layer;
  if (kernel.groups === 1) return [];
  const [, ...rest] = channelStrides(layer, kernel.outC / kernel.groups, groupFloats(layout));
  return [(kernel.inC / kernel.groups) * 4, ...rest];
}

/** (pointers[, rows]) → one panel of channels over all pixels, or over `rows` rows of a plane where the layer is chunked. */
function panelFunction(m: ModuleBuilder, layer: Layer, panel: Panel): FunctionRef {
  const { geometry, chunk, layout, descriptor, kernel } = layer;
  const [, rows, columns] = geometry.size;
  const single = chunk !== undefined || kernel.pool ? { tallest: 1 } : {};
  const plane = { rows, columns, ...single, unit: pooled(kernel)[2] };
  const cover = coverPlane(plane, panel.vectors, layout.depth, m.engine);
  const deferred = layer.finish.deferred || (layer.hasScratch && losesPair(panel, m.engine));
  const finish = { ...layer.finish, deferred };
  const tiles = rowKinds(layer).map((pool) => coverTiles(m, { ...layer, finish }, panel, cover, pool));
  const count = pointerCount(layer);
  const unused = layer.hasScratch && !deferred ? 1 : 0;
  const params = Array<'i32'>(chunk === undefined ? count : count + 1).fill('i32');
  return m.function({ name: `panel_${panel.channels}`, params }, (f, ...locals) => {
    const pointers = locals.slice(0, count - unused);
    if (chunk === undefined) emitPlanes(f, { geometry, cover, tiles, pointers, descriptor });
    else
      cover.bands.forEach((band) =>
        emitBand(f, { geometry, band, tiles, pointers, descriptor, rows: locals[count] }),
      );
  });
}

/** How tiles pool, for every row of the pool's windows; one entry where nothing is pooled. */
function rowKinds({ kernel }: Layer): readonly (FinishPool | undefined)[] {
  const [, rows] = pooled(kernel);
  return poolRows(rows).map((held) => finishPool(kernel.pool, held));
}

/** The tile functions of a cover, by height × width. */
function coverTiles(
  m: ModuleBuilder,
  layer: Layer,
  panel: Panel,
  cover: Cover,
  pool: FinishPool | undefined,
): Tiles {
  const { reduction } = layer;
  const finish = { ...layer.finish, pool };
  const tiles = new Map<string, FunctionRef>();
  for (const { height, runs } of cover.bands)
    for (const { width } of runs)
      tiles.set(
        tileKey(height, width),
        gemmTile(m, {
          shape: { height, width, vectors: panel.vectors, channels: panel.channels },
          reduction,
          start: 'panel',
          finish,
        }),
      );
  return tiles;
}
