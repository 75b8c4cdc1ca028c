/**
 * Arguments that a block or a net does not have: more than its parameters, and the value itself as other languages hand it to a function,
 * `B(x, 8)` and `B(8)(x)`. A value flows into a block; the fix writes `x -> B(8)`.
 */
import { besideOthers } from '../../1-parse/alone.ts';
import type { Arg, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Node } from '../../ir/graph.ts';
import type { Application } from '../apply.ts';
import type { Session } from '../session.ts';
import { describe, type GivenArg } from '../value.ts';

/** A call of a block: its name, its parameters, and what it is given. */
interface Call {
  readonly name: string;
  readonly at: Application;
  readonly known: readonly string[];
  readonly args: readonly GivenArg[];
}

/** Reports `B(x, 8)` of a block that has one parameter: of too many arguments one is a value. False for every other call. */
export function reportFlowing(
  call: Call & { readonly incoming: Node | undefined },
  session: Session,
): boolean {
  const { name, known, args } = call;
  const byPlace = args.filter((arg) => arg.name === undefined);
  const [value, ...others] = byPlace.filter((arg) => arg.value.kind === 'tensor');
  const options = args.filter((arg) => arg !== value);
  if (!value || others.length > 0 || fits(args, known) || !fits(options, known)) return false;
  const written = writtenCall(call, options);
  const what = { expected: `an option of ${name}`, found: describe(value.value) };
  session.report(
    diagnostic('value/expected', what, value.arg.span, {
      notes: [{ word: 'note', text: `a value flows into a block: x -> ${written ?? name}` }],
      fixes: written === undefined ? [] : asStage(call, value, written),
    }),
  );
  return true;
}

/** Each argument has a parameter of its own. */
function fits(args: readonly GivenArg[], known: readonly string[]): boolean {
  let position = 0;
  const named = args.map((arg) => arg.name ?? known[position++]);
  return (
    new Set(named).size === named.length && named.every((name) => name !== undefined && known.includes(name))
  );
}

/** `x -> B(8)` where it begins an expression; where something flows into it, without the value if it is that. */
function asStage(
  { at: { expr, piped }, incoming }: Call & { readonly incoming: Node | undefined },
  { value, arg }: GivenArg,
  written: string,
): readonly Fix[] {
  if (piped === 'start') {
    const whole = `${textOf(arg.value.span)} -> ${written}`;
    return [{ ...replaceBy(besideOthers(whole, expr.span), expr.span), title: whole }];
  }
  return value.kind === 'tensor' && value.node === incoming ? [replaceBy(written, expr.span)] : [];
}

/** Reports the first argument that is one too many. */
export function reportSurplus(call: Call, surplus: GivenArg, session: Session): void {
  const { name, known, args, at } = call;
  let position = 0;
  const kept = args.filter((arg) => arg.name !== undefined || position++ < known.length);
  const written = fits(kept, known) ? writtenCall(call, kept) : undefined;
  const fixes = written === undefined ? [] : [replaceBy(written, at.expr.span)];
  const count = known.length === 0 ? 'none' : known.length;
  session.report(diagnostic('value/too-many-arguments', { what: name, count }, surplus.arg.span, { fixes }));
}

/** The call with other arguments; undefined where it was not written here as a whole. */
function writtenCall({ at: { expr } }: Pick<Call, 'at'>, args: readonly GivenArg[]): string | undefined {
  const { callee, written } = partsOf(expr);
  if (callee === expr || !args.every(({ arg }) => written.includes(arg))) return undefined;
  return called(
    callee,
    args.map(({ arg }) => arg),
  );
}

/** What is called in the end, `f` of `f(a)(b)`, and all that it is given. */
function partsOf(expr: Expr): { readonly callee: Expr; readonly written: readonly Arg[] } {
  if (expr.kind !== 'call') return { callee: expr, written: [] };
  const { callee, written } = partsOf(expr.callee);
  return { callee, written: [...written, ...expr.args] };
}

/** A call of something with these arguments; without any, its name alone. */
export function called(callee: Expr, args: readonly Arg[]): string {
  const options = args.map(({ span }) => textOf(span)).join(', ');
  return options === '' ? textOf(callee.span) : `${textOf(callee.span)}(${options})`;
}

/** A call, as it is written without one of its arguments; undefined where that is none of its own. */
export function withoutArgument(expr: Expr, arg: Arg): string | undefined {
  const { callee, written } = partsOf(expr);
  return written.includes(arg)
    ? called(
        callee,
        written.filter((one) => one !== arg),
      )
    : undefined;
}
