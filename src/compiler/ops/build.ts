/**
 * Makes nodes, typed by their operator's own rule, and turns written options into canonical attributes. The order of a node's inputs is:
 * data, weights, operands of the epilogue.
 */
import type { Span } from '../1-parse/source.ts';
import { internal } from '../diagnostics/internal.ts';
import type { Attrs, AttrValue, Node } from '../ir/graph.ts';
import type { OpName } from './names.ts';
import type { Tensor, TensorType } from '../ir/type.ts';
import { opDef } from './index.ts';
import { isProblem, type Build, type Init, type OpDef, type ParamSpec, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';

/** Where a node comes from. */
export interface Origin {
  readonly path: string;
  readonly span: Span | undefined;
}

/** A node of `op`, typed by its rule over the data inputs. Attributes are canonical; a `Problem` here is our own bug. */
export function makeNode(op: string, inputs: readonly Node[], attrs: Attrs, origin: Origin): Node {
  const def = opDef(op);
  const data = inputs.slice(0, dataCount(def, inputs.length)).map((input) => input.type);
  const type = def.type(attrs, data);
  if (isProblem(type))
    internal(`${op} at '${origin.path}' does not fit: ${type.code} ${JSON.stringify(type.args)}`);
  return { op: op as OpName, inputs, attrs, type, path: origin.path, span: origin.span };
}

/** A node whose type the operator's rule gave already: `type` is `opDef(op).type(attrs, data)`. */
export function typedNode(
  op: string,
  inputs: readonly Node[],
  attrs: Attrs,
  origin: Origin & { readonly type: TensorType },
): Node {
  const { type, path, span } = origin;
  return { op: op as OpName, inputs, attrs, type, path, span };
}

/** A value that the caller gives. */
export function inputNode(name: string, type: TensorType, span: Span | undefined): Node {
  return { op: 'input', inputs: [], attrs: { name }, type, path: name, span };
}

/** A weight; on disk it is called `paramPath(node)`. */
export function paramNode(
  weight: {
    readonly name: string;
    readonly trainable: boolean;
    readonly init: Init;
    readonly type: TensorType;
  },
  origin: Origin,
): Node {
  const { path, span } = origin;
  return { op: 'param', inputs: noNodes, attrs: paramAttrs(weight), type: weight.type, path, span };
}

const noNodes: readonly Node[] = [];

/** The attributes of a weight's node. */
export function paramAttrs({
  name,
  trainable,
  init,
}: {
  readonly name: string;
  readonly trainable: boolean;
  readonly init: Init;
}): Attrs {
  return { name, trainable, init };
}

/** Known data. */
export function constNode(
  value: Tensor,
  type: TensorType,
  origin: Origin = { path: '', span: undefined },
): Node {
  return { op: 'const', inputs: [], attrs: { value }, type, ...origin };
}

/** The name of a `param` node's data in a weights file: `stem.conv.weight`. */
export function paramPath(node: Node): string {
  const name = read.text(node.attrs, 'name');
  return node.path === '' ? name : `${node.path}.${name}`;
}

/** What gradient rules build with: nodes that take place and path from one node. */
export function buildFrom(origin: Origin): Build {
  return (op, inputs, attrs = {}) => makeNode(op, inputs, attrs, { path: origin.path, span: origin.span });
}

/** How many of `count` inputs are data. Only merges take any number, and they own no weights. */
function dataCount(def: OpDef, count: number): number {
  return Math.min(count, def.arity.max);
}

/** The data inputs of a node. */
export function dataInputs(node: Node): readonly Node[] {
  return node.inputs.slice(0, dataCount(opDef(node.op), node.inputs.length));
}

/** The inputs of a node by role: data, weights, operands of the fused epilogue. */
export function inputRoles(node: Node): {
  readonly data: readonly Node[];
  readonly weights: readonly Node[];
  readonly epilogue: readonly Node[];
} {
  const def = opDef(node.op);
  const first = dataCount(def, node.inputs.length);
  const data = node.inputs.slice(0, first);
  const specs = def.weights?.(
    node.attrs,
    data.map((input) => input.type),
  );
  const second = first + (specs?.length ?? 0);
  return { data, weights: node.inputs.slice(first, second), epilogue: node.inputs.slice(second) };
}

/**
 * Written options → canonical attributes: fills defaults in, spreads one size to every spatial axis, and applies the operator's own
 * `attrs` rule. Values come by `ParamSpec.kind`; sizes and paddings may be a number, `same` or `valid`, or given per axis.
 */
export function canonicalAttrs(def: OpDef, options: Attrs, inputs: readonly TensorType[]): Attrs | Problem {
  const rank = Math.max(0, (inputs[0]?.axes.length ?? 0) - 1);
  // Internal operators are built by the compiler, which knows their attributes.
  const complete: Record<string, AttrValue> = def.category === 'internal' ? { ...options } : {};
  for (const param of def.params) {
    const value = options[param.name] ?? param.default;
    if (value === undefined) internal(`${def.name} needs the option ${param.name}`);
    complete[param.name] = spread(param, value, rank);
  }
  return def.attrs ? def.attrs(complete, inputs, options) : complete;
}

function spread(param: ParamSpec, value: AttrValue, rank: number): AttrValue {
  if (param.kind === 'pad' || (param.kind === 'border' && value !== null)) return spreadPad(value, rank);
  const isSize = param.kind === 'size' || param.kind === 'kernel';
  return isSize && typeof value === 'number' ? Array<number>(rank).fill(value) : value;
}

function spreadPad(value: AttrValue, rank: number): AttrValue {
  const amount = value === 'valid' ? 0 : value;
  return typeof amount === 'number' ? Array.from({ length: rank }, () => [amount, amount]) : amount;
}
