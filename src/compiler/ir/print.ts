/**
 * The graph as text, one node per line, inputs before users. `parse.ts` reads it back; spans are not part of it. A node is called
 * by its path (`stem.conv`), a weight by its path on disk (`stem.conv.weight`), a node without a path by a number (`%3`); where
 * several nodes have one path, the later ones are called `stem.conv#2`, so every name gives the path back.
 *
 *     graph Tiny {
 *       in image: f32 = image
 *       image = input() : 8x8x3
 *       stem.conv.weight = param(trainable = true, init = {kind: "he_normal", fanIn: 27, fanOut: 16}) : [O 16, I 3, H 3, W 3]
 *       stem.conv = conv(image, stem.conv.weight, stride = [1, 1]) : 6x6x16
 *       out y: tensor = stem.conv
 *     }
 */
import { topological, type Attrs, type AttrValue, type Graph, type GraphInput, type Node } from './graph.ts';
import type { GraphOutput } from './graph.ts';
import { isTensor } from './hash.ts';
import { isScalar } from './scalar-build.ts';
import { printNumber, printScalar } from './scalar-text.ts';
import { printTensor } from './tensor-text.ts';
import { printType } from './type-text.ts';

/** The graph's text form. */
export function printGraph(graph: Graph): string {
  const names = nameNodes(topological(graph));
  const lines = [
    ...graph.inputs.flatMap((input) => inputLines(input, names)),
    ...[...names.keys()].map((node) => nodeLine(node, names)),
    ...graph.outputs.flatMap((output) => outputLines(output, names)),
  ];
  return `graph ${quoted(graph.name)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

type Names = ReadonlyMap<Node, string>;

/** Unique names for `nodes`, in their order; what the text form calls them. */
export function nameNodes(nodes: readonly Node[]): Names {
  const names = new Map<Node, string>();
  const used = new Map<string, number>();
  let anonymous = 0;
  for (const node of nodes) {
    const base = basename(node);
    const count = (used.get(base) ?? 0) + 1;
    used.set(base, count);
    const name = base === '' ? `%${anonymous++}` : quoted(base) + (count > 1 ? `#${count}` : '');
    names.set(node, name);
  }
  return names;
}

function basename({ op, path, attrs }: Node): string {
  if (op === 'input') return String(attrs['name']);
  if (op !== 'param') return path;
  return path === '' ? String(attrs['name']) : `${path}.${String(attrs['name'])}`;
}

/** Names of paths as they are; anything else in quotes. */
function quoted(name: string): string {
  return /^[A-Za-z_][\w.[\]]*$/.test(name) ? name : JSON.stringify(name);
}

function nodeLine(node: Node, names: Names): string {
  const args = [
    ...node.inputs.map((input) => names.get(input) ?? '?'),
    ...entriesOf(node).map(([key, value]) => `${key} = ${printAttr(value)}`),
  ];
  return `${names.get(node)} = ${node.op}(${args.join(', ')}) : ${printType(node.type)}`;
}

/** Attributes that the name does not already say. */
function entriesOf({ op, attrs }: Node): readonly (readonly [string, AttrValue])[] {
  const named = op === 'param' || op === 'input';
  return Object.entries(attrs).filter(([key, value]) => value !== undefined && !(named && key === 'name'));
}

/** One attribute value: scalars in backticks, tensors after the word `tensor`, the rest as in JSON. */
export function printAttr(value: AttrValue | Attrs): string {
  if (typeof value === 'number') return printNumber(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isTensor(value)) return `tensor ${printTensor(value)}`;
  if (isScalar(value)) return `\`${printScalar(value)}\``;
  if (Array.isArray(value)) return `[${value.map((item: AttrValue) => printAttr(item)).join(', ')}]`;
  const entries = Object.entries(value as Attrs).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${key}: ${printAttr(item)}`).join(', ')}}`;
}

function docLines(doc: string | undefined): readonly string[] {
  return doc === undefined ? [] : doc.split('\n').map((line) => `/// ${line}`.trimEnd());
}

function inputLines({ name, node, format, fit, doc }: GraphInput, names: Names): readonly string[] {
  const fitting = fit === 'stretch' ? '' : ` fit ${fit}`;
  return [...docLines(doc), `in ${quoted(name)}: ${format}${fitting} = ${names.get(node)}`];
}

function outputLines({ name, nodes, output, trainOnly, doc }: GraphOutput, names: Names): readonly string[] {
  const { kind, ...details } = output;
  const shown = printAttr(details as Attrs);
  const values = nodes.map((node) => names.get(node)).join(', ');
  const head = `${trainOnly ? 'train_only ' : ''}out ${quoted(name)}: ${kind}`;
  return [...docLines(doc), `${head}${shown === '{}' ? '' : ` ${shown}`} = ${values}`];
}
