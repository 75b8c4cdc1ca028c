/** Inputs of a `test`: files beside the `.cnn` file, or numbers that are written in it. */
import type { Expr, StringLiteral, TestItem } from '../../compiler/1-parse/ast.ts';
import type { Span } from '../../compiler/1-parse/source.ts';
import { dataPaths, whyInside } from '../../compiler/2-resolve/paths.ts';
import type { Model } from '../../compiler/index.ts';
import { diagnostic } from '../../compiler/diagnostics/registry.ts';
import type { Graph, GraphInput } from '../../compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../compiler/ir/type.ts';
import { InputFailure } from '../failure.ts';
import { readInput, sizeOfInput, takes, type GivenInputs } from '../inputs.ts';
import type { Project } from '../project.ts';

interface At {
  readonly model: Model;
  readonly project: Project;
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
    const given = item.inputs.find(({ name }) => name.name === input.name);
    if (!given) {
      const args = { input: input.name, takes: takes(input) };
      throw new InputFailure([diagnostic('input/missing', args, item.title.span)]);
    }
    const value = constantOf(given.value, at.model);
    if (value.kind === 'string') {
      const read = await fileInput(input, fileOf(value, at), given.value.span);
      tensors[input.name] = read.tensor;
      if (read.photo) seen ??= { image: read.photo, input: sizeOfInput(input), fit: input.fit };
    } else tensors[input.name] = writtenInput(input, value, given.value.span);
  }
  return { tensors, seen };
}

/** A name stands for the `let` at the top of the file. */
function constantOf(expr: Expr, model: Model): Expr {
  const declared = expr.kind === 'name' ? model.bindings.get(expr) : undefined;
  return declared?.kind === 'let' ? constantOf(declared.statement.value, model) : expr;
}

/** Beside the text, or in a package. */
function fileOf({ value: path, span }: StringLiteral, { model, project }: At): string {
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

function writtenInput(input: GraphInput, value: Expr, span: Span): Tensor {
  const shape = shapeOf(input.node.type);
  const size = sizeOf(shape);
  const only = numberOf(value);
  if (only !== undefined) return { shape, data: new Float32Array(size).fill(only) };
  const numbers = value.kind === 'list' ? flatNumbers(value) : undefined;
  const written = numbers && value.kind === 'list' ? shapeOfList(value) : undefined;
  const fits = numbers?.length === size && (written?.length === 1 || String(written) === String(shape));
  if (numbers && fits) return { shape, data: Float32Array.from(numbers) };
  const found = written ? `${written.join('x')} numbers` : 'no number, list or file name';
  throw new InputFailure([
    diagnostic('test/input-value', { input: input.name, takes: takes(input), found }, span),
  ]);
}

function numberOf(expr: Expr): number | undefined {
  if (expr.kind === 'number') return expr.value;
  const minus = expr.kind === 'unary' && expr.op === '-' ? numberOf(expr.operand) : undefined;
  return minus === undefined ? undefined : -minus;
}

/** All numbers of a list of lists; undefined where something else is in it. */
function flatNumbers(expr: Expr): readonly number[] | undefined {
  const own = numberOf(expr);
  if (own !== undefined) return [own];
  if (expr.kind !== 'list' && expr.kind !== 'tuple') return undefined;
  const parts = expr.items.map(flatNumbers);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Lengths along the first entries. */
function shapeOfList(expr: Expr): readonly number[] {
  if (expr.kind !== 'list' && expr.kind !== 'tuple') return [];
  const [first] = expr.items;
  return [expr.items.length, ...(first ? shapeOfList(first) : [])];
}
