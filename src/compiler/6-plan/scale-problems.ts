/** Weights that a file of 16-bit integers cannot hold. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { topological } from '../ir/graph.ts';
import { paramPath } from '../ops/build.ts';
import { wordHoldsNumbers } from './integers.ts';
import type { PackedWeight, Plan } from './plan.ts';

/** One for each block of `file` (what `pack` gave for the plan) with a scale that makes no numbers of integers; none in a file of floats. */
export function scaleProblems(plan: Plan, file: Uint8Array): readonly Diagnostic[] {
  return plan.weights.flatMap((block) => {
    if (scalesOf(block, file).every((words) => words.every(wordHoldsNumbers))) return [];
    const span = block.nodes[0]?.span ?? { source: { path: plan.name, text: '' }, start: 0, end: 0 };
    return [diagnostic('weights/beyond-i16', { tensor: tensorOf(block), net: plan.name }, span)];
  });
}

/** The scales of a block, between its floats and integers. */
function scalesOf({ stored }: PackedWeight, file: Uint8Array): readonly Uint16Array[] {
  let at = file.byteOffset + stored.offset;
  return stored.runs.flatMap(({ count, floats, scales, integers }) =>
    Array.from({ length: count }, () => {
      const words = new Uint16Array(file.buffer, at + 4 * floats, scales);
      at += 4 * floats + 2 * scales + 2 * integers;
      return words;
    }),
  );
}

/** The weight that the block is made of, as the user's file calls it. */
function tensorOf({ nodes }: PackedWeight): string {
  const params = topological({ inputs: [], outputs: [{ nodes }] }).filter(({ op }) => op === 'param');
  return params.map(paramPath)[0] ?? nodes[0]?.path ?? '';
}
