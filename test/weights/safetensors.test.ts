import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeAtomic, WriteError } from '../../src/weights/atomic.ts';
import { openSafetensors, readSafetensors } from '../../src/weights/safetensors.ts';
import { safetensorsChunks, writeSafetensors } from '../../src/weights/write-safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with the given header text and data. */
function file(header: string | object, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function message(bytes: Uint8Array): string {
  const { file: opened, diagnostics } = readSafetensors(bytes, 'f.safetensors');
  expect(opened).toBeUndefined();
  expect(diagnostics).toHaveLength(1);
  return `${diagnostics[0]?.code}: ${diagnostics[0]?.message}`;
}

const one = (extra: object): object => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...extra } });
const eight = new Uint8Array(8);

describe('reading', () => {
  it('gives back what was written, names sorted, data aligned', () => {
    const path = join(folder, 'a.safetensors');
    const tensors = [
      { name: 'b.weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { name: 'a.bias', shape: [], data: Float32Array.of(-0.5) },
      { name: 'empty', shape: [0, 3], data: new Float32Array(0) },
    ];
    writeSafetensors(path, tensors, { format: 'pt' });
    const { file: opened, diagnostics } = openSafetensors(path);
    expect(diagnostics).toEqual([]);
    expect([...(opened?.entries.keys() ?? [])]).toEqual(['a.bias', 'b.weight', 'empty']);
    expect(opened?.metadata).toEqual({ format: 'pt' });
    for (const { name, shape, data } of tensors) {
      const entry = opened?.entries.get(name);
      expect(entry?.shape).toEqual(shape);
      expect(entry && opened?.read(entry)).toEqual(data);
    }
    opened?.close();
    const header = readFileSync(path).readBigUInt64LE(0);
    expect(header % 8n).toBe(0n);
  });

  it('decodes F16, BF16 and F64', () => {
    const data = new Uint8Array(4 + 4 + 16);
    new Uint16Array(data.buffer, 0, 2).set([0x3555, 0x0001]);
    new Uint16Array(data.buffer, 4, 2).set([0x3fc0, 0xff80]);
    new Float64Array(data.buffer, 8, 2).set([0.1, -3]);
    const bytes = file(
      {
        h: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
        b: { dtype: 'BF16', shape: [2], data_offsets: [4, 8] },
        d: { dtype: 'F64', shape: [2], data_offsets: [8, 24] },
      },
      data,
    );
    const { file: opened } = readSafetensors(bytes, 'f');
    const read = (name: string): readonly number[] => {
      const entry = opened?.entries.get(name);
      return entry && opened ? [...opened.read(entry)] : [];
    };
    expect(read('h')[0]).toBeCloseTo(1 / 3, 3);
    expect(read('h')[1]).toBe(2 ** -24);
    expect(read('b')).toEqual([1.5, -Infinity]);
    expect(read('d')).toEqual([Math.fround(0.1), -3]);
  });

  it('decodes every half as the platform does', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = file(
      { h: { dtype: 'F16', shape: [65536], data_offsets: [0, 131072] } },
      new Uint8Array(halves.buffer),
    );
    const { file: opened } = readSafetensors(bytes, 'f');
    const entry = opened?.entries.get('h');
    const floats = entry && opened ? opened.read(entry) : new Float32Array(0);
    const view = new DataView(halves.buffer);
    const wrong = [...floats].filter((value, i) => !Object.is(value, view.getFloat16(2 * i, true)));
    expect(wrong).toEqual([]);
  });

  it('names what is wrong with a header', () => {
    expect(message(new Uint8Array(3))).toBe(
      'weights/not-safetensors: f.safetensors is not a safetensors file: it has only 3 bytes',
    );
    expect(message(file('{}', eight, 2n ** 63n))).toMatch(/not-safetensors: .* first 8 bytes are no length/);
    expect(message(file('{}', eight, 500n))).toMatch(/truncated: .* promises 508 bytes, and 18 are there/);
    expect(message(file('{"w": '))).toMatch(/not-safetensors: .* header is not JSON/);
    expect(message(file('[]'))).toMatch(/header is not a JSON object/);
    expect(message(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 255, 0, 0))).toMatch(/PyTorch or zip/);
  });

  it('names the tensor that lies', () => {
    expect(message(file(one({ shape: [3] }), eight))).toMatch(
      /damaged: .* w has 8 bytes, but 3 of F32 takes 12/,
    );
    expect(message(file(one({ dtype: 'Q4' }), eight))).toMatch(/w has the unknown number format "Q4"/);
    expect(message(file(one({ shape: [-2] }), eight))).toMatch(/w has no shape, but \[-2\]/);
    expect(message(file(one({ shape: [2 ** 40, 2 ** 40] }), eight))).toMatch(/w has 8 bytes/);
    expect(message(file(one({ data_offsets: [0] }), eight))).toMatch(/w has no \[begin, end\]/);
    expect(message(file(one({}), new Uint8Array(4)))).toMatch(/truncated/);
    expect(message(file(one({}), new Uint8Array(12)))).toMatch(/4 bytes at its end belong to no tensor/);
    const two = { dtype: 'F32', shape: [1] };
    const overlap = { a: { ...two, data_offsets: [0, 4] }, b: { ...two, data_offsets: [2, 6] } };
    expect(message(file(overlap, eight))).toMatch(/b overlaps a/);
    const hole = { a: { ...two, data_offsets: [0, 4] }, b: { ...two, data_offsets: [8, 12] } };
    expect(message(file(hole, new Uint8Array(12)))).toMatch(/b leaves a hole/);
  });

  it('sees a name that appears twice, which JSON hides, and is not confused by names in strings', () => {
    const w = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    expect(message(file(`{"w":${w},"w":${w}}`, new Uint8Array(4)))).toMatch(/w appears twice/);
    expect(message(file(`{"w":${w},"\\u0077":${w}}`, new Uint8Array(4)))).toMatch(/w appears twice/);
    const tricky = `{"__metadata__":{"w":"{\\"w\\": 1"},"w":${w}}`;
    expect(readSafetensors(file(tricky, new Uint8Array(4)), 'f').diagnostics).toEqual([]);
  });

  it('says why a file cannot be opened', () => {
    expect(openSafetensors(join(folder, 'none')).diagnostics[0]?.message).toMatch(/there is no such file/);
    expect(openSafetensors(folder).diagnostics[0]?.message).toMatch(/it is a folder/);
  });

  it('never throws and never reads outside, whatever the bytes', () => {
    const good = Buffer.concat(
      safetensorsChunks([
        { name: 'x', shape: [2], data: Float32Array.of(1, 2) },
        { name: 'y', shape: [1, 1], data: Float32Array.of(3) },
      ]),
    );
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
        const bytes = Uint8Array.from(good.subarray(0, Math.max(1, cut)));
        bytes[at % bytes.length] = byte;
        const { file: opened, diagnostics } = readSafetensors(bytes, 'f');
        expect(opened === undefined).toBe(diagnostics.length > 0);
        for (const entry of opened?.entries.values() ?? [])
          if (entry.dtype === 'F32') expect(opened?.read(entry)).toHaveLength(entry.bytes / 4);
      }),
      { numRuns: 2000 },
    );
  });

  it('reports a file that shrinks while it is open', () => {
    const path = join(folder, 'shrinks.safetensors');
    writeSafetensors(path, [{ name: 'w', shape: [1000], data: new Float32Array(1000) }]);
    const { file: opened } = openSafetensors(path);
    truncateSync(path, 100);
    const entry = opened?.entries.get('w');
    expect(() => entry && opened?.read(entry)).toThrow(/became shorter/);
    opened?.close();
  });
});

