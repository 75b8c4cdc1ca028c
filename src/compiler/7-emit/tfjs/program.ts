/**
 * From graph to statements: one named local per node, in topological order, with the shape of one sample behind it. Static nodes become
 * entries of the weights object; activations that tfjs can compute inside a convolution are absorbed into it.
 */
import { internal } from '../../diagnostics/internal.ts';
import { isStatic } from '../../ir/rewrite.ts';
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { shapeOf, showType, type Tensor } from '../../ir/type.ts';
import { call, expression, print, text, type Code } from '../typescript/code.ts';
import { camelCase, uniqueNames } from '../typescript/names.ts';
import { fuseActivations, type Fusion } from './activations.ts';
import { broadcastTo } from './broadcast.ts';
import { helperNeeds, helpers, type HelperName } from './helpers.ts';
import { tensorTypeName, tf, type OpContext } from './ops/emitter.ts';
import { emitterOf } from './ops/index.ts';
import { infersRank } from './ranks.ts';
import { readWeight, weightTable, type WeightTable } from './weights.ts';

/** The parts of an emitted network. */
export interface Program {
  /** Statements of the forward pass, one printed statement (or comment) each. */
  readonly body: readonly string[];
  /** The expression of a node's value inside the body. */
  readonly values: (node: Node) => Code;
  /** Property lines of the weights object; empty for a network without weights. */
  readonly weights: readonly string[];
  /** Helper functions in use. */
  readonly helpers: ReadonlySet<HelperName>;
}

/** One scope of statements: the forward pass, or the computation of static values. */
interface Scope {
  readonly lead: 0 | 1;
  readonly values: Map<Node, Code>;
  readonly statements: string[];
  readonly unique: (wanted: string) => string;
}

interface State {
  readonly forward: Scope;
  readonly weights: WeightTable;
  readonly helpers: Set<HelperName>;
  readonly fusion: Fusion;
}

/** Columns for a statement of the body, which is indented by class, method and tidy. */
export const bodyWidth = 94;

/** Names that locals must not take. */
const taken = ['tf', 'w', 'read', 'file'];

export function emitProgram(graph: Graph): Program {
  const nodes = topological(graph);
  const state: State = {
    forward: {
      lead: 1,
      values: new Map(),
      statements: [],
      unique: uniqueNames([...taken, ...Object.keys(helpers)]),
    },
    weights: weightTable(),
    helpers: new Set(),
    fusion: fuseActivations(graph),
  };
  for (const { name, node } of graph.inputs)
    state.forward.values.set(node, text(state.forward.unique(camelCase(name))));
  const sections = sectionComments(nodes.filter((node) => isStatement(state, node)));
  for (const node of nodes) {
    if (!isStatement(state, node)) continue;
    const heading = sections.get(node);
    if (heading !== undefined) openSection(state.forward.statements, heading);
    emitNode(state, node);
  }
  return {
    body: state.forward.statements,
    values: (node) => valueOf(state, node),
    weights: state.weights.lines(),
    helpers: state.helpers,
  };
}

function isStatement(state: State, node: Node): boolean {
  return node.op !== 'input' && !isStatic(node) && !state.fusion.producers.has(node);
}

/** A heading wherever another part of the network begins, if the network is large enough to need headings. */
function sectionComments(nodes: readonly Node[]): ReadonlyMap<Node, string> {
  const headings = new Map<Node, string>();
  if (nodes.length < 20) return headings;
  let current = '';
  for (const node of nodes) {
    const section = sectionOf(node);
    if (section !== '' && section !== current) headings.set(node, section);
    if (node.path !== '') current = section;
  }
  return headings;
}

/** The path up to its last index (`body.stage[1].repeat[0]`), or its first segment; none for a lone layer. */
function sectionOf({ path }: Node): string {
  const segments = path.split('.');
  const indexed = segments.findLastIndex((segment) => segment.endsWith(']'));
  return segments.length === 1 ? '' : segments.slice(0, Math.max(indexed + 1, 1)).join('.');
}

/** Names longer than this are shortened to their last segment; the section's comment says where they belong. */
const longestName = 20;

/** `c1Conv` for c1.conv; conv, conv2, conv3 … for layers deep inside blocks. */
function localName({ path, op }: Node): string {
  const whole = camelCase(path || op);
  if (whole.length <= longestName) return whole;
  return camelCase(path.split('.').at(-1) ?? op).replace(/\d+$/, '');
}

/** A blank line and a heading. */
function openSection(statements: string[], heading: string): void {
  if (statements.length > 0) statements.push('');
  statements.push(`// ${heading}`);
}

