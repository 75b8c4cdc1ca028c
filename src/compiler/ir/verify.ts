/**
 * The invariants of a graph, checked: what every phase may rely on and every pass must keep. Run between passes in tests and where a graph
 * comes from outside (the text form).
 */
import { internal } from '../diagnostics/internal.ts';
import { inputRoles, paramPath } from '../ops/build.ts';
import { allOps, opDef } from '../ops/index.ts';
import { isProblem } from '../ops/op.ts';
import { topological, type Graph, type Node } from './graph.ts';
import { isTensor } from './hash.ts';
import { nameNodes } from './print.ts';
import * as s from './scalar-build.ts';
import { printType } from './type-text.ts';
import { isConcrete, sameType, shapeOf, sizeOf } from './type.ts';

/** Everything that is wrong with `graph`, one line each, with the node's name in the text form. Empty for a good one. */
export function verify(graph: Graph): readonly string[] {
  const nodes = topological(graph);
  const names = nameNodes(nodes);
  const ofNodes = nodes.flatMap((node) => nodeFaults(node).map((fault) => `${names.get(node)}: ${fault}`));
  return [...ofNodes, ...inputFaults(graph, nodes), ...pathFaults(nodes)];
}

/** Stops with the first faults of `graph`; `when` says what produced it. */
export function verified(graph: Graph, when: string): Graph {
  const faults = verify(graph);
  return faults.length === 0
    ? graph
    : internal(`${when} leaves a broken graph: ${faults.slice(0, 3).join('; ')}`);
}

const known: ReadonlySet<string> = new Set(allOps.map((op) => op.name));

function nodeFaults(node: Node): readonly string[] {
  if (!known.has(node.op)) return [`there is no operator ${node.op}`];
  if (node.op === 'const') return constantFaults(node);
  if (node.op === 'input' || node.op === 'param')
    return typeof node.attrs['name'] === 'string' ? [] : [`an ${node.op} without a name`];
  return [...typeFaults(node), ...weightFaults(node), ...epilogueFaults(node)];
}

function constantFaults({ attrs, type }: Node): readonly string[] {
  const { value } = attrs;
  if (!isTensor(value)) return ['a const without a value'];
  const expected = isConcrete(type) ? sizeOf(shapeOf(type)) : -1;
  return value.data.length === expected ? [] : [`${value.data.length} numbers for ${printType(type)}`];
}

function typeFaults(node: Node): readonly string[] {
  const def = opDef(node.op);
  const { data } = inputRoles(node);
  if (data.length < def.arity.min) return [`${data.length} inputs, but ${node.op} needs ${def.arity.min}`];
  const type = def.type(
    node.attrs,
    data.map((input) => input.type),
  );
  if (isProblem(type)) return [`${type.code} ${JSON.stringify(type.args)}`];
  const right = sameType({ ...type, dtype: node.type.dtype }, node.type);
  return right ? [] : [`${printType(node.type)}, but the operator's rule says ${printType(type)}`];
}

function weightFaults(node: Node): readonly string[] {
  const { data, weights } = inputRoles(node);
  const specs =
    opDef(node.op).weights?.(
      node.attrs,
      data.map((input) => input.type),
    ) ?? [];
  if (weights.length < specs.length)
    return [`${weights.length} weights, but ${node.op} needs ${specs.length}`];
  return specs.flatMap((spec, i) => {
    const weight = weights[i];
    if (!weight || sameType(weight.type, spec.type)) return [];
    return [`its ${spec.name} is ${printType(weight.type)}, but should be ${printType(spec.type)}`];
  });
}

/** Operands of an epilogue are all used, in order, and have a role; without an epilogue there are none. */
function epilogueFaults(node: Node): readonly string[] {
  const { epilogue } = inputRoles(node);
  const expr = node.attrs['epilogue'];
  if (expr === undefined) return epilogue.length === 0 ? [] : [`${epilogue.length} inputs too many`];
  if (!s.isScalar(expr) || opDef(node.op).epilogue !== true) return [`${node.op} takes no such epilogue`];
  const used = s.argsOf(expr).filter((i) => i > 0);
  const dense = used.length === epilogue.length && used.every((arg, i) => arg === i + 1);
  return dense
    ? []
    : [`its epilogue uses ${used.map((i) => `$${i}`).join(' ')} of ${epilogue.length} operands`];
}

function inputFaults(graph: Graph, nodes: readonly Node[]): readonly string[] {
  const declared = new Set(graph.inputs.map((input) => input.node));
  return [
    ...graph.inputs
      .filter(({ node }) => node.op !== 'input')
      .map(({ name }) => `the input ${name} is no input node`),
    ...nodes
      .filter((node) => node.op === 'input' && !declared.has(node))
      .map((node) => `the input ${String(node.attrs['name'])} is not declared`),
  ];
}

/** Weights on disk, and nodes that a person can see, are told apart by their paths. */
function pathFaults(nodes: readonly Node[]): readonly string[] {
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const node of nodes) {
    if (node.op === 'input' || (node.op !== 'param' && node.path === '')) continue;
    const path = node.op === 'param' ? `weight ${paramPath(node)}` : node.path;
    if (seen.has(path)) faults.push(`two nodes have the path ${path}`);
    seen.add(path);
  }
  return faults;
}
