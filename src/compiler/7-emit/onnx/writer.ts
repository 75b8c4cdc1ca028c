/**
 * Collects nodes and initializers of an ONNX graph while the emitters run. Values are named by their path; every name is unique.
 */
import { internal } from '../../diagnostics/internal.ts';
import { isStatic } from '../../ir/rewrite.ts';
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../ir/type.ts';
import { paramPath } from '../../ops/build.ts';
import { evaluateNode, type Memo, type WeightSource } from '../../ops/evaluate.ts';
import { uniqueNames } from '../typescript/names.ts';
import { onnxAxes, onnxDims, type OnnxAttrs, type OnnxContext } from './ops/emitter.ts';
import { attributeType, dataType, type AttributeProto, type NodeProto, type TensorProto } from './schema.ts';

export interface OnnxWriter {
  readonly graph: Graph;
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  /** Names of the values emitted so far. */
  readonly values: Map<Node, string>;
  readonly weights: WeightSource;
  readonly memo: Memo;
  readonly unique: (wanted: string) => string;
  /** Initializers by label, so that shared weights are stored once. */
  readonly stored: Map<string, readonly { readonly name: string; readonly tensor: Tensor }[]>;
  /** Lists of whole numbers by their contents. */
  readonly shapes: Map<string, string>;
}

/** An empty writer; names of inputs and outputs are taken. */
export function onnxWriter(graph: Graph, weights: WeightSource): OnnxWriter {
  return {
    graph,
    nodes: [],
    initializers: [],
    values: new Map(),
    weights,
    memo: new Map(),
    unique: uniqueNames([...graph.inputs, ...graph.outputs].map(({ name }) => name)),
    stored: new Map(),
    shapes: new Map(),
  };
}

/** The emitter's view of one node. */
export function contextOf(writer: OnnxWriter, node: Node): OnnxContext {
  const nodeAt = (index: number): Node => node.inputs[index] ?? internal(`${node.op} has no input ${index}`);
  return {
    node,
    input: (index) => valueOf(writer, nodeAt(index)),
    weight: (index, change = (stored) => stored) => staticValue(writer, nodeAt(index), change),
    keepsChannelsFirst: (flattened) => keepsChannelsFirst(writer, flattened),
    broadcast: (index) => broadcast(writer, nodeAt(index), node),
    emit: (opType, inputs, attrs = {}) =>
      addNode(writer, { opType, inputs, attrs, results: 1, label: labelOf(node) })[0] ?? '',
    emitMany: (opType, inputs, results, attrs = {}) =>
      addNode(writer, { opType, inputs, attrs, results, label: labelOf(node) }),
    floats: (values, shape = [values.length]) =>
      addFloats(writer, 'constant', { shape, data: Float32Array.from(values) }),
    ints: (values, shape = [values.length]) => addInts(writer, values, shape),
  };
}

/** Name of a node's value; a static one becomes an initializer. */
export function valueOf(writer: OnnxWriter, node: Node): string {
  if (isStatic(node)) return staticValue(writer, node, (stored) => channelsFirst(stored, node));
  return writer.values.get(node) ?? internal(`${labelOf(node)} is used before it is emitted`);
}

/** Whether every reader of a flattened value is a dense layer with a weight of its own to reorder. */
function keepsChannelsFirst({ graph }: OnnxWriter, flattened: Node): boolean {
  if (graph.outputs.some(({ nodes }) => nodes.includes(flattened))) return false;
  const readers = topological(graph).filter((node) => node.inputs.includes(flattened));
  return readers.every(
    (node) => node.op === 'dense' && node.inputs.slice(1).every((weight) => isStatic(weight)),
  );
}

interface NewNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly attrs: OnnxAttrs;
  readonly results: number;
  readonly label: string;
}

export function addNode(
  writer: OnnxWriter,
  { opType, inputs, attrs, results, label }: NewNode,
): readonly string[] {
  const output = Array.from({ length: results }, () => writer.unique(label));
  const attribute = Object.entries(attrs).map(([name, value]) => attributeOf(name, value));
  writer.nodes.push({ name: output[0] ?? label, opType, input: inputs, output, attribute });
  return output;
}

/** Attributes that are floats in ONNX even where the number is whole; all others are ints. */
const floatAttrs = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'bias']);

function attributeOf(name: string, value: OnnxAttrs[string]): AttributeProto {
  if (typeof value === 'string')
    return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value === 'number')
    return floatAttrs.has(name)
      ? { name, type: attributeType.float, f: value }
      : { name, type: attributeType.int, i: value };
  return { name, type: attributeType.ints, ints: value };
}

function labelOf(node: Node): string {
  return node.path === '' ? node.op : node.path;
}

function staticValue(writer: OnnxWriter, node: Node, change: (stored: Tensor) => Tensor): string {
  const label = node.op === 'param' ? paramPath(node) : labelOf(node);
  return addFloats(writer, label, change(evaluateNode(node, writer.weights, writer.memo)));
}

/** Equal tensors of one label are stored once. */
function addFloats(writer: OnnxWriter, label: string, tensor: Tensor): string {
  const known = writer.stored.get(label) ?? [];
  const found = known.find((entry) => sameTensor(entry.tensor, tensor));
  if (found) return found.name;
  const { shape, data } = tensor;
  const name = writer.unique(label);
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writer.initializers.push({ name, dims: shape, dataType: dataType.float, rawData });
  writer.stored.set(label, [...known, { name, tensor }]);
  return name;
}

function sameTensor(a: Tensor, b: Tensor): boolean {
  return a.shape.join() === b.shape.join() && a.data.every((value, i) => value === b.data[i]);
}

function addInts(writer: OnnxWriter, values: readonly number[], shape: readonly number[]): string {
  const key = `${shape.join()}:${values.join()}`;
  const found = writer.shapes.get(key);
  if (found !== undefined) return found;
  const name = writer.unique('shape');
  const rawData = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  writer.initializers.push({ name, dims: shape, dataType: dataType.int64, rawData });
  writer.shapes.set(key, name);
  return name;
}

/** An operand under the axes of the node: its own sizes where it has the axis, 1 elsewhere. */
function broadcast(writer: OnnxWriter, operand: Node, node: Node): string {
  const axes = onnxAxes(node.type);
  const shape = axes.map((axis) => Number(operand.type.dims[operand.type.axes.indexOf(axis)] ?? 1));
  if (isStatic(operand))
    return staticValue(writer, operand, (stored) => ({ shape, data: channelsFirst(stored, operand).data }));
  const value = valueOf(writer, operand);
  if (operand.type.axes.length === axes.length) return value;
  const inputs = [value, addInts(writer, [1, ...shape], [shape.length + 1])];
  return (
    addNode(writer, { opType: 'Reshape', inputs, attrs: {}, results: 1, label: labelOf(operand) })[0] ?? ''
  );
}

/** A static value in ONNX' order of axes. Weights keep theirs: their channels are not their last axis. */
export function channelsFirst({ shape, data }: Tensor, node: Node): Tensor {
  const { type } = node;
  if (type.axes.at(-1) !== 'C' || shape.length < 2) return { shape, data };
  const channels = shape.at(-1) ?? 1;
  const places = sizeOf(shapeOf(type)) / channels;
  const moved = Float32Array.from(
    data,
    (_, i) => data[(i % places) * channels + Math.floor(i / places)] ?? NaN,
  );
  return { shape: onnxDims(type), data: moved };
}
