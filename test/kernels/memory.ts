/**
 * Lays operands out in a memory full of canaries: buffers may be slices of wider pixels, have halos and gaps between rows. After a
 * kernel has run, every word that is not an element of its output must be what it was.
 */
import type { Buffer } from '../../src/compiler/6-plan/plan.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';

export interface Placement {
  readonly shape: readonly number[];
  /** Row-major; undefined leaves canaries (outputs). */
  readonly data: Float32Array | undefined;
  readonly halo?: readonly (readonly [number, number])[];
  /** Foreign channels before and after those of the buffer in every pixel. */
  readonly around?: readonly [number, number];
  /** Foreign pixels at the end of every row. */
  readonly gap?: number;
}

/** A quiet NaN that no computation makes: what is read by mistake poisons the result, what is written by mistake shows. */
const canary = 0x7fc5a5a5;

export class CanaryMemory {
  readonly floats: Float32Array;
  readonly words: Int32Array;
  readonly memory: WebAssembly.Memory;
  readonly pages: number;
  #used = 64;
  #nextId = 0;
  #snapshot: Int32Array | undefined;

  constructor(bytes: number) {
    this.pages = Math.ceil((bytes + 65536) / 65536);
    this.memory = new WebAssembly.Memory({ initial: this.pages, maximum: this.pages });
    this.floats = new Float32Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    this.words.fill(canary);
  }

  /** `floats` of memory, 64-byte aligned, with canaries behind. Gives the byte address. */
  allocate(floats: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + floats * 4 + 64) / 64) * 64;
    if (this.#used + 64 > this.words.length * 4) throw new Error('the canary memory is too small');
    return at;
  }

  place(label: string, { shape, data, halo = [], around = [0, 0], gap = 0 }: Placement): Buffer {
    const spatial = shape.slice(0, -1);
    const channels = shape.at(-1) ?? 1;
    const extents = spatial.map((n, i) => n + (halo[i]?.[0] ?? 0) + (halo[i]?.[1] ?? 0));
    if (extents.length > 0) extents[extents.length - 1] = (extents.at(-1) ?? 0) + gap;
    const pixel = around[0] + channels + around[1] + (halo[spatial.length]?.[1] ?? 0);
    const strides = [...extents.map((_, i) => pixel * sizeOf(extents.slice(i + 1))), 1];
    const origin = this.allocate(pixel * sizeOf(extents));
    const inside = spatial.reduce((sum, _, i) => sum + (halo[i]?.[0] ?? 0) * (strides[i] ?? 0), around[0]);
    const buffer = {
      id: this.#nextId,
      label,
      shape,
      elementBytes: 4 as const,
      strides,
      offset: origin + inside * 4,
      halo,
      allocation: this.#nextId,
    };
    this.#nextId += 1;
    this.#clearHalo(buffer, origin / 4 + around[0]);
    if (data) elements(buffer).forEach((at, i) => (this.floats[at] = data[i] ?? 0));
    return buffer;
  }

  /** Remembers the contents of memory. */
  snapshot(): void {
    this.#snapshot = this.words.slice();
  }

  /** Words that changed since the snapshot outside of `out` and of the byte ranges. */
  strayWrites(out: Buffer, scratch: readonly { offset: number; bytes: number }[]): readonly number[] {
    const allowed = new Set(elements(out));
    const inScratch = (at: number): boolean =>
      scratch.some(({ offset, bytes }) => at * 4 >= offset && at * 4 < offset + bytes);
    const stray: number[] = [];
    this.words.forEach((word, at) => {
      if (word !== this.#snapshot?.[at] && !allowed.has(at) && !inScratch(at)) stray.push(at);
    });
    return stray;
  }

  read(buffer: Buffer): Float32Array {
    return Float32Array.from(elements(buffer), (at) => this.floats[at] ?? NaN);
  }

  #clearHalo({ shape, strides, halo }: Buffer, origin: number): void {
    const extents = shape.map((n, i) => n + (halo[i]?.[0] ?? 0) + (halo[i]?.[1] ?? 0));
    for (const at of walk(extents, strides, origin)) this.floats[at] = 0;
  }
}

/** Word addresses of a buffer's elements in row-major order. */
export function elements({ shape, strides, offset }: Buffer): number[] {
  return walk(shape, strides, offset / 4);
}

function walk(shape: readonly number[], strides: readonly number[], origin: number): number[] {
  return shape.reduce<number[]>(
    (bases, size, axis) =>
      bases.flatMap((base) => Array.from({ length: size }, (_, i) => base + i * (strides[axis] ?? 0))),
    [origin],
  );
}
