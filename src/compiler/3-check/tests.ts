/** A `test` before it runs: its inputs and outputs are the net's, each input is given once, and it expects something that can be. */
import type { BinaryExpr, Expr, TestItem } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { givenTwice } from '../diagnostics/twice.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import type { Graph } from '../ir/graph.ts';
import type { Session } from './session.ts';

/** Words of `with`: how sure the output is. */
const sureness: readonly string[] = ['p', 'probability', 'score'];

export function checkTest(item: TestItem, graph: Graph, session: Session): void {
  checkInputs(item, graph, session);
  const outputs = graph.outputs.map(({ name }) => name);
  for (const { condition, with: probability } of item.expects) {
    checkCondition(condition, outputs, graph, session);
    if (probability) checkCondition(probability, [...outputs, ...sureness], graph, session);
  }
  // An expectation that did not parse was reported.
  if (item.expects.length > 0 || item.inputs.length === 0 || /\bexpect\b/.test(textOf(item.span))) return;
  session.report(diagnostic('test/expects-nothing', { title: item.title.value }, item.title.span));
}

function checkInputs({ inputs }: TestItem, graph: Graph, session: Session): void {
  const known = graph.inputs.map(({ name }) => name);
  for (const [i, { name }] of inputs.entries()) {
    const first = inputs.findIndex((other) => other.name.name === name.name);
    if (!known.includes(name.name)) session.report(unknownWord(name, known, `input of ${graph.name}`));
    else if (first < i) {
      const args = { option: `input ${name.name}`, what: 'this test' };
      const before = inputs[first]?.name.span ?? name.span;
      session.report(givenTwice(args, { first: before, again: name.span }));
    }
  }
}

/** Left sides of comparisons name outputs; what they are compared with is a constant. */
function checkCondition(expr: Expr, known: readonly string[], graph: Graph, session: Session): void {
  if (expr.kind === 'binary' && (expr.op === 'and' || expr.op === 'or')) {
    checkCondition(expr.left, known, graph, session);
    return checkCondition(expr.right, known, graph, session);
  }
  let left: Expr = expr.kind === 'binary' ? expr.left : expr;
  while (left.kind === 'member' || left.kind === 'index') left = left.object;
  if (left.kind === 'name' && !known.includes(left.name))
    return session.report(unknownWord(left, known, `output of ${graph.name}`));
  if (expr.kind === 'binary') checkClass(expr, graph, session);
}

/** A label is compared with one of its classes. */
function checkClass({ op, left, right }: BinaryExpr, graph: Graph, session: Session): void {
  if ((op !== '==' && op !== '!=') || left.kind !== 'name' || right.kind !== 'string') return;
  const output = graph.outputs.find(({ name }) => name === left.name)?.output;
  const classes = output?.kind === 'label' ? output.classes : undefined;
  if (!classes || classes.includes(right.value)) return;
  const near = nearest(right.value, classes);
  const found = unknownWord({ name: `"${right.value}"`, span: right.span }, classes, `class of ${left.name}`);
  session.report({ ...found, fixes: fixesBy(near === undefined ? near : `"${near}"`, right.span) });
}
