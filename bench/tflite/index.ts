/**
 * An inference graph with its weights as a .tflite file, for LiteRT. Values are channels last, as ours are. What the format lacks is spelled
 * with what it has: 1-D maps pass its 2-D windows as maps of height 1, explicit padding is an operator of its own, 3-D pools are two 2-D ones.
 */
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { isStatic } from '../../src/compiler/ir/rewrite.ts';
import { spellLosses } from '../../src/compiler/7-emit/spell-losses.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { encodeModel, type Table } from './encode.ts';
import { batched } from './ops/emitter.ts';
import { emitterOf } from './ops/index.ts';
import { schemaOf, tensorType, type OperatorName } from './schema.ts';
import { addTensor, contextOf, tfliteWriter, valueOf, type TfliteWriter } from './writer.ts';

/** Version of the schema. */
const version = 3;
/** Operators with higher numbers have them in the newer of two fields only. */
const placeholder = 127;

/** The bytes of the .tflite file. */
export function emitTflite(written: Graph, weights: WeightSource): Uint8Array {
  const graph = spellLosses(written);
  const writer = tfliteWriter(graph, weights);
  for (const { name, node } of graph.inputs)
    writer.values.set(
      node,
      addTensor(writer, { name, shape: batched(node.type), type: 'FLOAT32', buffer: 0 }),
    );
  for (const node of topological(graph)) {
    if (node.op === 'input' || isStatic(node)) continue;
    writer.values.set(node, emitterOf(node)(contextOf(writer, node)));
  }
  return encodeModel(modelOf(graph, writer));
}

/** Tensors of all outputs by name. One that is an input, static, or another output too gets a copy: the format wants tensors of their own. */
function outputsOf(graph: Graph, writer: TfliteWriter): readonly TensorMap[] {
  const taken = new Set(graph.inputs.map(({ node }) => valueOf(writer, node)));
  return graph.outputs.flatMap(({ name, nodes }) =>
    nodes.map((node, i) => {
      const value = valueOf(writer, node);
      const op = contextOf(writer, node);
      const [shape, isStatic] = [batched(node.type), writer.tensors[value]?.buffer !== 0];
      const copy = (): number =>
        op.emit('RESHAPE', [value, op.ints(shape)], { shape, options: { newShape: shape } });
      const tensorIndex = isStatic || taken.has(value) ? copy() : value;
      taken.add(tensorIndex);
      return { name: nodes.length === 1 ? name : `${name}.${i}`, tensorIndex };
    }),
  );
}

interface TensorMap {
  readonly name: string;
  readonly tensorIndex: number;
}

function modelOf(graph: Graph, writer: TfliteWriter): Table {
  const inputs = graph.inputs.map(({ name, node }) => ({ name, tensorIndex: valueOf(writer, node) }));
  const outputs = outputsOf(graph, writer);
  const used = [...new Set(writer.operators.map(({ name }) => name))];
  return {
    version,
    description: 'cnnc',
    operatorCodes: used.map(operatorCode),
    subgraphs: [
      {
        name: graph.name,
        tensors: writer.tensors.map(({ type, ...tensor }) => ({ ...tensor, type: tensorType[type] })),
        inputs: inputs.map(({ tensorIndex }) => tensorIndex),
        outputs: outputs.map(({ tensorIndex }) => tensorIndex),
        operators: writer.operators.map(({ name, options, ...operator }) => ({
          opcodeIndex: used.indexOf(name),
          inputs: operator.inputs,
          outputs: operator.outputs,
          ...(schemaOf(name).kind !== undefined && { options: { operator: name, values: options } }),
        })),
      },
    ],
    buffers: writer.buffers.map((data) => (data.length === 0 ? {} : { data })),
    signatureDefs: [
      {
        inputs: inputs.map(asTable),
        outputs: outputs.map(asTable),
        signatureKey: 'serving_default',
        subgraphIndex: 0,
      },
    ],
  };
}

const asTable = ({ name, tensorIndex }: TensorMap): Table => ({ name, tensorIndex });

function operatorCode(name: OperatorName): Table {
  const { code, version: since = 1 } = schemaOf(name);
  return { deprecatedBuiltinCode: Math.min(code, placeholder), version: since, builtinCode: code };
}
