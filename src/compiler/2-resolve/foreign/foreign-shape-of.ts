/** `shape(N.y) == (30, 30, 8)`: sizes have names; which they are follows from how many stand on the other side. */
import type { CallExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spatialAxes } from '../../ir/type.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';
import { comparisonBehind } from './sizes-compared.ts';

/** Reports `shape(x)` and `size(x)`; false for every other call. */
export function reportShapeOf({ callee, args, span }: CallExpr, scope: Scope, place: Place): boolean {
  if (callee.kind !== 'name' || !/^(?:shape|size|dims)$/.test(callee.name)) return false;
  const [only, ...others] = args;
  if (!only || only.name || others.length > 0 || isDeclared(callee.name, scope, place)) return false;
  const value = textOf(only.span);
  const rest = span.source.text.slice(span.end, span.end + 200);
  const compared = [1, 2, 3, 4]
    .map((count) => comparisonBehind(value, [...(spatialAxes[count - 1] ?? []), 'C'], rest))
    .find((found) => found !== undefined);
  const whole = { ...span, end: span.end + (compared?.length ?? 0) };
  const text = `a size is asked for by the name of its axis: ${value}.H, ${value}.W, ${value}.C`;
  place.names.report(
    diagnostic('names/unknown-layer', { name: callee.name }, callee.span, {
      notes: [{ word: 'note', text }],
      fixes: compared ? [replaceBy(compared.ours, whole)] : [],
    }),
  );
  return true;
}
