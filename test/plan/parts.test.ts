/**
 * Large maps are cut between rows, so that threads read what they have written themselves. Parts of Winograd layers read the weights of the whole: its panels, wherever their channels begin. Each thread has scratch memory that no other
 * one touches.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Plan } from '../../src/compiler/6-plan/plan.ts';
import { instantiate, nodeHost, optimize, plan, resolve } from '../../src/compiler/index.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function planned(threads: number, wide = false): Plan {
  const text = readFileSync(join(root, 'stdlib/resnet.cnn'), 'utf8');
  const { model } = resolve({ path: 'std/resnet.cnn', text }, nodeHost(root));
  const { graph } = instantiate(model, { net: 'ResNet18', mode: 'inference' });
  if (!graph) throw new Error('ResNet18 has errors');
  return plan(optimize(graph), { relaxed: true, wide }, { threads });
}

it.each([false, true])('ResNet-18 for two threads (wide: %s)', (wide) => {
  const { steps } = planned(2, wide);
  const winograd = steps.filter(({ algorithm, parts }) => algorithm.startsWith('winograd') && parts);
  expect(winograd.length).toBeGreaterThan(8);
  for (const { parts = [], tuning } of winograd)
    for (const part of parts)
      for (const key of ['tile', 'vectors']) expect(part.tuning[key], key).toBe(tuning[key]);
  // The last layers have few tiles and many kernels: each thread transforms its own.
  const channels = winograd.at(-1)?.parts?.map(({ kernel }) => (kernel as ConvKernel).outC) ?? [];
  expect(channels.reduce((sum, n) => sum + n, 0)).toBe(512);
});

it.each([false, true])(
  'threads have equally many tiles of 28 × 28 pixels, which are seven rows of seven (wide: %s)',
  (wide) => {
    const tiles = planned(2, wide).steps.flatMap(({ algorithm, kernel, parts = [] }) =>
      kernel.kind === 'conv' && kernel.window.output[0] === 28 && algorithm.startsWith('winograd')
        ? [parts.map((part) => [part.tuning['firstTile'], part.tuning['tiles']])]
        : [],
    );
    const halves = [
      [0, 24],
      [3, 25],
    ];
    expect(tiles).toEqual(Array.from({ length: 4 }, () => halves));
  },
);

it.each([false, true])('ResNet-18 keeps the rows of large maps where they are (wide: %s)', (wide) => {
  const heights = planned(2, wide).steps.flatMap(({ kernel, parts = [] }) =>
    kernel.kind === 'conv' && kernel.window.output[0] === 56
      ? [parts.map((part) => (part.kernel as ConvKernel).window.output[0])]
      : [],
  );
  expect(heights).toEqual(Array.from({ length: 4 }, () => [28, 28]));
});

it.each([2, 3])('each of %i threads has its own scratch memory, in all steps', (threads) => {
  const { steps, allocations } = planned(threads);
  const owned = Array.from({ length: threads }, (_, part) =>
    steps.flatMap(({ parts }) => parts?.[part]?.scratch ?? []),
  );
  const shared = [
    ...allocations.filter(({ region }) => region === 'arena'),
    ...steps.flatMap(({ parts, scratch }) => (parts ? [] : (scratch ?? []))),
  ];
  for (const [part, own] of owned.entries()) {
    expect(own.length, `part ${part}`).toBeGreaterThan(8);
    const from = Math.min(...own.map(({ offset }) => offset));
    const to = Math.max(...own.map(({ offset, bytes }) => offset + bytes));
    const others = [...owned.filter((_, i) => i !== part).flat(), ...shared];
    expect(others.filter(({ offset, bytes }) => offset < to && from < offset + bytes)).toEqual([]);
  }
});
