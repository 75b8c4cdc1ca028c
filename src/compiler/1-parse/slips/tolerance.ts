/** `1 ± 0.01`, `1 +- 0.01`, `1 within 0.01`, `1 (tol = 0.01)`: the fix writes the range in which the value may lie. */
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Expr } from '../ast.ts';
import { textOf, type Source } from '../source.ts';

const number = String.raw`-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const middle = new RegExp(String.raw`(?<=[=(,\s])(${number})[ \t]*$`);
const margin = new RegExp(String.raw`^,?[ \t]*(?:(?:with[ \t]+)?\w+|±|\+-|\+/-)[ \t]*=?[ \t]*(${number})`);

/** The range around the number before `at`, as wide as what stands there says; none where the two are not written as numbers. */
export function rangeAround(source: Source, at: number): readonly Fix[] {
  const before = middle.exec(source.text.slice(Math.max(0, at - 80), at));
  const behind = margin.exec(source.text.slice(at, at + 80));
  if (!before || !behind) return [];
  const span = { source, start: at - before[0].length, end: at + behind[0].length };
  return [replaceBy(range(Number(before[1]), Number(behind[1])), span)];
}

function range(value: number, width: number): string {
  const [least, most] = [value - width, value + width].map((end) => String(Number(end.toPrecision(12))));
  return `(${least}..${most})`;
}

export const rangeForm = 'what is equal to a range lies in it: `y[0] == (0.4..0.6)`';

/** What a tolerance is called elsewhere. */
export const toleranceWord = /^(?:a|r|abs|rel)?_?tol(?:erance)?$|^eps(?:ilon)?$|^delta$|^precision$/;

/** `expect y == 0.5 (tol = 1e-3)`, `assert N.params == 224 (tol = 1)`, which parse as calls of a number. */
export function toleranceBehind(callee: Expr, args: readonly ToleranceArg[]): Diagnostic | undefined {
  const [only, ...others] = args;
  if (callee.kind !== 'number' || !only || others.length > 0 || !toleranceWord.test(only.name?.name ?? ''))
    return undefined;
  const { source, start } = callee.span;
  const line = source.text.slice(source.text.lastIndexOf('\n', start) + 1, start);
  const end = source.text.indexOf(')', only.span.end) + 1;
  const isTest = /\bexpect\b[^\n]*$/.test(line);
  const fixes = isTest ? rangeFor(callee, only, end) : distanceFor(callee, { only, line, end });
  const expected = isTest ? rangeForm : 'how near two numbers are is a condition: `abs(a - b) <= 1`';
  return diagnostic('syntax/unexpected', { found: `\`${textOf(only.span)}\``, expected }, only.span, {
    fixes,
  });
}

interface ToleranceArg {
  readonly name: { readonly name: string } | undefined;
  readonly value: Expr;
  readonly span: Expr['span'];
}

function rangeFor(middle: Expr, { value: width }: ToleranceArg, end: number): readonly Fix[] {
  if (middle.kind !== 'number' || width.kind !== 'number') return [];
  return [replaceBy(range(middle.value, width.value), { ...middle.span, end })];
}

function distanceFor(
  callee: Expr,
  { only, line, end }: { readonly only: ToleranceArg; readonly line: string; readonly end: number },
): readonly Fix[] {
  const [whole, left] = /([\w.]+)[ \t]*==[ \t]*$/.exec(line) ?? [];
  if (whole === undefined) return [];
  const { source, start } = callee.span;
  const span = { source, start: start - whole.length, end };
  return [replaceBy(`abs(${left} - ${textOf(callee.span)}) <= ${textOf(only.value.span)}`, span)];
}
