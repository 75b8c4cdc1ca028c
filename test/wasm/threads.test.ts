/**
 * Programs for several threads: every operator's samples and random networks cut into as many parts as there can be, and whole networks
 * on real threads, bit by bit equal to the program for one.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test, vi } from 'vitest';
import { emitWasm, instantiate, nodeHost, optimize, resolve } from '../../src/compiler/index.ts';
import { pack, plan, type Plan } from '../../src/compiler/6-plan/index.ts';
import { words } from '../../src/compiler/7-emit/wasm/team.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { gather, writeInput } from '../../src/runtime/input.ts';
import { startTeam, type Team } from '../../src/runtime/team.ts';
import { seededWeights } from '../../src/weights/bind.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { randomGraphs } from '../support/random-graph.ts';
import { loadProgram } from './support/load-program.ts';
import { sampleCase } from './support/sample-case.ts';
import { engines } from './support/vector-function.ts';

/** Everything that can be cut is. */
const everywhere = { threads: 3, cutFromNs: 0 } as const;

const cuts = ({ steps }: Plan): number => steps.filter(({ parts }) => parts).length;

describe.each(engines)('parts, relaxed $relaxed', (engine) => {
  /** Quantised layers want whole numbers for weights: quantized.test.ts. */
  const notHere = ['input', 'param', 'const', 'qconv'];
  const cutKernels = new Set<string>();

  for (const def of allOps.filter((op) => !notHere.includes(op.name)))
    test(def.name, () => {
      def.samples.forEach((sample, i) => {
        const { graph, inputs, weights } = sampleCase(def, sample, 17 * i + 3);
        const cut = plan(graph, engine, everywhere);
        for (const { parts, kernel } of cut.steps) if (parts) cutKernels.add(kernel.kind);
        const want = loadProgram(plan(graph, engine), weights).run(inputs);
        expect(loadProgram(cut, weights).run(inputs), JSON.stringify(sample)).toEqual(want);
      });
    });

  it('were made of every kind of kernel that can be cut', () => {
    expect([...cutKernels].sort()).toEqual(['conv', 'depthwise', 'nest', 'pool']);
  });

  test('of nests whose border lies on another axis', () => {
    const x = inputMap('x', [8, 4], 12);
    const graph = graphOf([layer('lrn', [x], { size: 5 }, 'l')], [x]);
    const cut = plan(graph, engine, everywhere);
    expect(cuts(cut)).toBe(1);
    const [want, got] = [plan(graph, engine), cut].map((planned) =>
      loadProgram(planned, testWeights).run(testInputs(graph)),
    );
    expect(got).toEqual(want);
  });

  // 7 × 5 tiles, 7 × 7 with parts of tiles at the edges, 7 × 7 that read every other pixel, 5 × 5 that hold windows of a pool.
  test.each([
    { size: [28, 20], stride: 1, pool: false },
    { size: [27, 27], stride: 1, pool: false },
    { size: [55, 55], stride: 2, pool: false },
    { size: [20, 20], stride: 1, pool: true },
  ])('of Winograd layers whose rows of tiles threads share: %o', ({ size, stride, pool }) => {
    for (const threads of [2, 3]) {
      const x = inputMap('x', size, 32);
      const conv = layer('conv', [x], { channels: 48, kernel: 3, pad: 1, stride, act: 'relu' }, 'c');
      const out = pool ? layer('maxpool', [conv], { kernel: 2 }, 'p') : conv;
      const graph = optimize(graphOf([out], [x]));
      const cut = plan(graph, engine, { threads, cutFromNs: 0 });
      expect(
        new Set(cut.steps.flatMap(({ parts = [] }) => parts.map(({ tuning }) => tuning['firstTile']))),
      ).toContain(0);
      const [want, got] = [plan(graph, engine), cut].map((planned) =>
        loadProgram(planned, testWeights).run(testInputs(graph)),
      );
      expect(got).toEqual(want);
    }
  });

  test('of random networks', () => {
    fc.assert(
      fc.property(randomGraphs, (written) => {
        const graph = optimize(written);
        const [whole, cut] = [plan(graph, engine), plan(graph, engine, everywhere)].map((planned) =>
          loadProgram(planned, testWeights),
        );
        for (const key of ['first', 'second']) {
          const inputs = testInputs(graph, key);
          expect(cut?.run(inputs)).toEqual(whole?.run(inputs));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('threads', () => {
  const engine = { relaxed: true, wide: false };

  /** A net on a team: runs it with the inputs of a key and gives all outputs. */
  async function start(
    planned: Plan,
  ): Promise<Team & { idlers(): number; output(seed: number): Float32Array[] }> {
    const { bytes, manifest } = emitWasm(planned);
    const pages = Math.ceil(manifest.memoryBytes / 65536);
    const shared = manifest.threads !== undefined;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    const compiled = await WebAssembly.instantiate(bytes, { cnnc: { memory } });
    new Uint8Array(memory.buffer).set(pack(planned, seededWeights(3)), manifest.weights.offset);
    (compiled.instance.exports.prepare as () => void)();
    const alone = { threads: 1, run: compiled.instance.exports.run as () => void, close: () => undefined };
    const team = manifest.threads
      ? await startTeam({ code: bytes, instance: compiled.instance }, memory, {
          threads: manifest.threads.most,
          words: manifest.threads,
        })
      : alone;
    const control = (manifest.threads?.run ?? 0) - words.run;
    const floats = new Float32Array(memory.buffer);
    return {
      ...team,
      idlers: () => Atomics.load(new Int32Array(memory.buffer), (control + words.idlers) / 4),
      output: (seed) => {
        for (const input of manifest.inputs) {
          const numbers = Float32Array.from(
            { length: sizeOf(input.shape) },
            (_, i) => ((i + seed) * 7919) % 251,
          );
          writeInput(memory.buffer, input, numbers);
        }
        team.run();
        return manifest.outputs.flatMap(({ tensors }) => tensors.map((region) => gather(floats, region)));
      },
    };
  }

  /** The net; large inputs made small. */
  function graphFrom(path: string, net: string): Graph {
    const text = readFileSync(path, 'utf8').replaceAll('224', '64');
    const { graph } = instantiate(resolve({ path, text }, nodeHost('.')).model, { net, mode: 'inference' });
    return optimize(graph as Graph);
  }

  const bits = (outputs: readonly Float32Array[]): string =>
    outputs.map(({ buffer }) => Buffer.from(buffer).toString('base64')).join();

  const nets = [
    { path: 'stdlib/lenet.cnn', net: 'LeNet5' },
    { path: 'stdlib/resnet.cnn', net: 'ResNet18' },
    { path: 'stdlib/mobilenet.cnn', net: 'MobileNetV2' },
    { path: 'examples/faces/faces.cnn', net: 'Faces' },
  ] as const;

  for (const { path, net } of nets)
    it.each([2, 3])(`${net} is the same on %i of them, run after run`, async (threads) => {
      const graph = graphFrom(path, net);
      const planned = plan(graph, engine, { threads, cutFromNs: 2000 });
      expect(cuts(planned)).toBeGreaterThan(3);
      const [one, team] = [await start(plan(graph, engine)), await start(planned)];
      expect(team.threads).toBe(threads);
      for (let seed = 0; seed < 6; seed++)
        expect(bits(team.output(seed)) === bits(one.output(seed)), `run ${seed}`).toBe(true);
      team.close();
    });

  it('all sleep between runs, and wake up for the next', async () => {
    const graph = graphFrom('stdlib/lenet.cnn', 'LeNet5');
    const team = await start(plan(graph, engine, everywhere));
    for (let run = 0; run < 3; run++) {
      expect(team.output(run)[0]?.every(Number.isFinite)).toBe(true);
      while (team.idlers() < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    team.close();
  });

  // Threads of equal modules would count their calls in the same words, which then go to and fro between the processors.
  it('have modules of their own', async () => {
    const workers = process.getBuiltinModule('node:worker_threads');
    const codes: Uint8Array<ArrayBuffer>[] = [];
    class Noted extends workers.Worker {
      constructor(script: string, options: { workerData: { code: Uint8Array<ArrayBuffer> } }) {
        super(script, { ...options, eval: true });
        codes.push(options.workerData.code);
      }
    }
    const get = vi
      .spyOn(process, 'getBuiltinModule')
      .mockReturnValue({ ...workers, Worker: Noted } as unknown as typeof workers);
    const planned = plan(graphFrom('stdlib/lenet.cnn', 'LeNet5'), engine, everywhere);
    const team = await start(planned).finally(() => get.mockRestore());
    team.close();
    codes.push(emitWasm(planned).bytes);
    expect(new Set(codes.map((code) => Buffer.from(code).toString('base64'))).size).toBe(3);
    expect(codes.map((code) => WebAssembly.validate(code))).toEqual([true, true, true]);
  });

  it('are not asked where no step is worth it', () => {
    const graph = graphFrom('stdlib/lenet.cnn', 'LeNet5');
    const { manifest, bytes } = emitWasm(plan(graph, engine, { threads: 2, cutFromNs: 1e9 }));
    expect(manifest.threads).toBeUndefined();
    expect(bytes).toEqual(emitWasm(plan(graph, engine)).bytes);
  });
});
