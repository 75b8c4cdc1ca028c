/**
 * Reads the graph's text form (see `print.ts`): the format of the tests of passes and plans. Nodes come before their users. A type
 * may be left out where the operator's rule gives it. Mistakes are InternalErrors with the line, because only we write this.
 */
import { makeNode } from '../ops/build.ts';
import { cursorOn, type Cursor } from './cursor.ts';
import type { OpName } from '../ops/names.ts';
import type { Attrs, AttrValue, Graph, GraphInput, GraphOutput, Node, OutputKind } from './graph.ts';
import { numberPattern, parseScalar } from './scalar-text.ts';
import { readTensor } from './tensor-text.ts';
import { readType } from './type-text.ts';

/** The graph that `text` describes. */
export function parseGraph(text: string): Graph {
  const cursor = cursorOn(text);
  const graph = readGraph(cursor);
  return cursor.sees(/[^]/) ? cursor.fail('unexpected text after the graph') : graph;
}

/** Several graphs separated by lines `==>`: the before and after of a pass. */
export function parseGraphs(text: string): readonly Graph[] {
  return text.split(/^==>$/m).map(parseGraph);
}

const word = /[A-Za-z_]\w*/;
const reference = /%\d+|(?:"(?:[^"\\]|\\.)*"|[A-Za-z_][\w.[\]]*)(?:#\d+)?/;

/** Inputs and outputs refer to nodes by name; they are resolved when all nodes are known. */
type Names = Map<string, Node>;

function readGraph(cursor: Cursor): Graph {
  cursor.expect(/graph\b/, 'graph');
  const name = unquoted(cursor.expect(reference, 'a name'));
  cursor.expect(/\{/, '{');
  const names: Names = new Map();
  const inputs: (() => GraphInput)[] = [];
  const outputs: (() => GraphOutput)[] = [];
  while (!cursor.take(/\}/)) {
    const doc = readDoc(cursor);
    if (cursor.take(/in(?=\s+[^\s=])/)) inputs.push(readInput(cursor, names, doc));
    else if (cursor.sees(/(train_only\s+)?out\s+[^\s=]/)) outputs.push(readOutput(cursor, names, doc));
    else readNode(cursor, names);
  }
  return { name, inputs: inputs.map((read) => read()), outputs: outputs.map((read) => read()) };
}

function readDoc(cursor: Cursor): string | undefined {
  const lines: string[] = [];
  for (let line = cursor.take(/\/\/\/[^\n]*/); line !== undefined; line = cursor.take(/\/\/\/[^\n]*/))
    lines.push(line.slice(4));
  return lines.length === 0 ? undefined : lines.join('\n');
}

function readInput(cursor: Cursor, names: Names, doc: string | undefined): () => GraphInput {
  const name = unquoted(cursor.expect(reference, 'a name'));
  cursor.expect(/:/, ':');
  const format = cursor.expect(/rgba|rgb|gray|f32|i32/, 'an input format') as GraphInput['format'];
  const fit = (
    cursor.take(/fit\b/) ? cursor.expect(/stretch|crop|pad_end|pad/, 'a fit') : 'stretch'
  ) as GraphInput['fit'];
  cursor.expect(/=/, '=');
  const node = readReference(cursor);
  return () => ({ name, node: find(cursor, names, node), format, fit, doc });
}

function readOutput(cursor: Cursor, names: Names, doc: string | undefined): () => GraphOutput {
  const trainOnly = cursor.take(/train_only\b/) !== undefined;
  cursor.expect(/out\b/, 'out');
  const name = unquoted(cursor.expect(reference, 'a name'));
  cursor.expect(/:/, ':');
  const kind = cursor.expect(word, 'an output kind');
  const details = cursor.sees(/\{/) ? (readAttr(cursor) as Attrs) : {};
  cursor.expect(/=/, '=');
  const values = [readReference(cursor)];
  while (cursor.take(/,/)) values.push(readReference(cursor));
  const output = outputKind(kind, details);
  return () => ({ name, nodes: values.map((value) => find(cursor, names, value)), output, trainOnly, doc });
}

/** Absent class lists are `undefined` in the graph and left out in the text. */
function outputKind(kind: string, details: Attrs): OutputKind {
  const optional = ['label', 'labels', 'mask'].includes(kind) ? { classes: undefined, of: undefined } : {};
  return { kind, ...optional, ...details } as unknown as OutputKind;
}

function readNode(cursor: Cursor, names: Names): void {
  const name = readReference(cursor);
  cursor.expect(/=/, '=');
  const op = cursor.expect(word, 'an operator');
  cursor.expect(/\(/, '(');
  const inputs: Node[] = [];
  const given: Record<string, AttrValue> = {};
  while (!cursor.take(/\)/)) {
    const key = cursor.take(/[A-Za-z_]\w*(?=\s*=)/);
    if (key === undefined) inputs.push(find(cursor, names, readReference(cursor)));
    else given[key] = (cursor.expect(/=/, '='), readAttr(cursor));
    cursor.take(/,/);
  }
  const { path, attrs } = ownName(op, name, given);
  const node = cursor.take(/:/)
    ? { op: op as OpName, inputs, attrs, type: readType(cursor), path, span: undefined }
    : makeNode(op, inputs, attrs, { path, span: undefined });
  if (names.has(name)) cursor.fail(`${name} is defined twice`);
  names.set(name, node);
}

/** What the name says: the path, and the own name of inputs and weights. */
function ownName(op: string, name: string, attrs: Attrs): { readonly path: string; readonly attrs: Attrs } {
  const base = name.startsWith('%') ? '' : unquoted(name.replace(/#\d+$/, ''));
  if (op === 'input') return { path: base, attrs: { name: base, ...attrs } };
  if (op !== 'param') return { path: base, attrs };
  const dot = base.lastIndexOf('.');
  return { path: base.slice(0, Math.max(0, dot)), attrs: { name: base.slice(dot + 1), ...attrs } };
}

function readReference(cursor: Cursor): string {
  return cursor.expect(reference, 'a name');
}

function find(cursor: Cursor, names: Names, name: string): Node {
  return names.get(name) ?? cursor.fail(`no node is called ${name}`);
}

function unquoted(name: string): string {
  return name.startsWith('"') ? (JSON.parse(name) as string) : name;
}

/** An attribute value, as `printAttr` writes it. */
function readAttr(cursor: Cursor): AttrValue {
  const number = cursor.take(numberPattern);
  if (number !== undefined) return Number(number);
  const string = cursor.take(/"(?:[^"\\]|\\.)*"/);
  if (string !== undefined) return JSON.parse(string) as string;
  const scalar = cursor.take(/`[^`]*`/);
  if (scalar !== undefined) return parseScalar(scalar.slice(1, -1));
  if (cursor.take(/tensor\b/)) return readTensor(cursor);
  if (cursor.take(/\[/)) return readList(cursor);
  if (cursor.take(/\{/)) return readObject(cursor);
  const literal = cursor.expect(/true\b|false\b|null\b/, 'a value');
  return literal === 'null' ? null : literal === 'true';
}

function readList(cursor: Cursor): AttrValue {
  const items: AttrValue[] = [];
  while (!cursor.take(/\]/)) {
    items.push(readAttr(cursor));
    cursor.take(/,/);
  }
  return items;
}

function readObject(cursor: Cursor): AttrValue {
  const entries: [string, AttrValue][] = [];
  while (!cursor.take(/\}/)) {
    const key = cursor.expect(word, 'a key');
    cursor.expect(/:/, ':');
    entries.push([key, readAttr(cursor)]);
    cursor.take(/,/);
  }
  return Object.fromEntries(entries);
}
