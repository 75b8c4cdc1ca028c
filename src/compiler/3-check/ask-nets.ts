/**
 * Instantiates each net of a model once, whoever asks first. What instantiating a net finds is written down as an `Outcome` and
 * reported from there, so that an outcome that is remembered from an earlier check says the same in the same order.
 */
import type { Model, NetDeclaration } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { costs } from './costs.ts';
import { buildGraph, type Instance } from './instantiate.ts';
import { lintGraph } from './lints.ts';
import { slidingOf } from './net.ts';
import { blocksFor, type BlockMemory, type Blocks } from './memo/index.ts';
import type { NetFacts, NetQueries } from './query.ts';
import { newSession, onceReporter, type Session } from './session.ts';
import { isLeft, newSpending, spend, type Spending, type Spent } from './spending.ts';
import type { GivenArg } from './value.ts';

/** A diagnostic, or another net that was asked for its facts at this point (and so reports what was found in it). */
export type Found = Diagnostic | NetDeclaration;

/** What a net came to: at its default sizes, with the arguments of a variant, or when the warnings about it were collected. */
export interface Outcome {
  readonly facts: NetFacts | undefined;
  /** In the order in which it is reported. */
  readonly found: readonly Found[];
  /** What it took to evaluate; undefined where the check had not enough left, so that it is no outcome to keep. */
  readonly spent: Spent | undefined;
}

/** Knows outcomes from before; `compute` makes one anew. The answer has to be what `compute` would give. */
export interface Memo {
  /** What blocks came to. */
  readonly blocks?: BlockMemory | 'none';
  outcome(of: Of, declaration: NetDeclaration, compute: () => Outcome): Outcome;
}

/** What of a net an outcome is about: the net itself, the warnings about it, or one variant of its family. */
export type Of = 'net' | 'warnings' | `variant ${number}`;

const noMemo: Memo = { outcome: (_of, _declaration, compute) => compute() };

type Report = (diagnostic: Diagnostic) => void;

/** State of one check. */
interface Asking {
  readonly model: Model;
  readonly memo: Memo;
  readonly blocks: Blocks | undefined;
  readonly report: Report;
  readonly known: Map<NetDeclaration, Outcome | 'open'>;
  readonly reported: Set<NetDeclaration>;
  readonly spending: Spending;
}

export interface NetAnswers {
  readonly blocks: Blocks | undefined;
  /** Facts of a net; what is found in it is reported the first time. */
  readonly queries: NetQueries;
  /** Reports warnings about a net that has a graph, and what is wrong with its values that exist only while training. */
  readonly lint: (declaration: NetDeclaration, facts: NetFacts) => void;
  /** Facts of the variant at that place of the net's family, as `make` finds them; what is found there is reported. */
  readonly variant: (
    declaration: NetDeclaration,
    place: number,
    make: (ask: VariantAnswers) => NetFacts | undefined,
  ) => NetFacts | undefined;
}

/** What whoever makes a variant may ask, and where it says what is wrong. */
export interface VariantAnswers {
  readonly report: Report;
  readonly queries: NetQueries;
}

export function askNets(model: Model, report: Report, memo: Memo = noMemo): NetAnswers {
  const blocks = memo.blocks === 'none' ? undefined : blocksFor(model, memo.blocks);
  const spending = newSpending();
  const asking: Asking = { model, memo, blocks, report, known: new Map(), reported: new Set(), spending };
  return {
    blocks,
    queries: (declaration, args) => {
      if (args.length > 0) return factsFor(declaration, args, { report, spending: newSpending() }, asking);
      const facts = factsOnce(declaration, asking);
      replay([declaration], asking);
      return facts;
    },
    lint: (declaration, facts) => {
      const { found } = outcomeOf('warnings', declaration, asking, (into, own) => {
        const asker: Asker = { report: onceReporter(into as Diagnostic[]), spending: own };
        reportWarnings(declaration, facts, asker, asking);
        return undefined;
      });
      replay(found, asking);
    },
    variant: (declaration, place, make) => {
      const { facts, found } = outcomeOf(`variant ${place}`, declaration, asking, (into, own) => {
        const asker = noting(into, own);
        return make({ report: asker.report, queries: queriesOf(asker, asking) });
      });
      replay(found, asking);
      return facts;
    },
  };
}

/** Writes down what is found, and which other nets were asked for on the way. */
function noting(found: Found[], spending: Spending): Asker {
  const report = onceReporter(found as Diagnostic[]);
  return { report, spending, note: (asked) => found.push(asked) };
}

