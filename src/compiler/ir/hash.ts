/**
 * Structural identity of nodes: equal keys mean equal computations. Keys name inputs by small integers given out in order of
 * first sight (hash consing), so a key is short however deep the graph is. Tensors are compared by content.
 */
import { internal } from '../diagnostics/internal.ts';
import { isScalar } from './scalar-build.ts';
import { printScalar } from './scalar-text.ts';
import type { Attrs, AttrValue, Node } from './graph.ts';
import { printType } from './type-text.ts';
import type { Tensor } from './type.ts';

/** FNV-1a over the bit patterns: 32 bits, for display and as the first step of a comparison. */
export function hashFloats(data: Float32Array): number {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  let hash = 0x811c9dc5;
  for (const word of bits) {
    hash = Math.imul(hash ^ (word & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (word >>> 16), 0x01000193);
  }
  return hash >>> 0;
}

/** Numbers nodes so that equal computations get equal numbers. A node's inputs must have been numbered before it. */
export type Interner = (node: Node) => number;

/**
 * A fresh interner. Params and inputs are equal only at the same path: two layers never share weights by accident.
 * Other nodes compare without their paths.
 */
export function createInterner(): Interner {
  const idOfKey = new Map<string, number>();
  const idOfNode = new Map<Node, number>();
  const tensors = createTensorTable();
  const keyOf = (node: Node): string => {
    const inputs = node.inputs.map(
      (input) => idOfNode.get(input) ?? internal(`${input.op} is not numbered yet`),
    );
    const own = node.op === 'param' || node.op === 'input' ? JSON.stringify(node.path) : '';
    return `${node.op}(${inputs.join(',')}) ${attrsKey(node.attrs, tensors)} ${printType(node.type)} ${own}`;
  };
  return (node) => {
    const key = keyOf(node);
    const id = idOfKey.get(key) ?? idOfKey.size;
    idOfKey.set(key, id);
    idOfNode.set(node, id);
    return id;
  };
}

type TensorTable = (tensor: Tensor) => number;

/** Numbers tensors so that equal contents get equal numbers: buckets by hash, then compared. */
function createTensorTable(): TensorTable {
  const buckets = new Map<string, { tensor: Tensor; id: number }[]>();
  let count = 0;
  return (tensor) => {
    const bucketKey = `${tensor.shape.join('x')} ${hashFloats(tensor.data)}`;
    const bucket = buckets.get(bucketKey) ?? [];
    const found = bucket.find((entry) => tensor.data.every((x, i) => Object.is(x, entry.tensor.data[i])));
    if (found) return found.id;
    buckets.set(bucketKey, [...bucket, { tensor, id: count }]);
    return count++;
  };
}

/** Attributes as a canonical string: keys sorted, scalars as text. */
function attrsKey(value: Attrs | AttrValue, tensors: TensorTable): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isTensor(value)) return `#${tensors(value)}`;
  if (isScalar(value)) return `\`${printScalar(value)}\``;
  if (Array.isArray(value)) return `[${value.map((item: AttrValue) => attrsKey(item, tensors)).join(',')}]`;
  const entries = Object.entries(value as Attrs).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${key}:${attrsKey(item, tensors)}`).join(',')}}`;
}

/** True for an attribute that is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === 'object' && value !== null && (value as { data?: unknown }).data instanceof Float32Array
  );
}
