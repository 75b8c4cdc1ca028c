/**
 * The state of name resolution and the lookup itself. Scopes are nested: the body of an `each`, a branch, a body, the
 * parameters, the file. A name that a scope declares further down is known but not yet usable (`later`).
 */
import type { Arg, CallExpr, Ident, NameExpr, RepeatExpr } from '../1-parse/ast.ts';
import { looksLikeImport } from '../1-parse/slips/import-text.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import { showCount } from '../diagnostics/count.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { figureAlone } from './figures.ts';
import { foreignConstant, foreignLayer, isNotFinite, isNothing } from './foreign/foreign.ts';
import type { Declaration, NetDeclaration } from './model.ts';
import type { OpenModule } from './modules.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import { numberOfRepeat } from './foreign/number-of-repeat.ts';
import { slidingElsewhere } from './sliding-name.ts';
import { trainedName } from './trained-name.ts';
import { reportNotImported, stdlibName } from './stdlib-names.ts';
import { constantFunctions, isBuiltin, operatorNames, outputKinds, specialValues } from './vocabulary.ts';

export interface Scope {
  readonly names: Map<string, Declaration>;
  /** Declared further down in the same body. */
  readonly later: Map<string, Ident>;
  readonly parent: Scope | undefined;
  /** The body of a net that extends one that could not be found. */
  readonly extendsUnknown?: boolean;
  /** The body of a net whose base is being looked at: met again, the net extends itself. */
  readonly unfinished?: boolean;
  /** Which of its names are known, but cannot be read from here. */
  readonly hides?: (declaration: Declaration) => boolean;
  /** The net that a `train` is about. */
  readonly trains?: NetDeclaration;
  /** The braces are those of this repetition. */
  readonly repeats?: RepeatExpr;
  /** Why names further down cannot be used here, where that is not plain from the order of the lines. */
  readonly laterWhy?: string;
}

/** Everything that resolution writes down. */
export interface Names {
  readonly bindings: Map<object, Declaration>;
  readonly used: Set<Declaration>;
  /** Which of them each file reads: an import may be unused in one file and used in the one that declares it. */
  readonly usedIn: Map<OpenModule, Set<Declaration>>;
  /** In order of declaration, for "never used". */
  readonly declared: Declaration[];
  readonly imported: {
    readonly declaration: Declaration;
    readonly ident: Ident;
    readonly module: OpenModule;
  }[];
  /** Where each file names what its broken declarations and imports would have brought. */
  readonly missing: Map<OpenModule, { readonly name: string; readonly span: Span }[]>;
  /** Members that are read somewhere (`LeNet5.logits`): such a value counts as used. */
  readonly members: Set<string>;
  /** Who mentions whom at the top of files: for circular blocks. */
  readonly mentions: Map<Declaration, { readonly to: Declaration; readonly span: Span }[]>;
  /** Scope of each net's body, made on demand for nets that extend it. */
  readonly netScopes: Map<NetDeclaration, Scope>;
  /** Declarations that must not be evaluated: nested too deep, declared twice, or under a reserved name. */
  readonly broken: Set<Declaration>;
  /** Where a `let` that is another name of a block or net is applied first. */
  readonly applied: Map<Declaration, Span>;
  /** Where values stand as layers. */
  readonly asLayers: Map<Declaration, (NameExpr | CallExpr)[]>;
  /** Names in options that are words of the operator, not references. */
  readonly words: Set<NameExpr>;
  readonly unknownOptions: Set<Arg>;
  /** Nesting of the expression that is being bound; bounded. */
  depth: number;
  /** Unknown names so far: a suggestion is looked for only for the first few. */
  unknown: number;
  /** Values so far that are named in the way of other languages: only of the first few the text below is read for a fix. */
  renamed: number;
  /** Places so far whose name stands for nothing. */
  unknownPlaces: number;
  /** What the stdlib exports, by name: the file to import it from. */
  stdlib(): ReadonlyMap<string, string>;
  report(diagnostic: Diagnostic): void;
}

/** Where the walk is: the file, and the top-level declaration whose body it is in. */
export interface Place {
  readonly module: OpenModule;
  readonly owner: Declaration | undefined;
  readonly names: Names;
  /** The value or output that is needed when the net runs, and so cannot read what exists only while training. */
  readonly reader?: string | undefined;
  /** In a loop or a choice that is a statement of a net: of its braces nothing is asked. */
  readonly inLone?: boolean;
}

