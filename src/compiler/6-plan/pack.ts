/** The weights of a plan as bytes: what a weights file holds, and what is read into memory at `Plan.file` before `prepare`. */
import { internal } from '../diagnostics/internal.ts';
import type { Node } from '../ir/graph.ts';
import type { Tensor } from '../ir/type.ts';
import { evaluateNode, type Memo, type WeightSource } from '../ops/evaluate.ts';
import { packWeights } from './algorithms/index.ts';
import { scaleWord, toIntegers } from './integers.ts';
import type { PackedWeight, Plan, StoredRun } from './plan.ts';

/**
 * The exact bytes of the weights file (little endian, zeros between blocks), from the weights by `param` node. Besides them, only the
 * tensors of one block are in memory at a time; what several blocks need is computed for each.
 */
export function pack(plan: Plan, weights: WeightSource): Uint8Array {
  const file = new Uint8Array(plan.file.bytes);
  for (const block of plan.weights) {
    const { offset, bytes } = block.stored;
    const stored = file.subarray(offset, offset + bytes);
    if (block.stored.runs.some(({ integers }) => integers > 0)) packIntegers(stored, block, weights);
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

/** Layouts move whole numbers as they move weights, and the scales in the place of all numbers of their filters. */
function packIntegers(
  stored: Uint8Array,
  { nodes, layout, stored: { runs } }: PackedWeight,
  weights: WeightSource,
): void {
  const [weight, ...biases] = tensorsOf(nodes, weights);
  if (!weight) internal('a block of weights without a value');
  const { integers, scales } = toIntegers(weight);
  const numbers = packWeights(layout, [integers, ...biases]);
  writeRuns(stored, runs, {
    floats: (from, to) => numbers.subarray(from, to),
    integers: (from, to) => Int16Array.from(numbers.subarray(from, to)),
  });
  const length = integers.data.length / scales.length;
  for (const [i, scale] of scales.entries()) integers.data.fill(scale, i * length, (i + 1) * length);
  const spread = packWeights(layout, [integers], numbers.fill(0));
  writeRuns(stored, runs, { scales: (from, to) => Uint16Array.from(spread.subarray(from, to), scaleWord) });
}

type Part = 'floats' | 'scales' | 'integers';

/** Writes some parts of runs, made of the block's numbers from one place to another; scales stand for the first integers. */
function writeRuns(
  stored: Uint8Array,
  runs: readonly StoredRun[],
  parts: Partial<Record<Part, (from: number, to: number) => Float32Array | Uint16Array | Int16Array>>,
): void {
  let [at, byte] = [0, 0];
  for (const { count, floats, scales, integers } of runs)
    for (let i = 0; i < count; i++) {
      const first = at + floats;
      if (parts.floats) store(stored.subarray(byte), parts.floats(at, first));
      byte += 4 * floats;
      if (parts.scales) store(stored.subarray(byte), parts.scales(first, first + scales));
      byte += 2 * scales;
      at = first + integers;
      if (parts.integers) store(stored.subarray(byte), parts.integers(first, at));
      byte += 2 * integers;
    }
}

function tensorsOf(nodes: readonly Node[], weights: WeightSource): readonly Tensor[] {
  const memo: Memo = new Map();
  return nodes.map((node) => evaluateNode(node, weights, memo));
}

function store(stored: Uint8Array, numbers: Float32Array | Uint16Array | Int16Array): void {
  if (numbers.byteLength > stored.length)
    internal(`a block of ${numbers.byteLength} bytes where the file has ${stored.length}`);
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const size = numbers.BYTES_PER_ELEMENT;
  if (isLittleEndian) stored.set(bytes);
  else for (let i = 0; i < bytes.length; i++) stored[i] = bytes[i - (i % size) + size - 1 - (i % size)]!;
}
