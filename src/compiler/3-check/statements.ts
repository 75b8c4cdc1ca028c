/**
 * File-level statements about nets: budgets, tests, training, weights and renames. What they say is checked against the nets;
 * loading, running and training are done elsewhere.
 */
import type {
  BudgetStatement,
  Ident,
  PathPattern,
  TestItem,
  TrainClause,
  TrainItem,
  WeightsItem,
} from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Declaration, Model, NetDeclaration } from '../2-resolve/model.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { showNames } from '../diagnostics/show-names.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import { checkBudget, reportLimitsTwice } from './budgets.ts';
import { hasArguments } from './complete.ts';
import { checkDataClasses } from './training/data-classes.ts';
import type { Site } from './frame.ts';
import type { VariantInfo } from './families.ts';
import { checkFrozenStatistics } from './training/frozen-statistics.ts';
import { checkLossGradient } from './training/loss-gradient.ts';
import { checkScores } from './training/loss-scores.ts';
import { checkLossShape } from './training/loss-shape.ts';
import { checkTargets } from './training/loss-targets.ts';
import { reportNoLoss } from './training/no-loss.ts';
import { checkMoves } from './weights/moves.ts';
import { checkWeightsFiles } from './weights/missing-weights.ts';
import { checkPattern, netPaths, type NetPaths, weightPaths } from './weights/patterns.ts';
import type { NetFacts } from './query.ts';
import type { Session } from './session.ts';
import { checkTest } from './testing/index.ts';
import { checkSetting } from './training/train-settings.ts';

export interface CheckedNet {
  readonly declaration: NetDeclaration;
  readonly facts: NetFacts | undefined;
  /** Of its family: all of its own nets', the named ones of other files'. */
  readonly variants: readonly VariantInfo[];
}

/** What a budget or a test of the entry file is about. */
export interface NamedNet {
  readonly declaration: NetDeclaration;
  /** Of the net's family. */
  readonly variant?: string | undefined;
}

/**
 * The entry file's budgets, by net: inside it, by its name, or of none where the net is the file's only one. What other files
 * say about their nets is checked where those files are.
 */
export function budgetsOf({ entry, bindings }: Model): (net: NamedNet) => readonly BudgetStatement[] {
  const { items } = entry.file;
  const [only, ...others] = items.filter((item) => item.kind === 'net');
  const meant = ({ net }: BudgetStatement): Ident | undefined =>
    net ?? (others.length === 0 ? only?.name : undefined);
  const outside = Map.groupBy(
    items.filter((item) => item.kind === 'budget'),
    (budget) => bindings.get(meant(budget) ?? budget),
  );
  return ({ declaration, variant }) => {
    const own = variant === undefined && declaration.module === entry;
    const statements = own ? (declaration.item.body?.statements ?? []) : [];
    const named = (outside.get(declaration) ?? []).filter((budget) => budget.variant?.name === variant);
    return [...statements.filter((s) => s.kind === 'budget'), ...named];
  };
}

/** Nets of other files that budgets, tests and training blocks of the entry file name, each with the variants that they name. */
export function importedNets({ entry, bindings }: Model): ReadonlyMap<NetDeclaration, ReadonlySet<string>> {
  const named = new Map<NetDeclaration, Set<string>>();
  for (const item of entry.file.items) {
    const ident =
      item.kind === 'budget' || item.kind === 'test' || item.kind === 'train' ? item.net : undefined;
    const net = ident && bindings.get(ident);
    if (net?.kind !== 'net' || net.module === entry) continue;
    const variants = named.get(net) ?? new Set();
    if ('variant' in item && item.variant) variants.add(item.variant.name);
    named.set(net, variants);
  }
  return named;
}

/** Checks budgets, tests and training blocks of the entry file against its `own` nets and those of other files that they name. */
export function checkStatements(
  { own, imported }: { readonly own: readonly CheckedNet[]; readonly imported: readonly CheckedNet[] },
  site: Site,
  session: Session,
): void {
  const { model } = session;
  const budgets = budgetsOf(model);
  const nets = new Map<Declaration | undefined, CheckedNet>();
  for (const net of [...own, ...imported]) nets.set(net.declaration, net);
  for (const net of nets.values())
    for (const { variant, name, facts } of withVariants(net))
      for (const budget of budgets({ declaration: net.declaration, variant })) {
        reportLimitsTwice(name, budget, session);
        if (facts) checkBudget(budget, { name, facts }, site, session);
      }
  const find = (net: Ident): CheckedNet | undefined => nets.get(model.bindings.get(net));
  const moves = model.entry.file.items.filter((item) => item.kind === 'moved');
  if (moves.length > 0) checkMoves(moves, pathsOf(nets, model), session);
  checkWeightsFiles(
    model.entry.file.items.filter((item) => item.kind === 'weights'),
    session,
  );
  for (const item of model.entry.file.items) {
    if (item.kind === 'test' || item.kind === 'budget' || item.kind === 'train') {
      const net = item.net && find(item.net);
      const variant = 'variant' in item ? item.variant : undefined;
      if (net && !variant) hasArguments(net.declaration, [], { at: item.net.span, by: item.kind }, session);
      if (item.kind !== 'train' && !item.net && own.length !== 1) whichNet(item, session);
    }
    if (item.kind === 'test') {
      const net = item.net ? find(item.net) : own.length === 1 ? own[0] : undefined;
      const tested = net && withVariants(net).find(({ variant }) => variant === item.variant?.name);
      if (tested?.facts) checkTest(item, tested.facts, site, session);
    }
    if (item.kind === 'train') checkTrain(item, find(item.net)?.facts, site, session);
    if (item.kind === 'weights') checkWeights(item, find(item.net)?.facts, session);
  }
}

