/** Kernels g of one panel of output channels to transformed kernels U = G g Gᵀ in scratch memory. */
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import { storedTaps, type WinogradShape } from '../../../6-plan/algorithms/winograd-shape.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import { fetchLines } from './fetch.ts';
import { kernelLineOf } from './winograd-lines.ts';
import { placesFrom, times, transform } from './winograd-transforms.ts';

/** Input channels whose kernels are fetched together: some kilobytes. */
const fetched = 16;

/**
 * (kernels of a panel from an input channel and phase on, transformed kernels, input channels, bytes from one position to the next, vectors of
 * the panel) → the panel's kernels of so many input channels. Panels of all widths (with wide engines: of even ones) share the code.
 */
export function kernelFunction(m: ModuleBuilder, shape: WinogradShape, vectors: number): FunctionRef {
  const { tile, down, across } = shape;
  const together = m.engine.wide && vectors % 2 === 0 ? 2 : 1;
  const taps = storedTaps(down) * storedTaps(across);
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.kernel({ name: `winograd_kernels_${tile}`, params }, (f, from, to, depth, position, width) => {
    const context = { f, constants: f.constants() };
    const tap = f.let(i32.mul(width, i32.const(lanes * 4)));
    const [row, column] = [storedTaps(across) * down.phases, across.phases].map((step) =>
      f.let(times(tap, step)),
    ) as [Local<'i32'>, Local<'i32'>];
    const bytes = f.let(times(tap, taps));
    const others = f.let(i32.sub(bytes, tap));
    const groups = f.let(together === 1 ? width : i32.divU(width, i32.const(together)));
    const done = f.i32();
    f.for(done, 0, depth, fetched, () => {
      const left = f.let(i32.sub(depth, done));
      const count = f.let(select(i32.ltU(left, i32.const(fetched)), left, i32.const(fetched)));
      fetchLines(f, from, i32.mul(count, bytes));
      f.for(f.i32(), 0, count, 1, () => {
        f.for(f.i32(), 0, groups, 1, () => {
          const [line, place] = [f.let(from), f.let(to)];
          transform(context, {
            first: kernelLineOf(down, tile),
            second: kernelLineOf(across, tile),
            vectors: together,
            load: () => {
              const places = placesFrom(f, line, Array<I32>(down.taps - 1).fill(row));
              f.increment(line, column);
              return places;
            },
            store: ([values = []]) => {
              for (let c = 0; c < across.kernels; c++) {
                values.forEach((along, vector) => f.store(place, vector * 16, along[c] as V128));
                f.increment(place, position);
              }
            },
          });
          f.increment(from, together * 16);
          f.increment(to, together * 16);
        });
        f.increment(from, others);
      });
    });
  });
}
