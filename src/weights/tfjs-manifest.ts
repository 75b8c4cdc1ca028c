/**
 * TensorFlow.js weight manifests: `model.json` or `*-weights_manifest.json` (groups of shard files and tensors; f32, f16, or
 * uint8/uint16 with `value = q·scale + min`). Tensors lie one after another, little-endian, in the manifest's order, across shards.
 */
import { dirname, join, relative, isAbsolute } from 'node:path';
import { readRegular } from '../compiler/regular-file.ts';
import { fileReason } from './bytes.ts';
import { decodeFloats, decodeHalf } from './dtype.ts';

export interface ManifestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export type ManifestResult =
  | { readonly tensors: ReadonlyMap<string, ManifestTensor> }
  /** A sentence part: "group 0 has no paths". */
  | { readonly reason: string };

interface Quantization {
  readonly dtype: string;
  readonly scale: number;
  readonly min: number;
}

interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization: Quantization | undefined;
}

/** Reads the manifest and its shards, and decodes every float tensor. */
export function readManifest(path: string): ManifestResult {
  let text: string;
  try {
    text = readRegular(path).toString();
  } catch (error) {
    return { reason: `it cannot be read: ${fileReason(error)}` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: 'it is not JSON' };
  }
  const groups = Array.isArray(json) ? json : (json as { weightsManifest?: unknown } | null)?.weightsManifest;
  if (!Array.isArray(groups)) return { reason: 'it has no weightsManifest' };
  return readGroups(groups, dirname(path));
}

function readGroups(groups: readonly unknown[], folder: string): ManifestResult {
  const tensors = new Map<string, ManifestTensor>();
  for (const [i, group] of groups.entries()) {
    const read = readGroup(group, i, folder);
    if ('reason' in read) return read;
    for (const [name, tensor] of read.tensors) {
      if (tensors.has(name)) return { reason: `${name} appears twice` };
      tensors.set(name, tensor);
    }
  }
  return { tensors };
}

function readGroup(group: unknown, index: number, folder: string): ManifestResult {
  const { paths, weights } = (group ?? {}) as { readonly paths?: unknown; readonly weights?: unknown };
  if (!Array.isArray(paths) || !paths.every((p) => typeof p === 'string'))
    return { reason: `group ${index} has no paths` };
  if (!Array.isArray(weights)) return { reason: `group ${index} has no weights` };
  const specs: Spec[] = [];
  for (const weight of weights) {
    const spec = checkSpec(weight);
    if ('reason' in spec) return spec;
    specs.push(spec);
  }
  const bytes = readShards(paths, folder);
  return 'reason' in bytes ? bytes : decodeGroup(specs, bytes.bytes);
}

function readShards(
  paths: readonly string[],
  folder: string,
): { readonly bytes: Uint8Array } | { readonly reason: string } {
  const shards: Uint8Array[] = [];
  for (const path of paths) {
    const inside = relative(folder, join(folder, path));
    if (inside.startsWith('..') || isAbsolute(path))
      return { reason: `its shard ${path} lies outside its folder` };
    try {
      shards.push(readRegular(join(folder, path)));
    } catch (error) {
      return { reason: `its shard ${path} cannot be read: ${fileReason(error)}` };
    }
  }
  return { bytes: shards.length === 1 && shards[0] ? shards[0] : Buffer.concat(shards) };
}

const elementBytes: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  uint8: 1,
  uint16: 2,
  int32: 4,
  bool: 1,
};

function checkSpec(value: unknown): Spec | { readonly reason: string } {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string') return { reason: 'a weight has no name' };
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    return { reason: `${name} has no shape` };
  if (typeof dtype !== 'string' || !(dtype in elementBytes))
    return { reason: `${name} has the unknown number format ${JSON.stringify(dtype)}` };
  if (quantization === undefined) return { name, shape, dtype, quantization: undefined };
  const { dtype: stored, scale = 1, min = 0 } = quantization as Record<string, unknown>;
  if (typeof stored !== 'string' || !['uint8', 'uint16', 'float16'].includes(stored))
    return {
      reason: `${name} is quantised as ${JSON.stringify(stored)}; uint8, uint16 and float16 are known`,
    };
  if (typeof scale !== 'number' || typeof min !== 'number')
    return { reason: `${name} is quantised without a scale and a minimum` };
  return { name, shape, dtype, quantization: { dtype: stored, scale, min } };
}

function decodeGroup(specs: readonly Spec[], bytes: Uint8Array): ManifestResult {
  const tensors = new Map<string, ManifestTensor>();
  let offset = 0;
  for (const spec of specs) {
    const count = spec.shape.reduce((product, n) => product * n, 1);
    const length = count * (elementBytes[spec.quantization?.dtype ?? spec.dtype] ?? 4);
    if (offset + length > bytes.byteLength)
      return {
        reason: `its shards end within ${spec.name}: ${offset + length} bytes are needed, ${bytes.byteLength} are there`,
      };
    const part = bytes.slice(offset, offset + length);
    offset += length;
    if (tensors.has(spec.name)) return { reason: `${spec.name} appears twice` };
    const data = decode(part as Uint8Array<ArrayBuffer>, spec);
    if (data) tensors.set(spec.name, { name: spec.name, shape: spec.shape, data });
  }
  if (offset !== bytes.byteLength)
    return { reason: `${bytes.byteLength - offset} bytes of its shards belong to no weight` };
  return { tensors };
}

/** Float data, or undefined for counters and flags, which are no weights. */
function decode(
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, quantization }: Spec,
): Float32Array<ArrayBuffer> | undefined {
  const words = (): Uint16Array => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  switch (quantization?.dtype ?? dtype) {
    case 'float32':
      return decodeFloats(bytes, 'F32');
    case 'float16':
      return decodeHalf(words());
    case 'uint8':
      return quantization && affine(bytes, quantization);
    case 'uint16':
      return quantization && affine(words(), quantization);
    default:
      return undefined;
  }
}

/** value = q·scale + min, computed in double precision as tfjs does, rounded once. */
function affine(values: Uint8Array | Uint16Array, { scale, min }: Quantization): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = (values[i] ?? 0) * scale + min;
  return out;
}
