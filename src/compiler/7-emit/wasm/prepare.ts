/**
 * `prepare()`: the plan's expansions as code, called once after the weights file has been read. Plain SIMD, and products without rounding, so that
 * weights are the same bits on every engine. Loops are functions of bounded pieces: the engine replaces its baseline code between calls.
 */
import type { Expansion, Plan } from '../../6-plan/plan.ts';
import { f32x4, i32, i32x4, select } from './assembler/index.ts';
import type { FunctionRef, I32, ModuleBuilder, V128 } from './assembler/index.ts';

/** Bytes of integers that one call multiplies, at most, but at least one for each scale. */
const pieceBytes = 16384;

/**
 * The function that turns the bytes of the weights file into the final weights, in place. Scales are copied to the start of the arena, since
 * what is written overtakes them; there is room for them, because a layer with so many filters has a result as large. The arena is zeros again
 * at the end.
 */
export function emitPrepare(plan: Plan, module: ModuleBuilder): FunctionRef {
  const arena = plan.weightsOffset + plan.bytes.weights;
  const scales = plan.expansions.map((expansion) => (expansion.kind === 'scale' ? expansion.scales : 0));
  return module.function({ name: 'prepare', params: [] }, (f) => {
    for (const expansion of plan.expansions) {
      const { kind, from, to, bytes } = expansion;
      if (kind === 'copy') f.copy(to, from, bytes);
      else f.call(expandFunction(arena, module), from, to, from + bytes, ...partsOf(expansion));
    }
    const used = Math.max(0, ...scales);
    if (used > 0) f.fill(arena, 0, used);
  });
}

function partsOf(
  expansion: Extract<Expansion, { readonly kind: 'scale' }>,
): readonly [number, number, number, number] {
  const { floats, scales, integers } = expansion;
  return [floats, scales, integers, Math.max(1, Math.floor(pieceBytes / scales)) * scales];
}

/**
 * (numbers, place, end of the numbers, bytes of floats, of scales, of integers, of a piece of integers): in turns, floats as they are, and
 * integers times their scales.
 */
function expandFunction(
  arena: number,
  m: ModuleBuilder,
): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']> {
  const emit = (): ReturnType<typeof expandFunction> => {
    const scale = scaleFunction(arena, m);
    return m.function(
      { name: 'expand', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, from, to, end, floats, scales, integers, piece) => {
        const [stop, next] = [f.i32(), f.i32()];
        const advance = (bytes: I32): void => f.set(from, i32.add(from, bytes));
        f.loop((again) => {
          f.copy(to, from, floats);
          f.set(to, i32.add(to, floats));
          advance(floats);
          f.copy(arena, from, scales);
          advance(scales);
          f.set(stop, i32.add(from, integers));
          f.loop((more) => {
            f.set(next, i32.add(from, piece));
            f.set(next, select(i32.ltU(next, stop), next, stop));
            f.call(scale, from, to, next, i32.add(scales, arena));
            f.set(to, i32.add(to, i32.shl(i32.sub(next, from), 1)));
            f.set(from, next);
            f.branchIf(more, i32.ltU(from, stop));
          });
          f.branchIf(again, i32.ltU(from, end));
        });
      },
    );
  };
  return m.shared('expand', emit);
}

/** (integers, floats, end of the integers, end of the scales in the arena): each times its scale, from front to back. */
function scaleFunction(arena: number, m: ModuleBuilder): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32']> {
  return m.kernel({ name: 'scale', params: ['i32', 'i32', 'i32', 'i32'] }, (f, from, to, end, last) => {
    const scale = f.i32();
    f.loop((again) => {
      f.set(scale, i32.const(arena));
      f.loop((more) => {
        const floats: V128 = f32x4.convertI32x4S(i32x4.load16x4S(from));
        f.store(to, 0, f32x4.mul(floats, i32x4.shl(i32x4.load16x4U(scale), 16)));
        f.increment(from, 8);
        f.increment(to, 16);
        f.increment(scale, 8);
        f.branchIf(more, i32.ltU(scale, last));
      });
      f.branchIf(again, i32.ltU(from, end));
    });
  });
}
