/**
 * exp, log, tanh and erf of four f32 lanes, inline, without branches. Errors, measured over all magnitudes against double precision:
 * exp and log ≤ 1 ulp, erf ≤ 1.3 ulp, tanh ≤ 6 ulp (3.4e-7), with and without fused multiply-add; exact limits at ±∞, NaN stays
 * NaN, results underflow gradually. Method: range reduction and minimax polynomials of Cephes (Moshier: expf.c, logf.c), for erf of
 * Juffa (stackoverflow.com/a/35148199), for tanh one rational function.
 */
import {
  f32x4,
  i32x4,
  v128,
  type ConstantPool,
  type FunctionBuilder,
  type V128,
} from '../assembler/index.ts';

/** Where code goes: statements to `f`, constants to a pool outside the loop. */
export interface VectorContext {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
}

/** Σ coefficients[i] · x^(n−i) by Horner's rule: highest power first. */
export function polynomial({ f, constants }: VectorContext, x: V128, coefficients: readonly number[]): V128 {
  const [highest = 0, ...rest] = coefficients;
  return rest.reduce<V128>((sum, c) => f.fma(sum, x, constants.f32(c)), constants.f32(highest));
}

/** 1.5 · 2²³: adding it rounds a small number to an integer, which then stands in the low bits. */
const roundingShift = 12582912;
const roundingShiftBits = 0x4b400000;

/** eˣ = 2ⁿ · eʳ with n = round(x / ln 2), |r| ≤ ln 2 / 2; 2ⁿ in two factors, so that subnormal results and +∞ come out right. */
export function expVector(context: VectorContext, x: V128): V128 {
  const { f, constants: k } = context;
  const clamped = f.let(f32x4.pmax(f32x4.pmin(x, k.f32(89)), k.f32(-104)));
  const shifted = f.let(f.fma(clamped, k.f32(Math.LOG2E), k.f32(roundingShift)));
  const n = f.let(f32x4.sub(shifted, k.f32(roundingShift)));
  // ln 2 in two parts, the first with so few bits that n · part is exact.
  const r = f.let(f.fnma(n, k.f32(-2.1219444e-4), f.fnma(n, k.f32(0.693359375), clamped)));
  const p = polynomial(
    context,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  const y = f32x4.add(f.fma(p, f32x4.mul(r, r), r), k.f32(1));
  const exponent = f.let(i32x4.sub(shifted, k.i32(roundingShiftBits)));
  const half = f.let(i32x4.shrS(exponent, 1));
  return f32x4.mul(f32x4.mul(y, powerOfTwo(context, half)), powerOfTwo(context, i32x4.sub(exponent, half)));
}

/** 2ⁿ of integer lanes −126 ≤ n ≤ 127. */
function powerOfTwo({ constants: k }: VectorContext, n: V128): V128 {
  return i32x4.shl(i32x4.add(n, k.i32(127)), 23);
}

/** ln x = e · ln 2 + ln m with √½ ≤ m < √2; subnormal x are scaled up first. ln 0 = −∞, ln of a negative number NaN. */
export function logVector(context: VectorContext, x: V128): V128 {
  const { f, constants: k } = context;
  const tiny = f.let(f32x4.lt(x, k.f32(2 ** -126)));
  const scaled = f.let(v128.bitselect(f32x4.mul(x, k.f32(2 ** 23)), x, tiny));
  const exponent = f.let(i32x4.shrS(i32x4.sub(scaled, k.i32(0x3f3504f3)), 23));
  const m = f.let(f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), k.f32(1)));
  const e = f.let(f32x4.sub(f32x4.convertI32x4S(exponent), v128.and(tiny, k.f32(23))));
  const p = polynomial(
    context,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const square = f.let(f32x4.mul(m, m));
  const tail = f.let(f.fma(e, k.f32(-2.1219444e-4), f32x4.mul(f32x4.mul(m, square), p)));
  const y = f.fma(e, k.f32(0.693359375), f32x4.add(m, f.fnma(square, k.f32(0.5), tail)));
  const finite = v128.bitselect(y, x, f32x4.lt(x, k.f32(Infinity)));
  const positive = v128.bitselect(k.f32(NaN), finite, f32x4.lt(x, k.f32(0)));
  return v128.bitselect(k.f32(-Infinity), positive, f32x4.eq(x, k.f32(0)));
}

/** From here on the largest f32 below one is nearer to 1 than to tanh x, or the rational function below gives 1. */
const tanhLimit = 9;

/**
 * tanh x = x · P(x²) / Q(x²), clamped to ±1: the minimax rational function of degrees 9 and 8 on [−9, 9], relative error 2.1e-8 before
 * rounding. No branch, no exponential: a third of the instructions of 1 − 2 / (e^(2|x|) + 1).
 */
export function tanhVector(context: VectorContext, x: V128): V128 {
  const { f } = context;
  const clamped = f.let(clamp(context, x, tanhLimit));
  const square = f.let(f32x4.mul(clamped, clamped));
  const p = polynomial(context, square, [1.3419833e-8, 2.0661271e-5, 3.4989966e-3, 1.338398e-1, 1]);
  const q = polynomial(context, square, [7.804734e-7, 3.291039e-4, 2.5890209e-2, 4.67173e-1, 1]);
  return clamp(context, f32x4.div(f32x4.mul(clamped, p), q), 1);
}

/** x within ±limit; NaN stays NaN. */
function clamp({ constants: k }: VectorContext, x: V128, limit: number): V128 {
  return f32x4.pmax(f32x4.pmin(x, k.f32(limit)), k.f32(-limit));
}

/** erf x: an odd polynomial below 0.9277, 1 − e^(polynomial of |x|) with the sign of x above. */
export function erfVector(context: VectorContext, x: V128): V128 {
  const { f, constants: k } = context;
  const magnitude = f.let(f32x4.abs(x));
  const square = f.let(f32x4.mul(x, x));
  const p = polynomial(
    context,
    square,
    [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1],
  );
  const small = f.let(f.fma(p, x, x));
  const high = f.fma(magnitude, k.f32(-1.7285347e-5), k.f32(3.83197126e-4));
  const middle = f.fma(magnitude, k.f32(-3.88396438e-3), k.f32(2.42546219e-2));
  const q = [-1.06777877e-1, -6.34846687e-1, -1.28717512e-1].reduce<V128>(
    (sum, c) => f.fma(sum, magnitude, k.f32(c)),
    f.fma(high, square, middle),
  );
  const e = expVector(context, f.let(f.fma(q, magnitude, f32x4.neg(magnitude))));
  const signed = v128.or(f32x4.sub(k.f32(1), e), v128.and(x, k.f32(-0)));
  return v128.bitselect(small, signed, f32x4.lt(magnitude, k.f32(0.927734375)));
}
