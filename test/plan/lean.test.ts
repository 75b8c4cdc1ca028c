/** Strassen's code is in a program where the net as a whole gains by it, and nowhere else. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { instantiate, nodeHost, optimize, plan, resolve } from '../../src/compiler/index.ts';
import { isLean } from '../../src/compiler/6-plan/lean.ts';
import type { PlanOptions } from '../../src/compiler/6-plan/index.ts';
import type { Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const relaxed = { relaxed: true, wide: false };
const wide = { relaxed: true, wide: true };

function stdlibGraph(file: string, net: string): Graph {
  const text = readFileSync(join(root, 'stdlib', file), 'utf8');
  const { model } = resolve({ path: `std/${file}`, text }, nodeHost(root));
  const { graph } = instantiate(model, { net, mode: 'inference' });
  if (!graph) throw new Error(`${net} has errors`);
  return optimize(graph);
}

const strassens = (graph: Graph, engine: typeof wide, options: PlanOptions = {}): number =>
  plan(graph, engine, options).steps.filter(({ algorithm }) => algorithm === 'strassen').length;

it('MobileNet-v1 has it in the deep layers of 14 × 14, unless results must be precise', () => {
  const graph = stdlibGraph('mobilenet.cnn', 'MobileNetV1');
  expect(strassens(graph, relaxed)).toBeGreaterThanOrEqual(6);
  expect(strassens(graph, wide)).toBeGreaterThanOrEqual(5);
  expect(strassens(graph, relaxed, { precise: true })).toBe(0);
});

it('ResNet-50 has it, in its strided layers too, as part of the module that its budget allows', () => {
  const graph = stdlibGraph('resnet.cnn', 'ResNet50');
  expect(strassens(graph, relaxed)).toBeGreaterThan(25);
  expect(strassens(graph, wide)).toBeGreaterThan(10);
  const strided = plan(graph, relaxed).steps.filter(
    ({ algorithm, kernel }) =>
      algorithm === 'strassen' && kernel.kind === 'conv' && kernel.window.stride[0] === 2,
  );
  expect(strided).toHaveLength(3);
  expect(strassens(graph, relaxed, { precise: true })).toBe(0);
});

it('nets that would gain 2 % or less are programs without it; a picker may still ask for it', () => {
  const graph = stdlibGraph('resnet.cnn', 'ResNet50');
  for (const [file, net] of [
    ['mobilenet.cnn', 'MobileNetV2'],
    ['googlenet.cnn', 'GoogLeNet'],
  ] as const)
    expect(strassens(stdlibGraph(file, net), relaxed)).toBe(0);
  const picked = strassens(graph, relaxed, {
    pick: (_, __, variants) => variants().find(({ algorithm }) => algorithm === 'strassen'),
  });
  expect(picked).toBeGreaterThan(20);
});

it('wide programs, which nobody downloads, need gain less', () => {
  const costing = (cost: number): Choice => ({ cost }) as Choice;
  const saving = (part: number): Parameters<typeof isLean>[0] => [
    { best: costing(500), lean: costing(500) },
    { best: costing(500 - 1000 * part), lean: costing(500) },
  ];
  expect([0.004, 0.006, 0.015].map((part) => isLean(saving(part), relaxed))).toEqual([true, true, false]);
  expect([0.004, 0.006, 0.015].map((part) => isLean(saving(part), wide))).toEqual([true, false, false]);
});
