/** `train` and `test`: their clauses in order, unchecked. */
import type * as cst from '../../../../grammar/generated/cst.ts';
import { internal } from '../../diagnostics/internal.ts';
import type { TestItem, TrainClause, TrainItem } from '../ast.ts';
import { each, entries, first, ident, optional, spanOfNode, string } from './context.ts';
import type { Context } from './context.ts';
import { expression, operation } from './expressions.ts';
import { pattern } from './items.ts';
import { modifier, netName } from './statements.ts';

export function train(context: Context, node: cst.TrainCstNode): TrainItem {
  return {
    kind: 'train',
    net: ident(context, first(node.children.Name)),
    clauses: clauses(context, first(node.children.trainBody)),
    span: spanOfNode(context, node),
  };
}

function clauses(context: Context, node: cst.TrainBodyCstNode): TrainClause[] {
  return entries(context, node, node.children.trainClause, clause);
}

function clause(context: Context, { children }: cst.TrainClauseCstNode): TrainClause {
  if (children.setting) return setting(context, first(children.setting));
  if (children.augment) return augment(context, first(children.augment));
  if (children.phase) return phase(context, first(children.phase));
  if (children.freeze) return freeze(context, first(children.freeze));
  if (children.expect) return expectation(context, first(children.expect));
  return internal('a train clause of no kind');
}

type Clause<Kind extends TrainClause['kind']> = Extract<TrainClause, { kind: Kind }>;

function setting(context: Context, node: cst.SettingCstNode): Clause<'setting'> {
  return {
    kind: 'setting',
    name: ident(context, first(node.children.Name)),
    value: expression(context, first(node.children.expression)),
    words: each(context, node.children.modifier, modifier),
    span: spanOfNode(context, node),
  };
}

function augment(context: Context, node: cst.AugmentCstNode): Clause<'augment'> {
  return {
    kind: 'augment',
    input: ident(context, first(node.children.Name)),
    steps: each(context, node.children.expression, expression),
    span: spanOfNode(context, node),
  };
}

function phase(context: Context, node: cst.PhaseCstNode): Clause<'phase'> {
  return {
    kind: 'phase',
    name: ident(context, first(node.children.Name)),
    clauses: clauses(context, first(node.children.trainBody)),
    span: spanOfNode(context, node),
  };
}

function freeze(context: Context, node: cst.FreezeCstNode): Clause<'freeze'> {
  return {
    kind: 'freeze',
    patterns: each(context, node.children.pattern, pattern),
    span: spanOfNode(context, node),
  };
}

function expectation(context: Context, node: cst.ExpectCstNode): Clause<'expect'> {
  return {
    kind: 'expect',
    condition: operation(context, first(node.children.operation)),
    span: spanOfNode(context, node),
  };
}

/** What is expected of a test may say how surely: `expect class == "7" with p > 0.9`. */
export function test(context: Context, node: cst.TestCstNode): TestItem {
  const parts = node.children.testClause ?? [];
  const inputs = parts.flatMap(({ children }) => children.testInput ?? []);
  const expects = parts.flatMap(({ children }) => children.testExpect ?? []);
  return {
    kind: 'test',
    title: string(context, first(node.children.String)),
    ...netName(context, node.children.netName),
    inputs: each(context, inputs, (_, part) => ({
      name: ident(context, first(part.children.Name)),
      value: expression(context, first(part.children.expression)),
      span: spanOfNode(context, part),
    })),
    expects: each(context, expects, (_, part) => ({
      condition: operation(context, first(part.children.condition)),
      with: optional(context, part.children.with, operation),
      span: spanOfNode(context, part),
    })),
    span: spanOfNode(context, node),
  };
}
