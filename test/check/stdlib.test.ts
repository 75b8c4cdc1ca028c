/** Every network of the stdlib checks without a message; its assertions hold the published numbers of parameters. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, nodeHost, resolve, summarize } from '../../src/compiler/index.ts';

const root = join(import.meta.dirname, '../..');
const host = nodeHost(root);

function checkFile(name: string): ReturnType<typeof check> {
  const text = readFileSync(join(root, 'stdlib', name), 'utf8');
  const { model, diagnostics } = resolve({ path: name, text }, host);
  const checked = check(model);
  return { ...checked, diagnostics: [...diagnostics, ...checked.diagnostics] };
}

test.each(readdirSync(join(root, 'stdlib')).filter((name) => name.endsWith('.cnn')))('%s', (name) => {
  const { diagnostics, nets } = checkFile(name);
  expect(diagnostics.map((d) => `${d.code}: ${d.message}`)).toEqual([]);
  for (const net of nets) if (net.complete) expect(net.facts?.costs.params).toBeGreaterThan(0);
});

test('YOLOv2 has the 75 layers of the course, and its pass-through joins two maps', () => {
  const yolo = checkFile('yolo.cnn').nets.find((net) => net.name === 'YOLOv2');
  const { layers } = summarize(yolo?.facts?.graph ?? expect.fail('no graph'));
  expect(layers).toHaveLength(75);
  expect(layers.filter((l) => l.op === 'conv')).toHaveLength(23);
  const joined = layers.find((l) => l.op === 'concat');
  expect(joined?.inputs).toHaveLength(2);
  expect(joined?.shape).toEqual([19, 19, 1280]);
});
