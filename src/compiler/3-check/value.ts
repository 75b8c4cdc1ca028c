/**
 * What an expression can be worth while a net is instantiated: a compile-time constant, a tensor (a node of the graph), or
 * something that can be applied to a tensor. `unknown` follows a reported error and silences what depends on it.
 */
import type { Arg, Expr } from '../1-parse/ast.ts';
import type { BlockDeclaration, NetDeclaration } from '../2-resolve/model.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SymbolicDim } from '../ir/dim.ts';
import type { Node } from '../ir/graph.ts';
import { showType, type Tensor, type TensorType } from '../ir/type.ts';
import type { Site } from './frame.ts';

/** A number. `dim` is set where it follows from a named size of an input: its value then belongs to the default size. */
export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
  readonly integer: boolean;
  readonly dim?: SymbolicDim;
  /** What it is where it is no size, if that differs: `7/2` is 3 channels, but 3.5 in a filter, as a scale or as a rate. */
  readonly exact?: number;
}

/** A number that is `exact` where it is no size. */
export const exactly = (number: NumberValue, exact: number): NumberValue =>
  Object.is(exact, number.value) ? number : { ...number, exact };

/** The number where fractions count: a weight, a factor, a rate. */
export const realOf = ({ value, exact }: NumberValue): number => exact ?? value;

export type Constant =
  | NumberValue
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** `same`, `H`, `he_normal`: a word of the language. */
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Value[] }
  | { readonly kind: 'size'; readonly dims: readonly number[] }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** A `filter`, or another table of numbers. */
  | { readonly kind: 'array'; readonly name: string; readonly tensor: Tensor }
  /** `folder("./flowers")`: where class names come from. */
  | { readonly kind: 'source'; readonly of: 'folder'; readonly path: string };

/** Arguments as evaluated where they were written. */
export interface GivenArg {
  readonly name: string | undefined;
  readonly value: Value;
  readonly arg: Arg;
}

/** Something that can stand after `->`. Blocks and nets keep the arguments that they were given so far. */
export type Callable =
  | { readonly kind: 'op'; readonly name: string; readonly args: readonly GivenArg[]; readonly expr: Expr }
  | {
      readonly kind: 'block';
      readonly declaration: BlockDeclaration;
      readonly args: readonly GivenArg[];
      readonly expr: Expr;
    }
  | {
      readonly kind: 'net';
      readonly declaration: NetDeclaration;
      readonly args: readonly GivenArg[];
      readonly expr: Expr;
    }
  /** A `let`: applied twice, it has one set of weights, which belong to `site`. */
  | {
      readonly kind: 'instance';
      readonly name: string;
      readonly of: Callable;
      readonly site: Site;
      readonly uses: InstanceUse[];
    }
  | { readonly kind: 'identity' };

/** One application of an instance, for the message that two of them disagree. */
export interface InstanceUse {
  readonly input: Node | undefined;
  readonly expr: Expr;
}

export interface TensorValue {
  readonly kind: 'tensor';
  readonly node: Node;
  /** Of a net inside another, which is worth its first output: all of them, by name (`found.boxes`). */
  readonly outputs?: ReadonlyMap<string, Node>;
}

/** What a net is worth once instantiated: `ResNet18.params`, `LeNet5.logits`. */
export type Value = Constant | Callable | TensorValue | { readonly kind: 'unknown' };

export const unknown: Value = { kind: 'unknown' };

export function int(value: number): NumberValue {
  return { kind: 'number', value, integer: true };
}

export function tensorOf(node: Node, outputs?: ReadonlyMap<string, Node>): TensorValue {
  return outputs ? { kind: 'tensor', node, outputs } : { kind: 'tensor', node };
}

export function isCallable(value: Value): value is Callable {
  return ['op', 'block', 'net', 'instance', 'identity'].includes(value.kind);
}

/** `a vector of 10`, `a 28x28x3 feature map`, `a single number`. */
export function describeType(type: TensorType): string {
  if (type.axes.length === 0) return 'a single number';
  const shape = showType(type);
  if (type.axes.length === 1) return `a vector of ${shape}`;
  // Eight, eleven and eighteen begin with a vowel.
  return `${/^(?:8|1[18](?!\d))/.test(shape) ? 'an' : 'a'} ${shape} feature map`;
}

/** What a value is, for messages: `the number 3`, `a 28x28x64 value`, `the block Basic`. */
/** Where an axis was named and a number was wanted: how its size is written. */
export function axisNotes(...values: readonly Value[]): Diagnostic['notes'] {
  const axis = values.find((value) => value.kind === 'word' && /^[LDHWC]$/.test(value.value));
  if (axis?.kind !== 'word') return [];
  const name = axis.value;
  const text = `${name} is the name of an axis; its size is x.${name} of a value x, and in.${name} in a block`;
  return [{ word: 'note', text }];
}

export function describe(value: Value): string {
  switch (value.kind) {
    case 'number':
      return `the number ${value.value}`;
    case 'bool':
      return String(value.value);
    case 'string':
      return `the text "${value.value}"`;
    case 'word':
      return `the word ${value.value}`;
    case 'list':
      return `a list of ${value.items.length}`;
    case 'tuple':
      return `a tuple of ${value.items.length}`;
    case 'size':
      return `the size ${value.dims.join('x')}`;
    case 'range':
      return `the range ${value.from}..${value.to}`;
    case 'array':
      return `the filter ${value.name}`;
    case 'source':
      return `the folder "${value.path}"`;
    case 'op':
      return `the layer ${value.name}`;
    case 'block':
      return `the block ${value.declaration.name}`;
    case 'net':
      return `the net ${value.declaration.name}`;
    case 'instance':
      return `the instance ${value.name}`;
    case 'identity':
      return 'identity';
    case 'tensor':
      return describeType(value.node.type);
    case 'unknown':
      return 'something with an error';
  }
}
