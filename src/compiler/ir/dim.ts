/**
 * The size of one axis: a number, or an expression over named sizes (`H`, `W`) where a net is checked for every size.
 * Shape rules are written once with the functions below and work for both. Symbolic sizes are kept in normal form:
 * a constant plus integer multiples of atoms, an atom being a name or a floor division of such a sum; equal normal forms
 * are equal sizes for every value of the names. Compiling always happens at concrete sizes.
 */
import { internal } from '../diagnostics/internal.ts';

export type Dim = number | SymbolicDim;

/** constant + Σ coefficient · atom; terms sorted by key, no zero coefficients, at least one term. */
export interface SymbolicDim {
  readonly kind: 'sum';
  readonly constant: number;
  readonly terms: readonly DimTerm[];
}

export interface DimTerm {
  readonly coefficient: number;
  readonly atom: DimAtom;
}

export type DimAtom =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'floor'; readonly numerator: SymbolicDim; readonly divisor: number }
  | { readonly kind: 'product'; readonly factors: readonly DimAtom[] };

/** The named size `H`. */
export function namedDim(name: string): SymbolicDim {
  return { kind: 'sum', constant: 0, terms: [{ coefficient: 1, atom: { kind: 'name', name } }] };
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number') return typeof b === 'number' ? a + b : plus(b, a);
  if (typeof b === 'number') return plus(a, b);
  return normal(constantOf(a) + constantOf(b), [...termsOf(a), ...termsOf(b)]);
}

/** Terms of a normal form stay as they are when a number is added. */
function plus(dim: SymbolicDim, n: number): SymbolicDim {
  return n === 0 ? dim : { kind: 'sum', constant: dim.constant + n, terms: dim.terms };
}

export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(b, -1));
}

export function mulDims(a: Dim, b: Dim): Dim {
  // Adding 0 makes −0 to 0, so that equal sizes are the same number.
  if (typeof a === 'number' && typeof b === 'number') return a * b + 0;
  const terms: DimTerm[] = [];
  for (const s of termsOf(a)) terms.push({ coefficient: s.coefficient * constantOf(b), atom: s.atom });
  for (const t of termsOf(b)) terms.push({ coefficient: t.coefficient * constantOf(a), atom: t.atom });
  for (const s of termsOf(a))
    for (const t of termsOf(b))
      terms.push({ coefficient: s.coefficient * t.coefficient, atom: productOf(s.atom, t.atom) });
  return normal(constantOf(a) * constantOf(b), terms);
}

/** `floor(a / divisor)`; multiples of the divisor leave the floor: floor((6H + 7) / 3) = 2H + 2. */
export function floorDivDim(a: Dim, divisor: number): Dim {
  if (!Number.isInteger(divisor) || divisor < 1) internal(`floor division of a size by ${divisor}`);
  if (typeof a === 'number') return Math.floor(a / divisor);
  if (divisor === 1) return a;
  const whole = a.terms.filter((t) => t.coefficient % divisor === 0);
  const rest = a.terms.filter((t) => t.coefficient % divisor !== 0);
  const quotient = Math.floor(a.constant / divisor);
  const outside = normal(
    quotient,
    whole.map((t) => ({ coefficient: t.coefficient / divisor, atom: t.atom })),
  );
  const inside = normal(a.constant - quotient * divisor, rest);
  if (typeof inside === 'number') return addDims(outside, Math.floor(inside / divisor));
  return addDims(outside, normal(0, [{ coefficient: 1, atom: floorAtom(inside, divisor) }]));
}

export function ceilDivDim(a: Dim, divisor: number): Dim {
  return floorDivDim(addDims(a, divisor - 1), divisor);
}

/** True when the two are equal for every value of the names. (False does not mean that they always differ.) */
export function sameDim(a: Dim, b: Dim): boolean {
  if (a === b || typeof a === 'number' || typeof b === 'number') return a === b;
  return showDim(a) === showDim(b);
}

/** The value of `dim` where the names have the given sizes. */
export function evaluateDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === 'number') return dim;
  return dim.terms.reduce((sum, t) => sum + t.coefficient * evaluateAtom(t.atom, sizes), dim.constant);
}

