/**
 * Functions of numbers as Python and C have them: `pow(2, 3)`, `int(3.5)`, `math.log2(8)`. Numbers have signs for most of it here, and no
 * types; the fix writes the same by them.
 */
import type { CallExpr, Expr } from '../../1-parse/ast.ts';
import { besideOthers } from '../../1-parse/alone.ts';
import { textOf } from '../../1-parse/source.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { isDeclared, lookup, type Place, type Scope } from '../names.ts';

interface Function {
  readonly takes: number;
  readonly why: string;
  readonly ours: (first: string, second: string) => string;
}

const power: Function = { takes: 2, why: 'a power is written `2 ^ 3`', ours: (a, b) => `${a} ^ ${b}` };
const remainder: Function = {
  takes: 2,
  why: 'a remainder is written `7 % 2`',
  ours: (a, b) => `${a} % ${b}`,
};
const whole: Function = {
  takes: 1,
  why: 'numbers have no types: `floor`, `ceil` and `round` make whole ones, and `/` between whole ones floors',
  ours: (a) => `floor(${unwrapped(a)})`,
};
const float: Function = {
  takes: 1,
  why: 'numbers have no types: one with a point makes the others so, as in `7 / 2.0`',
  ours: (a) => `1.0 * ${a}`,
};
const logarithm = (base: number): Function => ({
  takes: 1,
  why: '`log` is the natural logarithm; another is a quotient of two',
  ours: (a) => `log(${unwrapped(a)}) / log(${base})`,
});

const functions: Readonly<Record<string, Function>> = {
  ...{ pow: power, power, mod: remainder, fmod: remainder, remainder },
  ...{ int: whole, integer: whole, trunc: whole, long: whole },
  ...{ float, double: float, float32: float },
  ...{ log2: logarithm(2), log10: logarithm(10) },
};

/** Reports such a call of constants; false for every other one. */
export function reportNumberCall(call: CallExpr, scope: Scope, place: Place): boolean {
  const { callee, args, span } = call;
  const name = calledName(callee, scope, place);
  const found = name !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
  const [first, second] = args.map(({ value }) => value);
  if (!found || !first || args.length !== found.takes || args.some((arg) => arg.name)) return false;
  // Values that flow have layers: `square`, `sqrt`.
  if (args.some(({ value }) => isValue(value, scope))) return false;
  const text = found.ours(operand(first), second ? operand(second) : '');
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(callee.span) }, callee.span, {
      notes: [{ word: 'note', text: found.why }],
      fixes: [replaceBy(besideOthers(text, span), span)],
    }),
  );
  return true;
}

function calledName(callee: Expr, scope: Scope, place: Place): string | undefined {
  if (callee.kind === 'member')
    return callee.object.kind === 'name' && /^(?:math|Math|np|numpy)$/.test(callee.object.name)
      ? callee.member.name
      : undefined;
  if (callee.kind !== 'name') return undefined;
  return isDeclared(callee.name, scope, place) ? undefined : callee.name;
}

const isValue = (expr: Expr, scope: Scope): boolean =>
  (expr.kind === 'name' && lookup(expr.name, scope)?.kind === 'value') || expr.kind === 'pipeline';

/** As it may stand beside a sign. */
function operand(expr: Expr): string {
  const text = textOf(expr.span);
  return /^(?:number|name|call|member|index|tuple|list)$/.test(expr.kind) ? text : `(${text})`;
}

const unwrapped = (text: string): string => text.replace(/^\(([^()]*)\)$/, '$1');
