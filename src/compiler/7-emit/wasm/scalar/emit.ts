/**
 * Scalar expressions as code for four lanes. Common subexpressions are computed once; the usual activations come out in one or two
 * instructions (ReLU, clamps and leaky ReLU as pmax / pmin); a · b + c is fused where the engine can. NaN and infinities give what
 * the oracle gives, except that max and min with a constant do not turn −0 into +0.
 */
import { unreachable } from '../../../diagnostics/internal.ts';
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from '../../../ir/scalar.ts';
import { f32x4, v128, type FunctionRef, type ModuleBuilder, type V128 } from '../assembler/index.ts';
import { callResult } from '../assembler/index.ts';
import { expVector, erfVector, logVector, tanhVector, type VectorContext } from './functions.ts';
import { asExtremum, constantOf } from './patterns.ts';

export interface ScalarContext extends VectorContext {
  /**
   * Given where code must stay small (an expression emitted for every register of a tile): exp, log, tanh and erf become calls to
   * functions of this module. Without it they are inline.
   */
  readonly functions?: ModuleBuilder;
}

/**
 * The value of `expr` where `arg i` is `args[i]`. Appends statements to `context.f` for parts that are used more than once; the
 * result is an expression to use once. `args` should be locals, because an argument may be read several times.
 */
export function emitScalar(context: ScalarContext, expr: Scalar, args: readonly V128[]): V128 {
  const interned = intern(expr);
  const values = new Map<number, V128>();
  const emit = (part: Scalar): V128 => {
    const id = interned.idOf(part);
    const known = values.get(id);
    if (known) return known;
    const value = emitPart(context, part, { emit, args });
    if (part.kind === 'arg' || part.kind === 'const' || interned.uses(id) < 2) return value;
    const local = context.f.let(value);
    values.set(id, local);
    return local;
  };
  return emit(expr);
}

interface Inner {
  readonly emit: (part: Scalar) => V128;
  readonly args: readonly V128[];
}

function emitPart(context: ScalarContext, expr: Scalar, { emit, args }: Inner): V128 {
  const extremum = asExtremum(expr);
  if (extremum) return f32x4[extremum.op](emit(extremum.a), emit(extremum.b));
  switch (expr.kind) {
    case 'const':
      return context.constants.f32(expr.value);
    case 'arg':
      return args[expr.index] ?? context.constants.f32(NaN);
    case 'unary':
      return emitUnary(context, expr.op, emit(expr.x));
    case 'binary':
      return emitBinary(context, expr, emit);
    case 'select':
      return v128.bitselect(
        emit(expr.then),
        emit(expr.otherwise),
        comparisons[expr.op](emit(expr.left), emit(expr.right)),
      );
    default:
      return unreachable(expr);
  }
}

const comparisons: Readonly<Record<CompareScalar, (a: V128, b: V128) => V128>> = {
  lt: f32x4.lt,
  le: f32x4.le,
  gt: f32x4.gt,
  ge: f32x4.ge,
  eq: f32x4.eq,
  ne: f32x4.ne,
};

type Binary = Extract<Scalar, { readonly kind: 'binary' }>;

function emitBinary(context: ScalarContext, { op, a, b }: Binary, emit: (part: Scalar) => V128): V128 {
  const { f } = context;
  if (op === 'add' && isProduct(a)) return f.fma(emit(a.a), emit(a.b), emit(b));
  if (op === 'add' && isProduct(b)) return f.fma(emit(b.a), emit(b.b), emit(a));
  if (op === 'sub' && isProduct(b)) return f.fnma(emit(b.a), emit(b.b), emit(a));
  const divisor = op === 'div' ? constantOf(b) : undefined;
  if (divisor !== undefined && Number.isInteger(Math.log2(Math.abs(divisor))) && Math.abs(divisor) < 2 ** 100)
    return f32x4.mul(emit(a), context.constants.f32(1 / divisor));
  return binaries[op](emit(a), emit(b));
}

const binaries: Readonly<Record<BinaryScalar, (a: V128, b: V128) => V128>> = {
  add: f32x4.add,
  sub: f32x4.sub,
  mul: f32x4.mul,
  div: f32x4.div,
  min: f32x4.min,
  max: f32x4.max,
};

function isProduct(expr: Scalar): expr is Binary {
  return expr.kind === 'binary' && expr.op === 'mul';
}

type Transcendental = 'exp' | 'log' | 'tanh' | 'erf';

const transcendentals: Readonly<Record<Transcendental, (context: VectorContext, x: V128) => V128>> = {
  exp: expVector,
  log: logVector,
  tanh: tanhVector,
  erf: erfVector,
};

function emitUnary(context: ScalarContext, op: UnaryScalar, x: V128): V128 {
  switch (op) {
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'ceil':
      return f32x4[op](x);
    case 'exp':
    case 'log':
    case 'tanh':
    case 'erf':
      if (context.functions)
        return context.f.let(
          callResult('v128', transcendentalFunction(context.functions, op, context.f.fuses), x),
        );
      return transcendentals[op](context, context.f.let(x));
    default:
      return unreachable(op);
  }
}

/** exp, log, tanh or erf of four lanes as a function of the module, with fused multiply-adds or without. */
export function transcendentalFunction(
  module: ModuleBuilder,
  op: Transcendental,
  fuses = true,
): FunctionRef<readonly ['v128']> {
  return module.shared(`scalar ${op}${fuses ? '' : ' unfused'}`, () =>
    module.function({ name: op, params: ['v128'], result: 'v128' } as const, (f, x) => {
      if (!fuses) f.unfused();
      return transcendentals[op]({ f, constants: f.constants() }, x);
    }),
  );
}

/** Numbers equal subexpressions alike and counts their uses. */
function intern(root: Scalar): {
  readonly idOf: (part: Scalar) => number;
  readonly uses: (id: number) => number;
} {
  const ids = new Map<string, number>();
  const byPart = new Map<Scalar, number>();
  const uses = new Map<number, number>();
  const count = (part: Scalar): number => {
    const key = keyOf(part, count);
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    byPart.set(part, id);
    uses.set(id, (uses.get(id) ?? 0) + 1);
    return id;
  };
  count(root);
  const idOf = (part: Scalar): number => byPart.get(part) ?? -1;
  return { idOf, uses: (id) => uses.get(id) ?? 0 };
}

function keyOf(part: Scalar, id: (part: Scalar) => number): string {
  switch (part.kind) {
    case 'const':
      return `c${Object.is(part.value, -0) ? '-0' : part.value}`;
    case 'arg':
      return `a${part.index}`;
    case 'unary':
      return `${part.op} ${id(part.x)}`;
    case 'binary':
      return `${part.op} ${id(part.a)} ${id(part.b)}`;
    case 'select':
      return `? ${part.op} ${id(part.left)} ${id(part.right)} ${id(part.then)} ${id(part.otherwise)}`;
    default:
      return unreachable(part);
  }
}
