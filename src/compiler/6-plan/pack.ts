/** The weights of a plan as bytes: what a weights file holds and what is read straight into memory at `Plan.weightsOffset`. */
import type { Tensor } from '../ir/type.ts';
import { evaluateNode, type Memo, type WeightSource } from '../ops/evaluate.ts';
import { internal } from '../diagnostics/internal.ts';
import { packWeights } from './algorithms/index.ts';
import type { PackedWeight, Plan } from './plan.ts';

/** The exact bytes of the weights region (little endian, zeros between blocks), from the weights by `param` node. */
export function pack(plan: Plan, weights: WeightSource): Uint8Array {
  const region = new Uint8Array(plan.bytes.weights);
  const memo: Memo = new Map();
  for (const block of plan.weights)
    writeBlock(region, block, plan.weightsOffset, (node) => evaluateNode(node, weights, memo));
  return region;
}

function writeBlock(
  region: Uint8Array,
  { nodes, offset, bytes, layout }: PackedWeight,
  base: number,
  valueOf: (node: PackedWeight['nodes'][number]) => Tensor,
): void {
  const floats = packWeights(layout, nodes.map(valueOf));
  if (floats.byteLength > bytes)
    internal(`the layout ${layout.kind} gives ${floats.byteLength} bytes for ${bytes}`);
  const at = offset - base;
  if (littleEndian) new Float32Array(region.buffer, at, floats.length).set(floats);
  else
    for (const [i, value] of floats.entries())
      new DataView(region.buffer).setFloat32(at + 4 * i, value, true);
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
