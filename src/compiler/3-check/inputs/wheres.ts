/** Conditions of inputs (`where H % 32 == 0`) at the sizes that are compiled for. One that does not hold is told with the nearest sizes that fulfil all. */
import type { Expr, InStatement } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { showCount } from '../../diagnostics/count.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut, listedSpan, replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { argument } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Session } from '../session.ts';
import { evaluateWhere, namesIn, type Sizes } from '../sizes.ts';
import type { Value } from '../value.ts';
import { reportNoCondition, reportOtherwise } from './where-slips.ts';

/** Whether all conditions hold; the first that does not, or is none, is reported. */
export function checkWhere(statement: InStatement, site: Site, session: Session): boolean {
  for (const condition of statement.where) {
    if (reportOtherwise(statement, condition, session)) return false;
    const value = whereValue(condition, site, session);
    if (value.kind === 'unknown') return false;
    if (value.kind === 'bool' && value.value) continue;
    if (value.kind === 'bool') reportNotMet(statement, condition, site, session);
    else reportNoCondition(statement, condition, value, session);
    return false;
  }
  return true;
}

/** A condition at the sizes that are compiled for. Sizes alone are numbers here; anything else is an ordinary expression. */
function whereValue(condition: Expr, site: Site, session: Session): Value {
  const sizes: Record<string, number> = {};
  for (const name of namesIn(condition)) {
    const declaration = session.model.bindings.get(name);
    const value = declaration?.kind === 'size' ? site.frame.values.get(declaration) : undefined;
    if (value?.kind === 'number') sizes[name.name] = value.value;
  }
  const value = evaluateWhere(condition, sizes);
  return typeof value === 'boolean' ? { kind: 'bool', value } : argument(condition, site, session);
}

function reportNotMet(statement: InStatement, condition: Expr, site: Site, session: Session): void {
  const now: Record<string, number> = {};
  for (const expr of statement.dims) {
    const size = expr.kind === 'name' ? argument(expr, site, session) : undefined;
    if (size?.kind === 'number' && expr.kind === 'name') now[expr.name] = size.value;
  }
  const { name } = statement.name;
  for (const [axis, from] of Object.entries(now)) {
    const own = ownOf(statement.where, axis);
    if (nearestOf(own, axis, from) !== undefined) continue;
    const args = { name: axis, most: showCount(farthestFor(own, from)) };
    const fixes = withoutOne(statement, now);
    return session.report(diagnostic('network/where-nothing', args, condition.span, { fixes }));
  }
  const sizes = Object.entries(now).map(([axis, size]) => `${axis} = ${size}`);
  const shown = sizes.join(', ') || 'it names none of them';
  const fixes = otherDefault(statement, now, sizesFor(statement, now, session));
  session.report(diagnostic('network/where', { name, sizes: shown }, condition.span, { fixes }));
}

/** Leaves out one condition, where the sizes to compile for fulfil all others. */
function withoutOne({ where }: InStatement, now: Sizes): readonly Fix[] {
  const at = where.flatMap((one, i) => (evaluateWhere(one, now) === true ? [] : [i]));
  const [only] = at;
  const condition = where[only ?? 0];
  if (only === undefined || at.length > 1 || where.length < 2 || !condition) return [];
  return [
    leaveOut(
      textOf(condition.span),
      listedSpan(
        where.map(({ span }) => span),
        only,
      ),
    ),
  ];
}

/** The default with other numbers for the names. One that is not written as a size has none. */
function otherDefault(
  { dims, default: given }: InStatement,
  now: Sizes,
  met: Sizes | undefined,
): readonly Fix[] {
  // A size that was asked for from outside is not mended in the file.
  const isWritten = dims.every(
    (dim) => dim.kind !== 'name' || given?.kind !== 'size' || given.dims.includes(now[dim.name] ?? 0),
  );
  if (given?.kind !== 'size' || !met || !isWritten) return [];
  const sizeOf = (dim: Expr): number | undefined => (dim.kind === 'name' ? met[dim.name] : undefined);
  const isFull = given.dims.length === dims.length;
  const sizes = isFull
    ? dims.map((dim, i) => sizeOf(dim) ?? given.dims[i])
    : dims.flatMap((dim) => sizeOf(dim) ?? []);
  return [{ ...replaceBy(sizes.join('x'), given.span), title: `= ${sizes.join('x')}` }];
}

/** How far from a size others are looked at, where each condition is about one of them, and where they meet. */
const farthest = 2048;
const farthestTogether = 96;

/** The sizes nearest to `start` that all conditions admit; undefined where none are near, or a condition reads more than sizes. */
export function sizesFor({ where }: InStatement, start: Sizes, session: Session): Sizes | undefined {
  if (!where.every((one) => namesIn(one).every((name) => session.model.bindings.get(name)?.kind === 'size')))
    return undefined;
  const met: Record<string, number> = { ...start };
  for (const [name, from] of Object.entries(start)) {
    const near = nearestOf(ownOf(where, name), name, from);
    if (near === undefined) return undefined;
    met[name] = near;
  }
  if (admits(where, met)) return met;
  const [first, second] = Object.keys(start);
  return first === undefined || second === undefined ? undefined : together([first, second], met, where);
}

/** Two sizes that a condition ties: of all pairs near the start the nearest. */
function together(
  [first, second]: readonly [string, string],
  start: Sizes,
  where: readonly Expr[],
): Sizes | undefined {
  const [a, b] = [start[first] ?? 1, start[second] ?? 1];
  for (let away = 0; away <= farthestTogether; away++)
    for (let i = away; i >= -away; i--)
      for (const j of new Set([away - Math.abs(i), Math.abs(i) - away])) {
        const sizes = { ...start, [first]: a + i, [second]: b + j };
        if (a + i >= 1 && b + j >= 1 && admits(where, sizes)) return sizes;
      }
  return undefined;
}

const admits = (where: readonly Expr[], sizes: Sizes): boolean =>
  where.every((one) => evaluateWhere(one, sizes) === true);

/** The conditions about one size alone. */
const ownOf = (where: readonly Expr[], name: string): readonly Expr[] =>
  where.filter((one) => {
    const names = namesIn(one);
    return names.length > 0 && names.every((each) => each.name === name);
  });

/** Up to which size another is looked for: far beyond the numbers in the conditions. */
function farthestFor(where: readonly Expr[], from: number): number {
  return Math.min(from + farthest + 2 * Math.max(0, ...where.map(largestIn)), 2 ** 18);
}

/** The largest number in a condition. */
function largestIn(expr: Expr): number {
  if (expr.kind === 'number') return expr.value;
  if (expr.kind === 'unary') return largestIn(expr.operand);
  return expr.kind === 'binary' ? Math.max(largestIn(expr.left), largestIn(expr.right)) : 0;
}

/** The size nearest to one that conditions about it alone admit. */
function nearestOf(own: readonly Expr[], name: string, from: number): number | undefined {
  const most = farthestFor(own, from);
  const fits = (size: number): boolean => size >= 1 && size <= most && admits(own, { [name]: size });
  for (let away = 0; away <= most; away++) {
    if (fits(from + away)) return from + away;
    if (fits(from - away)) return from - away;
  }
  return undefined;
}
