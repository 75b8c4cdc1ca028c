/**
 * A quantised convolution or dense layer: panels of output channels, each over all pixels, tile by tile. The input is bytes and a panel's
 * weights are a quarter of what floats take, so that both stay in the caches without cutting the map.
 */
import { internal } from '../../../diagnostics/internal.ts';
import { evenCover } from '../../../6-plan/algorithms/cover.ts';
import { gemmLayout, int8Pixels } from '../../../6-plan/algorithms/int8-gemm.ts';
import {
  int8PanelBytes,
  int8Panels,
  quad,
  type Int8Layout,
  type Int8Panel,
} from '../../../6-plan/algorithms/int8-panels.ts';
import type { Step } from '../../../6-plan/plan.ts';
import type { ConvKernel, IntegerArithmetic } from '../../../ir/kernel.ts';
import type { FunctionRef, ModuleBuilder } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import { convGeometry, mergeRun, type ConvGeometry } from './conv-geometry.ts';
import type { Reduction } from './gemm-tile.ts';
import { channelBytes, int8FinishOf, type Int8Finish } from './int8-finish.ts';
import { int8Descriptor, int8Tile } from './int8-tile.ts';
import { emitPlanes, tileKey } from './plane.ts';
import { callWith, movePointers } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';

interface Layer {
  readonly layout: Int8Layout;
  readonly geometry: ConvGeometry;
  readonly reduction: Reduction;
  readonly finish: Int8Finish;
  /** Address of the descriptor of its tiles. */
  readonly descriptor: number;
}

/** Emits `int8-gemm` steps. */
export const emitInt8Gemm: Emitter = (step, { module, f, table }) => {
  const { kernel } = step;
  if (kernel.kind !== 'conv' || !kernel.integer) return internal(`int8-gemm of a ${kernel.kind} kernel`);
  const layer = layerOf(step, kernel, kernel.integer, { module, table });
  const callee = sharedLayer(module, step, [layer.descriptor], () => layerFunction(module, layer));
  callWith(f, callee, layer.geometry.start.slice(0, pointerCount(layer)));
};

function layerOf(
  step: Step,
  kernel: ConvKernel,
  integer: IntegerArithmetic,
  { module, table }: Pick<EmitContext, 'module' | 'table'>,
): Layer {
  const geometry = convGeometry(kernel, step);
  const reduction = mergeRun(geometry.taps, Math.ceil(kernel.inC / quad));
  const [, , column] = geometry.strides;
  const [x = 0, , ...others] = column.slice(0, -1);
  return {
    layout: gemmLayout(kernel, integer, { engine: module.engine, vectors: Number(step.tuning['vectors']) }),
    geometry,
    reduction,
    finish: int8FinishOf(step, kernel.epilogue, kernel.out),
    descriptor: table(int8Descriptor(reduction, [x, ...others])),
  };
}

/** Input, weights, output, operands. */
function pointerCount({ finish }: Layer): number {
  return 3 + finish.operands.length;
}

/** (pointers) → the whole layer. */
function layerFunction(m: ModuleBuilder, layer: Layer): FunctionRef {
  const { layout, finish, geometry } = layer;
  const kinds = panelKinds(layout).map((kind) => ({ ...kind, body: panelFunction(m, layer, kind.panel) }));
  const params = Array<'i32'>(pointerCount(layer)).fill('i32');
  return m.function({ name: `int8_${geometry.size.join('x')}x${layout.outC}`, params }, (f, ...pointers) => {
    for (const { panel, count, body } of kinds)
      f.for(f.i32(), 0, count, 1, () => {
        callWith(f, body, pointers);
        const across = channelBytes(finish, panel.channels);
        movePointers(f, pointers, [0, int8PanelBytes(panel, layout), ...across]);
      });
  });
}

/** Equal panels behind each other. */
function panelKinds(layout: Int8Layout): readonly { readonly panel: Int8Panel; readonly count: number }[] {
  const panels = int8Panels(layout);
  const [first] = panels;
  const last = panels.at(-1);
  if (!first || !last) return [];
  if (first.channels === last.channels) return [{ panel: first, count: panels.length }];
  return [
    { panel: first, count: panels.length - 1 },
    { panel: last, count: 1 },
  ];
}

/** (pointers) → one panel of channels over all pixels. */
function panelFunction(m: ModuleBuilder, layer: Layer, panel: Int8Panel): FunctionRef {
  const { geometry, reduction, finish, descriptor } = layer;
  const [, rows, columns] = geometry.size;
  const cover = evenCover({ rows, columns }, int8Pixels(panel.vectors, m.engine));
  const widths = new Set(cover.bands.flatMap(({ runs }) => runs.map(({ width }) => width)));
  const tiles = new Map(
    [...widths].map(
      (width) => [tileKey(1, width), int8Tile(m, { width, panel, reduction, finish })] as const,
    ),
  );
  const params = Array<'i32'>(pointerCount(layer)).fill('i32');
  return m.function({ name: `int8_panel_${panel.channels}`, params }, (f, ...locals) =>
    emitPlanes(f, { geometry, cover, tiles: [tiles], pointers: locals, descriptor }),
  );
}
