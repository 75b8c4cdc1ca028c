/**
 * Named sizes of inputs (`rgb[H, W] where H % 32 == 0`) and the solver that decides whether two sizes agree for every value
 * that `where` admits. A size is a sum of floors of sums (ir/dim.ts), so the difference of two repeats after P steps, up to a
 * constant slope: looking at 2P admitted values decides it. A divisibility in `where` is substituted (H = 32·h), which already
 * makes most equal sizes equal as text.
 */
import type { Expr, InStatement, NameExpr } from '../1-parse/ast.ts';
import { evaluateDim, mulDims, namedDim, subDims, type Dim, type DimAtom, type DimTerm } from '../ir/dim.ts';

/** One named size. */
export interface NamedSize {
  readonly name: string;
  /** The size that is compiled for. */
  readonly default: number;
  /** Divides every admitted value, from `where`; 1 without. */
  readonly modulus: number;
  /** The input that declares it first. */
  readonly input: InStatement;
}

export interface NamedSizes {
  readonly sizes: Map<string, NamedSize>;
  readonly where: Expr[];
  /** Decisions by the text of the two sizes. */
  readonly decided: Map<string, Decision>;
}

export type Sizes = Readonly<Record<string, number>>;

export type Decision =
  | { readonly equal: true }
  | { readonly equal: false; readonly example: Sizes; readonly values: readonly [number, number] };

export function noNamedSizes(): NamedSizes {
  return { sizes: new Map(), where: [], decided: new Map() };
}

/** Enters the named sizes of an input, with its `where`. */
export function declareSizes(input: InStatement, defaults: Sizes, named: NamedSizes): void {
  named.where.push(...input.where);
  for (const [name, value] of Object.entries(defaults)) {
    if (named.sizes.has(name)) continue;
    const modulus = divisibility(name, named.where);
    named.sizes.set(name, { name, default: value, modulus, input });
  }
}

/** What divides a name: `H % 32 == 0`; several conditions count together. */
function divisibility(name: string, where: readonly Expr[]): number {
  return where.reduce((modulus, condition) => lcm(modulus, modulusIn(condition, name) ?? 1), 1);
}

/** The m of `H % m == 0`. */
export function modulusIn(condition: Expr, name: string): number | undefined {
  if (condition.kind !== 'binary' || condition.op !== '==') return undefined;
  const { left, right } = condition;
  if (left.kind !== 'binary' || left.op !== '%' || left.left.kind !== 'name') return undefined;
  if (left.left.name !== name || left.right.kind !== 'number') return undefined;
  return right.kind === 'number' && right.value === 0 && left.right.value >= 1 ? left.right.value : undefined;
}

/** A named size as an expression over what is free in it: 32·(H/32) where 32 divides H. */
export function dimOfSize({ name, modulus }: NamedSize): Dim {
  return modulus === 1 ? namedDim(name) : mulDims(namedDim(`${name}/${modulus}`), modulus);
}

/** Values of the free atoms: `H/32` is floor(H / 32). */
function atoms(sizes: Sizes, named: NamedSizes): Record<string, number> {
  const values: Record<string, number> = { ...sizes };
  for (const { name, modulus } of named.sizes.values())
    if (modulus > 1) values[`${name}/${modulus}`] = Math.floor((sizes[name] ?? 0) / modulus);
  return values;
}

export function valueAt(dim: Dim, sizes: Sizes, named: NamedSizes): number {
  return evaluateDim(dim, atoms(sizes, named));
}

/** Whether two sizes are equal for every admitted value of the names; else a counter-example, near the default. */
export function decide(a: Dim, b: Dim, named: NamedSizes): Decision {
  const difference = subDims(a, b);
  if (difference === 0) return { equal: true };
  const key = `${showSize(a)}\0${showSize(b)}`;
  const known = named.decided.get(key);
  if (known) return known;
  const decision = search(a, b, difference, named);
  named.decided.set(key, decision);
  return decision;
}

function search(a: Dim, b: Dim, difference: Dim, all: NamedSizes): Decision {
  const named = reachedFrom([a, b], all);
  const at = (sizes: Sizes): readonly [number, number] => [
    valueAt(a, sizes, named),
    valueAt(b, sizes, named),
  ];
  // A size below 1 means that nothing is left there: another error, at another place.
  const left = (sizes: Sizes): number => Math.min(...at(sizes));
  const near = defaults(named);
  const from = left(near) > 0 ? near : mostOf(farFrom(near, [a, b], named), left);
  for (const sizes of candidates(difference, named, { from })) {
    const values = at(sizes);
    if (values[0] !== values[1] && Math.min(...values) > 0) return { equal: false, example: sizes, values };
  }
  return { equal: true };
}

function mostOf(all: readonly Sizes[], left: (sizes: Sizes) => number): Sizes | undefined {
  return all.reduce<Sizes | undefined>(
    (most, sizes) => (most && left(most) >= left(sizes) ? most : sizes),
    undefined,
  );
}

