/** The safetensors writer: F32 tensors, names sorted, header padded to 8 bytes, so that equal weights give equal files. */
import { writeAtomic } from './atomic.ts';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Writes the file whole or not at all; throws a `WriteError`. Names must differ. */
export function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeAtomic(path, safetensorsChunks(tensors, metadata));
}

/** The file's bytes in pieces, without a copy of the data: prefix and header, then each tensor. */
export function safetensorsChunks(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const entries: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [['__metadata__', metadata]];
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    const end = offset + data.byteLength;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  return [
    headerBytes(entries),
    ...sorted.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** Length prefix and JSON; spaces at the end align the data to 8 bytes. */
function headerBytes(entries: readonly (readonly [string, unknown])[]): Uint8Array {
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
