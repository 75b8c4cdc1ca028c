/** Number formats of weight files, decoded to f32. Little-endian, as safetensors and tfjs write them. */

/** Bytes per element of every safetensors dtype. */
export const dtypeBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

export type FloatType = 'F32' | 'F16' | 'BF16' | 'F64';

export function isFloatType(dtype: string): dtype is FloatType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';
}

/** Decodes `bytes` (whole elements) to f32. F32 that is aligned is returned as a view, without a copy. */
export function decodeFloats(bytes: Uint8Array, dtype: FloatType): Float32Array<ArrayBuffer> {
  const size = dtypeBytes[dtype] ?? 4;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const at = [aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size] as const;
  switch (dtype) {
    case 'F32':
      return new Float32Array(...at);
    case 'F64':
      return Float32Array.from(new Float64Array(...at));
    case 'F16':
      return decodeHalf(new Uint16Array(...at));
    case 'BF16':
      return decodeBfloat(new Uint16Array(...at));
  }
}

/** IEEE binary16 → f32, exact, subnormals included. */
export function decodeHalf(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] ?? 0;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const sign = half & 0x8000 ? -1 : 1;
    if (exponent === 0) floats[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) floats[i] = fraction === 0 ? sign * Infinity : NaN;
    else floats[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return floats;
}

/** bfloat16 is the upper half of an f32. */
function decodeBfloat(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}