/** Sizes by powers of two from the defaults, each name on its own: of H − 2·W something is left where H is large beside W. */
function farFrom(base: Sizes, dims: readonly Dim[], named: NamedSizes): readonly Sizes[] {
  const [first, second] = new Set(dims.flatMap((dim) => baseNames(dim, named)));
  const scales = Array.from({ length: 17 }, (_, i) => 2 ** (i - 8));
  const along = (sizes: Sizes, name: string | undefined): readonly Sizes[] => {
    const size = name === undefined ? undefined : named.sizes.get(name);
    if (!size) return [sizes];
    const { default: near, modulus } = size;
    return scales.map((scale) => ({ ...sizes, [size.name]: Math.ceil((near * scale) / modulus) * modulus }));
  };
  return along(base, first)
    .flatMap((sizes) => along(sizes, second))
    .filter((sizes) => admits(sizes, named));
}

/**
 * Of the named sizes those that the sizes depend on, and those that `where` ties to them; the other conditions hold at the
 * defaults, whatever these are. A net may have thousands.
 */
function reachedFrom(dims: readonly Dim[], named: NamedSizes): NamedSizes {
  const names = new Set(dims.flatMap((dim) => baseNames(dim, named)));
  const left = new Set(named.where);
  for (let before = -1; before < names.size && left.size > 0;) {
    before = names.size;
    for (const condition of left) {
      const own = namesIn(condition).map(({ name }) => name);
      if (own.length > 0 && !own.some((name) => names.has(name))) continue;
      left.delete(condition);
      for (const name of own) names.add(name);
    }
  }
  const where = left.size === 0 ? named.where : named.where.filter((condition) => !left.has(condition));
  const sizes = new Map([...named.sizes].filter(([name]) => names.has(name)));
  return { sizes, where, decided: named.decided };
}

/** The names in a condition, as far as `evaluateWhere` reads it. */
export function namesIn(condition: Expr): readonly NameExpr[] {
  if (condition.kind === 'name') return [condition];
  if (condition.kind === 'unary') return namesIn(condition.operand);
  return condition.kind === 'binary' ? [...namesIn(condition.left), ...namesIn(condition.right)] : [];
}

function defaults(named: NamedSizes): Record<string, number> {
  return Object.fromEntries([...named.sizes.values()].map((size) => [size.name, size.default]));
}

/** Most values of one name that are looked at. */
const maxCandidates = 4096;

/**
 * Admitted sizes that decide an expression: two periods (or `atLeast` steps) of each name, from the defaults (or `from`) on,
 * then from 1.
 */
export function* candidates(
  dim: Dim,
  named: NamedSizes,
  {
    atLeast = 0,
    from: base = defaults(named),
  }: { readonly atLeast?: number; readonly from?: Sizes | undefined } = {},
): Iterable<Sizes> {
  const names = baseNames(dim, named);
  if (names.length === 0) yield base;
  for (const name of names) {
    const steps = Math.max(atLeast, 2 * periodOf(dim) * (named.sizes.get(name)?.modulus ?? 1) + 2);
    yield* along(name, Math.min(maxCandidates, steps), base, named);
  }
  if (names.length < 2) return;
  // Names that meet in one floor (floor((H + W)/2)) are varied together in a small window.
  const [first = '', second = ''] = names;
  for (let i = 0; i < 24; i++)
    for (let j = 0; j < 24; j++) {
      const sizes = { ...base, [first]: (base[first] ?? 1) + i, [second]: (base[second] ?? 1) + j };
      if (admits(sizes, named)) yield sizes;
    }
}

function* along(name: string, span: number, base: Sizes, named: NamedSizes): Iterable<Sizes> {
  const start = base[name];
  if (start === undefined) return;
  for (let i = 0; i <= span; i++) {
    const sizes = linked({ ...base, [name]: start + i }, name, named);
    if (admits(sizes, named)) yield sizes;
  }
  for (let value = 1; value < Math.min(start, span); value++) {
    const sizes = linked({ ...base, [name]: value }, name, named);
    if (admits(sizes, named)) yield sizes;
  }
}

/** `H == W` in `where` moves both. */
function linked(sizes: Record<string, number>, moved: string, named: NamedSizes): Sizes {
  for (const condition of named.where) {
    if (condition.kind !== 'binary' || condition.op !== '==') continue;
    const { left, right } = condition;
    if (left.kind !== 'name' || right.kind !== 'name') continue;
    const value = sizes[moved];
    if (value !== undefined && left.name === moved) sizes[right.name] = value;
    if (value !== undefined && right.name === moved) sizes[left.name] = value;
  }
  return sizes;
}

/** After how many steps of its names an expression repeats, up to a slope. */
export function periodOf(dim: Dim): number {
  if (typeof dim === 'number') return 1;
  return dim.terms.reduce((period, term) => lcm(period, atomPeriod(term.atom)), 1);
}

function atomPeriod(atom: DimAtom): number {
  if (atom.kind === 'name') return 1;
  if (atom.kind === 'floor') return Math.min(maxCandidates, atom.divisor * periodOf(atom.numerator));
  return atom.factors.reduce((period, factor) => lcm(period, atomPeriod(factor)), 1);
}

