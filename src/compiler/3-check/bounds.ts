/** Bounds of written numbers: of an operator's options, and of what inputs and outputs are given. */
import { textOf, type Span } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { showCount } from '../diagnostics/count.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { AttrValue } from '../ir/graph.ts';
import type { Bounds, ParamSpec } from '../ops/op.ts';
import type { Session } from './session.ts';

/** A number or several (a size, paddings) that were written for `option` of `what`. */
export interface Bounded {
  readonly numbers: readonly number[];
  readonly option: string;
  readonly what: string;
  readonly span: Span;
  /** How the numbers are shown; the first that is outside, unless given. */
  readonly found?: string;
  readonly fixes?: readonly Fix[];
}

/** False, and reported, where one of the numbers is outside. */
export function withinBounds(bounded: Bounded, bounds: Bounds, session: Session): boolean {
  const { numbers, option, what, span, fixes = [] } = bounded;
  const small = numbers.find((n) => isBelow(n, bounds));
  const wrong = small ?? numbers.find((n) => isAbove(n, bounds));
  if (wrong === undefined) return true;
  const code = small === undefined ? 'value/too-large' : 'value/too-small';
  const found = bounded.found ?? wrong;
  const bound = showBound(bounds, small === undefined ? 'upper' : 'lower');
  session.report(diagnostic(code, { option, what, found, bound }, span, { fixes }));
  return false;
}

/** Whether an option's value keeps the bounds of its parameter; reported, with the default as the fix, where it does not. */
export function optionWithinBounds(
  value: AttrValue,
  param: ParamSpec,
  { what, span }: { readonly what: string; readonly span: Span },
  session: Session,
): boolean {
  if (typeof value === 'number' && !isBelow(value, param) && !isAbove(value, param)) return true;
  const numbers = [value].flat(2).filter((n): n is number => typeof n === 'number');
  const sizes = Array.isArray(value) && ['size', 'kernel', 'dims'].includes(param.kind);
  return withinBounds(
    {
      ...{ numbers, option: param.name, what, span, fixes: defaultFix(param, span) },
      ...(sizes ? { found: numbers.join('x') } : {}),
    },
    param,
    session,
  );
}

/** The default in place of what was written, or the least that is allowed. */
function defaultFix(param: ParamSpec, span: Span): readonly Fix[] {
  if (param.kind === 'dims') return [];
  const standard = typeof param.default === 'number' ? param.default : undefined;
  const to = standard ?? param.min;
  if (to === undefined || textOf(span) === String(to)) return [];
  const why = standard === undefined ? 'the least' : 'as where it is not written';
  return [{ title: `${to}, ${why}`, edits: [{ span, text: String(to) }] }];
}

function isBelow(n: number, { min, above }: Bounds): boolean {
  return (min !== undefined && n < min) || (above !== undefined && n <= above);
}

function isAbove(n: number, { max, below }: Bounds): boolean {
  return (max !== undefined && n > max) || (below !== undefined && n >= below);
}

/** `at least 0`, `below 1`: the side that was passed. */
function showBound({ min, above, max, below }: Bounds, side: 'lower' | 'upper'): string {
  if (side === 'lower')
    return above === undefined ? `at least ${showCount(min ?? 0)}` : `above ${showCount(above)}`;
  return below === undefined ? `at most ${showCount(max ?? 0)}` : `below ${showCount(below)}`;
}
