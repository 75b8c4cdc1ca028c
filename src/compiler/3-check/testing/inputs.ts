/** What a test gives to an input: numbers that stand in the text, or a file beside it. `cnnc test` runs what is decided here. */
import type { GraphInput } from '../../ir/graph.ts';
import { takesPictures } from '../../ir/takes.ts';
import { shapeOf, sizeOf, type Tensor } from '../../ir/type.ts';
import { tableOf } from '../filters.ts';
import { describe, int, type Value } from '../value.ts';

export type GivenInput =
  /** They are made when they are wanted: a net's input may be larger than a text that describes it. */
  | { readonly kind: 'numbers'; readonly make: () => Tensor }
  /** As it is written: relative to the text. */
  | { readonly kind: 'file'; readonly path: string }
  /** What the input cannot take; `found` says what that is. */
  | { readonly kind: 'unfit'; readonly found: string };

/** One number stands for all, a list has the input's shape or all of its numbers in a row. */
export function givenInput(value: Value, input: GraphInput): GivenInput {
  const shape = shapeOf(input.node.type);
  switch (value.kind) {
    case 'number':
      return numbers(shape, () => new Float32Array(sizeOf(shape)).fill(value.value));
    case 'string':
      if (takesPictures(input) || value.value.endsWith('.npy')) return { kind: 'file', path: value.value };
      return { kind: 'unfit', found: describe(value) };
    case 'array':
      return ofShape(value.tensor, shape);
    case 'size':
      return listed({ kind: 'list', items: value.dims.map(int) }, shape);
    case 'list':
    case 'tuple':
      return listed(value, shape);
    default:
      return { kind: 'unfit', found: describe(value) };
  }
}

function numbers(shape: readonly number[], data: () => Float32Array): GivenInput {
  return { kind: 'numbers', make: () => ({ shape, data: data() }) };
}

function listed(list: Extract<Value, { kind: 'list' | 'tuple' }>, shape: readonly number[]): GivenInput {
  const table = tableOf(list);
  if (table) return ofShape(table, shape);
  const other = list.items.find(({ kind }) => !['number', 'list', 'tuple'].includes(kind));
  const uneven = list.items.length === 0 ? 'an empty list' : 'a list whose rows are not equally long';
  const found = other ? `a list with ${describe(other)}` : uneven;
  return { kind: 'unfit', found };
}

function ofShape(table: Tensor, shape: readonly number[]): GivenInput {
  const inARow = table.shape.length === 1 && table.data.length === sizeOf(shape);
  const fits = inARow || String(withoutOnes(table.shape)) === String(withoutOnes(shape));
  if (fits) return numbers(shape, () => Float32Array.from(table.data));
  return { kind: 'unfit', found: `${table.shape.join('x')} numbers` };
}

/** A gray picture may be written as rows of numbers. */
const withoutOnes = (shape: readonly number[]): readonly number[] => shape.filter((size) => size !== 1);
