/** `crossentropy` and `bce` take scores, and have a softmax or a sigmoid of their own: a second one before them makes gradients small. */
import type { Expr, TrainItem } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { topological, type Node } from '../../ir/graph.ts';
import { removeStage, isStage } from '../lints.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';

/** What each loss applies to its scores itself, and what makes the same of them. */
const own: Readonly<Record<string, { readonly what: string; readonly again: RegExp }>> = {
  crossentropy: { what: 'softmax', again: /^softmax$/ },
  bce: { what: 'sigmoid', again: /^sigmoid$/ },
};

/** Warns of losses of probabilities, wherever they are added up to the loss of a training or of a phase. */
export function checkScores(
  { clauses }: Pick<TrainItem, 'clauses'>,
  facts: NetFacts,
  session: Session,
): void {
  for (const clause of clauses)
    if (clause.kind === 'setting' && clause.name.name === 'loss') checkLoss(clause.value, facts, session);
    else if (clause.kind === 'phase') checkScores(clause, facts, session);
}

function checkLoss(expr: Expr, facts: NetFacts, session: Session): void {
  if (expr.kind === 'binary') {
    checkLoss(expr.left, facts, session);
    return checkLoss(expr.right, facts, session);
  }
  if (expr.kind !== 'call' || expr.callee.kind !== 'name' || session.model.bindings.has(expr.callee)) return;
  const { name } = expr.callee;
  const loss = Object.hasOwn(own, name) ? own[name] : undefined;
  const value = expr.args[0]?.value;
  const found = loss && value && twice(value, loss.again, facts);
  if (!found) return;
  session.report(
    diagnostic('network/softmax-twice', { what: loss.what }, value.span, {
      labels: found.label,
      notes: [{ word: 'why', text: `${name} takes the scores before a ${loss.what} and has its own` }],
      fixes: found.fixes,
    }),
  );
}

interface Twice {
  readonly label: readonly { readonly span: Expr['span']; readonly text: string }[];
  readonly fixes: readonly Fix[];
}

/** `softmax(y)`, `y -> softmax`, or the name of a value that is one. */
function twice(value: Expr, again: RegExp, facts: NetFacts): Twice | undefined {
  const isAgain = (expr: Expr | undefined): boolean => expr?.kind === 'name' && again.test(expr.name);
  if (value.kind === 'call') {
    const [only, ...others] = value.args;
    if (!isAgain(value.callee) || !only || others.length > 0) return undefined;
    return { label: [], fixes: [replaceBy(textOf(only.value.span), value.span)] };
  }
  if (value.kind === 'pipeline') {
    const [last, before] = [value.stages.at(-1), value.stages.at(-2)];
    if (!isAgain(last?.expr) || !before) return undefined;
    return { label: [], fixes: [replaceBy(textOf({ ...value.span, end: before.span.end }), value.span)] };
  }
  const node = value.kind === 'name' ? facts.values.get(value.name) : undefined;
  if (!node || !again.test(node.op)) return undefined;
  const label = node.span ? [{ span: node.span, text: 'probabilities already' }] : [];
  const before = [...facts.values].find(([, one]) => one === node.inputs[0])?.[0];
  return { label, fixes: before === undefined ? withoutIt(node, facts) : [replaceBy(before, value.span)] };
}

/** An output of this kind makes probabilities of its scores itself: the layer can go where nothing else reads it. */
function withoutIt(node: Node, { graph }: NetFacts): readonly Fix[] {
  const read = topological(graph).some(({ inputs }) => inputs.includes(node));
  const ends = graph.outputs.filter(({ nodes }) => nodes.includes(node));
  const makes = node.op === 'softmax' ? /^label$/ : /^(?:labels|prob)$/;
  const isEnd = !read && ends.every(({ output }) => makes.test(output.kind));
  if (!isEnd || !node.span || !isStage(node.span)) return [];
  return [{ title: `leave ${node.op} out`, edits: [removeStage(node.span)] }];
}
