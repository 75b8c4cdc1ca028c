/** Compile-time functions of constants: `len(depth)`, `max(a, b)`, `round(x)`, `sum(list)`. */
import type { CallExpr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Session } from './session.ts';
import {
  describe,
  exactly,
  int,
  realOf,
  unknown,
  type GivenArg,
  type NumberValue,
  type Value,
} from './value.ts';

/** Longest list that `range(n)` makes. */
const maxRange = 10_000;

type Fn = (values: readonly Value[]) => Value | undefined;

/** What comes out: a whole number (`ceil(7/2)` is 4), any number (`sqrt(1/4)` is 0.5), or a size where sizes went in. */
type Result = 'whole' | 'real' | 'as given';

/** A function of one number or of several; a single list counts as its items. */
function ofNumbers(compute: (numbers: readonly number[]) => number, result: Result): Fn {
  return (values) => {
    const flat = values.flatMap((v) => (v.kind === 'list' || v.kind === 'tuple' ? v.items : [v]));
    if (flat.length === 0 || !flat.every((v): v is NumberValue => v.kind === 'number')) return undefined;
    const exact = compute(flat.map(realOf));
    const value = result === 'as given' ? compute(flat.map((v) => v.value)) : exact;
    const integer = result === 'whole' || (flat.every((v) => v.integer) && Number.isInteger(value));
    return exactly({ kind: 'number', value, integer }, exact);
  };
}

function ofOne(compute: (x: number) => number, result: Result): Fn {
  const of = ofNumbers(([x = 0]) => compute(x), result);
  return (values) => (values.length === 1 && values[0]?.kind === 'number' ? of(values) : undefined);
}

const functions: Readonly<Record<string, { readonly takes: string; readonly call: Fn }>> = {
  len: { takes: 'one list', call: length },
  sum: {
    takes: 'numbers or a list of them',
    call: ofNumbers((xs) => xs.reduce((a, b) => a + b, 0), 'as given'),
  },
  min: { takes: 'numbers or a list of them', call: ofNumbers((xs) => Math.min(...xs), 'as given') },
  max: { takes: 'numbers or a list of them', call: ofNumbers((xs) => Math.max(...xs), 'as given') },
  abs: { takes: 'one number', call: ofOne(Math.abs, 'as given') },
  sqrt: { takes: 'one number', call: ofOne(Math.sqrt, 'real') },
  exp: { takes: 'one number', call: ofOne(Math.exp, 'real') },
  log: { takes: 'one number', call: ofOne(Math.log, 'real') },
  floor: { takes: 'one number', call: ofOne(Math.floor, 'whole') },
  ceil: { takes: 'one number', call: ofOne(Math.ceil, 'whole') },
  round: { takes: 'one number', call: ofOne(Math.round, 'whole') },
  range: { takes: `one whole number up to ${maxRange}`, call: range },
  folder: {
    takes: 'one path in quotes',
    call: ([path]) =>
      path?.kind === 'string' ? { kind: 'source', of: 'folder', path: path.value } : undefined,
  },
};

function length(values: readonly Value[]): Value | undefined {
  const [list] = values;
  if (values.length !== 1) return undefined;
  if (list?.kind === 'list' || list?.kind === 'tuple') return int(list.items.length);
  return list?.kind === 'size' ? int(list.dims.length) : undefined;
}

function range([count, ...more]: readonly Value[]): Value | undefined {
  if (count?.kind !== 'number' || more.length > 0) return undefined;
  const n = count.value;
  if (!Number.isInteger(n) || n < 0 || n > maxRange) return undefined;
  return { kind: 'list', items: Array.from({ length: n }, (_, i) => int(i)) };
}

export function callFunction(
  name: string,
  args: readonly GivenArg[],
  expr: CallExpr,
  session: Session,
): Value {
  const fn = functions[name];
  const result = fn?.call(args.map((arg) => arg.value));
  if (result && !(result.kind === 'number' && Number.isNaN(result.value))) return result;
  const found = args.map((arg) => describe(arg.value)).join(', ') || 'nothing';
  const expected = `${fn?.takes ?? 'constants'} for ${name}`;
  session.report(diagnostic('value/expected', { expected, found }, expr.span, sizesFor(name, args, expr)));
  return unknown;
}

/** `len(x)`: the sizes of a value have names; which is meant is plain where there is one alone. */
function sizesFor(
  name: string,
  [first]: readonly GivenArg[],
  { span }: CallExpr,
): Pick<Diagnostic, 'notes' | 'fixes'> {
  if (name !== 'len' || first?.value.kind !== 'tensor') return { notes: [], fixes: [] };
  const { axes } = first.value.node.type;
  const { kind, span: of } = first.arg.value;
  const value = kind === 'name' || kind === 'member' ? textOf(of) : `(${textOf(of)})`;
  const sizes = axes.map((axis) => `${value}.${axis}`);
  const text = `a size is asked for by the name of its axis: ${sizes.join(', ')}`;
  const only = sizes.length === 1 ? sizes[0] : undefined;
  return { notes: [{ word: 'note', text }], fixes: fixesBy(only, span) };
}
