/** Names that nothing reads: values and constants, imports, inputs, and blocks that no other file can see either. */
import { isExternal } from './paths.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Declaration, Module } from './model.ts';
import type { Names } from './names.ts';

export function reportUnused(names: Names): void {
  // A file without nets and exports is a fragment that is being written.
  const fragments = fragmentsAmong(names);
  for (const declaration of names.declared) {
    const what = kindOf(declaration);
    if (what === undefined || isExternal(declaration.span.source.path)) continue;
    if (names.used.has(declaration) || names.members.has(declaration.name)) continue;
    if ('module' in declaration && declaration.module && fragments.has(declaration.module)) continue;
    names.report(diagnostic('names/unused', { what, name: declaration.name }, declaration.span));
  }
  for (const { declaration, ident, module } of names.imported)
    if (!fragments.has(module) && !names.usedIn.get(module)?.has(declaration))
      names.report(diagnostic('names/unused', { what: 'imported', name: ident.name }, ident.span));
}

function fragmentsAmong(names: Names): ReadonlySet<Module> {
  const modules = new Set<Module>();
  for (const d of names.declared) if ('module' in d && d.module) modules.add(d.module);
  for (const { module } of names.imported) modules.add(module);
  return new Set(
    [...modules].filter(
      ({ file, exports }) => exports.size === 0 && !file.items.some((i) => i.kind === 'net'),
    ),
  );
}

/** `as` names weights, so it needs no reader; nets are what a file is for. */
function kindOf(declaration: Declaration): string | undefined {
  switch (declaration.kind) {
    case 'value':
      // What exists while training is read by losses, which may stand in another file.
      if (declaration.form === 'as' || declaration.form === 'train-only') return undefined;
      return declaration.form === 'in' ? 'input' : 'value';
    case 'let':
      return declaration.statement.exported ? undefined : 'constant';
    case 'block':
    case 'filter':
      return declaration.item.exported ? undefined : declaration.kind;
    case 'param':
      return 'parameter';
    case 'net':
    case 'loop':
    case 'size':
      return undefined;
  }
}
