/** The way a value came: which layers changed the spatial sizes before the one that fails. */
import { textOf } from '../../1-parse/source.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { showType, spatialDims } from '../../ir/type.ts';
import type { Problem } from '../../ops/op.ts';
import type { Use } from '../problems.ts';

/** `32x32 -> maxpool 16x16 -> maxpool 8x8 -> conv 3x3` for a layer that nothing is left for. */
export function trailTo(problem: Problem, use: Use): Diagnostic['notes'] {
  const input = use.data[0];
  if (problem.code !== 'shape/nothing-left' || !input) return [];
  const steps = changes(input);
  if (steps.length < 2) return [];
  const shown = steps.length > 9 ? [...steps.slice(0, 3), '…', ...steps.slice(-5)] : steps;
  const last = use.call.span.end - use.call.span.start < 24 ? textOf(use.call.span) : use.def.name;
  return [{ word: 'trail', text: [...shown, last].join(' -> ') }];
}

/** From the input down: the input's size, then each layer that left other spatial sizes behind. */
function changes(end: Node): readonly string[] {
  const steps: string[] = [];
  for (let node: Node = end; ;) {
    const before: Node | undefined = node.inputs[0];
    const now = spatial(node);
    if (!before || before.op === 'param' || before.op === 'const') {
      steps.push(now);
      return steps.reverse();
    }
    if (spatial(before) !== now) steps.push(`${node.op} ${now}`);
    node = before;
  }
}

function spatial(node: Node): string {
  return showType({ ...node.type, dims: spatialDims(node.type) });
}
