/** Weights that a file of halves cannot hold. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { topological } from '../ir/graph.ts';
import { paramPath } from '../ops/build.ts';
import { hasOverflow } from './halves.ts';
import type { PackedWeight, Plan } from './plan.ts';

/** One for each block of `file` (what `pack` gave for the plan) that holds an infinity; empty where the file is of floats. */
export function halfProblems(plan: Plan, file: Uint8Array): readonly Diagnostic[] {
  if (plan.file.type === 'f32') return [];
  return plan.weights.flatMap((block) => {
    if (!halvesOf(block, file).some(hasOverflow)) return [];
    const span = block.nodes[0]?.span ?? { source: { path: plan.name, text: '' }, start: 0, end: 0 };
    return [diagnostic('weights/beyond-half', { tensor: tensorOf(block), net: plan.name }, span)];
  });
}

/** The halves of a block, between its floats. */
function halvesOf({ stored }: PackedWeight, file: Uint8Array): readonly Uint16Array[] {
  let at = file.byteOffset + stored.offset;
  return stored.runs.flatMap(({ count, floats, halves }) =>
    Array.from({ length: count }, () => {
      const part = new Uint16Array(file.buffer, at + 4 * floats, halves);
      at += 4 * floats + 2 * halves;
      return part;
    }),
  );
}

/** The weight that the block is made of, as the user's file calls it. */
function tensorOf({ nodes }: PackedWeight): string {
  const params = topological({ inputs: [], outputs: [{ nodes }] }).filter(({ op }) => op === 'param');
  return params.map(paramPath)[0] ?? nodes[0]?.path ?? '';
}
