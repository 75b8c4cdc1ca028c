/** Whose cache holds which bytes of the maps of a net for two threads; and where the face detector's maps lie for that. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kernelMacs } from '../../src/compiler/6-plan/algorithms/shape.ts';
import { layOut, ownedBlocks, withOwners, type Layout } from '../../src/compiler/6-plan/layout.ts';
import { lowerGraph } from '../../src/compiler/6-plan/lower.ts';
import { buildProgram } from '../../src/compiler/6-plan/program.ts';
import { schedules } from '../../src/compiler/6-plan/schedule.ts';
import { foreignBytes } from '../../src/compiler/6-plan/threads/handover.ts';
import type { Owners } from '../../src/compiler/6-plan/threads/owners.ts';
import { instantiate, nodeHost, optimize, plan, resolve, verifyPlan } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';

const engine = { relaxed: true, wide: false };

/** Everything is cut. */
function laidOut(graph: Graph): Layout {
  const lowered = lowerGraph(graph, engine, { precise: false, threads: 2, fromNs: 0 });
  return layOut(buildProgram(graph, schedules(graph)[0] ?? [], lowered), engine);
}

const ownersOf = (owners: Owners | undefined): unknown => owners?.map(({ owner }) => owner);

describe('owners', () => {
  const found = (size: number, channels: number): unknown => {
    const x = inputMap('x', [size, size], channels);
    const a = layer('conv', [x], { channels, kernel: 3, pad: 1 }, 'a');
    const b = layer('conv', [a], { channels, kernel: 3, pad: 1 }, 'b');
    const blocks = ownedBlocks(laidOut(optimize(graphOf([b], [x]))));
    return blocks.map(({ tenure: { born, left } }) => [ownersOf(born), ownersOf(left)]);
  };
  const scratch = [
    [0, 1],
    [0, 1],
  ];

  it('are those of the rows; the first thread writes inputs, the other one reads half of them', () => {
    const halves = [
      [0, 1],
      [0, 1],
    ];
    expect(found(64, 8)).toEqual([[[0], [0, 'several', 0]], halves, halves, scratch]);
  });

  it('are several where both write channels of all rows, and read all of them', () => {
    const mixed = [['several'], ['several']];
    expect(found(7, 512)).toEqual([[[0], [0, 'several', 0]], mixed, mixed, scratch]);
  });
});

describe('the face detector for two threads', () => {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const path = 'examples/faces/faces.cnn';
  const { model } = resolve({ path, text: readFileSync(join(root, path), 'utf8') }, nodeHost(root));
  const { graph } = instantiate(model, { net: 'Faces', mode: 'inference' });

  it('has a quarter of the bytes change hands, in a tenth more memory', () => {
    const before = laidOut(optimize(graph as Graph));
    const after = withOwners(before);
    const foreign = (layout: Layout): number => foreignBytes(ownedBlocks(layout), layout.arena.offsets, 2);
    expect(foreign(after)).toBeLessThan(foreign(before) / 4);
    expect(after.arena.bytes).toBeLessThanOrEqual(1.1 * before.arena.lowerBound);
    expect(verifyPlan(plan(optimize(graph as Graph), engine, { threads: 2 }))).toEqual([]);
  });

  it('leaves no layer of size to one thread', () => {
    const { steps } = plan(optimize(graph as Graph), engine, { threads: 2 });
    const alone = steps.filter(({ parts }) => !parts).map(({ kernel }) => kernelMacs(kernel));
    expect(Math.max(0, ...alone)).toBeLessThan(1e6);
  });
});
