/**
 * Phase 3: evaluates nets to graphs. `check` looks at everything that a file holds; `instantiate` makes one net's graph at
 * given sizes.
 */
import type { Expr } from '../1-parse/ast.ts';
import type { Declaration, Model, NetDeclaration } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Graph } from '../ir/graph.ts';
import { withoutAllowed } from '../diagnostics/allowances.ts';
import { checkAssert } from './body.ts';
import { laterQuantities, limitsOf, type Limit } from './budgets.ts';
import { isComplete } from './complete.ts';
import { evaluateConstants } from './constants.ts';
import { argument } from './evaluate.ts';
import { checkDefaults } from './defaults.ts';
import { checkVariants, variantArgs, variantReporter, type VariantInfo } from './families.ts';
import { childFrame, type Site } from './frame.ts';
import { buildGraph, type InputSizes, type Instance } from './instantiate.ts';
import { askNets, type Memo } from './ask-nets.ts';
import type { NetFacts } from './query.ts';
import { unusedAllowances } from './unused-allowances.ts';
import { newSession, onceReporter, type Mode, type Session } from './session.ts';
import { budgetsOf, checkStatements, importedNets, type NamedNet } from './statements.ts';
import type { GivenArg, Value } from './value.ts';

export { needsPlan, type Limit } from './budgets.ts';
export { costs, type Costs, type NodeCost } from './costs.ts';
export { importedNets, withVariants, type NamedNet } from './statements.ts';
export { movesOf, weightsFor, type WeightsDeclaration } from './weights/weights-for.ts';
export { summarize, type LayerSummary, type Summary } from './summarize.ts';
export type { Found, Memo, Outcome } from './ask-nets.ts';
export { newBlockMemory, type BlockMemory } from './memo/index.ts';
export { slide, type Sliding } from './sliding/index.ts';
export { givenInput, subjectOf, testFunctions, type GivenInput } from './testing/index.ts';
export type { InputSizes } from './instantiate.ts';
export type { NetFacts } from './query.ts';
export type { VariantInfo } from './families.ts';
export type { Mode } from './session.ts';
export type { Value } from './value.ts';

/** Values for a net's parameters that come from outside the text (`--param classes=10`). */
export type NetParams = Readonly<Record<string, number | boolean | string>>;

/** One net of the entry file. */
export interface NetInfo {
  readonly name: string;
  readonly declaration: NetDeclaration;
  readonly exported: boolean;
  /** True where every parameter has a default, so that the net can be compiled by its name alone. */
  readonly complete: boolean;
  /** Graph, costs and named values at the default sizes; undefined where the net has errors or needs parameters. */
  readonly facts: NetFacts | undefined;
  /** Of its family, if it has one. */
  readonly variants: readonly VariantInfo[];
}

/**
 * Checks every net, assertion and budget of the entry file. Nets that need parameters are checked where they are used.
 * `memo` may know what nets came to before (incremental.ts).
 */
export function check(
  model: Model,
  options: { readonly memo?: Memo } = {},
): {
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
} {
  const found: Diagnostic[] = [];
  const reporter = variantReporter(onceReporter(found));
  const { report } = reporter;
  const { queries, lint, variant } = askNets(model, report, options.memo);
  const site = fileSite(model);
  const nets = netsOf(model).map((declaration): NetInfo => {
    const { name, item } = declaration;
    const complete = isComplete(declaration);
    const facts = complete ? queries(declaration, []) : undefined;
    if (facts) lint(declaration, facts);
    const variants = checkVariants(declaration, site, { model, reporter, ask: variant });
    return { name, declaration, exported: item.exported, complete, facts, variants };
  });
  const session = newSession({ model, mode: 'inference', report, queries });
  const { items } = model.entry.file;
  evaluateConstants(items, session);
  checkDefaults(
    items.filter((item) => item.kind === 'defaults'),
    site,
    session,
  );
  for (const item of items) if (item.kind === 'assert') checkAssert(item, site, session);
  const imported = [...importedNets(model)].map(([declaration, named]) => {
    const facts = isComplete(declaration) ? queries(declaration, []) : undefined;
    const variants = checkVariants(declaration, site, { model, reporter, ask: variant, named });
    return { declaration, facts, variants };
  });
  checkStatements({ own: nets, imported }, site, session);
  const { told, allowed } = withoutAllowed(found, model.allowances);
  return { diagnostics: [...told, ...unusedAllowances(model, { told, allowed, nets })], nets };
}

/** Graph and figures of a net, or of a variant, at its default sizes; undefined where it has errors or needs parameters. */
export function factsOf(model: Model, { declaration, variant }: NamedNet): NetFacts | undefined {
  const report = (): undefined => undefined;
  const { queries } = askNets(model, report);
  if (variant === undefined) return isComplete(declaration) ? queries(declaration, []) : undefined;
  const args = variantArgs(declaration, variant, fileSite(model), { model, report, queries });
  return args && queries(declaration, args);
}

