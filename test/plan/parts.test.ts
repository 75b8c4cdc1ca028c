/** Parts of Winograd layers read the weights of the whole: its panels, wherever their channels begin. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { instantiate, nodeHost, optimize, plan, resolve } from '../../src/compiler/index.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

it.each([false, true])('ResNet-18 for two threads (wide: %s)', (wide) => {
  const text = readFileSync(join(root, 'stdlib/resnet.cnn'), 'utf8');
  const { model } = resolve({ path: 'std/resnet.cnn', text }, nodeHost(root));
  const { graph } = instantiate(model, { net: 'ResNet18', mode: 'inference' });
  if (!graph) throw new Error('ResNet18 has errors');
  const { steps } = plan(optimize(graph), { relaxed: true, wide }, { threads: 2 });
  const winograd = steps.filter(({ algorithm, parts }) => algorithm.startsWith('winograd') && parts);
  expect(winograd.length).toBeGreaterThan(8);
  for (const { parts = [], tuning } of winograd)
    for (const part of parts)
      for (const key of ['tile', 'vectors', 'narrow']) expect(part.tuning[key], key).toBe(tuning[key]);
  // The last layers have few tiles and many kernels: each thread transforms its own.
  const channels = winograd.at(-1)?.parts?.map(({ kernel }) => (kernel as ConvKernel).outC) ?? [];
  expect(channels.reduce((sum, n) => sum + n, 0)).toBe(512);
});
