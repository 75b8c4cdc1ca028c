/**
 * Whether a loss trains anything: a gradient has to reach a weight that is trainable and not frozen. Along the graph each
 * operator's own gradient rule says through which inputs it passes; of expressions that only training evaluates (blocks, nets)
 * the check assumes that they pass it, so that what it reports is certain.
 */
import type { Expr, TrainItem } from '../../1-parse/ast.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import { operatorsCalled } from '../../2-resolve/vocabulary.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { showNames } from '../../diagnostics/show-names.ts';
import { topological, type Node } from '../../ir/graph.ts';
import { matchesPath, patternIndex } from '../../ir/weight-paths.ts';
import { buildFrom, inputNode, paramPath } from '../../ops/build.ts';
import { opDef } from '../../ops/index.ts';
import { allButTheLast, netPaths, weightPaths } from '../weights/patterns.ts';
import { figures, type NetFacts } from '../query.ts';
import type { Session } from '../session.ts';

/** What a value does with a gradient. */
interface Reach {
  readonly reaches: boolean;
  /** Where a gradient on its way to a weight stops. */
  readonly blocked: readonly { readonly span: Span; readonly what: string }[];
}

interface Net {
  readonly facts: NetFacts;
  readonly session: Session;
  /** Whether the weight of that path is frozen in every phase. */
  readonly frozen: (path: string) => boolean;
}

const constant: Reach = { reaches: false, blocked: [] };
const passes: Reach = { reaches: true, blocked: [] };

/** Reports a loss from which no gradient reaches a weight of the net. */
export function checkLossGradient(item: TrainItem, facts: NetFacts, session: Session): void {
  const patterns = item.clauses.flatMap((clause) =>
    clause.kind === 'freeze' ? clause.patterns.map(({ text }) => text) : [],
  );
  const frozen = patternIndex(patterns);
  for (const clause of item.clauses) {
    if (clause.kind !== 'setting' || clause.name.name !== 'loss') continue;
    const { reaches, blocked } = reachOf(clause.value, { facts, session, frozen });
    if (reaches) continue;
    const [first] = blocked;
    session.report(
      diagnostic('train/no-gradient', { net: facts.graph.name }, clause.value.span, {
        labels: blocked.map(({ span, what }) => ({ span, text: `${what} has no gradient` })),
        notes: [{ word: 'why', text: first ? stops(first.what) : dependsOnNone(patterns) }],
        fixes: first
          ? [{ title: `compute the loss from the value before ${first.what}`, edits: [] }]
          : withoutLast(item, facts),
      }),
    );
  }
}

/** `freeze **` leaves nothing: all but the layers that are nearest to the outputs. */
function withoutLast({ clauses }: TrainItem, { graph }: NetFacts): readonly Fix[] {
  const all = clauses.flatMap((clause) =>
    clause.kind === 'freeze' ? clause.patterns.filter(({ text }) => /^\*\*?$/.test(text)) : [],
  );
  return all.flatMap(({ span }) => allButTheLast(netPaths(weightPaths(graph)).scopes, span));
}

function stops(what: string): string {
  return `every way from the loss to a trainable weight goes through ${what}, where the gradient stops`;
}

function dependsOnNone(frozen: readonly string[]): string {
  const of = frozen.length > 0 ? ` that ${showNames(frozen)} leaves unfrozen` : '';
  return `the loss depends on no trainable weight${of}, so no step would change one`;
}

