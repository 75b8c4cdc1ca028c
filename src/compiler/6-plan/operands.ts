/** The numbers of a node's operands beyond its inputs, temporaries and tables: the output, statics, views. */
import type { Node } from '../ir/graph.ts';
import type { Lowering, Operand } from '../ir/kernel.ts';

/** The first of the operands that are static by construction: `statics` follow the output. */
export function firstStatic(node: Node, { temps, constants }: Lowering): Operand {
  return node.inputs.length + temps.length + constants.length + 1;
}

/** The first of the operands that are views, which come last. */
export function firstView(node: Node, lowering: Lowering): Operand {
  return firstStatic(node, lowering) + (lowering.statics?.length ?? 0);
}