export function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return Math.min(maxCandidates, (a / x) * b);
}

/** The sizes' names that an expression depends on, without duplicates. */
export function baseNames(dim: Dim, named: NamedSizes): readonly string[] {
  const found = new Set<string>();
  const visit = (atom: DimAtom): void => {
    if (atom.kind === 'name') found.add(atom.name.split('/')[0] ?? atom.name);
    else if (atom.kind === 'floor') atom.numerator.terms.forEach((term) => visit(term.atom));
    else atom.factors.forEach(visit);
  };
  if (typeof dim !== 'number') dim.terms.forEach((term) => visit(term.atom));
  return [...found].filter((name) => named.sizes.has(name)).sort();
}

/** Whether `where` admits the sizes. */
export function admits(sizes: Sizes, named: NamedSizes): boolean {
  return named.where.every((condition) => evaluateWhere(condition, sizes) !== false);
}

/** A condition over sizes; undefined where it uses something else than numbers and names. */
export function evaluateWhere(expr: Expr, sizes: Sizes): number | boolean | undefined {
  if (expr.kind === 'number') return expr.value;
  if (expr.kind === 'name') return sizes[expr.name];
  if (expr.kind === 'unary') {
    const x = evaluateWhere(expr.operand, sizes);
    if (expr.op === 'not') return typeof x === 'boolean' ? !x : undefined;
    return typeof x === 'number' ? -x : undefined;
  }
  if (expr.kind !== 'binary') return undefined;
  const [a, b] = [evaluateWhere(expr.left, sizes), evaluateWhere(expr.right, sizes)];
  if (typeof a === 'boolean' && typeof b === 'boolean')
    return expr.op === 'and' ? a && b : expr.op === 'or' ? a || b : undefined;
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  return operations[expr.op]?.(a, b);
}

const operations: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - Math.floor(a / b) * b,
  '^': (a, b) => a ** b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/**
 * The smallest m > 1 such that every pair of sizes agrees wherever m divides `name` (within what `where` admits); undefined
 * where no divisibility makes them agree.
 */
export function coveringModulus(
  name: string,
  pairs: readonly (readonly [Dim, Dim])[],
  all: NamedSizes,
): number | undefined {
  const size = all.sizes.get(name);
  if (!size) return undefined;
  const named = reachedFrom([namedDim(name), ...pairs.flat()], all);
  const period = pairs.reduce((p, [a, b]) => lcm(p, periodOf(subDims(a, b))), 1) * size.modulus;
  for (let m = 2; m <= Math.min(period, 256); m++) {
    if (size.default % m !== 0 || period % m !== 0) continue;
    if (pairs.every(([a, b]) => agreeOnMultiples({ name, m, period }, [a, b], named))) return m;
  }
  return undefined;
}

function agreeOnMultiples(
  { name, m, period }: { readonly name: string; readonly m: number; readonly period: number },
  [a, b]: readonly [Dim, Dim],
  named: NamedSizes,
): boolean {
  const base = defaults(named);
  for (let k = 1; k * m <= 2 * period + m; k++) {
    const sizes = { ...base, [name]: (base[name] ?? 0) + k * m };
    if (valueAt(a, sizes, named) !== valueAt(b, sizes, named)) return false;
  }
  return true;
}

/** As a person writes it: `2·floor(H/2)`; 16·(H/32) is H/2 where 32 divides H. */
export function showSize(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  // Products first, positive before negative: 4·H·W − 8·H, not −8·H + 4·H·W.
  const degree = ({ atom }: DimTerm): number => (atom.kind === 'product' ? atom.factors.length : 1);
  const terms = [...dim.terms].sort((a, b) => degree(b) - degree(a) || b.coefficient - a.coefficient);
  const parts = terms.map(({ coefficient, atom }) => showTerm(coefficient, atom));
  if (dim.constant !== 0) parts.push(String(dim.constant));
  return parts.join(' + ').replaceAll('+ -', '- ');
}

function showTerm(coefficient: number, atom: DimAtom): string {
  if (atom.kind !== 'name') return scaled(coefficient, showAtom(atom));
  const [name = '', divisor] = atom.name.split('/');
  if (divisor === undefined) return scaled(coefficient, name);
  const modulus = Number(divisor);
  if (coefficient % modulus === 0) return scaled(coefficient / modulus, name);
  if (coefficient > 0 && modulus % coefficient === 0) return `${name}/${modulus / coefficient}`;
  return `${scaled(coefficient, name)}/${modulus}`;
}

function scaled(coefficient: number, text: string): string {
  if (coefficient === 1) return text;
  return coefficient === -1 ? `-${text}` : `${coefficient}·${text}`;
}

function showAtom(atom: DimAtom): string {
  if (atom.kind === 'name') return showTerm(1, atom);
  if (atom.kind === 'product') return atom.factors.map(showAtom).join('·');
  const inner = showSize(atom.numerator);
  const bare = atom.numerator.terms.length === 1 && atom.numerator.constant === 0;
  return `floor(${bare ? inner : `(${inner})`}/${atom.divisor})`;
}
