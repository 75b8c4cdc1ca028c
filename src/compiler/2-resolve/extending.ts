/**
 * Names in a net that extends another: it sees the other's values, gives them a new meaning with `replace` only, and adds values
 * of its own.
 */
import type { Ident, ReplaceStatement, Statement } from '../1-parse/ast.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Declaration } from './model.ts';
import type { Place, Scope } from './names.ts';

type Names = ReadonlyMap<string, Declaration>;

/** What a net's body takes over from the net that it extends; undefined in other bodies, and where that net is unknown. */
export function inheritedNames(scope: Scope, { owner, names }: Place): Names | undefined {
  const extending = owner?.kind === 'net' && owner.item.base && names.netScopes.get(owner) === scope;
  return extending && !scope.extendsUnknown ? scope.parent?.names : undefined;
}

/** True where the name is taken by the net that is extended, which is reported: evaluated again its weights would be the other's. */
export function isInherited(
  statement: Extract<Statement, { kind: 'assign' | 'let' | 'in' }>,
  scope: Scope,
  place: Place,
): boolean {
  const { name, span } = statement;
  const before = inheritedNames(scope, place)?.get(name.name);
  if (!before || before.kind === 'param') return false;
  const at = { source: span.source, start: span.start, end: span.start };
  place.names.report(
    diagnostic('names/duplicate', { name: name.name }, name.span, {
      label: 'again',
      labels: [{ span: before.span, text: 'in the net that is extended' }],
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
  const inherited = inheritedNames(scope, place);
  const old = inherited?.get(name.name);
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

function reportSecond(name: Ident, { owner, names }: Place): void {
  const statements = owner?.kind === 'net' ? (owner.item.body?.statements ?? []) : [];
  const first = statements.find((s) => s.kind === 'replace' && s.name.name === name.name);
  if (first?.kind !== 'replace' || first.name === name) return;
  const labels = [{ span: first.name.span, text: 'replaced here first' }];
  names.report(diagnostic('names/duplicate', { name: name.name }, name.span, { label: 'again', labels }));
}

function reportNothing(name: Ident, old: Declaration | undefined, inherited: Names, { names }: Place): void {
  const values = [...inherited.values()].filter(isReplaceable).map((d) => d.name);
  const near = nearest(name.name, values);
  const text = old
    ? `${name.name} is not written \`${name.name} = …\` there; such values are ${values.join(', ')}`
    : `it has ${values.join(', ')}`;
  names.report(
    diagnostic('names/replaces-nothing', { name: name.name }, name.span, {
      labels: old ? [{ span: old.span, text: 'declared here' }] : [],
      notes: values.length > 0 ? [{ word: 'note', text }] : [],
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