export function childScope(parent: Scope | undefined): Scope {
  return { names: new Map(), later: new Map(), parent };
}

/** What the name expression is for: the message and the suggestions follow it. */
export type NameUse = 'value' | 'layer';

/** Binds a name expression, or reports that it stands for nothing (yet). */
export function bindName(expr: NameExpr, use: NameUse, scope: Scope, place: Place): void {
  const { names, module } = place;
  const declaration = lookup(expr.name, scope) ?? module.names.get(expr.name);
  if (declaration) {
    names.bindings.set(expr, declaration);
    markUsed(declaration, place);
    mention(declaration, expr.span, place);
    if (declaration.kind === 'value' && declaration.form === 'train-only' && place.reader)
      reportTrainOnly(declaration, expr, place.reader, names);
    return;
  }
  const counted = numberOfRepeat(expr, scope);
  const later = laterIn(expr.name, scope);
  if (counted) names.report(counted);
  else if (later) {
    const labels = [{ span: later.at.span, text: 'gets its value here' }];
    const notes = later.why === undefined ? [] : [{ word: 'why' as const, text: later.why }];
    names.report(diagnostic('names/used-before', { name: expr.name }, expr.span, { labels, notes }));
  } else if (module.broken.has(expr.name)) {
    noteMissing(expr, place);
    // An axis or a layer of that name was not meant.
    if (isBuiltin(expr.name)) names.bindings.set(expr, { ...expr, kind: 'value', form: 'assign' });
  } else if (!isBuiltin(expr.name)) {
    reportUnknown(expr, use, scope, place);
  }
}

/** A name whose declaration has an error that was reported: what mends that may have to reach here. */
export function noteMissing({ name, span }: Pick<NameExpr, 'name' | 'span'>, { names, module }: Place): void {
  const places = names.missing.get(module) ?? [];
  places.push({ name, span });
  names.missing.set(module, places);
}

function reportTrainOnly(read: Declaration, expr: NameExpr, reader: string, names: Names): void {
  const labels = [{ span: read.span, text: 'train_only' }];
  const fixes = [{ title: `make ${reader} train_only, or read another value`, edits: [] }];
  const args = { name: read.name, reader };
  names.report(diagnostic('network/train-only', args, expr.span, { labels, fixes }));
}

function mention(declaration: Declaration, span: Span, { owner, names }: Place): void {
  if (!owner || !('module' in declaration) || !declaration.module) return;
  const list = names.mentions.get(owner) ?? [];
  list.push({ to: declaration, span });
  names.mentions.set(owner, list);
}

/** Something in the place's file reads the declaration. */
export function markUsed(declaration: Declaration, { names, module }: Place): void {
  names.used.add(declaration);
  if (module.external) return;
  const here = names.usedIn.get(module) ?? new Set();
  names.usedIn.set(module, here.add(declaration));
}

export function lookup(name: string, scope: Scope | undefined): Declaration | undefined {
  for (let s = scope; s; s = s.parent) {
    const found = s.names.get(name);
    if (found && !s.hides?.(found)) return found;
  }
  return undefined;
}

/** Whether a name is declared here or in the file, soundly or not. */
export function isDeclared(name: string, scope: Scope, { module }: Place): boolean {
  return lookup(name, scope) !== undefined || module.names.has(name) || module.broken.has(name);
}

/** The net that is extended could not be found (reported): a name may be one of its values. */
export function extendsUnknown(scope: Scope | undefined): boolean {
  for (let s = scope; s; s = s.parent) if (s.extendsUnknown) return true;
  return false;
}

function laterIn(
  name: string,
  scope: Scope | undefined,
): { readonly at: Pick<Ident, 'span'>; readonly why: string | undefined } | undefined {
  for (let s = scope; s; s = s.parent) {
    const found = s.hides ? (s.names.get(name) ?? s.later.get(name)) : s.later.get(name);
    if (found) return { at: found, why: s.laterWhy };
  }
  return undefined;
}

/** Places whose name stands for nothing that are told: a text with more is no net yet, and each costs memory. */
const mostUnknown = 5000;