/** The names that occur in `dim`, sorted. */
export function namesInDim(dim: Dim): readonly string[] {
  const names = new Set<string>();
  const visit = (atom: DimAtom): void => {
    if (atom.kind === 'name') names.add(atom.name);
    else if (atom.kind === 'floor') atom.numerator.terms.forEach((t) => visit(t.atom));
    else atom.factors.forEach(visit);
  };
  termsOf(dim).forEach((t) => visit(t.atom));
  return [...names].sort();
}

/** As a person writes it: `2·floor(H/2) + 1`. */
export function showDim(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  const parts = dim.terms.map((t) => showTerm(t));
  if (dim.constant !== 0) parts.push(String(dim.constant));
  return parts.join(' + ').replaceAll('+ -', '- ');
}

/** The number; sizes are concrete everywhere after phase 3. */
export function concreteDim(dim: Dim): number {
  return typeof dim === 'number' ? dim : internal(`the size ${showDim(dim)} is not concrete`);
}

function showTerm({ coefficient, atom }: DimTerm): string {
  if (coefficient === 1) return showAtom(atom);
  return coefficient === -1 ? `-${showAtom(atom)}` : `${coefficient}·${showAtom(atom)}`;
}

/** Texts of atoms that are not names: they are the keys of normal forms, and asked for at every layer. */
const shown = new WeakMap<DimAtom, string>();

function showAtom(atom: DimAtom): string {
  if (atom.kind === 'name') return atom.name;
  const known = shown.get(atom);
  if (known !== undefined) return known;
  const text = spellAtom(atom);
  shown.set(atom, text);
  return text;
}

function spellAtom(atom: Exclude<DimAtom, { kind: 'name' }>): string {
  if (atom.kind === 'product') return atom.factors.map(showAtom).join('·');
  const inner = showDim(atom.numerator);
  const bare = atom.numerator.terms.length === 1 && atom.numerator.constant === 0;
  return `floor(${bare ? inner : `(${inner})`}/${atom.divisor})`;
}

function evaluateAtom(atom: DimAtom, sizes: Readonly<Record<string, number>>): number {
  if (atom.kind === 'name') return sizes[atom.name] ?? internal(`no size given for ${atom.name}`);
  if (atom.kind === 'product') return atom.factors.reduce((p, f) => p * evaluateAtom(f, sizes), 1);
  return Math.floor(evaluateDim(atom.numerator, sizes) / atom.divisor);
}

/** floor(floor(a / m) / n) = floor(a / (m·n)), so nested halvings compare equal however they are grouped. */
function floorAtom(numerator: SymbolicDim, divisor: number): DimAtom {
  const [only, ...others] = numerator.terms;
  if (only && others.length === 0 && only.coefficient === 1 && only.atom.kind === 'floor') {
    const { numerator: inner, divisor: m } = only.atom;
    const lifted = addDims(inner, numerator.constant * m);
    if (typeof lifted !== 'number') return { kind: 'floor', numerator: lifted, divisor: m * divisor };
  }
  return { kind: 'floor', numerator, divisor };
}

function productOf(a: DimAtom, b: DimAtom): DimAtom {
  const factors = [a, b].flatMap((x) => (x.kind === 'product' ? x.factors : [x]));
  return { kind: 'product', factors: [...factors].sort((x, y) => (showAtom(x) < showAtom(y) ? -1 : 1)) };
}

function constantOf(dim: Dim): number {
  return typeof dim === 'number' ? dim : dim.constant;
}

function termsOf(dim: Dim): readonly DimTerm[] {
  return typeof dim === 'number' ? [] : dim.terms;
}

function normal(constant: number, terms: readonly DimTerm[]): Dim {
  const [only] = terms;
  if (only && terms.length === 1 && only.coefficient !== 0)
    return { kind: 'sum', constant: constant + 0, terms };
  const byKey = new Map<string, DimTerm>();
  for (const term of terms) {
    const key = showAtom(term.atom);
    byKey.set(key, { coefficient: (byKey.get(key)?.coefficient ?? 0) + term.coefficient, atom: term.atom });
  }
  const kept = [...byKey.entries()]
    .filter(([, t]) => t.coefficient !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  // Adding 0 turns −0 (a product with −1) into 0, so that equal sizes are deeply equal.
  return kept.length === 0
    ? constant + 0
    : { kind: 'sum', constant: constant + 0, terms: kept.map(([, t]) => t) };
}
