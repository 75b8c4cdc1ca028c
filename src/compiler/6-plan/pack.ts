/** The weights of a plan as bytes: what a weights file holds, and what is read into memory at `Plan.file` before `prepare`. */
import { internal } from '../diagnostics/internal.ts';
import { evaluateNode, type Memo, type WeightSource } from '../ops/evaluate.ts';
import { packWeights } from './algorithms/index.ts';
import { toHalves } from './halves.ts';
import type { PackedWeight, Plan } from './plan.ts';

/**
 * The exact bytes of the weights file (little endian, zeros between blocks), from the weights by `param` node. Besides them, no more than
 * one block is in memory at a time; what several blocks need is computed for each.
 */
export function pack(plan: Plan, weights: WeightSource): Uint8Array {
  const file = new Uint8Array(plan.file.bytes);
  for (const block of plan.weights) {
    const numbers = compactNumbers(block, plan.file.type, weights);
    const { offset, bytes } = block.stored;
    if (numbers.byteLength > bytes)
      internal(`the layout ${block.layout.kind} gives ${numbers.byteLength} bytes for ${bytes}`);
    file.set(littleEndian(numbers), offset);
  }
  return file;
}

function compactNumbers(
  { nodes, layout }: PackedWeight,
  type: Plan['file']['type'],
  weights: WeightSource,
): Float32Array | Uint16Array {
  const memo: Memo = new Map();
  const floats = packWeights(
    layout,
    nodes.map((node) => evaluateNode(node, weights, memo)),
  );
  return type === 'f32' ? floats : toHalves(floats);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(numbers: Float32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (isLittleEndian) return bytes;
  const size = numbers.BYTES_PER_ELEMENT;
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)] ?? 0);
}
