/**
 * A tfjs manifest and a name map become a safetensors file under the net's own paths and in our order of axes. The map is JSON,
 * `{ "stem.conv.weight": "conv1/filters" }`, or with a role where the names do not tell it:
 * `{ "b.conv.weight": { "from": "x/filters", "as": "depthwise" } }`. docs/weights.md describes it.
 */
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { nearestNames } from '../compiler/diagnostics/nearest.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { readRegular } from '../compiler/regular-file.ts';
import { fileReason } from './bytes.ts';
import { fromKeras, shapeFromKeras, type KernelRole } from './layout.ts';
import { showShape } from './misfits.ts';
import { fileSpan } from './safetensors.ts';
import { readManifest, type ManifestTensor } from './tfjs-manifest.ts';
import type { NamedTensor } from './write-safetensors.ts';

export interface Converted {
  /** Undefined where diagnostics has errors. */
  readonly tensors: readonly NamedTensor[] | undefined;
  /** Names of the manifest that the map does not mention. */
  readonly unused: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One line of the map. */
export interface MapEntry {
  readonly path: string;
  readonly from: string;
  readonly as: KernelRole | undefined;
}

const roles: readonly KernelRole[] = ['conv', 'depthwise', 'deconv', 'dense', 'plain'];

/** Reads both files and renames, decodes and reorders every tensor that the map names. */
export function convertTfjs(manifestPath: string, mapPath: string): Converted {
  const map = readMap(mapPath);
  if ('reason' in map)
    return failed(diagnostic('weights/bad-map', { file: mapPath, reason: map.reason }, fileSpan(mapPath)));
  const manifest = readManifest(manifestPath);
  if ('reason' in manifest) {
    const args = { file: manifestPath, reason: manifest.reason };
    return failed(diagnostic('weights/bad-manifest', args, fileSpan(manifestPath)));
  }
  return convert(map.entries, manifest.tensors, mapPath);
}

function failed(problem: Diagnostic): Converted {
  return { tensors: undefined, unused: [], diagnostics: [problem] };
}

function convert(
  entries: readonly MapEntry[],
  tensors: ReadonlyMap<string, ManifestTensor>,
  mapPath: string,
): Converted {
  const done: NamedTensor[] = [];
  const wrong: string[] = [];
  for (const entry of entries) {
    const result = convertOne(entry, tensors);
    if (typeof result === 'string') wrong.push(result);
    else done.push(result);
  }
  const named = new Set(entries.map(({ from }) => from));
  const unused = [...tensors.keys()].filter((name) => !named.has(name));
  if (wrong.length === 0) return { tensors: done, unused, diagnostics: [] };
  const problem = diagnostic('weights/unmapped', { count: wrong.length, file: mapPath }, fileSpan(mapPath), {
    notes: [
      { word: 'why', text: wrong.join('\n') },
      ...(unused.length > 0 ? [{ word: 'note' as const, text: `not used: ${unused.join(', ')}` }] : []),
    ],
  });
  return { tensors: undefined, unused, diagnostics: [problem] };
}

/** One number per channel that the map calls `depthwise` is a 1x1 depthwise kernel: a scale. */
function asKernel(role: KernelRole, shape: readonly number[]): readonly number[] {
  return role === 'depthwise' && shape.length === 1 ? [1, 1, ...shape, 1] : shape;
}

/** The tensor in our order, or a sentence that says what is wrong. */
function convertOne(entry: MapEntry, tensors: ReadonlyMap<string, ManifestTensor>): NamedTensor | string {
  const tensor = tensors.get(entry.from);
  if (!tensor) {
    const [near] = nearestNames(entry.from, tensors.keys());
    return `${entry.path}: the manifest has no ${entry.from}${near === undefined ? '' : `; did you mean ${near}?`}`;
  }
  const role = entry.as ?? roleOf(entry, tensor);
  const written = asKernel(role, tensor.shape);
  const shape = shapeFromKeras(role, written);
  if (!shape) return `${entry.path}: ${entry.from} is ${showShape(tensor.shape)}, which is no ${role} kernel`;
  return { name: entry.path, shape, data: fromKeras(role, written, tensor.data) };
}

/** What a tensor is, from its name and rank, unless the map says it. */
function roleOf({ from }: MapEntry, { shape }: ManifestTensor): KernelRole {
  if (shape.length <= 1) return 'plain';
  if (shape.length === 2) return 'dense';
  return /depthwise/i.test(from) ? 'depthwise' : 'conv';
}

function readMap(path: string): { readonly entries: readonly MapEntry[] } | { readonly reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(readRegular(path).toString());
  } catch (error) {
    const notJson = error instanceof SyntaxError;
    return {
      reason: notJson ? `it is not JSON (${error.message})` : `it cannot be read: ${fileReason(error)}`,
    };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { reason: 'it is not a JSON object' };
  const entries: MapEntry[] = [];
  for (const [path, value] of Object.entries(json)) {
    const entry = mapEntry(path, value);
    if ('reason' in entry) return entry;
    entries.push(entry);
  }
  return { entries };
}

function mapEntry(path: string, value: unknown): MapEntry | { readonly reason: string } {
  if (typeof value === 'string') return { path, from: value, as: undefined };
  const { from, as } = (value ?? {}) as Record<string, unknown>;
  if (typeof from !== 'string') return { reason: `"${path}" names no tensor of the manifest` };
  const role = roles.find((known) => known === as);
  if (as !== undefined && !role)
    return { reason: `"${path}" is "as" ${JSON.stringify(as)}; known are ${roles.join(', ')}` };
  return { path, from, as: role };
}
