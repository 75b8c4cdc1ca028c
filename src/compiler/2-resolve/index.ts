/**
 * Phase 2: from the entry file to a model in which every name is bound. Reads imports, declares what each file holds, binds
 * every name in every body (also of blocks that nothing uses yet), and gives written layers their path segments.
 */
import type { File, Ident, Item } from '../1-parse/ast.ts';
import type { Source } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { readAllowances, withoutAllowed } from '../diagnostics/allowances.ts';
import { bindArgs, bindExpr } from './bind-expr.ts';
import { bindBody, bindBudget, bindParams, netScope } from './bind-body.ts';
import { bindFamily } from './bind-family.ts';
import { bindTest } from './bind-test.ts';
import { bindTrain, bindVariantName, bindWeights } from './bind-train.ts';
import { reportCircular } from './circular.ts';
import { declareItems } from './declare.ts';
import { reportEmptyBody } from './empty.ts';
import { bindImport, notExported } from './imports.ts';
import type { Declaration, Host, Model } from './model.ts';
import { loadModules, type OpenModule } from './modules.ts';
import { childScope, type Names, type Place } from './names.ts';
import { reportCase } from './foreign/letter-case.ts';
import { addSegments, type Segments } from './segments.ts';
import { namesOnce } from './once.ts';
import { reportListed } from './foreign/sequences.ts';
import { reportUnused } from './unused.ts';
import { operatorNames } from './vocabulary.ts';

export type { Declaration, DiskHost, Host, Model, Module, NetDeclaration } from './model.ts';

/** Resolves `entry` and everything it imports. Never throws for what a user wrote; syntax errors of every file are included. */
export function resolve(
  entry: Source,
  host: Host,
): { readonly model: Model; readonly diagnostics: readonly Diagnostic[] } {
  const loaded = loadModules(entry, host);
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  const names = emptyNames(diagnostics, host);
  for (const module of loaded.modules) declareItems(module, names);
  const missing = loaded.imports.flatMap((use) => bindImport(use, names));
  const imported = diagnostics.length;
  for (const module of loaded.modules) for (const item of module.file.items) bindItem(item, module, names);
  diagnostics.splice(imported, 0, ...missing.map((one) => notExported(one, names)));
  const circular = reportCircular(names);
  reportCase(names);
  // After a broken statement a name may seem unused only because its reader did not parse.
  if (diagnostics.every((d) => d.severity !== 'error')) reportUnused(names);
  const segments: Segments = new Map();
  for (const module of loaded.modules) addSegments(module, segments);
  const allowances = readAllowances(ownFiles(loaded.modules));
  diagnostics.push(...allowances.diagnostics);
  const files = loaded.modules.map(({ file }) => file);
  const { told, allowed } = withoutAllowed(namesOnce(diagnostics, files), allowances);
  const model: Model = {
    entry: loaded.entry,
    modules: loaded.modules,
    bindings: names.bindings,
    segments,
    words: names.words,
    asLayers: names.asLayers,
    unknownOptions: names.unknownOptions,
    broken: new Set([...circular, ...names.broken]),
    mentions: names.mentions,
    allowances,
    allowed,
    failed: told.some(({ severity }) => severity === 'error'),
    host,
  };
  return { model, diagnostics: told };
}

/** Allowing comments count in the project's files; warnings of others are not reported anyway. */
function ownFiles(modules: readonly OpenModule[]): readonly File[] {
  return modules.filter((module) => !module.external).map((module) => module.file);
}

/** Exports of the stdlib by name, read off the text: only wanted when something is unknown, and never wrong enough to hurt. */
function stdlibExports(host: Host): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of host.list?.('std') ?? []) {
    const text = file.endsWith('.cnn') ? (host.read(`std/${file}`) ?? '') : '';
    for (const [, name] of text.matchAll(/^export\s+(?:block|net|filter|let)\s+(\w+)/gm))
      if (name !== undefined && !found.has(name)) found.set(name, `std/${file.replace(/\.cnn$/, '')}`);
  }
  return found;
}

function emptyNames(diagnostics: Diagnostic[], host: Host): Names {
  let stdlib: ReadonlyMap<string, string> | undefined;
  return {
    stdlib: () => (stdlib ??= stdlibExports(host)),
    depth: 0,
    unknown: 0,
    renamed: 0,
    unknownPlaces: 0,
    bindings: new Map(),
    used: new Set(),
    usedIn: new Map(),
    declared: [],
    imported: [],
    missing: new Map(),
    members: new Set(),
    mentions: new Map(),
    netScopes: new Map(),
    broken: new Set(),
    applied: new Map(),
    asLayers: new Map(),
    words: new Set(),
    unknownOptions: new Set(),
    report: (diagnostic) => diagnostics.push(diagnostic),
  };
}

/** `defaults` are for operators only: a block has the defaults of its parameters. */
function reportNoOperator(op: Ident, names: Names): void {
  const near = nearest(op.name, operatorNames);
  names.report(
    diagnostic('names/unknown-layer', { name: op.name }, op.span, {
      label: near === undefined ? undefined : `did you mean ${near}?`,
      fixes: fixesBy(near, op.span),
    }),
  );
}

function bindItem(item: Item, module: OpenModule, names: Names): void {
  const owner = 'name' in item ? names.bindings.get(item.name as object) : undefined;
  const place: Place = { module, owner, names };
  const scope = childScope(undefined);
  switch (item.kind) {
    case 'use':
    case 'broken':
      return;
    case 'block':
      bindParams(item.params, scope, place);
      if (item.body.kind === 'body') reportEmptyBody(item.body, `block ${item.name.name}`, place);
      if (item.body.kind === 'body') return bindBody(item.body, childScope(scope), place);
      reportListed(item, place);
      return bindExpr(item.body, 'value', childScope(scope), place);
    case 'net':
      return bindNet(owner, place);
    case 'family':
      return bindFamily(item, place);
    case 'defaults':
      return item.entries.forEach(({ op, args }) => {
        if (!operatorNames.has(op.name)) reportNoOperator(op, names);
        bindArgs(args, { kind: 'name', name: op.name, span: op.span }, scope, place);
      });
    case 'filter':
    case 'let':
      return bindExpr(item.value, 'value', scope, place);
    case 'assert':
      return bindExpr(item.condition, 'value', scope, place);
    case 'weights':
      return bindWeights(item, place);
    case 'budget':
      bindVariantName(item, place);
      return bindBudget(item, place);
    case 'moved':
      return;
    case 'train':
      return bindTrain(item, place);
    case 'test':
      return bindTest(item, place);
  }
}

function bindNet(owner: Declaration | undefined, place: Place): void {
  if (owner?.kind === 'net') netScope(owner, place);
}
