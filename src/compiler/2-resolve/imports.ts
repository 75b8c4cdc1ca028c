/**
 * Binds what files import, each name to what the other file exports. A name that it does not export is told when every body has been
 * bound, so that the name that was meant is mended wherever it stands.
 */
import type { Ident, UseItem } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { leaveOut, listedSpan, replaceBy } from '../diagnostics/fixes.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { showNames } from '../diagnostics/show-names.ts';
import { declaredTwice } from '../diagnostics/twice.ts';
import { reservedFor } from './declare.ts';
import type { Declaration } from './model.ts';
import type { Import, OpenModule } from './modules.ts';
import type { Names } from './names.ts';

/** A name of an import that the other file does not export. */
export interface NotExported {
  readonly name: Ident;
  readonly alias: Ident | undefined;
  readonly use: UseItem;
  readonly module: OpenModule;
  readonly target: OpenModule;
}

/** Binds the names of one `use` to what the other file exports; what it does not export is returned, for `notExported` to tell. */
export function bindImport({ module, use, target }: Import, names: Names): readonly NotExported[] {
  const missing: NotExported[] = [];
  if (use.names.length === 0 && /\{\s*\}/.test(textOf(use.span))) reportNoNames(use, names);
  for (const { name, alias } of use.names) {
    const declaration = target?.exports.get(name.name);
    const local = alias ?? name;
    if (!declaration) {
      if (target) missing.push({ name, alias, use, module, target });
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
  return missing;
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

/** What is said about it, once the names in all bodies are bound. */
export function notExported(missing: NotExported, names: Names): Diagnostic {
  const { name, use, target } = missing;
  const args = { name: name.name, path: use.from.value };
  const hidden = target.names.get(name.name);
  if (hidden)
    return diagnostic('import/not-exported', args, name.span, {
      labels: [{ span: hidden.span, text: 'declared here without `export`' }],
      fixes: target.external ? [] : exporting(hidden),
    });
  const near = names.unknown++ < maxSuggestions ? nearest(name.name, target.exports.keys()) : undefined;
  const elsewhere = near === undefined ? names.stdlib().get(name.name) : undefined;
  const exported = showNames([...target.exports.keys()].sort()) || 'nothing';
  return diagnostic('import/not-exported', args, name.span, {
    fixes: near === undefined ? fromElsewhere(elsewhere, use) : [renaming(near, missing, names)],
    notes: [
      { word: 'note', text: `it exports ${exported}` },
      ...(elsewhere === undefined ? [] : [{ word: 'note', text: `${elsewhere} exports it` } as const]),
    ],
  });
}

function exporting(hidden: Declaration): readonly Fix[] {
  if (hidden.kind === 'value' || !('item' in hidden)) return [];
  const { span } = hidden.item;
  const edits = [{ span: { ...span, end: span.start }, text: 'export ' }];
  return [{ title: `export ${hidden.name}`, edits }];
}

/** The name that was meant, here and wherever the file uses it; under its old name where the file calls something else so. */
function renaming(near: string, { name, alias, module }: NotExported, names: Names): Fix {
  if (alias) return replaceBy(near, name.span);
  if (module.names.has(near)) return replaceBy(`${near} as ${name.name}`, name.span);
  const uses = (names.missing.get(module) ?? []).filter((use) => use.name === name.name);
  const edits = [name, ...uses].map(({ span }) => ({ span, text: near }));
  return { title: near, edits };
}

/** The path of the file of the stdlib that has the only name of the import. */
function fromElsewhere(path: string | undefined, { names, from }: UseItem): readonly Fix[] {
  return path === undefined || names.length > 1 ? [] : [replaceBy(`"${path}"`, from.span)];
}
