/** Which of a program's variants an engine can run, asked of the engine with a program of a few bytes for each feature. */
import { UnsupportedError } from './errors.ts';

export type Variant = 'relaxed' | 'simd';

/** (module (func (drop (i32x4.relaxed_trunc_f32x4_s (v128.const …))))) and (module (func (drop (v128.const …)))) */
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0];
const zero = [253, 12, ...new Array<number>(16).fill(0)];
const probes: Readonly<Record<Variant, readonly number[]>> = {
  simd: [...header, 10, 23, 1, 21, 0, ...zero, 26, 11],
  relaxed: [...header, 10, 26, 1, 24, 0, ...zero, 253, 0x81, 0x02, 26, 11],
};

/** True where the engine validates the feature. */
export function supports(variant: Variant): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(probes[variant]));
}

/** The best variant that `available` has and the engine runs; relaxed SIMD (fused multiply-add) before plain SIMD. */
export function pickVariant(available: readonly Variant[], wanted: Variant | 'auto' = 'auto'): Variant {
  if (typeof WebAssembly !== 'object')
    throw new UnsupportedError('unsupported/wasm', 'WebAssembly is not available here');
  const order: readonly Variant[] = wanted === 'auto' ? ['relaxed', 'simd'] : [wanted];
  const found = order.find((variant) => available.includes(variant) && supports(variant));
  if (found) return found;
  const feature = wanted === 'relaxed' ? 'relaxed SIMD' : 'SIMD';
  throw new UnsupportedError(
    `unsupported/${wanted === 'relaxed' ? 'relaxed' : 'simd'}`,
    `this engine does not support WebAssembly ${feature}; Chrome 91, Firefox 89, Safari 16.4 and Node 16.4 or newer have SIMD`,
  );
}
