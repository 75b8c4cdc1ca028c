/**
 * The text of types in the graph's text form: `28x28x192` for feature maps, `192` for vectors, `scalar`, and the axes by name
 * elsewhere: `[O 64, I 3, H 7, W 7]`, `[H 2·floor(H/2) + 1, W 3]`; `i32` or `u8` in front where the data are integers.
 */
import type { Cursor } from './cursor.ts';
import { addDims, floorDivDim, mulDims, namedDim, showDim, type Dim } from './dim.ts';
import { featureMap, isConcrete, sameType, showType, type TensorType } from './type.ts';

/** The type as text. */
export function printType(type: TensorType): string {
  const { axes, dims, dtype } = type;
  const integer = dtype === 'f32' ? '' : `${dtype} `;
  if (axes.length === 0) return `${integer}scalar`;
  const usual = featureMap(dims.slice(0, -1), dims.at(-1) ?? 1, dtype);
  if (axes.length <= 4 && isConcrete(type) && sameType(type, usual)) return integer + showType(type);
  return `${integer}[${axes.map((axis, i) => `${axis} ${showDim(dims[i] ?? 1)}`).join(', ')}]`;
}

/** Reads what `printType` writes. */
export function readType(cursor: Cursor): TensorType {
  const dtype = cursor.take(/i32\b/) ? 'i32' : cursor.take(/u8\b/) ? 'u8' : 'f32';
  if (cursor.take(/scalar\b/)) return { dtype, axes: [], dims: [] };
  if (!cursor.take(/\[/)) {
    const dims = cursor
      .expect(/\d+(x\d+)*/, 'a type')
      .split('x')
      .map(Number);
    return featureMap(dims.slice(0, -1), dims.at(-1) ?? 1, dtype);
  }
  const axes: string[] = [];
  const dims: Dim[] = [];
  while (!cursor.take(/\]/)) {
    axes.push(cursor.expect(/[A-Za-z_]\w*/, 'an axis'));
    dims.push(readDim(cursor));
    cursor.take(/,/);
  }
  return { dtype, axes, dims };
}

/** Sum of terms: `2·floor(H/2) - W + 1`. */
function readDim(cursor: Cursor): Dim {
  let dim = readProduct(cursor);
  for (let sign = cursor.take(/[+-]/); sign; sign = cursor.take(/[+-]/))
    dim = addDims(dim, mulDims(readProduct(cursor), sign === '+' ? 1 : -1));
  return dim;
}

function readProduct(cursor: Cursor): Dim {
  const negative = cursor.take(/-/) !== undefined;
  let dim = readAtom(cursor);
  while (cursor.take(/·/)) dim = mulDims(dim, readAtom(cursor));
  return negative ? mulDims(dim, -1) : dim;
}

function readAtom(cursor: Cursor): Dim {
  const number = cursor.take(/\d+/);
  if (number !== undefined) return Number(number);
  if (!cursor.take(/floor\(/)) return namedDim(cursor.expect(/[A-Za-z_]\w*/, 'a size'));
  const bracket = cursor.take(/\(/);
  const numerator = readDim(cursor);
  if (bracket) cursor.expect(/\)/, ')');
  cursor.expect(/\//, '/');
  const divisor = Number(cursor.expect(/\d+/, 'a divisor'));
  cursor.expect(/\)/, ')');
  return floorDivDim(numerator, divisor);
}
