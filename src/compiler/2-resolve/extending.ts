/**
 * Names in a net that extends another: it sees the other's values, gives them a new meaning with `replace` only, and adds values
 * of its own.
 */
import type { Ident, NetItem, ReplaceStatement, Statement } from '../1-parse/ast.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice } from '../diagnostics/twice.ts';
import { showNames } from '../diagnostics/show-names.ts';
import type { Declaration, NetDeclaration } from './model.ts';
import { childScope, lookup, type Place, type Scope } from './names.ts';
import { netSource } from './net-source.ts';

/** Nets that one may stand on, through one another. Where there are more, phase 3 says so, and their names are not looked up. */
export const mostBases = 100;

/** Whether a net stands on more nets than that, as far as their names tell. */
export function standsTooDeep(net: NetDeclaration): boolean {
  let at: Declaration | undefined = net;
  for (let i = 0; i < mostBases && at?.kind === 'net'; i++) {
    const name = baseName(at.item);
    at = name === undefined ? undefined : at.module.names.get(name);
  }
  return at?.kind === 'net';
}

function baseName(item: NetItem): string | undefined {
  const source = netSource(item)?.net;
  let callee = source?.kind === 'call' ? source.callee : source;
  if (callee?.kind === 'member') callee = callee.object;
  return callee?.kind === 'name' ? callee.name : undefined;
}

const nothing: Scope['later'] = new Map();

/** The scopes of a net that is extended, as they are seen from inside the other: its parameters lie around them. */
export function inherit({ names, parent }: Scope, params: Scope): Scope {
  return { names, later: nothing, parent: parent ? inherit(parent, params) : params };
}

/** What a net's body takes over from the net that it extends; undefined in other bodies, and where that net is unknown. */
function inheritedScope(scope: Scope, { owner, names }: Place): Scope | undefined {
  const extending = owner?.kind === 'net' && owner.item.base && names.netScopes.get(owner) === scope;
  return extending && !scope.extendsUnknown ? scope.parent : undefined;
}

/** Names of values that a `replace` may give another meaning. */
function* replaceable({ names, parent }: Scope): Iterable<string> {
  if (parent) yield* replaceable(parent);
  for (const declaration of names.values()) if (isReplaceable(declaration)) yield declaration.name;
}

/** True where the name is taken by the net that is extended, which is reported: evaluated again its weights would be the other's. */
export function isInherited(
  statement: Extract<Statement, { kind: 'assign' | 'let' | 'in' }>,
  scope: Scope,
  place: Place,
): boolean {
  const { name, span } = statement;
  const before = lookup(name.name, inheritedScope(scope, place));
  if (!before || before.kind === 'param') return false;
  const at = { source: span.source, start: span.start, end: span.start };
  place.names.report(
    declaredTwice(name.name, {
      first: before.span,
      again: name.span,
      text: 'in the net that is extended',
      fixes:
        statement.kind === 'assign' && isReplaceable(before)
          ? [{ title: `replace ${name.name} = …`, edits: [{ span: at, text: 'replace ' }] }]
          : [],
    }),
  );
  return true;
}

/** Binds the name of a `replace` to the value that it replaces. */
export function bindReplaced(statement: ReplaceStatement, scope: Scope, place: Place): void {
  const { name } = statement;
  const inherited = inheritedScope(scope, place);
  const old = lookup(name.name, inherited);
  if (old && isReplaceable(old)) {
    place.names.bindings.set(name, old);
    place.names.used.add(old);
    reportSecond(name, place);
  } else if (inherited) reportNothing(name, old, inherited, place);
  else if (!scope.extendsUnknown) reportMisplaced(statement, scope, place);
}

/** What stands in a statement `name = …`. */
function isReplaceable(declaration: Declaration): boolean {
  return declaration.kind === 'value' && (declaration.form === 'assign' || declaration.form === 'train-only');
}

const replacedWhere = 'a `replace` is evaluated where the old value stood, and sees what stands above that';

/** What a `replace` can read: the parameters, and the values above the one that it replaces. */
export function replacementScope(statement: ReplaceStatement, scope: Scope, place: Place): Scope {
  const inherited = inheritedScope(scope, place);
  const old = place.names.bindings.get(statement.name);
  return inherited && old ? childScope(above(old, scope)) : scope;
}

/** The scopes as they were above a declaration; what came behind it is known, but not to be used. */
function above(old: Declaration, scope: Scope): Scope {
  const { names, later, parent } = scope;
  const isThere = names.get(old.name) === old;
  const places = isThere ? placesOf(names) : undefined;
  const from = places?.get(old) ?? 0;
  return {
    names,
    later,
    parent: isThere || !parent ? parent : above(old, parent),
    hides: (declaration) => declaration.kind !== 'param' && (places?.get(declaration) ?? Infinity) >= from,
    laterWhy: replacedWhere,
  };
}

const placesIn = new WeakMap<Scope['names'], ReadonlyMap<Declaration, number>>();

/** The place of each declaration in the scope of a net that is extended, to which no more are added. */
function placesOf(names: Scope['names']): ReadonlyMap<Declaration, number> {
  const known = placesIn.get(names);
  if (known) return known;
  const places = new Map(Array.from(names.values(), (declaration, i) => [declaration, i]));
  placesIn.set(names, places);
  return places;
}

function reportSecond(name: Ident, { owner, names }: Place): void {
  const first = owner?.kind === 'net' ? firstReplaced(owner.item).get(name.name) : undefined;
  if (!first || first === name) return;
  const text = 'replaced here first';
  names.report(declaredTwice(name.name, { first: first.span, again: name.span, text }));
}

const replacedIn = new WeakMap<NetItem, ReadonlyMap<string, Ident>>();

/** Where a net replaces each name first. */
function firstReplaced(item: NetItem): ReadonlyMap<string, Ident> {
  const known = replacedIn.get(item);
  if (known) return known;
  const first = new Map<string, Ident>();
  for (const statement of item.body?.statements ?? [])
    if (statement.kind === 'replace' && !first.has(statement.name.name))
      first.set(statement.name.name, statement.name);
  replacedIn.set(item, first);
  return first;
}

function reportNothing(name: Ident, old: Declaration | undefined, inherited: Scope, { names }: Place): void {
  const near = names.unknown++ < maxSuggestions ? nearest(name.name, replaceable(inherited)) : undefined;
  const values = showNames(replaceable(inherited));
  const text = old
    ? `${name.name} is not written \`${name.name} = …\` there; such values are ${values}`
    : `it has ${values}`;
  names.report(
    diagnostic('names/replaces-nothing', { name: name.name }, name.span, {
      labels: old ? [{ span: old.span, text: 'declared here' }] : [],
      notes: values !== '' ? [{ word: 'note', text }] : [],
      fixes: fixesBy(near, name.span),
    }),
  );
}

/** `replace` in a net of its own: its name is known from here on, so that the mistake is said once. */
function reportMisplaced({ name, span }: ReplaceStatement, scope: Scope, { names }: Place): void {
  const word = { source: span.source, start: span.start, end: name.span.start };
  const where = 'it stands in a net that extends another';
  const fixes = [{ title: `${name.name} = …`, edits: [{ span: word, text: '' }] }];
  const at = { ...word, end: word.start + 'replace'.length };
  names.report(diagnostic('syntax/misplaced', { word: 'replace', where }, at, { fixes }));
  const declaration: Declaration = { kind: 'value', form: 'as', name: name.name, span: name.span };
  if (!scope.names.has(name.name)) scope.names.set(name.name, declaration);
}
