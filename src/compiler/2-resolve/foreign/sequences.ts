/** Layers one behind another as other frameworks list them: `Sequential(conv(8, 3), relu)`, `block B = [conv(8, 3), relu]`. */
import type { BlockItem, CallExpr, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { isDeclared, type Place, type Scope } from '../names.ts';

/** What elsewhere lists layers, in lower case. */
export const isSequence = (name: string): boolean =>
  /^(?:sequential|sequence|seq|chain|compose)$/i.test(name);

const note = { word: 'note' as const, text: 'layers follow one another by `->`' };

/** The layers with arrows between; `of` is what lists them. */
export function inArrows(layers: readonly Expr[], of: Expr): readonly Fix[] {
  if (layers.length === 0) return [];
  return [replaceBy(layers.map(({ span }) => textOf(span)).join(' -> '), of.span)];
}

/** Reports a call that lists layers; false for every other. */
export function reportSequence(expr: CallExpr, scope: Scope, place: Place): boolean {
  const { callee, args } = expr;
  const name = callee.kind === 'member' ? callee.member.name : callee.kind === 'name' ? callee.name : '';
  if (!isSequence(name) || args.some((arg) => arg.name)) return false;
  if (callee.kind === 'name' && isDeclared(name, scope, place)) return false;
  const [only, ...others] = args.map(({ value }) => value);
  const layers = only?.kind === 'list' && others.length === 0 ? only.items : args.map(({ value }) => value);
  place.names.report(
    diagnostic('names/unknown-layer', { name: textOf(callee.span) }, callee.span, {
      notes: [note],
      fixes: inArrows(layers, expr),
    }),
  );
  return true;
}

const isLayer = ({ kind }: Expr): boolean => kind === 'call' || kind === 'pipeline' || kind === 'merge';

/** A block that is a list of layers: no value is made of it. */
export function reportListed({ body, name }: BlockItem, { names, owner }: Place): void {
  if ((body.kind !== 'list' && body.kind !== 'tuple') || !body.items.some(isLayer)) return;
  const args = { expected: `a layer or a value from ${name.name}`, found: `a list of ${body.items.length}` };
  const fixes = inArrows(body.items, body);
  names.report(diagnostic('value/expected', args, body.span, { notes: [note], fixes }));
  if (owner) names.broken.add(owner);
}
