/** Which of a program's variants an engine can run, asked of the engine with a program of a few bytes for each feature. */
import { UnsupportedError } from './errors.ts';
import { wideWorks } from './wide.ts';

/** `wide` is relaxed SIMD in tiles for 256-bit registers, which Node's V8 makes of it. */
export type Variant = 'wide' | 'relaxed' | 'simd';

export interface VariantOptions {
  /** The one to take, or `auto` (the default): the fastest that the engine runs. */
  readonly variant?: Variant | 'auto';
  /** `off`: no wide programs, and V8's experimental flag for them stays as it is. Default `auto`: where a check finds them right and faster. */
  readonly wide?: 'auto' | 'off';
}

/** (module (func (drop (i32x4.relaxed_trunc_f32x4_s (v128.const …))))) and (module (func (drop (v128.const …)))) */
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0];
const zero = [253, 12, ...new Array<number>(16).fill(0)];
const probes: Readonly<Record<Exclude<Variant, 'wide'>, readonly number[]>> = {
  simd: [...header, 10, 23, 1, 21, 0, ...zero, 26, 11],
  relaxed: [...header, 10, 26, 1, 24, 0, ...zero, 253, 0x81, 0x02, 26, 11],
};

/** True where the engine validates the feature; for `wide`, where wide programs are also right and faster (checked once per process). */
export function supports(variant: Variant): boolean {
  if (typeof WebAssembly !== 'object') return false;
  if (variant === 'wide') return supports('relaxed') && wideWorks();
  return WebAssembly.validate(Uint8Array.from(probes[variant]));
}

/** The best variant that `available` has and the engine runs: wide, then relaxed SIMD (fused multiply-add), then plain SIMD. */
export function pickVariant(
  available: readonly Variant[],
  { variant: wanted = 'auto', wide = 'auto' }: VariantOptions = {},
): Variant {
  if (typeof WebAssembly !== 'object')
    throw new UnsupportedError('unsupported/wasm', 'WebAssembly is not available here');
  const order = (wanted === 'auto' ? inOrder : [wanted]).filter((name) => name !== 'wide' || wide === 'auto');
  const found = order.find((variant) => available.includes(variant) && supports(variant));
  if (found) return found;
  if (available.length > 0 && !order.some((variant) => available.includes(variant)))
    throw new UnsupportedError(
      'unsupported/variant',
      `this program has no build ${wanted}; it has ${available.join(', ')}`,
    );
  const missing = wanted === 'auto' ? 'simd' : wanted;
  throw new UnsupportedError(`unsupported/${missing}`, `this engine does not ${lacking[missing]}`);
}

const inOrder: readonly Variant[] = ['wide', 'relaxed', 'simd'];

const simdEngines = 'Chrome 91, Firefox 89, Safari 16.4 and Node 16.4 or newer have SIMD';
const lacking: Readonly<Record<Variant, string>> = {
  wide: 'run wide tiles; Node 24 or newer does on x86-64 processors with AVX2',
  relaxed: `support WebAssembly relaxed SIMD; ${simdEngines}`,
  simd: `support WebAssembly SIMD; ${simdEngines}`,
};
