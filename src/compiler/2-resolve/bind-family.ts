/**
 * A family: one per net, with variants of different names that no value or figure of the net has, each with a value for every
 * parameter that the family varies. What the values come to is checked with the variants (families.ts in phase 3).
 */
import type { Expr, FamilyItem, Ident } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice, givenTwice } from '../diagnostics/twice.ts';
import { bindExpr } from './bind-expr.ts';
import { bindNetName } from './bind-train.ts';
import { netScope } from './bind-body.ts';
import { reportEmpty } from './empty.ts';
import type { NetDeclaration } from './model.ts';
import { childScope, type Place } from './names.ts';

export function bindFamily(item: FamilyItem, place: Place): void {
  const net = bindNetName(item.name, place);
  reportEmpty(item.span, `family ${item.name.name}`, place);
  // What its values name, the net rests on.
  const inside = net?.module === place.module ? { ...place, owner: net } : place;
  for (const { values } of item.variants)
    for (const value of values) bindExpr(value, 'value', childScope(undefined), inside);
  if (!net || reportSecond(item, place)) return;
  const varies = reportRepeated(item, place);
  const seen = new Map<string, Ident>();
  for (const variant of item.variants) {
    reportTaken(variant.name, seen, net, place);
    if (varies) reportCount(item, variant, place);
  }
}

/** `family P(width, width)`: false where a parameter stands twice, and it cannot be said which values are whose. */
function reportRepeated({ name, params }: FamilyItem, { names }: Place): boolean {
  const again = params.find((param, i) => params.findIndex((other) => other.name === param.name) < i);
  const first = params.find((param) => param.name === again?.name);
  if (!again || !first) return true;
  const args = { option: again.name, what: `family ${name.name}` };
  names.report(givenTwice(args, { first: first.span, again: again.span, text: 'varies already' }));
  return false;
}

/** The first family of a net is the one that counts. */
function reportSecond({ name }: FamilyItem, { module, names }: Place): boolean {
  const first = module.families.get(name.name);
  if (!first || first.name === name) return false;
  const args = { option: 'the family', what: name.name };
  names.report(givenTwice(args, { first: first.name.span, again: name.span, text: 'its family' }));
  return true;
}

/** `Net.small` has to mean one thing. */
function reportTaken(name: Ident, seen: Map<string, Ident>, net: NetDeclaration, place: Place): void {
  const first = seen.get(name.name);
  const value = netScope(net, place).names.get(name.name);
  const again = name.span;
  if (first) place.names.report(declaredTwice(name.name, { first: first.span, again }));
  else if (value) {
    const text = `${net.name}.${name.name} is this value`;
    place.names.report(declaredTwice(name.name, { first: value.span, again, text }));
  }
  seen.set(name.name, first ?? name);
}

/**
 * A variant has a value for each parameter that varies: one that leaves the last out would have their defaults, whatever the
 * family says.
 */
function reportCount(
  { name, params }: FamilyItem,
  variant: FamilyItem['variants'][number],
  { names }: Place,
): void {
  const { values } = variant;
  const extra = values[params.length];
  if (extra) {
    const args = { what: `family ${name.name}`, count: params.length };
    const labels = params.map(({ span }) => ({ span, text: 'varies' }));
    return names.report(diagnostic('value/too-many-arguments', args, extra.span, { labels }));
  }
  const missing = params[values.length];
  if (!missing || values.length === 0) return;
  const labels = [{ span: missing.span, text: 'varies' }];
  const args = { what: `${name.name}.${variant.name.name}`, option: missing.name };
  names.report(
    diagnostic('value/missing-argument', args, variant.span, { labels, fixes: asPair(values, params) }),
  );
}

/** `small = [0.5, 2]`: the values of a variant stand in parentheses. */
function asPair([value, ...others]: readonly Expr[], params: readonly Ident[]): readonly Fix[] {
  const isPair = value?.kind === 'list' && others.length === 0 && value.items.length === params.length;
  return isPair ? [replaceBy(`(${textOf(value.span).slice(1, -1)})`, value.span)] : [];
}
