/**
 * Losses as the operators that they are made of, for targets that have none of their own: a loss may be an output of an inference graph too
 * (the distance of two styles, say). Every rule gives the same scalar, the mean over all elements.
 */
import { unreachable } from '../diagnostics/internal.ts';
import type { Attrs, Graph, Node } from '../ir/graph.ts';
import { rewrite, type Rule } from '../ir/rewrite.ts';
import * as s from '../ir/scalar-build.ts';
import { shapeOf, sizeOf } from '../ir/type.ts';
import { buildFrom } from '../ops/build.ts';
import type { GradientOpName, OpName } from '../ops/names.ts';
import { number } from '../ops/shared/attrs.ts';

type Loss = Extract<OpName, 'bce' | 'crossentropy' | 'huber' | 'mae' | 'mse'>;
/**
 * What a target's table has an emitter for: all but values of their own, which are written where they are read, losses, which are spelled
 * out here, the operators of gradients, and what only the wasm target has.
 */
export type EmittedOpName = Exclude<
  OpName,
  'const' | 'input' | 'param' | 'phase_kernel' | 'qconv' | 'round_sums' | Loss | GradientOpName
>;

const losses: ReadonlySet<OpName> = new Set<Loss>(['bce', 'crossentropy', 'huber', 'mae', 'mse']);

/** The same graph without losses. */
export function spellLosses(graph: Graph): Graph {
  return rewrite(graph, [rule]);
}

const rule: Rule = {
  name: 'loss(x, t) → mean(…)',
  apply: (node) => (losses.has(node.op) ? spelled(node, node.op as Loss) : undefined),
};

function spelled(node: Node, loss: Loss): Node {
  const [x = node, target = node] = node.inputs;
  const build = buildFrom(node);
  const mean = (value: Node): Node => build('mean', [value], { axes: null });
  const difference = (): Node => build('sub', [x, target]);
  switch (loss) {
    case 'mse':
      return mean(build('square', [difference()]));
    case 'mae':
      return mean(build('abs', [difference()]));
    case 'bce':
      return mean(build('sub', [build('softplus', [x]), build('mul', [x, target])]));
    case 'huber':
      return mean(build('map', [difference()], { expr: huber(node.attrs) }));
    case 'crossentropy':
      return crossentropy(node, x, target);
    default:
      return unreachable(loss);
  }
}

/** |d| ≤ δ ? d²/2 : δ·(|d| − δ/2). */
function huber(attrs: Attrs): ReturnType<typeof s.select> {
  const delta = number(attrs, 'delta');
  const size = s.abs(s.arg(0));
  const near = s.mul(s.num(0.5), s.mul(size, size));
  const far = s.mul(s.num(delta), s.sub(size, s.num(delta / 2)));
  return s.select('le', [size, s.num(delta)], near, far);
}

/** −Σ t · log softmax(x) / places; a target of class numbers becomes one-hot first. */
function crossentropy(node: Node, x: Node, target: Node): Node {
  const build = buildFrom(node);
  const classes = Number(x.type.dims.at(-1));
  const hot = target.type.axes.includes('C') ? target : build('one_hot', [target], { classes, axis: 'C' });
  const products = build('mul', [hot, build('log_softmax', [x], { axis: 'C' })]);
  const places = sizeOf(shapeOf(x.type)) / classes;
  const expr = s.div(s.arg(0), s.num(-places));
  return build('map', [build('sum', [products], { axes: null })], { expr });
}
