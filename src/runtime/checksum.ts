/**
 * A 64-bit checksum of weights, to tell a wrong or damaged file from the right one (not against an attacker). Four independent
 * streams over 32-bit words, each multiply-and-rotate after MurmurHash3's body: about 7 GB/s, while the weights are still arriving.
 */

/** A checksum of bytes that arrive from front to back in one place in memory. */
export class Checksum {
  private readonly words: Int32Array;
  private readonly sums: Int32Array;
  /** Words that are in the sums. */
  private done = 0;

  /** The number of bytes must be a multiple of 4 and the bytes aligned to 4, as weights always are. */
  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.sums = Int32Array.of(byteLength, 0x9747b28c, 0x85ebca6b, 0xc2b2ae35);
  }

  /** The first `bytes` bytes are there. */
  arrived(bytes: number): void {
    const end = this.done + (((bytes >> 2) - this.done) & ~3);
    sumUp(this.words.subarray(this.done, end), this.sums);
    this.done = end;
  }

  /** All bytes are there: 16 hex digits. */
  hex(): string {
    this.arrived(this.words.byteLength);
    const last = Int32Array.of(0, 0, 0, 0);
    last.set(this.words.subarray(this.done));
    sumUp(last, this.sums);
    const [a = 0, b = 0, c = 0, d = 0] = this.sums;
    return hexOf(mixed(a) ^ rotated(mixed(b))) + hexOf(mixed(c) ^ rotated(mixed(d)));
  }
}

/** 16 hex digits. */
export function checksum(bytes: Uint8Array): string {
  return new Checksum(bytes).hex();
}

/** Adds `words`, four at a time, to the sums. */
function sumUp(words: Int32Array, sums: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = sums;
  for (let i = 0; i < words.length; i += 4) {
    a ^= words[i]!;
    a = Math.imul((a << 13) | (a >>> 19), 0x9e3779b1);
    b ^= words[i + 1]!;
    b = Math.imul((b << 13) | (b >>> 19), 0x9e3779b1);
    c ^= words[i + 2]!;
    c = Math.imul((c << 13) | (c >>> 19), 0x9e3779b1);
    d ^= words[i + 3]!;
    d = Math.imul((d << 13) | (d >>> 19), 0x9e3779b1);
  }
  sums.set([a, b, c, d]);
}

/** MurmurHash3's finaliser: every bit of the word changes every bit of the result. */
function mixed(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotated(word: number): number {
  return (word << 16) | (word >>> 16);
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
