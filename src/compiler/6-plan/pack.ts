/** The weights of a plan as bytes: what a weights file holds, and what is read into memory at `Plan.file` before `prepare`. */
import { internal } from '../diagnostics/internal.ts';
import type { Node } from '../ir/graph.ts';
import type { Tensor } from '../ir/type.ts';
import { evaluateNode, type Memo, type WeightSource } from '../ops/evaluate.ts';
import { packWeights } from './algorithms/index.ts';
import { roundFilters, toHalves } from './halves.ts';
import type { PackedWeight, Plan } from './plan.ts';

/**
 * The exact bytes of the weights file (little endian, zeros between blocks), from the weights by `param` node. Besides them, only the
 * tensors of one block are in memory at a time; what several blocks need is computed for each.
 */
export function pack(plan: Plan, weights: WeightSource): Uint8Array {
  const file = new Uint8Array(plan.file.bytes);
  for (const block of plan.weights) {
    const { offset, bytes } = block.stored;
    const stored = file.subarray(offset, offset + bytes);
    if (plan.file.type === 'f16') packRuns(stored, block, weights);
    else packFloats(stored, block, weights);
  }
  return file;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Packs in place, where the machine's order of bytes is the file's. */
function packFloats(stored: Uint8Array, block: PackedWeight, weights: WeightSource): void {
  const place = isLittleEndian
    ? new Float32Array(stored.buffer, stored.byteOffset, stored.length / 4)
    : undefined;
  const floats = packBlock(block, weights, place);
  if (floats !== place) store(stored, floats);
}

function packBlock(
  { nodes, layout }: PackedWeight,
  weights: WeightSource,
  into?: Float32Array,
): Float32Array {
  return packWeights(layout, tensorsOf(nodes, weights), into);
}

/** Filters are rounded before they are packed, because a layout scatters them. */
function packRuns(
  stored: Uint8Array,
  { nodes, layout, stored: { runs } }: PackedWeight,
  weights: WeightSource,
): void {
  const hasHalves = runs.some(({ halves }) => halves > 0);
  const [weight, ...others] = tensorsOf(nodes, weights);
  if (!weight) internal('a block of weights without a value');
  const packed = packWeights(layout, [hasHalves ? roundFilters(weight) : weight, ...others]);
  let [at, byte] = [0, 0];
  for (const { count, floats, halves } of runs)
    for (let i = 0; i < count; i++) {
      store(stored.subarray(byte), packed.subarray(at, (at += floats)));
      byte += 4 * floats;
      store(stored.subarray(byte), toHalves(packed.subarray(at, (at += halves))));
      byte += 2 * halves;
    }
}

function tensorsOf(nodes: readonly Node[], weights: WeightSource): readonly Tensor[] {
  const memo: Memo = new Map();
  return nodes.map((node) => evaluateNode(node, weights, memo));
}

function store(stored: Uint8Array, numbers: Float32Array | Uint16Array): void {
  if (numbers.byteLength > stored.length)
    internal(`a block of ${numbers.byteLength} bytes where the file has ${stored.length}`);
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const size = numbers.BYTES_PER_ELEMENT;
  if (isLittleEndian) stored.set(bytes);
  else for (let i = 0; i < bytes.length; i++) stored[i] = bytes[i - (i % size) + size - 1 - (i % size)]!;
}
