/**
 * Collects what every file declares at its top: names exist before any of them is looked up, so that files and declarations can be
 * in any order. What files import is added by imports.ts.
 */
import type { DefaultsItem, Ident, Item } from '../1-parse/ast.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { declaredTwice } from '../diagnostics/twice.ts';
import type { Declaration } from './model.ts';
import type { OpenModule } from './modules.ts';
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

/** Enters a declaration unless the name is taken or reserved; reports (with the fixes) and returns false where it is. */
export function claim(
  scope: Map<string, Declaration>,
  declaration: Declaration,
  ident: Ident,
  names: Names,
  fixes: readonly Fix[] = [],
): boolean {
  names.bindings.set(ident, declaration);
  const { name } = declaration;
  const before = scope.get(name);
  if (before) {
    names.report(declaredTwice(name, { first: before.span, again: ident.span, fixes }));
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

/** What the name of a declaration is already. */
export function reservedFor(declaration: Declaration): string | undefined {
  if (specialValues.has(declaration.name)) return 'part of the language';
  const applied = declaration.kind === 'value' || declaration.kind === 'block' || declaration.kind === 'net';
  return applied && operatorNames.has(declaration.name) ? 'a layer' : undefined;
}
