/**
 * Collects tensors, operators and buffers of a .tflite graph while the emitters run. Tensors are channels last with the batch as their first
 * axis, so that the type's axis i is the tensor's axis i + 1; static operands have no batch.
 */
import { internal } from '../../src/compiler/diagnostics/internal.ts';
import { topological, type Graph, type Node } from '../../src/compiler/ir/graph.ts';
import { isStatic } from '../../src/compiler/ir/rewrite.ts';
import { shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { evaluateNode, type Memo, type WeightSource } from '../../src/compiler/ops/evaluate.ts';
import type { EmitOptions, OperatorOptions, TensorId, TfliteContext } from './ops/emitter.ts';
import { activation, tensorType, type Activation, type OperatorName, type TensorTypeName } from './schema.ts';

export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  /** 0 for values that are computed. */
  readonly buffer: number;
}

export interface WrittenOperator {
  readonly name: OperatorName;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly options: OperatorOptions;
  /** The node that it belongs to. */
  readonly node: Node;
}

export interface TfliteWriter {
  readonly tensors: WrittenTensor[];
  readonly operators: WrittenOperator[];
  /** The first is empty, by the rules of the format. */
  readonly buffers: Uint8Array[];
  readonly values: Map<Node, TensorId>;
  readonly weights: WeightSource;
  readonly memo: Memo;
  /** Static tensors by what they hold. */
  readonly stored: Map<string, TensorId>;
  /** How often each node is read; outputs count. */
  readonly uses: ReadonlyMap<Node, number>;
}

export function tfliteWriter(graph: Graph, weights: WeightSource): TfliteWriter {
  return {
    tensors: [],
    operators: [],
    buffers: [new Uint8Array()],
    values: new Map(),
    weights,
    memo: new Map(),
    stored: new Map(),
    uses: usesOf(graph),
  };
}

