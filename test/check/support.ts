/** Compiles texts in memory for the tests of phases 2 and 3. */
import { check, resolve, type Diagnostic, type NetInfo } from '../../src/compiler/index.ts';
import { topological, type Graph } from '../../src/compiler/ir/graph.ts';
import { showType } from '../../src/compiler/ir/type.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
}

/** Checks `main.cnn` with the given text; `files` are what it can import, by path. */
export function checkText(text: string, files: Readonly<Record<string, string>> = {}): Checked {
  const host = {
    read: (path: string) => files[path],
    list: (folder: string) =>
      Object.keys(files)
        .filter((path) => path.startsWith(folder === '' ? '' : `${folder}/`))
        .map((path) => path.slice(folder === '' ? 0 : folder.length + 1)),
  };
  const resolved = resolve({ path: 'main.cnn', text }, host);
  const checked = check(resolved.model);
  return { diagnostics: [...resolved.diagnostics, ...checked.diagnostics], nets: checked.nets };
}

export function codes(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  return checkText(text, files).diagnostics.map((d) => d.code);
}

/** The graph of the last net of a text that has no errors. */
export function graphOf(text: string, files: Readonly<Record<string, string>> = {}): Graph {
  const { diagnostics, nets } = checkText(text, files);
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((d) => `${d.code}: ${d.message}`).join('\n'));
  const graph = nets.at(-1)?.facts?.graph;
  if (!graph) throw new Error('no graph');
  return graph;
}

/** Names of all weights in the order of the graph. */
export function weightPaths(graph: Graph): readonly string[] {
  return topological(graph)
    .filter((node) => node.op === 'param')
    .map(paramPath);
}

/** `path op type` of every layer. */
export function layers(graph: Graph): readonly string[] {
  return topological(graph)
    .filter((node) => !['param', 'const'].includes(node.op))
    .map((node) => `${node.path} ${node.op} ${showType(node.type)}`);
}

/** The text of a diagnostic's span. */
export function marked(d: Diagnostic): string {
  return d.span.source.text.slice(d.span.start, d.span.end);
}

/** Applies the first fix that has edits. */
export function applyFix(text: string, d: Diagnostic): string {
  const edits = d.fixes.find((fix) => fix.edits.length > 0)?.edits ?? [];
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((out, { span, text: by }) => out.slice(0, span.start) + by + out.slice(span.end), text);
}
