/** Every network of the standard library: each pass leaves a good graph, the plan keeps its promises, and its arena is near the bound. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check, nodeHost, optimize, plan, resolve, verifyPlan, type Plan } from '../../src/compiler/index.ts';
import { aligned } from '../../src/compiler/6-plan/arena.ts';
import { topological, type Graph } from '../../src/compiler/ir/graph.ts';
import { sizeOf, shapeOf } from '../../src/compiler/ir/type.ts';
import { verify } from '../../src/compiler/ir/verify.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const files = readdirSync(join(root, 'stdlib')).filter((file) => file.endsWith('.cnn'));

/** Most bytes alive in any step: no arena can be smaller. */
function mostAlive({ steps, allocations }: Plan): number {
  const arena = allocations.filter(({ region }) => region === 'arena');
  const alive = steps.map(({ index, scratch }) =>
    arena
      .filter(({ first, last }) => first <= index && index <= last)
      .reduce((sum, { bytes }) => sum + aligned(bytes), aligned(scratch?.bytes ?? 0)),
  );
  return Math.max(0, ...alive);
}

/**
 * Most bytes of activations alive in any step: no borders, no alignment, inputs until they have been read. In a plan by steps, because what is
 * fused or written in place is no activation.
 */
function mostActivations({ steps, allocations, buffers }: Plan): number {
  const alive = steps.map(({ index }) =>
    allocations
      .filter(({ region, first, last }) => region === 'arena' && first <= index && index <= last)
      .map(({ id }) => buffers.find(({ allocation }) => allocation === id))
      .reduce((sum, root) => sum + (root ? root.elementBytes * sizeOf(root.shape) : 0), 0),
  );
  return Math.max(0, ...alive);
}

/** The arena over the activations. In FaceNet's deep 3×3 layers, smaller blocks of 256-bit tiles would cost more than 1 % of its time. */
function largestShare(net: string, wide: boolean): number {
  return wide && ['FaceNet', 'Verify'].includes(net) ? 1.45 : 1.3;
}

/** Bytes of the parameters that inference reads, as they are on disk. */
function parameterBytes(graph: Graph): number {
  return topological(graph)
    .filter((node) => node.op === 'param')
    .reduce((sum, node) => sum + 4 * sizeOf(shapeOf(node.type)), 0);
}

/** The exported nets of a file, checked. */
function exportedNets(file: string): readonly { readonly name: string; readonly graph: Graph }[] {
  const source = { path: `std/${file}`, text: readFileSync(join(root, 'stdlib', file), 'utf8') };
  const { nets } = check(resolve(source, nodeHost(root)).model);
  return nets.flatMap(({ name, exported, facts }) =>
    exported && facts ? [{ name, graph: facts.graph }] : [],
  );
}

describe('the standard library', () => {
  const nets = files.flatMap(exportedNets);

  it('has the networks of the course', () => {
    expect(nets.length).toBeGreaterThanOrEqual(30);
  });

  it.each(nets)('$name', ({ name, graph }) => {
    expect(verify(graph)).toEqual([]);
    const optimised = optimize(graph, {
      after: (pass, result) => expect(verify(result), pass.name).toEqual([]),
    });
    // Batch norms and activations are gone: they cost nothing.
    expect(topological(optimised).filter((node) => node.op === 'bn' || node.op === 'relu')).toEqual([]);
    for (const wide of [false, true]) {
      const result = plan(optimised, { relaxed: true, wide });
      expect(verifyPlan(result)).toEqual([]);
      expect(result.bytes.arena).toBeLessThanOrEqual(1.1 * mostAlive(result));
      // Borders, and transformed tiles and kernels beside the maps.
      const most = Math.max(largestShare(name, wide) * mostActivations(result), 1024 * 1024);
      expect(result.bytes.arena).toBeLessThanOrEqual(most);
      // Panels are padded to whole vectors.
      expect(result.bytes.weights).toBeLessThanOrEqual(1.1 * parameterBytes(graph) + 64_000);
    }
  });
});