/** Facts at the default values; undefined also while the net itself is being instantiated. */
function factsOnce(declaration: NetDeclaration, asking: Asking): NetFacts | undefined {
  const before = asking.known.get(declaration);
  if (before !== undefined) return before === 'open' ? undefined : before.facts;
  asking.known.set(declaration, 'open');
  const outcome = outcomeOf('net', declaration, asking, (found, spending) =>
    factsFor(declaration, [], noting(found, spending), asking),
  );
  asking.known.set(declaration, outcome);
  return outcome.facts;
}

/** An outcome, from before or from `compute`, and what it took. */
function outcomeOf(
  of: Of,
  declaration: NetDeclaration,
  { memo, spending: all }: Asking,
  compute: (found: Found[], spending: Spending) => NetFacts | undefined,
): Outcome {
  let computed = false;
  const outcome = memo.outcome(of, declaration, () => {
    computed = true;
    const found: Found[] = [];
    const spending = newSpending();
    const facts = compute(found, spending);
    return { facts, found, spent: all.stopped ? undefined : spending.spent };
  });
  if (!computed && outcome.spent) spend(outcome.spent, all);
  return outcome;
}

/** Who asks for a net: where what is found in it goes, and what it takes. */
interface Asker {
  readonly report: Report;
  readonly spending: Spending;
  /** Told of nets that are asked for without arguments on the way; else what was found in them is reported at once. */
  readonly note?: (asked: NetDeclaration) => unknown;
}

/** Instantiates; nets with arguments are not kept, so what is found in them belongs to who asks. */
function factsFor(
  declaration: NetDeclaration,
  args: readonly GivenArg[],
  asker: Asker,
  asking: Asking,
): NetFacts | undefined {
  const queries = queriesOf(asker, asking);
  const { model, blocks } = asking;
  const session = newSession({ model, mode: 'inference', report: asker.report, queries, blocks });
  const instance = build({ declaration, args }, session, asker, asking);
  return instance && factsOf(instance);
}

function queriesOf(asker: Asker, asking: Asking): NetQueries {
  return (asked, given) => {
    if (given.length > 0) return factsFor(asked, given, asker, asking);
    const facts = factsOnce(asked, asking);
    if (asker.note) asker.note(asked);
    else replay([asked], asking);
    return facts;
  };
}

/** Undefined where it has errors, or where the check has come to too much already. */
function build(
  { declaration, args }: { readonly declaration: NetDeclaration; readonly args: readonly GivenArg[] },
  session: Session,
  asker: Asker,
  { spending: all }: Asking,
): Instance | undefined {
  if (!isLeft(all, declaration.span, asker.report)) return undefined;
  const instance = buildGraph({ declaration, args, name: declaration.name }, {}, session);
  for (const spending of [asker.spending, all]) spend(session, spending);
  return instance;
}

function factsOf({ graph, inputs, values }: Instance): NetFacts {
  return { graph, costs: costs(graph), inputs, values };
}

/** Reports in order; a net's findings the first time that it is met. */
function replay(found: readonly Found[], asking: Asking): void {
  for (const each of found) {
    if ('code' in each) asking.report(each);
    else if (!asking.reported.has(each)) {
      // Who asked for it was recalled, so that nobody has asked in this check.
      if (!asking.known.has(each)) factsOnce(each, asking);
      const outcome = asking.known.get(each);
      // Still being instantiated: it reports when it is done.
      if (outcome === undefined || outcome === 'open') continue;
      asking.reported.add(each);
      replay(outcome.found, asking);
    }
  }
}

function reportWarnings(declaration: NetDeclaration, facts: NetFacts, asker: Asker, asking: Asking): void {
  const { model, blocks } = asking;
  const { report } = asker;
  // The net that it is made from says it: over another size the same layers may drop pixels for good reason.
  if (slidingOf(declaration, model)) return;
  lintGraph(facts.graph, report);
  if (!hasTrainingOnly(declaration)) return;
  const session = newSession({ model, mode: 'training', report, blocks });
  const instance = build({ declaration, args: [] }, session, asker, asking);
  if (instance) lintGraph(instance.graph, report);
}

function hasTrainingOnly({ item }: NetDeclaration): boolean {
  return item.body?.statements.some((s) => 'trainOnly' in s && s.trainOnly) ?? false;
}
