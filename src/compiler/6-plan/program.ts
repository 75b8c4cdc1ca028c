/**
 * A schedule as a list of kernels over values, before anything has a place in memory. Values are what the program computes and keeps:
 * inputs, results of nodes, temporaries. A reshape computes nothing: its value is a *view* of another.
 */
import { internal } from '../diagnostics/internal.ts';
import { topological, type Graph, type GraphInput, type Node } from '../ir/graph.ts';
import type { Kernel, OperandView } from '../ir/kernel.ts';
import { nameNodes } from '../ir/print.ts';
import { isStatic } from '../ir/rewrite.ts';
import { shapeOf, type DType } from '../ir/type.ts';
import type { Choice } from './algorithms/algorithm.ts';
import type { LoweredNode } from './lower.ts';
import type { Cut } from './threads/cut.ts';

/** A dynamic tensor. */
export interface Value {
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly input: GraphInput | undefined;
}

/** What a kernel's operand is: a dynamic value or a view of one, a static node, or a table of the operator. */
export type OperandRef =
  | { readonly kind: 'value'; readonly value: Value; readonly view?: OperandView }
  | { readonly kind: 'static'; readonly node: Node }
  | { readonly kind: 'table'; readonly shape: readonly number[]; readonly data: Float32Array };

/** One kernel of the schedule; becomes a step unless the planner finds that nothing is to be done. */
export interface Work {
  readonly node: Node;
  readonly kernel: Kernel;
  readonly choice: Choice;
  readonly cut: Cut | undefined;
  /** One per operand of the node's lowering. */
  readonly operands: readonly OperandRef[];
}

/** `value` is the elements of `of` in another shape. */
export interface View {
  readonly node: Node;
  readonly value: Value;
  readonly of: Value;
}

export interface Program {
  readonly graph: Graph;
  readonly items: readonly (Work | View)[];
  readonly inputs: readonly { readonly input: GraphInput; readonly value: Value }[];
  /** The value of every dynamic node. */
  readonly valueOf: ReadonlyMap<Node, Value>;
}

/** The program of `order` (all dynamic nodes, inputs before users). */
export function buildProgram(
  graph: Graph,
  order: readonly Node[],
  lowered: ReadonlyMap<Node, LoweredNode>,
): Program {
  const names = nameNodes(topological(graph));
  const valueOf = new Map<Node, Value>();
  const items: (Work | View)[] = [];
  const inputs = graph.inputs.map((input) => {
    const { type } = input.node;
    const value = { label: input.name, shape: shapeOf(type), dtype: type.dtype, input };
    valueOf.set(input.node, value);
    return { input, value };
  });
  for (const node of order) {
    const part = lowered.get(node);
    // Computed together with its user.
    if (!part) continue;
    const label = names.get(node) ?? node.op;
    const { dtype } = node.type;
    const value = { label, shape: shapeOf(node.type), dtype, input: undefined };
    valueOf.set(node, value);
    const of = part.lowering.alias ? valueOf.get(node.inputs[0] ?? node) : undefined;
    if (of) items.push({ node, value, of });
    else items.push(...worksOf(part, value, valueOf));
  }
  return { graph, items, inputs, valueOf };
}

/** The kernels of one node: operands are its inputs, temporaries, tables, its value, weights in other orders, and views. */
function worksOf(
  { node, lowering, choices, cuts }: LoweredNode,
  value: Value,
  valueOf: ReadonlyMap<Node, Value>,
): readonly Work[] {
  const operands: OperandRef[] = [
    ...node.inputs.map((input): OperandRef => refOf(input, valueOf)),
    ...lowering.temps.map((type, i): OperandRef => ({
      kind: 'value',
      value: {
        label: `${value.label} temp ${i}`,
        shape: shapeOf(type),
        dtype: type.dtype,
        input: undefined,
      },
    })),
    ...lowering.constants.map(({ type, data }): OperandRef => ({
      kind: 'table',
      shape: shapeOf(type),
      data,
    })),
    { kind: 'value', value },
    ...(lowering.statics ?? []).map((part) => ({ kind: 'static', node: part }) as const),
  ];
  operands.push(...(lowering.views ?? []).map((view) => viewOf(view, operands)));
  return lowering.kernels.map((kernel, i) => ({
    node,
    kernel,
    choice: choices[i] ?? internal(`${node.op} has a kernel without an algorithm`),
    cut: cuts[i],
    operands,
  }));
}

function refOf(node: Node, valueOf: ReadonlyMap<Node, Value>): OperandRef {
  if (isStatic(node)) return { kind: 'static', node };
  return { kind: 'value', value: valueOf.get(node) ?? internal(`${node.op} is used before its turn`) };
}

function viewOf(view: OperandView, operands: readonly OperandRef[]): OperandRef {
  const of = operands[view.of];
  return of?.kind === 'value' ? { ...of, view } : internal('a view of what is no dynamic value');
}
