/** An operator's sample as a net with inputs and weights. */
import type { Graph } from '../../../src/compiler/ir/graph.ts';
import { paramPath } from '../../../src/compiler/ops/build.ts';
import type { evaluate } from '../../../src/compiler/ops/evaluate.ts';
import type { OpDef, Sample } from '../../../src/compiler/ops/op.ts';
import { nodeOf, valuesOf } from '../../ops/support.ts';
import { graphOf } from '../../support/net-builder.ts';

/** A sample as a net of its own. */
export function sampleCase(
  def: OpDef,
  sample: Sample,
  seed: number,
): { graph: Graph } & Record<'inputs', Parameters<typeof evaluate>[1]> &
  Record<'weights', Parameters<typeof evaluate>[2]> {
  const node = nodeOf(def, sample);
  const values = valuesOf(node, sample, seed);
  const inputs = node.inputs.filter((input) => input.op === 'input');
  const named = node.inputs.flatMap((input, i) =>
    input.op === 'input' ? [[String(input.attrs.name), values[i]]] : [],
  );
  const byPath = new Map(
    node.inputs.flatMap((input, i) => (input.op === 'param' ? [[paramPath(input), values[i]]] : [])) as never,
  );
  return {
    graph: graphOf([node], inputs),
    inputs: Object.fromEntries(named) as Parameters<typeof evaluate>[1],
    weights: (param) => byPath.get(paramPath(param)) as never,
  };
}
