/**
 * An inference graph with its weights as one .onnx file (opset 20), for benchmarks and tests: `cnnc build` writes none. Inputs and
 * outputs keep our order of axes, with a batch of 1; inside, values are channels first, so transposes stand at the borders only.
 * Benchmarks run the peers on exactly these files.
 */
import { isStatic } from '../../ir/rewrite.ts';
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import type { WeightSource } from '../../ops/evaluate.ts';
import { spellLosses } from '../spell-losses.ts';
import { channelsFirst, channelsLast } from './ops/shape.ts';
import { emitterOf } from './ops/index.ts';
import { dataType, encodeModel, type ModelProto, type ValueInfoProto } from './schema.ts';
import { contextOf, onnxWriter, valueOf, type OnnxWriter } from './writer.ts';

/** Newest operator set used (Gelu). */
const opset = 20;

/** The bytes of the .onnx file. */
export async function emitOnnx(graph: Graph, weights: WeightSource): Promise<Uint8Array> {
  return encodeModel(onnxModel(graph, weights));
}

/** The model before encoding. */
export function onnxModel(written: Graph, weights: WeightSource): ModelProto {
  const graph = spellLosses(written);
  const writer = onnxWriter(graph, weights);
  for (const { name, node } of graph.inputs) writer.values.set(node, borderInput(writer, name, node));
  for (const node of topological(graph)) {
    if (node.op === 'input' || isStatic(node)) continue;
    writer.values.set(node, emitterOf(node)(contextOf(writer, node)));
  }
  const outputs = graph.outputs.flatMap(({ name, nodes }) =>
    nodes.map((node, i) => borderOutput(writer, nodes.length === 1 ? name : `${name}.${i}`, node)),
  );
  return {
    irVersion: 9,
    producerName: 'cnnc',
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: graph.name,
      node: writer.nodes,
      initializer: writer.initializers,
      input: graph.inputs.map(({ name, node }) => valueInfo(name, node)),
      output: outputs,
    },
  };
}

function borderInput(writer: OnnxWriter, name: string, node: Node): string {
  return channelsFirst(contextOf(writer, node), name, node.type);
}

/** The output under its own name, in our order of axes. */
function borderOutput(writer: OnnxWriter, name: string, node: Node): ValueInfoProto {
  const value = channelsLast(contextOf(writer, node), valueOf(writer, node), node.type);
  writer.nodes.push({
    name: `output.${name}`,
    opType: 'Identity',
    input: [value],
    output: [name],
    attribute: [],
  });
  return valueInfo(name, node);
}

function valueInfo(name: string, node: Node): ValueInfoProto {
  const dim = [1, ...node.type.dims.map(Number)].map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: dataType.float, shape: { dim } } } };
}
