/** The matrix products of a Winograd layer: at every position of the transformed tiles, tiles × input channels times a panel of kernels. */
import { coverPlane } from '../../../6-plan/algorithms/cover.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import { positionSpans, productRows, type WinogradShape } from '../../../6-plan/algorithms/winograd-shape.ts';
import { i32 } from '../assembler/index.ts';
import type { FunctionRef, Local, ModuleBuilder } from '../assembler/index.ts';
import { finishOf } from './finish.ts';
import { gemmTile, type GemmTile } from './gemm-tile.ts';
import { emitPlanes, tileKey, type Tiles } from './plane.ts';
import { callWith, movePointers } from './pointers.ts';

/** Neighbouring panels of one width. */
export interface PanelRun {
  readonly vectors: number;
  readonly count: number;
}

export interface Products {
  readonly shape: WinogradShape;
  readonly panels: readonly PanelRun[];
  /** Whether the products are added to those of the channels before. */
  readonly start: Extract<GemmTile['start'], 'zero' | 'sum'>;
  /** Address of the tiles' descriptor. */
  readonly descriptor: number;
}

interface RowProducts extends Pick<Products, 'start' | 'descriptor'> {
  readonly shape: Pick<WinogradShape, 'inRow' | 'outRow' | 'depth'>;
}

/** (transformed input, transformed kernels, products) → all positions of a block, one chunk of channels. */
export function productsFunction(m: ModuleBuilder, products: Products): FunctionRef {
  const { shape, panels } = products;
  const kernelPanel = shape.kernelCount * shape.kernelPosition * 4;
  const params = ['i32', 'i32', 'i32'] as const;
  const bodies = new Map<string, FunctionRef>();
  const bodyOf = (rows: number, vectors: number): FunctionRef => {
    const key = `${rows}x${vectors}`;
    const body = bodies.get(key) ?? rowsFunction(m, products, rows, vectors);
    bodies.set(key, body);
    return body;
  };
  const called = positionSpans(shape.down).map((a) => ({
    ...a,
    row: positionSpans(shape.across).map((b) => {
      const rows = productRows(shape, a, b);
      return {
        ...b,
        runs: rows === 0 ? [] : panels.map((run) => ({ ...run, body: bodyOf(rows, run.vectors) })),
      };
    }),
  }));
  const kernelStep = shape.kernelPosition * 4;
  const kernelRow = shape.across.kernels * kernelStep;
  return m.function({ name: `winograd_products_${shape.tile}`, params }, (f, input, kernels, out) => {
    for (const { count, row, kernel, step } of called) {
      const rowKernels = f.let(i32.add(kernels, kernel * kernelRow));
      f.for(f.i32(), 0, count, 1, () => {
        for (const span of row) {
          const own = f.let(i32.add(rowKernels, span.kernel * kernelStep));
          f.for(f.i32(), 0, span.count, 1, () => {
            const [panel, sums] = [f.let(own), f.let(out)];
            for (const { vectors, count: times, body } of span.runs)
              f.for(f.i32(), 0, times, 1, () => {
                callWith(f, body, [input, panel, sums]);
                movePointers(f, [panel, sums], [kernelPanel, vectors * lanes * 4]);
              });
            const steps = [shape.inPosition * 4, span.step * kernelStep, shape.outPosition * 4];
            movePointers(f, [input, own, out], steps);
          });
        }
        f.increment(rowKernels, step * kernelRow);
      });
    }
  });
}

/** (transformed input, panel of kernels, products) → `rows` tiles of one position. */
function rowsFunction(m: ModuleBuilder, products: RowProducts, rows: number, vectors: number): FunctionRef {
  const { shape, start, descriptor } = products;
  const cover = coverPlane({ rows: 1, columns: rows }, vectors, shape.depth, m.engine);
  const strides = [shape.inRow * 4, 0, shape.outRow * 4];
  const still = [0, 0, 0];
  const tiles: Tiles = new Map(
    cover.bands.flatMap(({ height, runs }) =>
      runs.map(({ width }) => [
        tileKey(height, width),
        gemmTile(m, {
          shape: { height, width, vectors, channels: vectors * lanes },
          reduction: { taps: [], run: { count: shape.depth, step: 4 } },
          start,
          finish: finishOf(undefined, { row: 0, column: 0 }, []),
        }),
      ]),
    ),
  );
  const params = ['i32', 'i32', 'i32'] as const;
  return m.function({ name: `winograd_rows_${rows}x${vectors * lanes}`, params }, (f, ...pointers) =>
    emitPlanes(f, {
      geometry: { size: [1, 1, rows], strides: [still, still, strides] },
      cover,
      tiles: [tiles],
      pointers: pointers as readonly Local<'i32'>[],
      descriptor,
    }),
  );
}
