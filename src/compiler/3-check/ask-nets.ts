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
import { newSession, onceReporter, type Mode } from './session.ts';
import type { GivenArg } from './value.ts';

/** A diagnostic, or another net that was asked for its facts at this point (and so reports what was found in it). */
export type Found = Diagnostic | NetDeclaration;

/** What a net came to: at its default sizes, or when the warnings about it were collected. */
export interface Outcome {
  readonly facts: NetFacts | undefined;
  /** In the order in which it is reported. */
  readonly found: readonly Found[];
}

/** Knows outcomes from before; `compute` makes one anew. The answer has to be what `compute` would give. */
export interface Memo {
  /** What blocks came to. */
  readonly blocks?: BlockMemory | 'none';
  outcome(of: 'net' | 'warnings', declaration: NetDeclaration, compute: () => Outcome): Outcome;
}

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
}

export interface NetAnswers {
  readonly blocks: Blocks | undefined;
  /** Facts of a net; what is found in it is reported the first time. */
  readonly queries: NetQueries;
  /** Reports warnings about a net that has a graph, and what is wrong with its values that exist only while training. */
  readonly lint: (declaration: NetDeclaration, facts: NetFacts) => void;
}

export function askNets(model: Model, report: Report, memo: Memo = noMemo): NetAnswers {
  const blocks = memo.blocks === 'none' ? undefined : blocksFor(model, memo.blocks);
  const asking: Asking = { model, memo, blocks, report, known: new Map(), reported: new Set() };
  return {
    blocks,
    queries: (declaration, args) => {
      if (args.length > 0) return factsFor(declaration, args, report, asking);
      const facts = factsOnce(declaration, asking);
      replay([declaration], asking);
      return facts;
    },
    lint: (declaration, facts) =>
      replay(memo.outcome('warnings', declaration, () => warnings(declaration, facts, asking)).found, asking),
  };
}

/** Facts at the default values; undefined also while the net itself is being instantiated. */
function factsOnce(declaration: NetDeclaration, asking: Asking): NetFacts | undefined {
  const before = asking.known.get(declaration);
  if (before !== undefined) return before === 'open' ? undefined : before.facts;
  asking.known.set(declaration, 'open');
  const outcome = asking.memo.outcome('net', declaration, () => {
    const found: Found[] = [];
    const report = onceReporter(found as Diagnostic[]);
    const facts = factsFor(declaration, [], report, asking, (asked) => found.push(asked));
    return { facts, found };
  });
  asking.known.set(declaration, outcome);
  return outcome.facts;
}

/** Instantiates; nets with arguments are not kept, so what is found in them belongs to who asks. */
function factsFor(
  declaration: NetDeclaration,
  args: readonly GivenArg[],
  report: Report,
  asking: Asking,
  note?: (asked: NetDeclaration) => void,
): NetFacts | undefined {
  const { model, blocks } = asking;
  const queries: NetQueries = (asked, given) => {
    if (given.length > 0) return factsFor(asked, given, report, asking, note);
    const facts = factsOnce(asked, asking);
    if (note) note(asked);
    else replay([asked], asking);
    return facts;
  };
  const session = newSession({ model, mode: 'inference', report, queries, blocks });
  const instance = buildGraph({ declaration, args, name: declaration.name }, {}, session);
  return instance && factsOf(instance);
}

function factsOf({ graph, values }: Instance): NetFacts {
  return { graph, costs: costs(graph), values };
}

/** Reports in order; a net's findings the first time that it is met. */
function replay(found: readonly Found[], asking: Asking): void {
  for (const each of found) {
    if ('code' in each) asking.report(each);
    else if (!asking.reported.has(each)) {
      const outcome = asking.known.get(each);
      // Still being instantiated: it reports when it is done.
      if (outcome === undefined || outcome === 'open') continue;
      asking.reported.add(each);
      replay(outcome.found, asking);
    }
  }
}

function warnings(declaration: NetDeclaration, facts: NetFacts, { model, blocks }: Asking): Outcome {
  const found: Diagnostic[] = [];
  // The net that it is made from says it: over another size the same layers may drop pixels for good reason.
  if (slidingOf(declaration, model)) return { facts: undefined, found };
  const report = onceReporter(found);
  lintGraph(facts.graph, report);
  if (hasTrainingOnly(declaration)) {
    const mode: Mode = 'training';
    const session = newSession({ model, mode, report, blocks });
    const instance = buildGraph({ declaration, args: [], name: declaration.name }, {}, session);
    if (instance) lintGraph(instance.graph, report);
  }
  return { facts: undefined, found };
}

function hasTrainingOnly({ item }: NetDeclaration): boolean {
  return item.body?.statements.some((s) => 'trainOnly' in s && s.trainOnly) ?? false;
}
