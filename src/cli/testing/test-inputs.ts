/** Inputs of a `test`: files beside the `.cnn` file, or numbers that are written in it. */
import { join } from 'node:path';
import type { Expr, TestItem } from '../../compiler/1-parse/ast.ts';
import type { Span } from '../../compiler/1-parse/source.ts';
import type { Diagnostic, Model } from '../../compiler/index.ts';
import { diagnostic } from '../../compiler/diagnostics/registry.ts';
import type { Graph, GraphInput } from '../../compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../compiler/ir/type.ts';
import { InputFailure } from '../failure.ts';
import { readInput, sizeOfInput, takes, type GivenInputs } from '../inputs.ts';

/** The inputs that a test gives to its net; `folder` is that of its file. Throws an `InputFailure` that points into the test. */
export async function testInputs(
  item: TestItem,
  graph: Graph,
  at: {
    readonly model: Model;
    readonly folder: string;
    readonly show: (diagnostic: Diagnostic) => Diagnostic;
  },
): Promise<GivenInputs> {
  try {
    return await readTestInputs(item, graph, at);
  } catch (error) {
    if (!(error instanceof InputFailure)) throw error;
    throw new InputFailure(error.diagnostics.map(at.show));
  }
}

async function readTestInputs(
  item: TestItem,
  graph: Graph,
  at: { readonly model: Model; readonly folder: string },
): Promise<GivenInputs> {
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
      const read = await fileInput(input, join(at.folder, value.value), given.value.span);
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