/** The net itself and its variants, each under the name by which messages call it. */
export function withVariants({ declaration: { name }, facts, variants }: CheckedNet): readonly {
  readonly variant: string | undefined;
  readonly name: string;
  readonly facts: NetFacts | undefined;
}[] {
  const own = variants.map((one) => ({ ...one, variant: one.name.slice(name.length + 1) }));
  return [{ variant: undefined, name, facts }, ...own];
}

function checkWeights({ layout, except }: WeightsItem, facts: NetFacts | undefined, session: Session): void {
  if (layout && !['torch', 'keras'].includes(layout.name))
    session.report(unknownWord(layout, ['torch', 'keras'], 'layout of weights'));
  if (!facts) return;
  const what = { code: 'weights/matches-nothing', net: facts.graph.name } as const;
  const paths = netPaths(weightPaths(facts.graph));
  for (const pattern of except) checkPattern(pattern, paths, what, session);
}

/** The weights of each of the nets; undefined where not all are known, or the file declares weights of others. */
function pathsOf(
  nets: ReadonlyMap<Declaration | undefined, CheckedNet>,
  { entry, bindings }: Model,
): readonly (readonly string[])[] | undefined {
  const graphs = [...nets.values()].map(({ facts }) => facts?.graph);
  const others = entry.file.items.some(
    (item) => item.kind === 'weights' && !nets.has(bindings.get(item.net)),
  );
  if (others || graphs.length === 0 || graphs.includes(undefined)) return undefined;
  return graphs.map((graph) => (graph ? weightPaths(graph) : []));
}

/** A statement that names no net, in a file that has not just one. */
function whichNet(item: TestItem | BudgetStatement, session: Session): void {
  const { names } = session.model.entry;
  const nets = [...names].flatMap(([name, found]) => (found.kind === 'net' ? [name] : []));
  const span = item.kind === 'test' ? item.title.span : item.span;
  const end = item.kind === 'test' ? item.title.span.end : item.span.start + 'budget'.length;
  const named = (net: string): string => (item.kind === 'test' ? ` of ${net}` : ` ${net}`);
  session.report(
    diagnostic('network/which-net', {}, span, {
      notes: [{ word: 'note', text: `this file has ${showNames(nets) || 'no nets'}` }],
      fixes: nets.slice(0, 3).map((net) => ({
        title: `${textOf({ ...span, end })}${named(net)} { … }`,
        edits: [{ span: { ...span, start: end, end }, text: named(net) }],
      })),
    }),
  );
}

/** The loss has to reach weights, data has to fit the classes, `freeze` has to name weights that there are; phases the same. */
function checkTrain(item: TrainItem, facts: NetFacts | undefined, site: Site, session: Session): void {
  if (!facts) return;
  const { graph } = facts;
  reportNoLoss(item, facts, session);
  checkScores(item, facts, session);
  checkTargets(item, facts, session);
  const paths = netPaths(weightPaths(graph));
  if (checkLossShape(item, facts, session)) checkLossGradient(item, facts, session);
  checkClauses(item.clauses, { facts, paths, site, frozen: [] }, session);
}

interface TrainedNet {
  readonly facts: NetFacts;
  readonly site: Site;
  readonly paths: NetPaths;
  /** What is frozen around a phase. */
  readonly frozen: readonly PathPattern[];
}

function checkClauses(clauses: readonly TrainClause[], net: TrainedNet, session: Session): void {
  const own = clauses.flatMap((clause) => (clause.kind === 'freeze' ? clause.patterns : []));
  const frozen = [...net.frozen, ...own];
  checkFrozenStatistics(own, { graph: net.facts.graph, all: frozen }, session);
  for (const clause of clauses) checkClause(clause, { ...net, frozen }, session);
}

function checkClause(clause: TrainClause, net: TrainedNet, session: Session): void {
  if (clause.kind === 'phase') checkClauses(clause.clauses, net, session);
  const { graph } = net.facts;
  checkSetting(clause, { ...net, session });
  checkDataClasses(clause, graph, session);
  if (clause.kind === 'augment') {
    const { inputs } = net.facts;
    if (!inputs.includes(clause.input.name))
      session.report(unknownWord(clause.input, inputs, `input of ${graph.name}`));
  }
  if (clause.kind !== 'freeze') return;
  const what = { code: 'train/freezes-nothing', net: graph.name } as const;
  for (const pattern of clause.patterns) checkPattern(pattern, net.paths, what, session);
}
