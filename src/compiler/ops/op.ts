/**
 * The anatomy of an operator: everything that means "this operator", in one object in one file. A target's instructions for
 * it live in the target's folder; both meet at the kernel IR. Three tiers: a `block` in stdlib/ (no TypeScript), an
 * `elementwise(…)` of a few lines, a true primitive with `defineOp(…)`.
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import type { Tensor, TensorType } from '../ir/type.ts';

/** Smallest and largest value, themselves allowed (`min`, `max`) or not (`above`, `below`). */
export interface Bounds {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
}

/** The longest step, dilation or border: more than any net needs, and little enough that addresses stay within 32 bits. */
export const longestStep = 65_536;

/**
 * How an option is written in the language, in positional order, and the bounds of each of its numbers.
 * - `size`: `3` or `3x3` → one number per spatial axis of the input
 * - `pad`: `same`, `valid`, `1`, `1x2`, `(0, 1)` → 'same' or [begin, end] per spatial axis · `border`: the same without words
 * - `ends`: `1` or `(0, 1)` → a number or [begin, end] · `range`: `(0, 64)` → [begin, end]
 * - `axes`: named axes → list of axis names · `axis`: one · `dims`: `7x7x512` or a list of ints
 * - `kernel`: a window as `size` writes it, or the name of a fixed filter → tensor · `init`: an initialiser's name · `word`: one of `words`
 */
export interface ParamSpec extends Bounds {
  readonly name: string;
  readonly kind:
    | 'int'
    | 'float'
    | 'bool'
    | 'string'
    | 'size'
    | 'pad'
    | 'axis'
    | 'axes'
    | 'dims'
    | 'border'
    | 'ends'
    | 'range'
    | 'floats'
    | 'kernel'
    | 'init'
    | 'word';
  readonly words?: readonly string[];
  /** undefined = required; null = optional without a value. Written in the canonical form that `attrs` holds; a number for a `size` spreads to every axis. */
  readonly default: Attrs[string] | undefined;
  readonly doc: string;
}

/** A weight that an instance of the operator owns, as on disk (PyTorch's names and layouts). */
export interface WeightSpec {
  /** `weight`, `bias`, `running_mean`, … */
  readonly name: string;
  readonly type: TensorType;
  readonly trainable: boolean;
  readonly init: Init;
}

/**
 * Initialisers with fan-in and fan-out where they need them. `constant` fills with one number; `fixed` is known data that no file
 * holds (a written filter): the checker makes a `const` node of it instead of a `param`.
 */
export type Init =
  | { readonly kind: 'zeros' | 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'fixed'; readonly value: Tensor }
  | {
      readonly kind:
        'he_normal' | 'he_uniform' | 'lecun_normal' | 'xavier_uniform' | 'xavier_normal' | 'uniform';
      readonly fanIn: number;
      readonly fanOut: number;
    };

/**
 * What is wrong with a use of the operator, without places: the checker adds spans and prints. `code` is a registry code,
 * `args` its placeholders; `at` says what to underline: the call, the option called so, or the i-th input's origin.
 */
export interface Problem {
  readonly problem: true;
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly at: 'call' | { readonly option: string } | { readonly input: number };
  readonly label?: string;
  /** Second places: text shown at the origin of input i, or at an option. */
  readonly labels?: readonly {
    readonly at: { readonly option: string } | { readonly input: number };
    readonly text: string;
  }[];
  readonly notes?: readonly { readonly word: 'why' | 'trail' | 'note'; readonly text: string }[];
  /** Fixes in terms of the call: set an option or remove one, insert text before the call's stage, or replace the call; `title` explains. */
  readonly fixes?: readonly {
    readonly title: string;
    readonly set?: { readonly option: string; readonly to: string };
    readonly remove?: string;
    readonly before?: string;
    readonly replace?: string;
  }[];
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && (value as { problem?: unknown }).problem === true;
}

/** Costs of one application to one sample. */
export interface Cost {
  /** Multiply-accumulate pairs (a convolution's output elements × window × input channels per group). */
  readonly macs: number;
}

/**
 * Vector-Jacobian product, built as nodes: for each of the node's inputs the gradient node or undefined.
 * `'none'` where no gradient exists (argmax).
 */
export type GradRule = 'none' | ((node: Node, upstream: Node, build: Build) => readonly (Node | undefined)[]);

/** Constructs typed nodes; what gradient rules and rewrites build with. */
export type Build = (op: string, inputs: readonly Node[], attrs?: Attrs) => Node;

export interface OpDef {
  readonly name: string;
  /** As it is written in the language, where that differs: `max` of one value along axes is `reduce_max`, of several values `max`. */
  readonly spelling?: string;
  /** Markdown; the first sentence is the hover's headline. Cites its source where it has one. */
  readonly doc: string;
  readonly category:
    | 'layer'
    | 'activation'
    | 'merge'
    | 'elementwise'
    | 'reduction'
    | 'algebra'
    | 'loss'
    | 'shape'
    | 'internal';
  /** Data inputs (weights not counted); `max` Infinity for merges. */
  readonly arity: { readonly min: number; readonly max: number };
  /** Options as written in the language. */
  readonly params: readonly ParamSpec[];
  /**
   * From the options (already converted by kind, defaults filled in, sizes spread to the input's spatial rank) to canonical attributes.
   * Absent: the options are the attributes. `written` are those that a person wrote, without defaults.
   */
  readonly attrs?: (options: Attrs, inputs: readonly TensorType[], written: Attrs) => Attrs | Problem;
  /** Weights that a written instance owns; the checker makes `param` nodes of them and appends them to the inputs in this order. */
  readonly weights?: (attrs: Attrs, inputs: readonly TensorType[]) => readonly WeightSpec[];
  /** Shape rule over data inputs (weights not passed). Works for symbolic sizes. */
  readonly type: (attrs: Attrs, inputs: readonly TensorType[]) => TensorType | Problem;
  readonly cost: (attrs: Attrs, inputs: readonly TensorType[], output: TensorType) => Cost;
  /** Naive loops over all inputs (data, then weights): constant folding and the oracle of every test. */
  readonly eval: (
    attrs: Attrs,
    inputs: readonly Tensor[],
    types: { readonly inputs: readonly TensorType[]; readonly output: TensorType },
  ) => Tensor;
  readonly grad: GradRule;
  /** To the kernel IR; all sizes are concrete. */
  readonly lower: (node: Node) => Lowering;
  /** For element-wise operators: the scalar expression over its `count` inputs (arg i), so that it fuses. */
  readonly scalar?: (attrs: Attrs, count: number) => Scalar;
  /** `lower` honours `attrs.epilogue`: an element-wise tail, whose operands follow the weights among the inputs. */
  readonly epilogue?: true;
  /** ONNX operator and attributes that mean the same, or undefined where it takes several nodes. */
  readonly onnx: { readonly type: string; readonly attrs?: (attrs: Attrs) => Attrs } | undefined;
  /** Uses that the conformance test walks: concrete data inputs and options. Odd sizes, strides, groups, borders belong here. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly inputs: readonly TensorType[];
  readonly options: Attrs;
  /** Value range of random inputs, e.g. positive for log. Default −1..1. */
  readonly range?: readonly [number, number];
}

/** Declares an operator; exists so that every definition reads alike and is checked here. */
export function defineOp(def: OpDef): OpDef {
  return def;
}