function reachOf(expr: Expr, net: Net): Reach {
  switch (expr.kind) {
    case 'number':
    case 'size':
    case 'string':
    case 'bool':
    case 'range':
      return constant;
    case 'pattern':
      return ofPattern(expr.text, net);
    case 'name':
      return ofName(expr, net);
    case 'member':
      return Object.hasOwn(figures, expr.member.name) ? constant : passes;
    case 'index':
      return reachOf(expr.object, net);
    case 'unary':
      return reachOf(expr.operand, net);
    case 'binary':
      return some([expr.left, expr.right], net);
    case 'list':
    case 'tuple':
      return some(expr.items, net);
    case 'merge':
      return some(
        expr.branches.map(({ value }) => value),
        net,
      );
    case 'call':
      return applied(
        expr.callee,
        some(
          expr.args.map(({ value }) => value),
          net,
        ),
      );
    case 'pipeline':
      return ofPipeline(
        expr.stages.map((stage) => stage.expr),
        net,
      );
    default:
      return passes;
  }
}

function some(exprs: readonly Expr[], net: Net): Reach {
  const all = exprs.map((expr) => reachOf(expr, net));
  return { reaches: all.some(({ reaches }) => reaches), blocked: all.flatMap(({ blocked }) => blocked) };
}

function ofPattern(pattern: string, { facts, frozen }: Net): Reach {
  const found = topological(facts.graph).some(
    (node) => node.op === 'param' && matchesPath(pattern, paramPath(node)) && isTrained(node, frozen),
  );
  return found ? passes : constant;
}

/** A value of the net; constants, sizes and the words of training (`target`) hold no weight. What is unknown was reported. */
function ofName(expr: Extract<Expr, { kind: 'name' }>, net: Net): Reach {
  const node = net.facts.values.get(expr.name);
  if (node) return ofNode(node, net.frozen);
  const declaration = net.session.model.bindings.get(expr);
  if (declaration === undefined) return expr.name === 'target' ? constant : passes;
  if (declaration.kind === 'size' || declaration.kind === 'param') return constant;
  const isNumber = declaration.kind === 'let' && declaration.statement.value.kind === 'number';
  return isNumber ? constant : passes;
}

/** What is left of `reach` behind a layer. Layers with weights of their own, blocks and nets count as passing it. */
function applied(callee: Expr, reach: Reach): Reach {
  const called = callee.kind === 'name' ? operatorsCalled(callee.name) : [];
  if (callee.kind === 'name' && ['l1', 'l2'].includes(callee.name)) return reach;
  if (called.length === 0 || called.some((def) => def.weights !== undefined)) return passes;
  if (!reach.reaches || called.some((def) => def.grad !== 'none')) return reach;
  return { reaches: false, blocked: [{ span: callee.span, what: textOf(callee.span) }] };
}

function ofPipeline([first, ...rest]: readonly Expr[], net: Net): Reach {
  if (!first) return constant;
  return rest.reduce(
    (reach, stage) => applied(stage.kind === 'call' ? stage.callee : stage, reach),
    reachOf(first, net),
  );
}

function isTrained(node: Node, frozen: Net['frozen']): boolean {
  return node.op === 'param' && node.attrs['trainable'] === true && !frozen(paramPath(node));
}

/** From the leaves down: a node passes a gradient on where its rule gives one to an input that leads to a trained weight. */
function ofNode(end: Node, frozen: Net['frozen']): Reach {
  const reaching = new Set<Node>();
  const blocked: { readonly span: Span; readonly what: string }[] = [];
  for (const node of topological({ inputs: [], outputs: [{ nodes: [end] }] })) {
    const wanted = node.inputs.some((input) => reaching.has(input));
    if (isTrained(node, frozen) || (wanted && passesTo(node, reaching))) reaching.add(node);
    else if (wanted && node.span) blocked.push({ span: node.span, what: opDef(node.op).name });
  }
  return reaching.has(end) ? passes : { reaches: false, blocked };
}

function passesTo(node: Node, reaching: ReadonlySet<Node>): boolean {
  const { grad } = opDef(node.op);
  if (grad === 'none') return false;
  const upstream = inputNode('upstream', { ...node.type, dtype: 'f32' }, node.span);
  const grads = grad(node, upstream, buildFrom(node));
  return node.inputs.some((input, i) => reaching.has(input) && grads[i] !== undefined);
}