describe('writing', () => {
  const tensors = [{ name: 'w', shape: [1], data: Float32Array.of(1) }];

  it('replaces a file whole and leaves no temporary behind', () => {
    const path = join(folder, 'deep/er/w.safetensors');
    writeSafetensors(path, tensors);
    writeSafetensors(path, tensors);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['w.safetensors']);
  });

  it('leaves the old file when it fails half-way', () => {
    const path = join(folder, 'half/w.safetensors');
    writeSafetensors(path, tensors);
    const before = readFileSync(path);
    const full = (function* (): Generator<Uint8Array> {
      yield new Uint8Array(100);
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    })();
    expect(() => writeAtomic(path, full)).toThrow(`${path} cannot be written: the disk is full`);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(join(folder, 'half'))).toEqual(['w.safetensors']);
  });

  it('keeps links and permissions, and writes to what is no file instead of putting one in its place', () => {
    const [real, link] = [join(folder, 'real.txt'), join(folder, 'link.txt')];
    writeFileSync(real, 'before');
    chmodSync(real, 0o600);
    symlinkSync(real, link);
    writeAtomic(link, [Buffer.from('after')]);
    expect(readFileSync(real, 'utf8')).toBe('after');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o600);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const end = openSync(pipe, constants.O_RDWR);
    writeAtomic(pipe, [Buffer.from('some'), Buffer.from('thing')]);
    expect(statSync(pipe).isFIFO()).toBe(true);
    const read = Buffer.alloc(9);
    readSync(end, read);
    closeSync(end);
    expect(read.toString()).toBe('something');
  });

  it('is not stopped by what a killed process of the same number left', () => {
    const path = join(folder, 'again.txt');
    writeFileSync(join(folder, `.again.txt.${process.pid}.tmp`), 'half');
    writeAtomic(path, [Buffer.from('whole')]);
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });

  it('says why it cannot write', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(() => writeSafetensors(join(folder, 'plain/w.safetensors'), tensors)).toThrow(WriteError);
    mkdirSync(join(folder, 'taken.safetensors'));
    expect(() => writeSafetensors(join(folder, 'taken.safetensors'), tensors)).toThrow(
      /taken\.safetensors cannot be written/,
    );
  });
});
