/** Weights arrive in place, in whatever pieces, and their checksum tells any other bytes apart. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checksum, Checksum } from '../../src/runtime/checksum.ts';
import { readWeights } from '../../src/runtime/weights.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (words: Int32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(words.buffer);
const someWords = fc
  .array(fc.integer(), { minLength: 1, maxLength: 40 })
  .map((words) => Int32Array.from(words));

describe('checksum', () => {
  it('is the same however the bytes arrive', () => {
    fc.assert(
      fc.property(someWords, fc.array(fc.nat(160)), (words, stops) => {
        const bytes = bytesOf(words);
        const sum = new Checksum(bytes);
        for (const stop of stops.toSorted((a, b) => a - b)) sum.arrived(Math.min(stop, bytes.length));
        expect(sum.hex()).toBe(checksum(bytes));
      }),
    );
  });

  it('changes with every bit, with the order and with the length', () => {
    fc.assert(
      fc.property(someWords, fc.nat(), fc.nat(31), (words, at, bit) => {
        const sum = checksum(bytesOf(words));
        const flipped = words.with(at % words.length, words[at % words.length]! ^ (1 << bit));
        expect(checksum(bytesOf(flipped as Int32Array<ArrayBuffer>))).not.toBe(sum);
        const longer = Int32Array.of(...words, 0);
        expect(checksum(bytesOf(longer))).not.toBe(sum);
        const turned = words.toReversed() as Int32Array<ArrayBuffer>;
        if (turned.some((word, i) => word !== words[i])) expect(checksum(bytesOf(turned))).not.toBe(sum);
      }),
    );
  });
});

describe('files', () => {
  // Several reads at a time, the last one short.
  const bytes = 5 * 4_194_304 + 12;
  const words = Int32Array.from({ length: bytes / 4 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const url = pathToFileURL(join(folder, 'large.bin'));
  writeFileSync(url, bytesOf(words));
  const targets = {
    'a memory': new Uint8Array(bytes),
    'a shared memory': new Uint8Array(new SharedArrayBuffer(bytes)) as unknown as Uint8Array<ArrayBuffer>,
  };

  for (const [name, target] of Object.entries(targets))
    it(`of many pieces are read into ${name}`, async () => {
      const seen: number[] = [];
      const onProgress = (done: number): number => seen.push(done);
      await readWeights(url, target, { bytes, checksum: checksum(bytesOf(words)), onProgress });
      expect(Buffer.compare(target, bytesOf(words))).toBe(0);
      expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
      expect(seen.at(-1)).toBe(bytes);
    });

  it('with one wrong byte are refused', async () => {
    const wrong = bytesOf(words.slice());
    wrong[wrong.length - 1]! ^= 1;
    const other = pathToFileURL(join(folder, 'other.bin'));
    writeFileSync(other, wrong);
    await expect(
      readWeights(other, targets['a memory'], { bytes, checksum: checksum(bytesOf(words)) }),
    ).rejects.toMatchObject({ code: 'weights/wrong-file' });
  });
});