function usesOf(graph: Graph): ReadonlyMap<Node, number> {
  const read = [
    ...topological(graph).flatMap(({ inputs }) => inputs),
    ...graph.outputs.flatMap(({ nodes }) => nodes),
  ];
  const uses = new Map<Node, number>();
  for (const node of read) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

/** The emitter's view of one node. */
export function contextOf(writer: TfliteWriter, node: Node): TfliteContext {
  const nodeAt = (index: number): Node => node.inputs[index] ?? internal(`${node.op} has no input ${index}`);
  const emit = (name: OperatorName, inputs: readonly TensorId[], options: EmitOptions): TensorId =>
    addOperator(writer, node, { name, inputs, ...options });
  return {
    node,
    input: (index) => valueOf(writer, nodeAt(index)),
    weight: (index, change = (stored) => stored) => staticValue(writer, nodeAt(index), change),
    broadcast: (index) => broadcast(writer, nodeAt(index), node),
    shapeOf: (tensor) => writer.tensors[tensor]?.shape ?? internal(`there is no tensor ${tensor}`),
    emit,
    reshape: (tensor, shape) => reshape(writer, node, { tensor, shape }),
    floats: (values, shape = [values.length]) =>
      addStatic(writer, 'constant', { shape, type: 'FLOAT32', data: Float32Array.from(values) }),
    ints: (values, shape = [values.length]) =>
      addStatic(writer, 'shape', { shape, type: 'INT32', data: Int32Array.from(values) }),
    activated: (name) => activated(writer, node, name),
  };
}

export function addTensor(writer: TfliteWriter, tensor: WrittenTensor): TensorId {
  return writer.tensors.push(tensor) - 1;
}

/** Tensor of a node's value; a static one has the batch of 1 that computed ones have. */
export function valueOf(writer: TfliteWriter, node: Node): TensorId {
  if (isStatic(node)) return staticValue(writer, node, ({ shape, data }) => ({ shape: [1, ...shape], data }));
  return writer.values.get(node) ?? internal(`${labelOf(node)} is used before it is emitted`);
}

interface NewOperator extends EmitOptions {
  readonly name: OperatorName;
  readonly inputs: readonly TensorId[];
}

function addOperator(
  writer: TfliteWriter,
  node: Node,
  { name, inputs, shape, type = 'FLOAT32', options = {} }: NewOperator,
): TensorId {
  const output = addTensor(writer, { name: labelOf(node), shape, type, buffer: 0 });
  writer.operators.push({ name, inputs, outputs: [output], options: { ...options }, node });
  return output;
}

/** Back to where a value came from costs nothing. */
function reshape(
  writer: TfliteWriter,
  node: Node,
  { tensor, shape }: { readonly tensor: TensorId; readonly shape: readonly number[] },
): TensorId {
  const is = (id: TensorId | undefined): boolean => writer.tensors[id ?? -1]?.shape.join() === shape.join();
  if (is(tensor)) return tensor;
  const before = producerOf(writer, tensor);
  const source = before?.name === 'RESHAPE' ? before.inputs[0] : undefined;
  if (source !== undefined && is(source)) return source;
  const to = addStatic(writer, 'shape', {
    shape: [shape.length],
    type: 'INT32',
    data: Int32Array.from(shape),
  });
  const { type = 'FLOAT32' } = writer.tensors[tensor] ?? {};
  return addOperator(writer, node, {
    name: 'RESHAPE',
    inputs: [source ?? tensor, to],
    shape,
    type,
    options: { newShape: shape },
  });
}

function producerOf(writer: TfliteWriter, tensor: TensorId): WrittenOperator | undefined {
  return writer.operators.findLast(({ outputs }) => outputs.includes(tensor));
}

/** The operator's only input after an activation: in the operator that computed it, if nothing else reads that and it can. */
function activated(writer: TfliteWriter, node: Node, name: Exclude<Activation, 'NONE'>): TensorId {
  const [source = node] = node.inputs;
  const value = valueOf(writer, source);
  let producer = producerOf(writer, value);
  while (producer?.name === 'RESHAPE' && producer.node === source)
    producer = producerOf(writer, producer.inputs[0] ?? -1);
  const joins =
    producer?.node === source && writer.uses.get(source) === 1 && producer.options.activation === 0;
  if (!producer || !joins)
    return addOperator(writer, node, { name, inputs: [value], shape: writer.tensors[value]?.shape ?? [] });
  producer.options.activation = activation[name];
  return value;
}

function labelOf(node: Node): string {
  return node.path === '' ? node.op : node.path;
}

function staticValue(writer: TfliteWriter, node: Node, change: (stored: Tensor) => Tensor): TensorId {
  const label = node.op === 'param' ? paramPath(node) : labelOf(node);
  const { shape, data } = change(evaluateNode(node, writer.weights, writer.memo));
  return addStatic(writer, label, { shape, type: 'FLOAT32', data });
}

interface StaticTensor {
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  readonly data: Float32Array | Int32Array;
}

/** Equal tensors of one label are stored once. */
function addStatic(writer: TfliteWriter, label: string, { shape, type, data }: StaticTensor): TensorId {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const base = `${label} ${tensorType[type]} ${shape.join('x')}`;
  for (let i = 0; ; i++) {
    const known = writer.stored.get(`${base} ${i}`);
    if (known === undefined) {
      const buffer = writer.buffers.push(bytes) - 1;
      const tensor = addTensor(writer, { name: label, shape, type, buffer });
      writer.stored.set(`${base} ${i}`, tensor);
      return tensor;
    }
    const held = writer.buffers[writer.tensors[known]?.buffer ?? 0];
    if (held && Buffer.compare(held, bytes) === 0) return known;
  }
}

/** An operand under the axes of the node: its own sizes where it has the axis, 1 elsewhere. */
function broadcast(writer: TfliteWriter, operand: Node, node: Node): TensorId {
  const { axes, dims } = operand.type;
  const shape = node.type.axes.map((axis) => Number(dims[axes.indexOf(axis)] ?? 1));
  const ordered = axes.filter((axis) => node.type.axes.includes(axis));
  if (sizeOf(shapeOf(operand.type)) !== sizeOf(shape) || ordered.join() !== axes.join())
    internal(`${labelOf(operand)} does not broadcast to ${labelOf(node)}`);
  const full = isStatic(operand) ? shape : [1, ...shape];
  if (isStatic(operand))
    return staticValue(writer, operand, ({ data }) => ({ shape: full.length > 0 ? full : [1], data }));
  return reshape(writer, node, { tensor: valueOf(writer, operand), shape: full });
}
