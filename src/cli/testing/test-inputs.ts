/** Inputs of a `test`, as the checker found them: numbers that are written in it, or files beside the `.cnn` file, which are read. */
import type { Expr, TestItem } from '../../compiler/1-parse/ast.ts';
import { dataPaths, whyInside } from '../../compiler/2-resolve/paths.ts';
import { givenInput, type Value } from '../../compiler/3-check/index.ts';
import type { Model } from '../../compiler/index.ts';
import type { Span } from '../../compiler/1-parse/source.ts';
import { internal } from '../../compiler/diagnostics/internal.ts';
import { diagnostic } from '../../compiler/diagnostics/registry.ts';
import type { Graph, GraphInput } from '../../compiler/ir/graph.ts';
import type { Tensor } from '../../compiler/ir/type.ts';
import { InputFailure } from '../failure.ts';
import { readInput, sizeOfInput, type GivenInputs } from '../inputs.ts';
import type { Project } from '../project.ts';

interface At {
  readonly model: Model;
  readonly project: Project;
  readonly constant: (expr: Expr) => Value;
}

/** The inputs that a test gives to its net. Throws an `InputFailure` that points into the test. */
export async function testInputs(item: TestItem, graph: Graph, at: At): Promise<GivenInputs> {
  try {
    return await readTestInputs(item, graph, at);
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    throw new InputFailure(error.diagnostics.map(at.project.show));
  }
}

async function readTestInputs(item: TestItem, graph: Graph, at: At): Promise<GivenInputs> {
  const tensors: Record<string, Tensor> = {};
  let seen: GivenInputs['seen'];
  for (const input of graph.inputs) {
    const written = item.inputs.find(({ name }) => name.name === input.name)?.value;
    const given = written && givenInput(at.constant(written), input);
    if (!given || given.kind === 'unfit') return internal(`a test gives no ${input.name}`);
    if (given.kind === 'numbers') tensors[input.name] = given.make();
    else {
      const read = await fileInput(input, fileOf(given.path, written.span, at), written.span);
      tensors[input.name] = read.tensor;
      if (read.photo) seen ??= { image: read.photo, input: sizeOfInput(input), fit: input.fit };
    }
  }
  return { tensors, seen };
}

/** Beside the text, or in a package. */
function fileOf(path: string, span: Span, { model, project }: At): string {
  const paths = dataPaths(path, model.entry.source.path);
  const file = paths === 'outside' ? undefined : project.find(paths);
  if (file === undefined)
    throw new InputFailure([diagnostic('file/outside-project', { path }, span, whyInside)]);
  return file;
}

async function fileInput(input: GraphInput, file: string, span: Span): ReturnType<typeof readInput> {
  try {
    return await readInput(input, file);
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    throw new InputFailure(error.diagnostics.map((found) => ({ ...found, span })));
  }
}
