/**
 * `prepare()`: the plan's expansions as code, called once after the weights file has been read. Plain SIMD and nothing fused, so that
 * weights are the same bits on every engine. Loops are functions of bounded pieces: the engine replaces its baseline code between calls.
 */
import type { Expansion, Plan } from '../../6-plan/plan.ts';
import { i32, i32x4, select, v128, f32x4 } from './assembler/index.ts';
import type { ConstantPool, FunctionBuilder, FunctionRef, ModuleBuilder, V128 } from './assembler/index.ts';

/** Bytes of halves that one call widens. */
const pieceBytes = 16384;

/** The function that turns the bytes of the weights file into the final weights, in place. */
export function emitPrepare(plan: Plan, module: ModuleBuilder): FunctionRef {
  return module.function({ name: 'prepare', params: [] }, (f) => {
    for (const expansion of plan.expansions) emitExpansion(expansion, f, module);
  });
}

function emitExpansion(expansion: Expansion, f: FunctionBuilder, module: ModuleBuilder): void {
  const { kind, from, to, bytes } = expansion;
  switch (kind) {
    case 'copy':
      return f.copy(to, from, bytes);
    case 'widen':
      return f.call(
        module.shared('widen', () => widenFunction(module)),
        from,
        to,
        from + bytes,
      );
    case 'mixed':
      return f.call(
        module.shared('expand', () => expandFunction(module)),
        from,
        to,
        from + bytes,
        expansion.floats,
        expansion.halves,
      );
  }
}

/** (numbers, place, end of the numbers, bytes of floats, bytes of halves): in turns, floats as they are and halves widened. */
function expandFunction(m: ModuleBuilder): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32']> {
  const widen = m.shared('widen', () => widenFunction(m));
  return m.function(
    { name: 'expand', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
    (f, from, to, end, floats, halves) => {
      f.loop((again) => {
        f.copy(to, from, floats);
        f.set(from, i32.add(from, floats));
        f.set(to, i32.add(to, floats));
        f.call(widen, from, to, i32.add(from, halves));
        f.set(to, i32.add(to, i32.shl(halves, 1)));
        f.branchIf(again, i32.ltU(f.tee(from, i32.add(from, halves)), end));
      });
    },
  );
}

/** (halves, floats, end of the halves): widened from front to back. */
function widenFunction(m: ModuleBuilder): FunctionRef<readonly ['i32', 'i32', 'i32']> {
  const piece = m.kernel({ name: 'widen_piece', params: ['i32', 'i32', 'i32'] }, (f, from, to, end) => {
    const constants = f.constants();
    f.loop((again) => {
      f.store(to, 0, widened(f, constants, f.let(i32x4.load16x4U(from))));
      f.increment(to, 16);
      f.branchIf(again, i32.ltU(f.tee(from, i32.add(from, 8)), end));
    });
  });
  return m.function({ name: 'widen', params: ['i32', 'i32', 'i32'] }, (f, from, to, end) => {
    const next = f.i32();
    f.loop((again) => {
      f.set(next, i32.add(from, pieceBytes));
      f.set(next, select(i32.ltU(next, end), next, end));
      f.call(piece, from, to, next);
      f.increment(to, i32.shl(i32.sub(next, from), 1));
      f.set(from, next);
      f.branchIf(again, i32.ltU(from, end));
    });
  });
}

/**
 * Four halves, each in the low bits of a lane, as floats; exact. The exponent moves from bias 15 to 127, once more for infinities and NaNs.
 * Subnormal halves get the exponent of 2⁻¹⁴ in front and lose the implicit one by a subtraction of normal numbers (F. Giesen,
 * "Half to float done quick"); a multiplication would do as well, but processors are slow with subnormal operands.
 */
function widened(f: FunctionBuilder, constants: ConstantPool, halves: V128): V128 {
  const [leastNormal, infinity] = [constants.i32(1 << 23), constants.i32(31 << 23)];
  const magnitude = f.let(i32x4.shl(v128.and(halves, constants.i32(0x7fff)), 13));
  const rebias = constants.i32(112 << 23);
  const twice = v128.and(rebias, v128.not(i32x4.ltS(magnitude, infinity)));
  const normal = i32x4.add(i32x4.add(magnitude, rebias), twice);
  const implicit = constants.i32(113 << 23);
  const subnormal = f32x4.sub(i32x4.add(magnitude, implicit), implicit);
  const value = v128.bitselect(subnormal, normal, i32x4.ltS(magnitude, leastNormal));
  return v128.or(value, i32x4.shl(v128.and(halves, constants.i32(0x8000)), 16));
}
