/** Fixed kernels of a file: tables of numbers. What is no table is told at the row or the item that is wrong. */
import type { Expr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { FilterDeclaration } from '../2-resolve/model.ts';
import { counted } from '../diagnostics/count.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Tensor } from '../ir/type.ts';
import { argument, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import type { Session } from './session.ts';
import { realOf, unknown, type Value } from './value.ts';

export function filterValue(declaration: FilterDeclaration, site: Site, session: Session): Value {
  const { value: expr, name } = declaration.item;
  const value = argument(expr, site, session);
  if (value.kind === 'unknown') return unknown;
  const tensor = isRows(value) ? tableOf(value) : undefined;
  if (!tensor || value.kind === 'tuple') return noTable({ value, expr, name: name.name }, session);
  if (tensor.shape.length <= 3) return { kind: 'array', name: name.name, tensor };
  const args = { expected: 'a filter in 1, 2 or 3 dimensions', found: `${tensor.shape.length}` };
  session.report(diagnostic('value/expected', args, expr.span));
  return unknown;
}

/** The numbers of lists inside one another; undefined where rows are not equally long, something else is in them, or nothing. */
export function tableOf(value: Value): Tensor | undefined {
  const shape: number[] = [];
  const data: number[] = [];
  const isTable = collect(value, 0, shape, data) && data.length > 0;
  return isTable ? { shape, data: new Float32Array(data) } : undefined;
}

/** Appends a nested list's numbers and checks that it is rectangular. */
function collect(value: Value, depth: number, shape: number[], data: number[]): boolean {
  if (value.kind === 'number') {
    data.push(realOf(value));
    return depth === shape.length && !isBeyondFloats(value);
  }
  if (!isRows(value)) return false;
  if (depth === shape.length && data.length === 0) shape.push(value.items.length);
  if (shape[depth] !== value.items.length) return false;
  return value.items.every((item) => collect(item, depth + 1, shape, data));
}

/** Larger than any number in 32 bits: as a weight it would be infinite. */
const isBeyondFloats = (value: Value): boolean =>
  value.kind === 'number' && !Number.isFinite(Math.fround(realOf(value)));

type Rows = Extract<Value, { kind: 'list' | 'tuple' }>;

const isRows = (value: Value): value is Rows => value.kind === 'list' || value.kind === 'tuple';

/** A part of a table, where it is written, and what it is called: `S[1][2]`. */
interface Part {
  readonly value: Value;
  readonly expr: Expr;
  readonly name: string;
}

function noTable(whole: Part, session: Session): Value {
  const { value, expr } = whole;
  const wrong = isRows(value) ? wrongPart(whole, value) : undefined;
  if (wrong) return mistyped(wrong.value, wrong.expected, wrong.expr, session, wrong.fixes);
  return mistyped(
    value,
    `a table of numbers for ${whole.name}, such as [[1, 0, -1], [2, 0, -2]]`,
    expr,
    session,
    [
      ...(value.kind === 'number' ? [replaceBy(`[[${textOf(expr.span)}]]`, expr.span)] : []),
      ...(value.kind === 'tuple' ? [replaceBy(`[${textOf(expr.span).slice(1, -1)}]`, expr.span)] : []),
    ],
  );
}

interface Wrong extends Part {
  readonly expected: string;
  readonly fixes: readonly Fix[];
}

/** The first row or item for which this is no table. */
function wrongPart(whole: Part, value: Rows): Wrong | undefined {
  const parts = partsOf(whole, value);
  if (parts.length === 0) return { ...whole, expected: `numbers in ${whole.name}`, fixes: [] };
  const large = parts.find((part) => isBeyondFloats(part.value));
  if (large) return { ...large, expected: `a number below 3.4e38 for ${large.name}`, fixes: [] };
  const rows = parts.flatMap((part) => (isRows(part.value) ? [part.value] : []));
  const other = parts.find(
    (part) => !isRows(part.value) && (rows.length > 0 || part.value.kind !== 'number'),
  );
  if (rows.length * 2 < parts.length) {
    const odd = parts.find((part) => part.value.kind !== 'number');
    return odd && { ...odd, expected: `a number for ${odd.name}`, fixes: asNumber(odd) };
  }
  const length = commonLength(rows);
  if (other)
    return { ...other, expected: `a row of ${counted(length, 'number')} for ${other.name}`, fixes: [] };
  for (const part of parts) {
    if (!isRows(part.value)) continue;
    const inside = wrongPart(part, part.value);
    if (inside) return inside;
    if (part.value.items.length !== length) {
      const expected = `${counted(length, 'number')} for ${part.name}, as in the other rows`;
      return { ...part, expected, fixes: filledUp(part, length - part.value.items.length) };
    }
  }
  return undefined;
}

/** Parts of what is not written as a list have the place of the whole. */
function partsOf({ expr, name }: Part, { items }: Rows): readonly Part[] {
  const written = expr.kind === 'list' || expr.kind === 'tuple' ? expr.items : [];
  return items.map((value, i) => ({ value, expr: written[i] ?? expr, name: `${name}[${i}]` }));
}

/** The length that most rows have; of several the first one's. */
function commonLength(rows: readonly Rows[]): number {
  const counts = new Map<number, number>();
  for (const { items } of rows) counts.set(items.length, (counts.get(items.length) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0;
}

/** `"2"` and `true` as numbers. */
function asNumber({ value, expr }: Part): readonly Fix[] {
  if (value.kind === 'bool') return [replaceBy(value.value ? '1' : '0', expr.span)];
  const isText = value.kind === 'string' && expr.kind === 'string' && /^-?\d+(?:\.\d+)?$/.test(value.value);
  return isText ? [replaceBy(value.value, expr.span)] : [];
}

/** A row that is too short, with zeros at its end. */
function filledUp({ expr }: Part, missing: number): readonly Fix[] {
  if (expr.kind !== 'list' || missing <= 0 || expr.items.length === 0) return [];
  const text = `${textOf(expr.span).slice(0, -1).trimEnd()}${', 0'.repeat(missing)}]`;
  return [replaceBy(text, expr.span)];
}
