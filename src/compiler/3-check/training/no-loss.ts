/** A `train` that says everything but what is to become smaller. */
import type { TrainClause, TrainItem } from '../../1-parse/ast.ts';
import { indentAt } from '../../1-parse/slips/scan.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { crossentropyOf } from './loss-shape.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';

/** Warns of it; one in which nothing is set yet is only begun. */
export function reportNoLoss(item: TrainItem, facts: NetFacts, session: Session): void {
  const said = item.clauses.flatMap(withInner);
  if (said.length === 0 || said.some((clause) => clause.kind === 'broken' || isLoss(clause))) return;
  const text = 'other outputs are compared with an input that only training reads: `loss = mse(y, wanted)`';
  const fixes = lossFor(item, facts);
  session.report(
    diagnostic('train/no-loss', { net: item.net.name }, item.net.span, {
      notes: fixes.length > 0 ? [] : [{ word: 'note', text }],
      fixes,
    }),
  );
}

/** Of braces without anything in them is told elsewhere. */
function withInner(clause: TrainClause): readonly TrainClause[] {
  if (clause.kind === 'phase') return clause.clauses.flatMap(withInner);
  return clause.kind === 'augment' && clause.steps.length === 0 ? [] : [clause];
}

const isLoss = (clause: TrainClause): boolean => clause.kind === 'setting' && clause.name.name === 'loss';

/** Cross-entropy of the scores that the net's label is chosen from. */
function lossFor({ clauses }: TrainItem, facts: NetFacts): readonly Fix[] {
  const [first] = clauses;
  if (!first) return [];
  const { source, start } = first.span;
  const indent = indentAt(source.text, start);
  const ownLine = source.text.slice(0, start).endsWith(`\n${indent}`);
  return crossentropyOf(facts).map((call) => ({
    title: `loss = ${call}`,
    edits: [{ span: { source, start, end: start }, text: `loss = ${call}${ownLine ? `\n${indent}` : ', '}` }],
  }));
}
