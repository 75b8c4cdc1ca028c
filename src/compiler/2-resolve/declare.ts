/**
 * Collects what every file declares at its top, then what it imports: names exist before any of them is looked up, so that
 * files and declarations can be in any order.
 */
import type { DefaultsItem, Ident, Item, UseItem } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice } from '../diagnostics/twice.ts';
import { fixesBy, leaveOut, listedSpan } from '../diagnostics/fixes.ts';
import { showNames } from '../diagnostics/show-names.ts';
import type { Declaration } from './model.ts';
import type { Import, OpenModule } from './modules.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import type { Names } from './names.ts';
import { operatorNames, specialValues } from './vocabulary.ts';

/** Declares the top-level names of one file. */
export function declareItems(module: OpenModule, names: Names): void {
  for (const item of module.file.items) {
    if (item.kind === 'defaults') declareDefaults(module, item.entries);
    // A family varies a net that keeps its own name; its variants are members: `MobileNet.small`.
    if (item.kind === 'family' && !module.families.has(item.name.name))
      module.families.set(item.name.name, item);
    if (item.kind === 'broken') for (const { name } of item.declares) module.broken.add(name);
    const declaration = declarationOf(item, module);
    if (!declaration || !('name' in item)) continue;
    if (!claim(module.names, declaration, item.name as Ident, names)) continue;
    if ('exported' in item && item.exported) module.exports.set(declaration.name, declaration);
  }
}

function declareDefaults(module: OpenModule, entries: DefaultsItem['entries']): void {
  for (const { op, args } of entries)
    module.defaults.set(op.name, [...(module.defaults.get(op.name) ?? []), ...args]);
}

function declarationOf(item: Item, module: OpenModule): Declaration | undefined {
  switch (item.kind) {
    case 'block':
      return { kind: 'block', name: item.name.name, span: item.name.span, item, module };
    case 'net':
      return { kind: 'net', name: item.name.name, span: item.name.span, item, module };
    case 'filter':
      return { kind: 'filter', name: item.name.name, span: item.name.span, item, module };
    case 'let':
      return { kind: 'let', name: item.name.name, span: item.name.span, statement: item, module };
    default:
      return undefined;
  }
}

/** Enters a declaration unless the name is taken or reserved; reports and returns false where it is. */
export function claim(
  scope: Map<string, Declaration>,
  declaration: Declaration,
  ident: Ident,
  names: Names,
): boolean {
  names.bindings.set(ident, declaration);
  const { name } = declaration;
  const before = scope.get(name);
  if (before) {
    names.report(declaredTwice(name, { first: before.span, again: ident.span }));
    names.broken.add(declaration);
    return false;
  }
  const reserved = reservedFor(declaration);
  if (reserved) {
    names.report(diagnostic('names/reserved', { name, what: reserved }, ident.span));
    names.broken.add(declaration);
  }
  scope.set(name, declaration);
  names.declared.push(declaration);
  return true;
}

function reservedFor(declaration: Declaration): string | undefined {
  if (specialValues.has(declaration.name)) return 'part of the language';
  const applied = declaration.kind === 'value' || declaration.kind === 'block' || declaration.kind === 'net';
  return applied && operatorNames.has(declaration.name) ? 'a layer' : undefined;
}

/** Binds the names of one `use` to what the other file exports. */
export function bindImport({ module, use, target }: Import, names: Names): void {
  if (use.names.length === 0 && /\{\s*\}/.test(textOf(use.span))) reportNoNames(use, names);
  for (const { name, alias } of use.names) {
    const declaration = target?.exports.get(name.name);
    const local = alias ?? name;
    if (!declaration) {
      if (target) reportNotExported(name, use, target, names);
      module.broken.add(local.name);
      continue;
    }
    const before = module.names.get(local.name);
    if (before && before !== declaration) {
      names.report(declaredTwice(local.name, { first: before.span, again: local.span }));
      continue;
    }
    const reserved = alias && reservedFor({ ...declaration, name: local.name });
    if (reserved)
      names.report(diagnostic('names/reserved', { name: local.name, what: reserved }, local.span));
    if (before) reportImportedTwice(local, { module, use }, names);
    module.names.set(local.name, declaration);
    names.bindings.set(name, declaration);
    if (alias) names.bindings.set(alias, declaration);
    if (!module.external) names.imported.push({ declaration, ident: local, module });
  }
}

function reportNoNames({ span }: UseItem, names: Names): void {
  const what = 'this import';
  names.report(diagnostic('syntax/empty', { what }, span, { fixes: [leaveOut(what, span)] }));
}

/** The same declaration by the same name. */
function reportImportedTwice(
  local: Ident,
  { module, use }: Pick<Import, 'module' | 'use'>,
  names: Names,
): void {
  const first = names.imported.find((other) => other.module === module && other.ident.name === local.name);
  if (!first) return;
  const edits = [{ span: withoutName(local, use), text: '' }];
  const fixes = [{ title: `import ${local.name} once`, edits }];
  const [span, again] = [first.ident.span, local.span];
  names.report(declaredTwice(local.name, { first: span, again, text: 'imported here first', fixes }));
}

/** The text of one imported name with the comma beside it; of its import where it is the only one. */
function withoutName(local: Ident, { names, span }: UseItem): Span {
  if (names.length === 1) return span;
  const listed = names.map(({ name, alias }) => ({ ...name.span, end: (alias ?? name).span.end }));
  return listedSpan(
    listed,
    names.findIndex(({ name, alias }) => (alias ?? name) === local),
  );
}

function reportNotExported(name: Ident, use: UseItem, target: OpenModule, names: Names): void {
  const hidden = target.names.get(name.name);
  const seeks = !hidden && names.unknown++ < maxSuggestions;
  const near = seeks ? nearest(name.name, target.exports.keys()) : undefined;
  const fixes = fixesBy(near, name.span);
  names.report(
    diagnostic('import/not-exported', { name: name.name, path: use.from.value }, name.span, {
      labels: hidden ? [{ span: hidden.span, text: 'declared here without `export`' }] : [],
      fixes:
        hidden && hidden.kind !== 'value' && 'item' in hidden && !target.external
          ? [
              {
                title: `export ${hidden.name}`,
                edits: [{ span: { ...hidden.item.span, end: hidden.item.span.start }, text: 'export ' }],
              },
            ]
          : fixes,
      notes: hidden
        ? []
        : [{ word: 'note', text: `it exports ${showNames([...target.exports.keys()].sort()) || 'nothing'}` }],
    }),
  );
}
