/** Kernels g of one panel of output channels to transformed kernels U = G g Gᵀ in scratch memory. */
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { WinogradShape } from '../../../6-plan/algorithms/winograd-shape.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionRef, I32, ModuleBuilder, V128 } from '../assembler/index.ts';
import { fetchLines } from './fetch.ts';
import { kernelLineOf } from './winograd-lines.ts';
import { placesFrom, transform } from './winograd-transforms.ts';

/** Input channels whose kernels are fetched together: some kilobytes. */
const fetched = 16;

/**
 * (kernels of a panel from an input channel on, transformed kernels, input channels, bytes from one position to the next) → the panel's
 * kernels of so many input channels.
 */
export function kernelFunction(m: ModuleBuilder, shape: WinogradShape, vectors: number): FunctionRef {
  const { tile, down, across } = shape;
  const together = m.engine.wide && vectors % 2 === 0 ? 2 : 1;
  const tap = vectors * lanes * 4;
  const taps = down.taps * across.taps;
  const params = ['i32', 'i32', 'i32', 'i32'] as const;
  return m.kernel({ name: `winograd_kernels_${tile}`, params }, (f, from, to, depth, position) => {
    const context = { f, constants: f.constants() };
    const bytes = taps * tap;
    const done = f.i32();
    f.for(done, 0, depth, fetched, () => {
      const left = f.let(i32.sub(depth, done));
      const count = f.let(select(i32.ltU(left, i32.const(fetched)), left, i32.const(fetched)));
      fetchLines(f, from, i32.mul(count, i32.const(bytes)));
      f.for(f.i32(), 0, count, 1, () => {
        f.for(f.i32(), 0, vectors / together, 1, () => {
          const [column, place] = [f.let(from), f.let(to)];
          transform(context, {
            first: kernelLineOf(down, tile),
            second: kernelLineOf(across, tile),
            vectors: together,
            load: () => {
              const places = placesFrom(
                f,
                column,
                Array<I32>(down.taps - 1).fill(i32.const(across.taps * tap)),
              );
              f.increment(column, tap);
              return places;
            },
            store: ([values = []]) => {
              for (let c = 0; c < across.kernels; c++) {
                values.forEach((line, vector) => f.store(place, vector * 16, line[c] as V128));
                f.increment(place, position);
              }
            },
          });
          f.increment(from, together * 16);
          f.increment(to, together * 16);
        });
        f.increment(from, (taps - 1) * tap);
      });
    });
  });
}
