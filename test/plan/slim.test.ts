/** Scratch memory takes what is free beside activations, not more, unless that would cost time. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { instantiate, nodeHost, optimize, plan, resolve, verifyPlan } from '../../src/compiler/index.ts';
import type { Plan } from '../../src/compiler/6-plan/index.ts';
import { layOut } from '../../src/compiler/6-plan/layout.ts';
import { lowerGraph } from '../../src/compiler/6-plan/lower.ts';
import { buildProgram } from '../../src/compiler/6-plan/program.ts';
import { schedules } from '../../src/compiler/6-plan/schedule.ts';
import { slimmed } from '../../src/compiler/6-plan/slim.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function stdlibGraph(file: string, net: string): Graph {
  const text = readFileSync(join(root, 'stdlib', file), 'utf8');
  const { graph } = instantiate(resolve({ path: `std/${file}`, text }, nodeHost(root)).model, {
    net,
    mode: 'inference',
  });
  if (!graph) throw new Error(`${net} has errors`);
  return optimize(graph);
}

const algorithmsOf = ({ steps }: Plan): readonly string[] => steps.map(({ algorithm }) => algorithm);

it.each([false, true])('GoogLeNet needs much less memory, in almost no more time (wide: %s)', (wide) => {
  const graph = stdlibGraph('googlenet.cnn', 'GoogLeNet');
  const engine = { relaxed: true, wide };
  const slim = plan(graph, engine);
  // A picker's choices are not touched.
  const free = plan(graph, engine, { pick: () => undefined });
  expect(verifyPlan(slim)).toEqual([]);
  expect(slim.bytes.arena).toBeLessThan(0.8 * free.bytes.arena);
  expect(algorithmsOf(slim)).toEqual(algorithmsOf(free));

  const lowered = lowerGraph(graph, engine, { precise: false, threads: 1, fromNs: 15_000 });
  const layout = layOut(buildProgram(graph, schedules(graph)[0] ?? [], lowered), engine);
  const costOf = (parts: typeof lowered): number =>
    [...parts.values()].flatMap(({ choices }) => choices).reduce((sum, { cost }) => sum + cost, 0);
  const smaller = slimmed(layout, lowered, engine);
  expect(smaller).toBeDefined();
  expect(costOf(smaller ?? new Map())).toBeLessThanOrEqual(1.01 * costOf(lowered));
});

it('leaves small nets alone', () => {
  const x = inputMap('x', [8, 8], 64);
  const graph = optimize(graphOf([layer('conv', [x], { channels: 64, kernel: 3, pad: 1 }, 'a')], [x]));
  const engine = { relaxed: true, wide: false };
  expect(plan(graph, engine).steps[0]?.tuning).toEqual(
    plan(graph, engine, { pick: () => undefined }).steps[0]?.tuning,
  );
});

it('what is alive is summed up once, not looked for again for every step', () => {
  const xs = [inputMap('x', [2, 2], 4)];
  const layers = Array.from({ length: 600 }, () => 0).reduce(
    (x, _, i) => layer('conv', [x], { channels: 4, kernel: 3, pad: 1 }, `l${i}`),
    xs[0] as Node,
  );
  const graph = optimize(graphOf([layers], xs));
  const engine = { relaxed: true, wide: false };
  const lowered = lowerGraph(graph, engine, { precise: false, threads: 1, fromNs: 15_000 });
  const layout = layOut(buildProgram(graph, schedules(graph)[0] ?? [], lowered), engine);
  let looks = 0;
  const roots = layout.roots.map((one) => ({
    ...one,
    get block() {
      looks += 1;
      return one.block;
    },
  }));
  slimmed({ ...layout, roots }, lowered, engine);
  expect(looks).toBeGreaterThan(600);
  expect(looks).toBeLessThan(10 * roots.length);
});
