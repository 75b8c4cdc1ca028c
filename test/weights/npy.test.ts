import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/weights/npy.ts';

/** A version 1.0 file as NumPy writes it. */
function npy(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    text.length & 255,
    text.length >> 8,
    ...text,
    ...data,
  );
}

describe('npy', () => {
  it.each([[[]], [[3]], [[2, 3]], [[1, 2, 3, 1]], [[0]]])('writes and reads %j', (shape) => {
    const data = Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => i - 0.5);
    const bytes = writeNpy({ shape, data });
    expect(readNpy(bytes)).toEqual({ shape, data });
    expect((bytes.length - data.byteLength) % 64).toBe(0);
  });

  it('reads other numbers, byte orders and Fortran order', () => {
    expect(
      readNpy(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", Uint8Array.of(1, 2, 255))),
    ).toEqual({
      shape: [3],
      data: Float32Array.of(1, 2, 255),
    });
    expect(
      readNpy(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (1,), }", Uint8Array.of(255, 254))),
    ).toEqual({
      shape: [1],
      data: Float32Array.of(-2),
    });
    const fortran = npy(
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
      Uint8Array.of(0, 3, 1, 4, 2, 5),
    );
    expect(readNpy(fortran)).toEqual({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  });

  it('says what is wrong', () => {
    const reason = (bytes: Uint8Array): unknown => (readNpy(bytes) as { reason?: string }).reason;
    expect(reason(Uint8Array.of(1, 2, 3))).toBe('is not a NumPy file');
    expect(reason(writeNpy({ shape: [4], data: new Float32Array(4) }).subarray(0, -1))).toMatch(
      /cut short: 4 needs 16/,
    );
    expect(reason(writeNpy({ shape: [4], data: new Float32Array(4) }).subarray(0, 8))).toBe('is cut short');
    expect(
      reason(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8))),
    ).toMatch(/holds c8/);
    expect(
      reason(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8))),
    ).toBe('does not hold plain numbers');
    expect(reason(npy('{}', new Uint8Array(8)))).toBe('has no NumPy header');
  });
});
