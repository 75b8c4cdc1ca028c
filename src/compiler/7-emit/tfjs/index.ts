/**
 * The TensorFlow.js target: a graph becomes one TypeScript file that a person can read, with one class per net, built on the operations of
 * `@tensorflow/tfjs-core` and running on any of its backends. Weights come from a safetensors file by their path names.
 */
import type { Graph } from '../../ir/graph.ts';
import { fileName, pascalCase } from '../typescript/names.ts';
import { spellLosses } from '../spell-losses.ts';
import { typescriptFile } from '../typescript/source-file.ts';
import { helpers, type HelperName } from './helpers.ts';
import { declareInputs, declareNet, declareOutputs, fileHeader, weightsReader } from './declarations.ts';
import { emitProgram } from './program.ts';

/** Text of each emitted file by its name, and the class in it that is the net. */
export interface EmittedTfjs {
  readonly files: Readonly<Record<string, string>>;
  readonly className: string;
}

export interface EmitTfjsOptions {
  /** The net's own doc comment, for the class. */
  readonly doc?: string | undefined;
}

/** Emits the net of an inference graph as it is written, that is before optimisation. */
export async function emitTfjs(written: Graph, { doc }: EmitTfjsOptions = {}): Promise<EmittedTfjs> {
  const graph = spellLosses(written);
  const className = /^[A-Za-z_$][\w$]*$/.test(graph.name) ? graph.name : pascalCase(graph.name);
  const program = emitProgram(graph);
  const text = await typescriptFile((file) => {
    fileHeader(file, graph);
    declareInputs(file, graph, className);
    declareOutputs(file, graph, className);
    declareNet(file, graph, { className, program, doc });
    if (program.weights.length > 0) weightsReader(file, program);
    for (const [name, source] of Object.entries(helpers))
      if (program.helpers.has(name as HelperName)) file.addStatements(`\n${source}`);
  });
  return { files: { [`${fileName(graph.name)}.ts`]: text.replaceAll(/[ \t]+$/gm, '') }, className };
}