/** True from the place on that is one too many, which is told. */
function isOneTooMany({ span }: NameExpr, names: Names): boolean {
  names.unknownPlaces++;
  if (names.unknownPlaces === mostUnknown + 1)
    names.report(diagnostic('names/too-many', { limit: showCount(mostUnknown) }, span));
  return names.unknownPlaces > mostUnknown;
}

function reportUnknown(expr: NameExpr, use: NameUse, scope: Scope, { names, module, owner }: Place): void {
  if (extendsUnknown(scope) || isOneTooMany(expr, names)) return;
  if (names.stdlib().has(expr.name))
    return hasBrokenUse(module) ? undefined : reportNotImported(expr, expr.name, use, names);
  if (expr.name === 'convolutional') return names.report(slidingElsewhere(expr));
  const trained = trainedName(expr, scope);
  if (trained) return names.report(trained);
  const figure = owner === undefined ? figureAlone(expr, module) : undefined;
  if (figure) return names.report(figure);
  const foreign = foreignLayer(expr.name);
  const ours = foreign !== undefined && operatorNames.has(foreign) ? foreign : undefined;
  const nothing = isNothing(expr.name) || isNotFinite(expr.name);
  const near =
    ours ??
    foreignConstant(expr.name) ??
    (!nothing && names.unknown++ < maxSuggestions
      ? nearest(expr.name, visibleNames(use, scope, module))
      : undefined);
  const alike =
    near === undefined || (near !== ours && isBuiltin(near)) ? stdlibName(expr.name, names) : undefined;
  if (alike !== undefined) return reportNotImported(expr, alike, use, names);
  const code = use === 'layer' ? 'names/unknown-layer' : 'names/unknown';
  const incoming = near === undefined && !nothing && use === 'value' && owner?.kind === 'block';
  names.report(
    diagnostic(code, { name: expr.name }, expr.span, {
      label: near === undefined ? undefined : `did you mean ${near}?`,
      notes: [
        ...(ours === undefined ? [] : [whatOthersCall(expr.name, ours)]),
        ...(incoming ? [whatFlowsIn] : []),
        ...(isNothing(expr.name) ? [noValue] : []),
        ...(isNotFinite(expr.name) ? [allFinite] : []),
        ...(outputKinds.has(expr.name) ? [whatOutputsAre(expr.name)] : []),
      ],
      fixes: incoming && isInput(expr.name, module) ? [replaceBy('in', expr.span)] : fixesBy(near, expr.span),
    }),
  );
}

type Note = Diagnostic['notes'][number];

const whatOthersCall = (name: string, ours: string): Note => ({
  word: 'note',
  text: `what other frameworks call ${name} is ${ours} here`,
});
const noValue: Note = {
  word: 'note',
  text: 'there is no empty value: an option that is not wanted is not written',
};
const allFinite: Note = { word: 'note', text: 'every number is known and finite' };
const whatFlowsIn: Note = {
  word: 'note',
  text: 'a block sees its parameters and `in`, the value that flows into it; the values of a net are seen in that net alone',
};
const whatOutputsAre = (kind: string): Note => ({
  word: 'note',
  text: `${kind} is a kind of output, and stands in front: out name: ${kind}(…)`,
});

/** Whether a net of the file has an input of that name: in a block it was meant to be what flows in. */
function isInput(name: string, { file }: OpenModule): boolean {
  return file.items.some(
    (item) =>
      item.kind === 'net' &&
      item.body?.statements.some((statement) => statement.kind === 'in' && statement.name.name === name),
  );
}

/** An import that did not parse, and may be the one of any name. */
function hasBrokenUse({ file }: OpenModule): boolean {
  return file.items.some(({ kind, span }) => kind === 'broken' && looksLikeImport(textOf(span)));
}

/** Every name that could stand here: locals, the file's, and the language's own. */
function* visibleNames(use: NameUse, scope: Scope, module: OpenModule): Iterable<string> {
  for (let s: Scope | undefined = scope; s; s = s.parent)
    for (const [name, declaration] of s.names) if (!s.hides?.(declaration)) yield name;
  yield* module.names.keys();
  yield* specialValues;
  yield* operatorNames;
  if (use === 'value') yield* constantFunctions;
}
