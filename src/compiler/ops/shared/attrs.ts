/**
 * Typed reading of a node's attributes. Attributes are plain data; an operator states here what it expects, and a wrong kind is
 * our own bug (the checker converts options by `ParamSpec.kind` before any operator sees them).
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { isScalar } from '../../ir/scalar-build.ts';
import type { Tensor } from '../../ir/type.ts';

export function number(attrs: Attrs, name: string): number {
  const value = attrs[name];
  return typeof value === 'number' ? value : wrong(name, 'a number', value);
}

export function bool(attrs: Attrs, name: string): boolean {
  const value = attrs[name];
  return typeof value === 'boolean' ? value : wrong(name, 'true or false', value);
}

export function text(attrs: Attrs, name: string): string {
  const value = attrs[name];
  return typeof value === 'string' ? value : wrong(name, 'a text', value);
}

export function numbers(attrs: Attrs, name: string): readonly number[] {
  const value = attrs[name];
  return Array.isArray(value) && value.every((x) => typeof x === 'number')
    ? (value as number[])
    : wrong(name, 'a list of numbers', value);
}

export function texts(attrs: Attrs, name: string): readonly string[] {
  const value = attrs[name];
  return Array.isArray(value) && value.every((x) => typeof x === 'string')
    ? (value as string[])
    : wrong(name, 'a list of names', value);
}

/** `'same'`, or [begin, end] per spatial axis. */
export type Padding = 'same' | readonly (readonly [number, number])[];

export function padding(attrs: Attrs, name = 'pad'): Padding {
  const value = attrs[name];
  if (value === 'same') return 'same';
  return Array.isArray(value) && value.every((x) => Array.isArray(x) && x.length === 2)
    ? (value as unknown as readonly (readonly [number, number])[])
    : wrong(name, 'a padding', value);
}

/** True for a tensor among attribute values (a fixed kernel, the data of a `const`). */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && (value as Tensor).data instanceof Float32Array;
}

export function tensor(attrs: Attrs, name: string): Tensor {
  const value = attrs[name];
  return isTensor(value) ? value : wrong(name, 'a tensor', value);
}

export function scalar(attrs: Attrs, name: string): Scalar {
  const value = attrs[name];
  return isScalar(value) ? value : wrong(name, 'an expression', value);
}

function wrong(name: string, expected: string, value: unknown): never {
  return internal(`the attribute ${name} should be ${expected} but is ${JSON.stringify(value)}`);
}
