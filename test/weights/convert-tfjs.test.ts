import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { convertTfjs } from '../../src/weights/convert-tfjs.ts';
import { readManifest } from '../../src/weights/tfjs-manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-tfjs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
}

function reason(content: unknown): string | undefined {
  const result = readManifest(write('bad.json', content));
  return 'reason' in result ? result.reason : undefined;
}

const f32 = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('readManifest', () => {
  it('reads f32, f16, uint8, uint16 and skips counters, across shards that split a tensor', () => {
    const data = Buffer.concat([
      f32([1, 2]),
      new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer),
      Uint8Array.of(0, 255),
      new Uint8Array(Uint16Array.of(0, 1000).buffer),
      new Uint8Array(Int32Array.of(7).buffer),
    ]);
    write('s1.bin', data.subarray(0, 5));
    write('s2.bin', data.subarray(5));
    const spec = (name: string, more: object): object => ({ name, shape: [2], dtype: 'float32', ...more });
    const path = write('model.json', {
      modelTopology: {},
      weightsManifest: [
        {
          paths: ['s1.bin', 's2.bin'],
          weights: [
            spec('a', {}),
            spec('b', { quantization: { dtype: 'float16' } }),
            spec('c', { quantization: { dtype: 'uint8', scale: 0.5, min: -1 } }),
            spec('d', { quantization: { dtype: 'uint16', scale: 0.001, min: 0 } }),
            { name: 'n', shape: [], dtype: 'int32' },
          ],
        },
      ],
    });
    const result = readManifest(path);
    const values = 'tensors' in result ? [...result.tensors.values()].map((t) => [t.name, ...t.data]) : [];
    expect(values).toEqual([
      ['a', 1, 2],
      ['b', 1, -2],
      ['c', -1, 126.5],
      ['d', 0, 1],
    ]);
  });

  it('says what is wrong', () => {
    write('two.bin', f32([1, 2]));
    const group = (weights: unknown, paths: unknown = ['two.bin']): unknown => [{ paths, weights }];
    const w = { name: 'w', shape: [2], dtype: 'float32' };
    expect(reason({})).toBe('it has no weightsManifest');
    expect(reason(group([w], 3))).toBe('group 0 has no paths');
    expect(reason(group(undefined))).toBe('group 0 has no weights');
    expect(reason(group([{ ...w, shape: 'x' }]))).toBe('w has no shape');
    expect(reason(group([{ ...w, dtype: 'string' }]))).toMatch(/unknown number format "string"/);
    expect(reason(group([{ ...w, quantization: { dtype: 'int4' } }]))).toMatch(/quantised as "int4"/);
    expect(reason(group([{ ...w, shape: [3] }]))).toMatch(/end within w: 12 bytes are needed, 8 are there/);
    expect(reason(group([{ ...w, shape: [1] }]))).toMatch(/4 bytes of its shards belong to no weight/);
    expect(reason(group([w], ['gone.bin']))).toMatch(/gone\.bin cannot be read: there is no such file/);
    expect(reason(group([w], ['../two.bin']))).toMatch(/outside its folder/);
    expect(
      reason(
        group([
          { ...w, shape: [1] },
          { ...w, shape: [1] },
        ]),
      ),
    ).toBe('w appears twice');
  });
});

describe('convertTfjs', () => {
  write('k.bin', f32(Array.from({ length: 24 + 4 + 6 }, (_, i) => i)));
  const manifest = write('k.json', [
    {
      paths: ['k.bin'],
      weights: [
        { name: 'conv/filters', shape: [1, 2, 3, 4], dtype: 'float32' },
        { name: 'sep/depthwise_filter', shape: [2, 1, 2, 1], dtype: 'float32' },
        { name: 'fc/weights', shape: [2, 3], dtype: 'float32' },
      ],
    },
  ]);

  it('renames and reorders: HWIO, depthwise HWCM, dense IO', () => {
    const map = write('map.json', {
      'c.weight': 'conv/filters',
      'd.weight': 'sep/depthwise_filter',
      'f.weight': { from: 'fc/weights', as: 'dense' },
    });
    const { tensors, diagnostics, unused } = convertTfjs(manifest, map);
    expect(diagnostics).toEqual([]);
    expect(unused).toEqual([]);
    expect(tensors?.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['c.weight', 4, 3, 1, 2],
      ['d.weight', 2, 1, 2, 1],
      ['f.weight', 3, 2],
    ]);
    expect([...(tensors?.[0]?.data.subarray(0, 4) ?? [])]).toEqual([0, 12, 4, 16]);
    expect([...(tensors?.[1]?.data ?? [])]).toEqual([24, 26, 25, 27]);
    expect([...(tensors?.[2]?.data ?? [])]).toEqual([28, 31, 29, 32, 30, 33]);
  });

  it('lists every name that does not fit, and what is left over', () => {
    const map = write('map2.json', {
      'c.weight': 'conv/filter',
      'f.weight': { from: 'fc/weights', as: 'conv' },
    });
    const { tensors, diagnostics } = convertTfjs(manifest, map);
    expect(tensors).toBeUndefined();
    expect(diagnostics[0]?.message).toMatch(/^2 names of .*map2\.json do not fit the manifest$/);
    expect(diagnostics[0]?.notes.map((note) => note.text)).toEqual([
      'c.weight: the manifest has no conv/filter; did you mean conv/filters?\n' +
        'f.weight: fc/weights is 2x3, which is no conv kernel',
      'not used: conv/filters, sep/depthwise_filter',
    ]);
    expect(convertTfjs(manifest, write('map3.json', [])).diagnostics[0]?.message).toMatch(
      /not a JSON object/,
    );
    expect(
      convertTfjs(manifest, write('map4.json', { a: { from: 'x', as: 'y' } })).diagnostics[0]?.message,
    ).toMatch(/"a" is "as" "y"; known are/);
    expect(convertTfjs(manifest, join(folder, 'none.json')).diagnostics[0]?.message).toMatch(
      /there is no such file/,
    );
  });

  it('decodes the face detector as its own library does', () => {
    const root = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
    const result = readManifest(join(root, 'model/tiny_face_detector_model-weights_manifest.json'));
    const tensors = 'tensors' in result ? [...result.tensors.values()] : [];
    expect(tensors.reduce((sum, { data }) => sum + data.length, 0)).toBe(193_321);
    const bias = tensors.find(({ name }) => name === 'conv0/bias');
    expect(bias?.data).toHaveLength(16);
    expect(Math.max(...(bias?.data ?? [])) - Math.min(...(bias?.data ?? []))).toBeCloseTo(
      255 * 0.005263455241334205,
      5,
    );
  });
});
