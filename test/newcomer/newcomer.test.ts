/**
 * Small networks as a newcomer writes them from docs/language.md alone, each of another kind: they check without a message in the
 * canonical format, are compiled, and give on wasm what the interpreter gives.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { format } from '../../src/compiler/format/index.ts';
import { check, nodeHost, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { cnnc } from '../cli/run-cli.ts';
import { graphOf, photoLike, relativeError, trainedWeights, withoutDecision } from '../stdlib/nets.ts';
import { runWasm } from '../stdlib/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-newcomer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nets = 'test/newcomer/nets';
const files = readdirSync(nets).filter((file) => file.endsWith('.cnn'));

/** Winograd F(4x4, 3x3) costs about two digits; sums in another order some units in the last place. */
const tolerance = { winograd: 1e-3, direct: 1e-4 };

function expectSame(graph: Graph): void {
  const given = { inputs: photoLike(graph), weights: trainedWeights };
  const expected = evaluate(graph, given.inputs, given.weights);
  const { outputs, winograd } = runWasm(graph, 'relaxed', given);
  for (const [name, tensors] of Object.entries(expected))
    for (const [i, tensor] of tensors.entries())
      expect(relativeError(outputs[name]?.[i], tensor), name).toBeLessThanOrEqual(
        winograd ? tolerance.winograd : tolerance.direct,
      );
}

it('are ten and more', () => expect(files.length).toBeGreaterThanOrEqual(10));

describe.each(files)('%s', (file) => {
  const path = `${nets}/${file}`;
  const source = { path, text: readFileSync(path, 'utf8') };
  const { model, diagnostics } = resolve(source, nodeHost(process.cwd()));
  const checked = check(model);
  const names = checked.nets.flatMap(({ complete, name, variants }) =>
    complete ? [name] : variants.map((variant) => variant.name),
  );

  it('checks without a message, and is formatted', () => {
    const found = [...diagnostics, ...checked.diagnostics];
    expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(names).not.toEqual([]);
    expect(format(source).text).toBe(source.text);
  });

  it.each(names)('%s gives on wasm what the interpreter gives', (net) =>
    expectSame(withoutDecision(graphOf(path, { net }))),
  );

  it('can be summarised, drawn, run and built', async () => {
    const [net = ''] = names;
    const named = [path, '--net', net];
    const drawing = join(folder, `${basename(file, '.cnn')}.svg`);
    const package_ = join(folder, basename(file, '.cnn'));
    const ends = await Promise.all([
      cnnc('summary', ...named),
      cnnc('graph', ...named, '--svg', drawing),
      cnnc('build', ...named, '--seed', '1', '--out', package_),
    ]);
    expect(ends.map(({ exit, stderr }) => [exit, /error|warning/.test(stderr)])).toEqual(
      ends.map(() => [0, false]),
    );
    expect(readFileSync(drawing, 'utf8')).toContain('<svg');
  });
});
