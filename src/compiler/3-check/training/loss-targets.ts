/**
 * `mse(y, target)` where nothing is called so: what a loss compares with is an input, which only training reads. The target of
 * a label comes with the data. Phase 2 leaves such names to this check, which knows the shape that is compared.
 */
import type { CallExpr, NameExpr, TrainItem } from '../../1-parse/ast.ts';
import { indentAt } from '../../1-parse/slips/scan.ts';
import { textOf } from '../../1-parse/source.ts';
import { targetsIn } from '../../2-resolve/foreign/loss-targets.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { callAround } from '../../1-parse/expr-at.ts';
import { crossentropyOf } from './loss-shape.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';

const comparedWith = 'what a loss compares with is an input of the net, which only training reads';
const withData = 'the target of a label comes with the data: crossentropy is given the scores alone';

/** Reports the names of targets that nothing has. */
export function checkTargets(
  { clauses, net }: Pick<TrainItem, 'clauses' | 'net'>,
  facts: NetFacts,
  session: Session,
): void {
  for (const clause of clauses) {
    if (clause.kind === 'phase') checkTargets({ clauses: clause.clauses, net }, facts, session);
    if (clause.kind !== 'setting' || clause.name.name !== 'loss') continue;
    for (const name of targetsIn(clause.value)) {
      if (session.model.bindings.has(name)) continue;
      const call = callAround(name.span);
      const ofLabel = call && isOfLabel(call, facts);
      session.report(
        diagnostic('names/unknown', { name: name.name }, name.span, {
          notes: [{ word: 'note', text: ofLabel ? withData : comparedWith }],
          fixes: ofLabel
            ? [replaceBy(ofLabel, call.span)]
            : call
              ? asInput({ name, call, net }, facts, session)
              : [],
        }),
      );
    }
  }
}

/** `crossentropy(logits, labels)` of the scores of the net's label: the call without the target. */
function isOfLabel({ callee, args }: CallExpr, facts: NetFacts): string | undefined {
  const [first] = args;
  const ours = first && `${textOf(callee.span)}(${textOf(first.span)})`;
  return ours !== undefined && crossentropyOf(facts).includes(ours) ? ours : undefined;
}

interface Missing {
  readonly name: NameExpr;
  readonly call: CallExpr;
  readonly net: TrainItem['net'];
}

/** The input, of the shape that it is compared with, behind those that the net has. */
function asInput(
  { name, call, net }: Missing,
  { values }: NetFacts,
  { model, named }: Session,
): readonly Fix[] {
  const declared = model.bindings.get(net);
  const inputs =
    declared?.kind === 'net' ? declared.item.body?.statements.filter(({ kind }) => kind === 'in') : [];
  const last = inputs?.at(-1);
  const scores = call.args
    .map(({ value }) => value)
    .find((value) => value.kind === 'name' && values.has(value.name));
  const type = scores?.kind === 'name' ? values.get(scores.name)?.type : undefined;
  const isHere = last?.span.source.path === net.span.source.path;
  if (!last || !type || !isHere || type.dims.length === 0 || named.sizes.size > 0) return [];
  const { source, end } = last.span;
  const input = `in ${name.name}: f32[${type.dims.join(', ')}]`;
  return [
    {
      title: input,
      edits: [
        { span: { source, start: end, end }, text: `\n${indentAt(source.text, last.span.start)}${input}` },
      ],
    },
  ];
}
