/** Every small network of examples/: no messages, the canonical format, a package that loads, and the same results on wasm as in the interpreter. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { format } from '../../src/compiler/format/index.ts';
import { check, nodeHost, resolve } from '../../src/compiler/index.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { cnnc } from '../cli/run-cli.ts';
import { graphOf, photoLike, relativeError, trainedWeights, withoutDecision } from '../stdlib/nets.ts';
import { runWasm } from '../stdlib/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files with their nets; a family by its variants. */
const nets: Readonly<Record<string, readonly string[]>> = {
  autoencoder: ['Autoencoder'],
  denoise: ['Denoise', 'DenoiseFast'],
  ecg: ['Heartbeat'],
  edges: ['Edges'],
  inception: ['Looks'],
  pocket: ['Pocket.s', 'Pocket.m', 'Pocket.l'],
  portrait: ['Portrait'],
  siamese: ['SameHand'],
  sliding: ['Window', 'Street'],
  squeeze: ['SqueezeNet10'],
  style: ['Style'],
  transfer: ['Glasses'],
  volume: ['Organs'],
};

it('are all tested', () => {
  const files = readdirSync('examples').filter((file) => file.endsWith('.cnn'));
  expect(files.sort()).toEqual(Object.keys(nets).map((name) => `${name}.cnn`));
});

describe.each(Object.entries(nets))('%s', (name, names) => {
  const path = `examples/${name}.cnn`;

  it('checks without a message', () => {
    const source = { path, text: readFileSync(path, 'utf8') };
    const { model, diagnostics } = resolve(source, nodeHost(process.cwd()));
    const found = [...diagnostics, ...check(model).diagnostics];
    expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(format(source).text).toBe(source.text);
  });

  it.each(names)('%s gives on wasm what the interpreter gives', (net) => {
    const graph = withoutDecision(graphOf(path, { net }));
    const given = { inputs: photoLike(graph), weights: trainedWeights };
    const expected = evaluate(graph, given.inputs, given.weights);
    for (const variant of ['simd', 'relaxed'] as const) {
      const { outputs, winograd } = runWasm(graph, variant, given);
      for (const [output, tensors] of Object.entries(expected))
        for (const [i, tensor] of tensors.entries())
          expect(relativeError(outputs[output]?.[i], tensor)).toBeLessThanOrEqual(winograd ? 1e-3 : 1e-4);
    }
  });

  it.each(names)('%s is built to a package that loads', async (net) => {
    const out = join(folder, net);
    const { exit, stderr } = await cnnc('build', path, '--net', net, '--seed', '1', '--out', out);
    expect([exit, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    const { load } = (await import(pathToFileURL(join(out, 'index.js')).href)) as {
      readonly load: () => Promise<{ readonly run: unknown }>;
    };
    expect((await load()).run).toBeTypeOf('function');
  });
});
