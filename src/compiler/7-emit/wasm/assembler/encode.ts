/**
 * The binary encoding of WebAssembly's primitives: LEB128 numbers, names, vectors, sections.
 * Source: WebAssembly core specification, chapter 5 (binary format).
 */

/** Unsigned LEB128; `value` in 0 … 2³² − 1. */
export function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. Values 2³¹ … 2³² − 1 wrap, so that addresses may be written unsigned. */
export function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** Encoded bytes: short ones are plain arrays. */
export type Bytes = readonly number[] | Uint8Array;

const single = new DataView(new ArrayBuffer(4));

/** The four bytes of an IEEE 754 single, little endian. */
export function f32Bytes(value: number): number[] {
  single.setFloat32(0, value);
  return i32Bytes(single.getInt32(0));
}

/** The four bytes of a 32-bit integer, little endian. */
export function i32Bytes(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}

/** A UTF-8 string with its length before it. */
export function utf8(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return concatBytes([uleb(bytes.length), bytes]);
}

/** A vector: the number of items, then the items. */
export function vector(items: readonly Bytes[]): Uint8Array {
  return concatBytes([uleb(items.length), ...items]);
}

/** Joins byte sequences. */
export function concatBytes(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A section: its id, its size, its content; an empty vector of items gives no section at all. */
export function section(id: number, items: readonly Bytes[]): Bytes {
  return items.length === 0 ? [] : sized(id, vector(items));
}

/** `id`, byte count, content. */
export function sized(id: number, content: Bytes): Uint8Array {
  return concatBytes([[id], uleb(content.length), content]);
}
