/** Looks for NaN and infinity in a tensor of a file, a piece at a time. */
import { decodeFloats, dtypeBytes, isFloatType } from './dtype.ts';
import type { WeightEntry, WeightFile } from './safetensors.ts';

const pieceBytes = 1 << 20;

/** "NaN (3 of 64 values, the first at 17)", or undefined where every value is finite. Values beyond f32 count as infinite. */
export function scanNotFinite(file: WeightFile, entry: WeightEntry): string | undefined {
  if (!isFloatType(entry.dtype)) return undefined;
  const size = dtypeBytes[entry.dtype] ?? 4;
  let count = 0;
  let first = -1;
  let firstValue = 0;
  for (let from = 0; from < entry.bytes; from += pieceBytes) {
    const to = Math.min(entry.bytes, from + pieceBytes);
    const values = decodeFloats(file.readBytes(entry, from, to), entry.dtype);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      // x − x is 0 for finite x and NaN for the others.
      if (value - value === 0) continue;
      if (count++ === 0) {
        first = from / size + i;
        firstValue = value;
      }
    }
  }
  if (count === 0) return undefined;
  const word = Number.isNaN(firstValue) ? 'NaN' : 'infinity';
  return `${word} (${count} of ${entry.bytes / size} values, the first at ${first})`;
}
