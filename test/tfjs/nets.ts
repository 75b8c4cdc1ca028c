/** Whole networks for the tests of this folder, compiled from their files. */
import { readFileSync } from 'node:fs';
import { instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';

/** The inference graph of a net of a file that has no errors. */
export function compileNet(path: string, net: string): Graph {
  const source = { path, text: readFileSync(path, 'utf8') };
  const { model, diagnostics } = resolve(source, nodeHost(process.cwd()));
  const { graph, diagnostics: more } = instantiate(model, { net, mode: 'inference' });
  const errors = [...diagnostics, ...more].filter(({ severity }) => severity === 'error');
  if (!graph || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return graph;
}
