/**
 * A name that the stdlib exports and the file does not import: `Bottleneck`, and in another writing `convbn`, `sobel_x` or
 * `triplet_loss`. The fix imports it. A loss that is called like a function is a block here, so the fix lets its first value flow in.
 */
import type { NameExpr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import type { Edit, Fix } from '../diagnostics/diagnostic.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { fold } from './foreign/foreign.ts';
import type { Names, NameUse } from './names.ts';
import { operatorNames } from './vocabulary.ts';

const losses = 'std/losses';

/** What the stdlib calls it; undefined where nothing there has that name, however it is written. */
export function stdlibName(name: string, names: Names): string | undefined {
  const exported = names.stdlib();
  if (exported.has(name)) return name;
  const folded = fold(name);
  const alike = [...exported.keys()].find((other) => fold(other) === folded);
  if (alike !== undefined || !folded.endsWith('loss')) return alike;
  const loss = folded.slice(0, -'loss'.length);
  return [...exported].find(([other, path]) => path === losses && fold(other) === loss)?.[0];
}

/** A name of the stdlib (`ours`) needs a `use`. */
export function reportNotImported(expr: NameExpr, ours: string, use: NameUse, names: Names): void {
  const path = names.stdlib().get(ours) ?? '';
  const line = `use { ${ours} } from "${path}"`;
  const top = { source: expr.span.source, start: 0, end: 0 };
  const layer = operatorNames.has(expr.name.toLowerCase()) ? expr.name.toLowerCase() : undefined;
  const what = ours === expr.name ? 'it' : ours;
  const text =
    layer === undefined
      ? `the stdlib has ${what}${path === losses ? `, a block: it reads what flows in, a -> ${ours}(…)` : ''}`
      : `the layer is ${layer}; the stdlib has a block of that name`;
  const edits: Fix['edits'] = [{ span: top, text: `${line}\n` }, ...applied(expr, ours, path)];
  names.report(
    diagnostic(use === 'layer' ? 'names/unknown-layer' : 'names/unknown', { name: expr.name }, expr.span, {
      notes: [{ word: 'note', text }],
      fixes: [...fixesBy(layer, expr.span), { title: line, edits }],
    }),
  );
}

/** What stands in place of the name: its own writing; `triplet(a, b, c)` becomes `(a -> Triplet(b, c))`. */
function applied({ name, span }: NameExpr, ours: string, path: string): readonly Edit[] {
  const renamed = ours === name ? [] : [{ span, text: ours }];
  const call = path === losses ? operands(span) : undefined;
  if (!call) return renamed;
  const { first, rest, close } = call;
  const text = span.source.text;
  return [
    {
      span: { ...span, end: rest },
      text: `(${text.slice(first, text.lastIndexOf(',', rest - 1))} -> ${ours}(`,
    },
    { span: { ...span, start: close, end: close }, text: ')' },
  ];
}

interface Operands {
  readonly first: number;
  /** Where the second begins. */
  readonly rest: number;
  /** Behind the closing parenthesis. */
  readonly close: number;
}

/** The places of what a name is called with; undefined where a value flows in, or it is not called with two values or more. */
function operands({ source: { text }, start, end }: Span): Operands | undefined {
  if (text[end] !== '(' || /->\s*$/.test(text.slice(0, start))) return undefined;
  let rest: number | undefined;
  for (let [at, depth] = [end, 0]; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (sign === '"') return undefined;
    if ('([{'.includes(sign)) depth++;
    if (')]}'.includes(sign) && --depth === 0)
      return rest === undefined ? undefined : { first: end + 1, rest, close: at + 1 };
    if (sign === ',' && depth === 1) rest ??= at + 1 + (/^\s*/.exec(text.slice(at + 1))?.[0].length ?? 0);
  }
  return undefined;
}
