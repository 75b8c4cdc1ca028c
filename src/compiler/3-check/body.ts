/** Evaluates the statements of a body; its result is its `out`, or its last expression. */
import type { AssertStatement, Body, Expr, Ident, LetStatement, Statement } from '../1-parse/ast.ts';
import { goesOnWithIn } from '../1-parse/slips/conditions.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { unreachable } from '../diagnostics/internal.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { argument, evaluate, flow } from './evaluate.ts';
import { enter, type Site } from './frame.ts';
import { reportMeantAsLayer } from './slips/meant-as-layer.ts';
import type { Session } from './session.ts';
import { describe, isCallable, unknown, type Callable, type Value } from './value.ts';
import { showCount } from '../diagnostics/count.ts';

/** Whether the result is applied to the incoming value, or handed back as it is (the body of an `if` may choose a block). */
export type Result = 'applied' | 'unapplied';

export function evaluateBody(body: Body, site: Site, session: Session, result: Result): Value {
  let out: Value = { kind: 'identity' };
  for (const [i, statement] of body.statements.entries()) {
    const last = i === body.statements.length - 1;
    const value = evaluateStatement(statement, site, session, last ? result : 'applied');
    if (value) out = value;
  }
  if (out.kind !== 'identity' || result === 'unapplied') return out;
  return site.incoming ? { kind: 'tensor', node: site.incoming } : out;
}

/** Evaluates one statement; the value of an expression or `out` is returned, names are entered into the frame. */
export function evaluateStatement(
  statement: Statement,
  site: Site,
  session: Session,
  result: Result,
): Value | undefined {
  switch (statement.kind) {
    case 'assign':
    case 'replace':
      if (isBroken(statement.name, session)) return;
      return assign(
        statement,
        flow(statement.value, enter(site, statement.name.name), session),
        site,
        session,
      );
    case 'let':
      if (isBroken(statement.name, session)) return;
      return assign(statement, evaluateLet(statement, site, session), site, session);
    case 'expr':
      return result === 'applied'
        ? flow(statement.value, site, session)
        : evaluate(statement.value, site, session);
    case 'out':
      return flow(statement.value, site, session);
    case 'assert':
      return checkAssert(statement, site, session);
    case 'broken':
      return unknown;
    case 'in':
    case 'budget':
      return undefined;
    default:
      return unreachable(statement);
  }
}

/** Declared twice, or under a reserved name: evaluating it again would make its weights twice. */
export function isBroken(name: Ident, session: Session): boolean {
  const declaration = session.model.bindings.get(name);
  return declaration !== undefined && session.model.broken.has(declaration);
}

function assign(
  statement: Extract<Statement, { kind: 'assign' | 'let' | 'replace' }>,
  value: Value,
  site: Site,
  session: Session,
): undefined {
  const declaration = session.model.bindings.get(statement.name);
  if (declaration) site.frame.values.set(declaration, value);
}

/** A constant, or an instance whose weights belong to the place of the `let`. */
export function evaluateLet(statement: LetStatement, site: Site, session: Session): Value {
  if (reportMeantAsLayer(statement, site, session)) return unknown;
  const home = enter(site, statement.name.name);
  const value = argument(statement.value, home, session);
  const fresh = statement.value.kind === 'call' && isCallable(value) && value.kind !== 'instance';
  if (!fresh) return value;
  return { kind: 'instance', name: statement.name.name, of: value as Callable, site: home, uses: [] };
}

/** Reports an assertion that does not hold. */
export function checkAssert(
  { condition, message }: AssertStatement,
  site: Site,
  session: Session,
): undefined {
  const value = argument(condition, site, session);
  if (value.kind === 'unknown' || (value.kind === 'bool' && value.value)) return;
  if (value.kind !== 'bool') {
    if (goesOnWithIn(condition.span)) return;
    const args = { expected: 'a condition', found: describe(value) };
    const fixes = message ? [] : asCondition(condition, value);
    session.report(diagnostic('value/expected', args, condition.span, { fixes }));
    return;
  }
  const failed = failedPart(condition, site, session);
  const { headline, label } = failedAssert(failed, site, session);
  session.report(diagnostic('assert/failed', { why: message?.value ?? headline }, failed.span, { label }));
}

/** `assert (a == b, "why")` without its parentheses; `assert Net.params` with what the number is now. */
function asCondition(expr: Expr, value: Value): readonly Fix[] {
  if (expr.kind === 'tuple' && expr.items[1]?.kind === 'string' && expr.items.length === 2) {
    const text = ` ${expr.items.map(({ span }) => textOf(span)).join(', ')}`;
    return [{ title: text.trim(), edits: [{ span: expr.span, text }] }];
  }
  if (expr.kind !== 'member' || value.kind !== 'number') return [];
  return [replaceBy(`${textOf(expr.span)} == ${value.value}`, expr.span)];
}

/** The first of several conditions joined by `and` that does not hold. */
function failedPart(condition: Expr, site: Site, session: Session): Expr {
  if (condition.kind !== 'binary' || condition.op !== 'and') return condition;
  const left = argument(condition.left, site, session);
  return failedPart(left.kind === 'bool' && left.value ? condition.right : condition.left, site, session);
}

/** "N.params is 15, not 16" where two numbers are compared. */
function failedAssert(
  condition: Expr,
  site: Site,
  session: Session,
): { readonly headline: string; readonly label: string | undefined } {
  const text = textOf(condition.span).replace(/\s+/g, ' ');
  const otherwise = { headline: `${text} is false`, label: undefined };
  if (condition.kind !== 'binary' || condition.op === 'and' || condition.op === 'or') return otherwise;
  const [left, right] = [condition.left, condition.right].map((side) => shown(argument(side, site, session)));
  const label = `${left} ${condition.op} ${right} is false`;
  if (condition.op !== '==') return { headline: otherwise.headline, label };
  return { headline: `${textOf(condition.left.span)} is ${left}, not ${right}`, label };
}

function shown(value: Value): string {
  return value.kind === 'number' ? showCount(value.value) : describe(value);
}
