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
    const { offset, bytes } = block.stored;
    const halves = new Uint16Array(file.buffer, file.byteOffset + offset, bytes / 2);
    if (!hasOverflow(halves)) return [];
    const span = block.nodes[0]?.span ?? { source: { path: plan.name, text: '' }, start: 0, end: 0 };
    return [diagnostic('weights/beyond-half', { tensor: tensorOf(block), net: plan.name }, span)];
  });
}

/** The weight that the block is made of, as the user's file calls it. */
function tensorOf({ nodes }: PackedWeight): string {
  const params = topological({ inputs: [], outputs: [{ nodes }] }).filter(({ op }) => op === 'param');
  return params.map(paramPath)[0] ?? nodes[0]?.path ?? '';
}
