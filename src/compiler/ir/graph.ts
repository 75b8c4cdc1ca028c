/**
 * The graph: immutable nodes, each typed at construction by its operator's own rule, so that an ill-shaped graph cannot
 * exist. A node refers to its inputs by object; a graph is its outputs (everything else is reachable from them) plus the
 * declared inputs. Weights are nodes too: `param` (named, from a file or an initialiser) and `const` (known data); a node all
 * of whose leaves are params and consts is *static* and is computed once, when weights are bound.
 *
 * Every node remembers the source span and the path name it came from, so a run-time error can say `lenet.cnn:7:5`.
 */
import type { Span } from '../1-parse/source.ts';
import type { OpName } from '../ops/names.ts';
import type { Scalar } from './scalar.ts';
import type { Tensor, TensorType } from './type.ts';

/** Attribute values are plain data, except the tensor of a `const` and scalar expressions (which the text form prints specially). */
export type AttrValue =
  | number
  | string
  | boolean
  | null
  | Tensor
  | Scalar
  | readonly AttrValue[]
  | { readonly [key: string]: AttrValue };
export type Attrs = Readonly<Record<string, AttrValue>>;

export interface Node {
  readonly op: OpName;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  /** Path name without the weight's own name: `stage2.unit1.main.conv1`. Unique among nodes that a user can see; '' for none. */
  readonly path: string;
  readonly span: Span | undefined;
}

/** How an input is filled (§5): `rgb` images arrive as 0..255 values, channels RGB, unless preprocessing nodes say otherwise. */
export interface GraphInput {
  readonly name: string;
  readonly node: Node;
  readonly format: 'rgb' | 'gray' | 'rgba' | 'f32' | 'i32';
  /** How an image of another size is fitted. */
  readonly fit: 'stretch' | 'crop' | 'pad' | 'pad_end';
  readonly doc: string | undefined;
}

/** What an output means (§5), for typed results and decoders. */
export type OutputKind =
  | { readonly kind: 'tensor' }
  | {
      readonly kind: 'label' | 'labels' | 'mask';
      readonly classes: readonly string[] | undefined;
      readonly of: string | undefined;
    }
  | { readonly kind: 'prob' | 'embedding' | 'image' }
  | { readonly kind: 'points'; readonly count: number }
  | {
      readonly kind: 'detect';
      readonly classes: readonly string[];
      /** Anchor width and height in cells, per branch; a branch's head has anchors · (5 + classes) channels (5 + 0 when one class). */
      readonly branches: readonly { readonly anchors: readonly (readonly [number, number])[] }[];
      readonly nms: { readonly iou: number; readonly score: number; readonly max: number };
    };

export interface GraphOutput {
  readonly name: string;
  /** One value, or one per branch of a `detect` output. */
  readonly nodes: readonly Node[];
  readonly output: OutputKind;
  readonly trainOnly: boolean;
  readonly doc: string | undefined;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
}

type Ends = {
  readonly inputs: readonly Pick<GraphInput, 'node'>[];
  readonly outputs: readonly Pick<GraphOutput, 'nodes'>[];
};

/** Orders of graphs that were asked for: a graph never changes. */
const orders = new WeakMap<Ends, readonly Node[]>();

/** Nodes in topological order (inputs before users), each once; the order is deterministic. */
export function topological(graph: Ends): readonly Node[] {
  const known = orders.get(graph);
  if (known) return known;
  const order: Node[] = [];
  const done = new Set<Node>();
  for (const { node } of graph.inputs) visit(node, done, order);
  for (const { nodes } of graph.outputs) for (const node of nodes) visit(node, done, order);
  orders.set(graph, order);
  return order;
}

/** Depth first with stacks of its own: a net of 10 000 layers must not overflow the call stack. */
function visit(root: Node, done: Set<Node>, order: Node[]): void {
  if (done.has(root)) return;
  done.add(root);
  const stack = [root];
  const next = [0];
  for (let top = 0; top >= 0;) {
    const node = stack[top] as Node;
    const at = next[top] as number;
    next[top] = at + 1;
    const input = node.inputs[at];
    if (!input) {
      order.push(node);
      top--;
    } else if (!done.has(input)) {
      done.add(input);
      top++;
      stack[top] = input;
      next[top] = 0;
    }
  }
}