/** The limits of nets' budgets that are known only when they are planned. What is wrong with them `check` reports. */
export function plannedLimits(model: Model): (net: NamedNet) => readonly Limit[] {
  const session = newSession({ model, mode: 'inference', report: () => undefined });
  const later: readonly string[] = laterQuantities;
  const budgets = budgetsOf(model);
  return (net) =>
    budgets(net)
      .flatMap((budget) => limitsOf(budget, fileSite(model), session))
      .filter(({ quantity }) => later.includes(quantity));
}

/** Evaluates expressions of constants that stand in the entry file. What is wrong with them `check` reports. */
export function constantsIn(model: Model): (expr: Expr) => Value {
  const session = newSession({ model, mode: 'inference', report: () => undefined });
  const site = fileSite(model);
  return (expr) => argument(expr, site, session);
}

/** Declarations of the nets of the entry file, in order. */
export function netsOf(model: Model): readonly NetDeclaration[] {
  return model.entry.file.items.flatMap((item) => {
    const found = item.kind === 'net' ? model.bindings.get(item.name) : undefined;
    return found?.kind === 'net' ? [found] : [];
  });
}

function fileSite(model: Model): Site {
  return {
    module: model.entry,
    frame: childFrame(undefined),
    path: '',
    shared: false,
    incoming: undefined,
    self: undefined,
    depth: 0,
  };
}

/**
 * The graph of the net called `net` (or the file's only net) at the given sizes, for inference or with its training-only
 * outputs. Undefined where it has errors.
 */
export function instantiate(
  model: Model,
  options: {
    readonly net?: string;
    readonly sizes?: InputSizes;
    readonly params?: NetParams;
    readonly mode: Mode;
  },
): {
  readonly graph: Graph | undefined;
  /** Where the net is written as one that slides over a larger input. */
  readonly sliding: Instance['sliding'];
  readonly diagnostics: readonly Diagnostic[];
} {
  const found: Diagnostic[] = [];
  const report = onceReporter(found);
  const chosen = chooseNet(model, options.net, report);
  if (!chosen) return { graph: undefined, sliding: undefined, diagnostics: found };
  const { queries, blocks } = askNets(model, report);
  const session: Session = newSession({ model, mode: options.mode, report, queries, blocks });
  const args = [...chosen.args, ...givenParams(options.params ?? {}, chosen.declaration)];
  const instance = buildGraph({ ...chosen, args }, options.sizes ?? {}, session);
  const made = found.some((d) => d.severity === 'error') ? undefined : instance;
  return { graph: made?.graph, sliding: made?.sliding, diagnostics: found };
}

interface ChosenNet {
  readonly declaration: NetDeclaration;
  readonly args: readonly GivenArg[];
  readonly name: string;
}

/** `ResNet18`, or a family's variant `MobileNet.small`; without a name the only net, or the only exported one. */
function chooseNet(
  model: Model,
  name: string | undefined,
  report: (diagnostic: Diagnostic) => void,
): ChosenNet | undefined {
  const nets = netsOf(model);
  if (name === undefined) {
    const exported = nets.filter((net) => net.item.exported);
    const [only, ...more] = nets.length === 1 ? nets : exported;
    if (only && more.length === 0) return { declaration: only, args: [], name: only.name };
  }
  const [base = '', variant] = (name ?? '').split('.');
  const declared: Declaration | undefined = model.entry.names.get(base);
  if (declared?.kind === 'net') {
    const { queries } = askNets(model, report);
    const args =
      variant === undefined
        ? []
        : variantArgs(declared, variant, fileSite(model), { model, report, queries });
    if (args) return { declaration: declared, args, name: name ?? declared.name };
  }
  const known = nets.map((net) => net.name);
  const near = name === undefined ? undefined : nearest(name, known);
  const span = { ...model.entry.file.span, end: model.entry.file.span.start };
  report(
    diagnostic('names/unknown-net', { name: name ?? 'the only one' }, span, {
      notes: [
        {
          word: 'note',
          text:
            near === undefined ? `this file has ${known.join(', ') || 'no nets'}` : `did you mean ${near}?`,
        },
      ],
    }),
  );
  return undefined;
}

function givenParams(params: NetParams, net: NetDeclaration): readonly GivenArg[] {
  return Object.entries(params).map(([name, given]): GivenArg => {
    const span = net.item.params.find((param) => param.name.name === name)?.span ?? net.span;
    const value: Value =
      typeof given === 'number'
        ? { kind: 'number', value: given, integer: Number.isInteger(given) }
        : typeof given === 'boolean'
          ? { kind: 'bool', value: given }
          : { kind: 'string', value: given };
    const ident = { kind: 'ident' as const, name, span };
    return { name, value, arg: { kind: 'arg', name: ident, value: { kind: 'broken-expr', span }, span } };
  });
}