/** Emits `const name = …; // shape` and remembers the name; a node that only passes its input through gets none. */
function emitNode(state: State, node: Node): void {
  const { forward } = state;
  const wanted = localName(node);
  const code = emitterOf(node)(contextOf(state, node, wanted, 1));
  const passes = code.code === 'text';
  const name = passes ? code.text : forward.unique(wanted);
  if (!passes)
    forward.statements.push(
      `${declaration(name, code, node.type.dims.length + 1)} // ${showType(node.type)}`,
    );
  forward.values.set(node, text(name));
}

/** `const name = code;`, with a type where tfjs' own signature infers only `Tensor`. */
function declaration(name: string, code: Code, rank: number): string {
  const typed = infersRank(code) ? '' : `: ${tensorTypeName(rank)}`;
  const head = `const ${name}${typed} = `;
  return `${head}${print(code, { indent: 0, column: head.length, width: bodyWidth })};`;
}

/** The expression of a node's value inside the forward pass. */
function valueOf(state: State, node: Node): Code {
  const producer = state.fusion.producers.get(node);
  if (producer) return valueOf(state, producer);
  if (isStatic(node)) return state.weights.entry(staticKey(node), staticCode(state, node));
  return state.forward.values.get(node) ?? internal(`${node.path || node.op} is used before it is emitted`);
}

/** The expression of a static node where weights are read. */
function staticCode(state: State, node: Node): Code {
  if (isFixed(node)) return constant((node.attrs.init as unknown as { readonly value: Tensor }).value);
  if (node.op === 'param') {
    state.helpers.add('safetensors');
    return readWeight(staticKey(node), shapeOf(node.type));
  }
  if (node.op === 'const') return constant(node.attrs.value as Tensor);
  return emitterOf(node)(contextOf(state, node, '', 0));
}

/** A weight whose values the `.cnn` file itself gives (a `filter`). */
export function isFixed(node: Node): boolean {
  return node.op === 'param' && (node.attrs.init as { readonly kind?: string }).kind === 'fixed';
}

/** The weight's path name, or what the static value is called: after itself, or after its reader. */
function staticKey(node: Node, reader: Node = node): string {
  if (node.op === 'param') return [node.path, node.attrs.name].filter(Boolean).join('.');
  return node.path || reader.path || node.op;
}

function constant({ shape, data }: Tensor): Code {
  const values = expression([...data]);
  return shape.length === 0
    ? tf('scalar', data[0] ?? 0)
    : tf(`tensor<tf.Rank.R${shape.length}>`, values, shape);
}

/** A static operand of a batched value has no batch axis of its own; a lone number is written as it is. */
function broadcast(state: State, node: Node, operand: Node, lead: 0 | 1): Code {
  if (operand.op === 'const' && operand.type.dims.length === 0)
    return expression((operand.attrs.value as Tensor).data[0] ?? NaN);
  if (lead === 0) return broadcastTo(staticCode(state, operand), operand.type, node.type, 0);
  if (!isStatic(operand)) return broadcastTo(valueOf(state, operand), operand.type, node.type, 1);
  const aligned = broadcastTo(staticCode(state, operand), operand.type, node.type, 0);
  return state.weights.entry(staticKey(operand, node), aligned);
}

function contextOf(state: State, node: Node, name: string, lead: 0 | 1): OpContext {
  const nodeAt = (index: number): Node => node.inputs[index] ?? internal(`${node.op} has no input ${index}`);
  const code = (of: Node): Code => (lead === 1 ? valueOf(state, of) : staticCode(state, of));
  return {
    node,
    lead,
    fused: state.fusion.activations.get(node),
    input: (index) => code(nodeAt(index)),
    weight(index, layout = (stored) => stored) {
      const of = nodeAt(index);
      if (lead === 0 || !isStatic(of)) return layout(code(of));
      return state.weights.entry(staticKey(of, node), layout(staticCode(state, of)));
    },
    broadcast: (index) => broadcast(state, node, nodeAt(index), lead),
    local(suffix, value) {
      if (lead === 0) return value;
      const local = state.forward.unique(camelCase(`${name}.${suffix}`));
      state.forward.statements.push(
        `const ${local} = ${print(value, { indent: 0, column: local.length + 9, width: bodyWidth })};`,
      );
      return text(local);
    },
    entry: (name, value) => (lead === 1 ? state.weights.entry(name, value) : value),
    helper(helperName, ...args) {
      state.helpers.add(helperName);
      const needed = helperNeeds[helperName];
      if (needed) state.helpers.add(needed);
      return call(helperName, ...args);
    },
  };
}
