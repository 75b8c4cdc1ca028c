/**
 * NumPy's `.npy` files (format versions 1–3), for inputs that are not pictures and for saved outputs.
 * Read: f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, b1, either byte order, C and Fortran order → f32. Written: f4, C order.
 */
import type { Tensor } from '../compiler/ir/type.ts';
import { decodeHalf } from './dtype.ts';
import { transpose } from './layout.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The tensor, or a sentence part that says why the bytes are none: "is not a NumPy file". */
export function readNpy(bytes: Uint8Array): Tensor | { readonly reason: string } {
  if (magic.some((byte, i) => bytes[i] !== byte)) return { reason: 'is not a NumPy file' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] ?? 1) >= 2;
  if (bytes.byteLength < (wide ? 12 : 10)) return { reason: 'is cut short' };
  const start = wide ? 12 : 10;
  const dataStart = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.byteLength) return { reason: 'is cut short' };
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, dataStart));
  const parsed = parseHeader(header);
  return 'reason' in parsed ? parsed : readData(view, dataStart, parsed);
}

/** The bytes of an f4 file of `tensor`. */
export function writeNpy({ shape, data }: Tensor): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}

interface NpyHeader {
  readonly kind: string;
  readonly size: number;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
function parseHeader(header: string): NpyHeader | { readonly reason: string } {
  const descr = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (!order || !shape) return { reason: 'has no NumPy header' };
  if (!descr) return { reason: 'does not hold plain numbers' };
  const dims = (shape[1] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(Number);
  return {
    kind: descr[2] ?? '',
    size: Number(descr[3]),
    little: descr[1] !== '>',
    fortran: order[1] === 'True',
    shape: dims,
  };
}

function readData(view: DataView, start: number, header: NpyHeader): Tensor | { readonly reason: string } {
  const count = header.shape.reduce((product, n) => product * n, 1);
  const get = readers[`${header.kind}${header.size}`];
  if (!get) return { reason: `holds ${header.kind}${header.size} values; f4 is expected` };
  if (view.byteLength - start < count * header.size)
    return {
      reason: `is cut short: ${header.shape.join('x') || 'a number'} needs ${count * header.size} bytes`,
    };
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = get(view, start + i * header.size, header.little);
  if (!header.fortran) return { shape: header.shape, data };
  const reversed = header.shape.toReversed();
  return {
    shape: header.shape,
    data: transpose(
      data,
      reversed,
      reversed.map((_, i) => reversed.length - 1 - i),
    ),
  };
}

type Reader = (view: DataView, at: number, little: boolean) => number;

const readers: Readonly<Record<string, Reader>> = {
  f2: (view, at, little) => decodeHalf(Uint16Array.of(view.getUint16(at, little)))[0] ?? NaN,
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at),
};
