/**
 * A loss is one number. What is certainly none is reported: a layer that is applied to nothing, a value of the net as it is, and
 * what arithmetic and layers that keep every place make of one. Of other expressions nothing is said.
 */
import type { Expr, TrainItem } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { foreignLayer } from '../../2-resolve/foreign/foreign.ts';
import { operatorsCalled } from '../../2-resolve/vocabulary.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';
import { describeType } from '../value.ts';

/** Reports the losses that are no numbers; true where there are none. */
export function checkLossShape({ clauses }: TrainItem, facts: NetFacts, session: Session): boolean {
  const wrong = clauses.flatMap((clause) => {
    if (clause.kind !== 'setting' || clause.name.name !== 'loss') return [];
    const found = foundIn(clause.value, facts, session);
    return found === undefined ? [] : [{ expr: clause.value, found }];
  });
  for (const { expr, found } of wrong)
    session.report(diagnostic('train/loss-shape', { found }, expr.span, { fixes: fixesFor(expr, facts) }));
  return wrong.length === 0;
}

function foundIn(expr: Expr, facts: NetFacts, session: Session): string | undefined {
  if (expr.kind === 'string' || expr.kind === 'bool' || expr.kind === 'list' || expr.kind === 'size')
    return textOf(expr.span);
  const declared = session.model.bindings.has(expr);
  if (expr.kind === 'name' && !declared && operatorsCalled(expr.name).length > 0)
    return `the layer ${expr.name}, applied to nothing`;
  return shapeIn(expr, facts);
}

/** The shape of an expression that certainly has one. */
function shapeIn(expr: Expr, facts: NetFacts): string | undefined {
  switch (expr.kind) {
    case 'name': {
      const type = facts.values.get(expr.name)?.type;
      return type && type.axes.length > 0 ? describeType(type) : undefined;
    }
    case 'unary':
      return shapeIn(expr.operand, facts);
    case 'binary':
      return shapeIn(expr.left, facts) ?? shapeIn(expr.right, facts);
    case 'call':
      return keepsPlaces(expr.callee) && expr.args[0] ? shapeIn(expr.args[0].value, facts) : undefined;
    case 'pipeline': {
      const [first, ...rest] = expr.stages.map((stage) => stage.expr);
      return first && rest.every(keepsPlaces) ? shapeIn(first, facts) : undefined;
    }
    default:
      return undefined;
  }
}

function keepsPlaces(expr: Expr): boolean {
  const ops = expr.kind === 'name' ? operatorsCalled(expr.name) : [];
  return (
    ops.length > 0 && ops.every(({ category }) => category === 'elementwise' || category === 'activation')
  );
}

/** Cross-entropy by a word or a text alone: `crossentropy`, `"categorical_crossentropy"`. */
function namesCrossentropy(expr: Expr): boolean {
  if (expr.kind !== 'name' && expr.kind !== 'string') return false;
  const name = expr.kind === 'name' ? expr.name : expr.value;
  return name === crossentropy || foreignLayer(name) === crossentropy;
}

/** Only this loss takes its target from a label; of others it is not known here. */
const crossentropy = 'crossentropy';

/** It applied to the scores of the net's only output for users; none where that is no label. */
export function crossentropyOf({ graph, values }: Pick<NetFacts, 'graph' | 'values'>): readonly string[] {
  const { outputs } = graph;
  const [only, ...others] = outputs.filter(({ trainOnly }) => !trainOnly);
  const [node] = only?.nodes ?? [];
  if (!node || only?.output.kind !== 'label' || others.length > 0) return [];
  // A label is the softmax of its scores.
  const name = [...values].find(([, value]) => value === node || node.inputs.includes(value))?.[0];
  return name === undefined ? [] : [`${crossentropy}(${name})`];
}

/** A loss of the scores where they are an output's; their mean, where they are in a layer already, is one number too. */
function fixesFor(expr: Expr, { values, graph }: NetFacts): readonly Fix[] {
  const text = textOf(expr.span);
  if (expr.kind === 'name' && values.has(expr.name)) {
    const labelled = graph.outputs.some(({ output }) => output.kind === 'label');
    return labelled ? [replaceBy(`crossentropy(${text})`, expr.span)] : [];
  }
  if (namesCrossentropy(expr))
    return crossentropyOf({ graph, values }).map((call) => replaceBy(call, expr.span));
  const isShape = expr.kind === 'unary' || expr.kind === 'binary' || expr.kind === 'call';
  return isShape ? [replaceBy(`mean(${text})`, expr.span)] : [];
}
