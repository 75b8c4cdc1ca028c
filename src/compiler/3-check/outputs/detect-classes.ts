/** The classes of a detection output: their number, their names, or both: `detect(classes = 2) of ["cat", "dog"]`. */
import type { CallExpr, Expr, OutStatement } from '../../1-parse/ast.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { withinBounds } from '../bounds.ts';
import { classNames, knownLength } from './classes.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Session } from '../session.ts';

/** The classes that `detect` tells apart; undefined where something about them is wrong (reported). */
export function detectClasses(
  statement: OutStatement,
  call: CallExpr,
  site: Site,
  session: Session,
): readonly string[] | undefined {
  const { unknownOptions } = session.model;
  const given = call.args.find((arg) => !unknownOptions.has(arg))?.value;
  if (!given && !statement.of) {
    if (call.args.length > 0) return undefined;
    session.report(diagnostic('value/missing-argument', { what: 'detect', option: 'classes' }, call.span));
    return undefined;
  }
  // What is wrong with either is said, whatever the other is.
  const counted = given && classesOf(given, statement, site, session);
  const named = statement.of && classesOf(statement.of, statement, site, session);
  if ((given && !counted) || (statement.of && !named)) return undefined;
  if (given && counted && named && !agree({ given, counted, named }, statement, session)) return undefined;
  return named ?? counted;
}

/** `detect(classes = 80)` and known lists give a number of classes without names. */
function classesOf(
  of: Expr,
  statement: OutStatement,
  site: Site,
  session: Session,
): readonly string[] | undefined {
  const known = knownLength(of, session);
  if (known !== undefined) return Array.from({ length: known }, (_, i) => `class ${i}`);
  const value = argument(of, site, session);
  if (value.kind === 'number' && Number.isInteger(value.value)) {
    const bounded = { numbers: [value.value], option: 'classes', what: 'detect', span: of.span };
    if (!withinBounds(bounded, { min: 1, max: mostClasses }, session)) return undefined;
    return Array.from({ length: value.value }, (_, i) => `class ${i}`);
  }
  if (!['string', 'list'].includes(value.kind)) {
    mistyped(value, 'the number of classes or a list of their names', of, session);
    return undefined;
  }
  const names = classNames(
    { ...statement, of },
    { kind: 'detect', scores: undefined },
    site,
    session,
  )?.classes;
  const bounded = { numbers: [names?.length ?? 1], option: 'classes', what: 'detect', span: of.span };
  return withinBounds(bounded, { min: 1 }, session) ? names : undefined;
}

/** `detect(classes = 3) of ["cat", "dog"]`; two lists of names say the same thing twice. */
function agree(
  {
    given,
    counted,
    named,
  }: { readonly given: Expr; readonly counted: readonly string[]; readonly named: readonly string[] },
  { of }: OutStatement,
  session: Session,
): boolean {
  if (!of || counted.length === named.length) return true;
  const args = { classes: counted.length, names: named.length };
  const labels = [{ span: of.span, text: `${named.length} names` }];
  const count = String(named.length);
  const edits = [{ span: given.span, text: count }];
  const fixes = given.kind === 'number' ? [{ title: `classes = ${count}`, edits }] : [];
  session.report(diagnostic('detect/classes-count', args, given.span, { labels, fixes }));
  return false;
}

/** More than any list of classes has, and few enough to be counted out. */
const mostClasses = 100_000;
