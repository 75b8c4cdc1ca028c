/**
 * From kernels g to transformed kernels U = G g Gᵀ, in place: the kernels lie, a plane per tap, at the end of the room for the transformed
 * ones, a plane per position. An element's nine taps are then exactly where nine of its own positions go, so no other element is
 * overwritten. Pieces of the planes pass through scratch memory, because so many streams at equal distances would fight for one cache set.
 */
import { biasFloats, kernelTransforms, positionFloats } from '../../../6-plan/algorithms/winograd.ts';
import type { TileSize, WinogradLayout } from '../../../6-plan/algorithms/winograd.ts';
import type { Expansion } from '../../../6-plan/plan.ts';
import { f32x4, i32, select, v128 } from '../assembler/index.ts';
import type {
  ConstantPool,
  FunctionBuilder,
  FunctionRef,
  Local,
  ModuleBuilder,
  V128,
} from '../assembler/index.ts';

/** Bytes of a plane that are transformed together. */
const pieceBytes = 256;
const taps = 9;

/** Scratch memory that the expansion needs; less than any Winograd step needs for its tiles. */
export const expandScratchBytes = taps * pieceBytes;

/** Emits the expansion of one layer; scratch memory is at the constant address `scratch`, the same for all layers. */
export function emitWinogradExpansion(
  { from, to, layout }: Expansion,
  { f, module, scratch }: { f: FunctionBuilder; module: ModuleBuilder; scratch: number },
): void {
  const shape = layout as WinogradLayout;
  const expand = module.shared(`expand winograd ${shape.tile}`, () =>
    expandFunction(module, shape.tile, scratch),
  );
  f.call(expand, from, to, 4 * biasFloats(shape), 4 * positionFloats(shape));
}

/** (compact block, final block, bytes of its biases, bytes of a plane). */
function expandFunction(
  m: ModuleBuilder,
  tile: TileSize,
  scratch: number,
): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32']> {
  const piece = pieceFunction(m, tile);
  const before = (tile + 2) ** 2 - taps;
  const signature = { name: `expand_winograd_${tile}`, params: ['i32', 'i32', 'i32', 'i32'] } as const;
  return m.function(signature, (f, from, to, biases, plane) => {
    f.copy(to, from, biases);
    const planes = f.let(i32.add(to, biases));
    const left = f.let(plane);
    const count = f.i32();
    f.loop((again) => {
      f.set(count, select(i32.ltU(left, i32.const(pieceBytes)), left, i32.const(pieceBytes)));
      f.set(from, i32.add(planes, i32.mul(plane, before)));
      for (let tap = 0; tap < taps; tap++) {
        f.copy(scratch + tap * pieceBytes, from, count);
        f.increment(from, plane);
      }
      f.call(piece, scratch, planes, plane, count);
      f.increment(planes, count);
      f.branchIf(again, f.tee(left, i32.sub(left, count)));
    });
  });
}

/** (taps in scratch, final planes, bytes of a plane, bytes of the piece) → the piece's positions, a row of them at a time. */
function pieceFunction(m: ModuleBuilder, tile: TileSize): FunctionRef<readonly ['i32', 'i32', 'i32', 'i32']> {
  const G = kernelTransforms[tile];
  return m.kernel(
    { name: `expand_winograd_piece_${tile}`, params: ['i32', 'i32', 'i32', 'i32'] },
    (f, scratch, planes, plane, bytes) => {
      const constants = f.constants();
      const end = f.let(i32.add(scratch, bytes));
      const [from, to, out] = [f.i32(), f.let(planes), f.i32()];
      for (const row of G) {
        f.set(from, scratch);
        f.loop((again) => {
          const columns = [0, 1, 2].map((s) => f.let(combine(constants, row, tapColumn(from, s))));
          f.set(out, to);
          for (const line of G) {
            f.store(out, 0, combine(constants, line, columns));
            f.increment(out, plane);
          }
          f.increment(to, 16);
          f.branchIf(again, i32.ltU(f.tee(from, i32.add(from, 16)), end));
        });
        f.set(to, i32.add(i32.sub(to, bytes), i32.mul(plane, tile + 2)));
      }
    },
  );
}

/** The three taps of column `s`, top down. */
function tapColumn(from: Local<'i32'>, s: number): readonly V128[] {
  return [0, 3, 6].map((r) => v128.load(from, (r + s) * pieceBytes));
}

/** Σ coefficient · value from left to right, never fused: the same bits on every engine. */
function combine(constants: ConstantPool, coefficients: readonly number[], values: readonly V128[]): V128 {
  const products = coefficients.flatMap((coefficient, i) => {
    const value = values[i] as V128;
    if (coefficient === 0) return [];
    return [coefficient === 1 ? value : f32x4.mul(constants.f32(coefficient), value)];
  });
  return products.reduce((sum, product) => f32x4.add(sum, product));
}
