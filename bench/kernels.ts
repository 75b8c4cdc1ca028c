/**
 * Measures the tuned kernels layer by layer: GFLOPS (2 · multiply-adds of the direct convolution per second) and their share of the
 * multiply-add limit of the machine, which is measured right before each layer, because machines slow down and share their cores.
 *
 *     node bench/kernels.ts [--wide] [--no-fma] [--all] [filter …]
 *
 * --all measures every algorithm that can compute the layer, not only the chosen one; algorithm names work as filters too.
 */
import { setFlagsFromString } from 'node:v8';
import { candidates, chooseAlgorithm } from '../src/compiler/6-plan/algorithms/index.ts';
import type { Choice } from '../src/compiler/6-plan/algorithms/algorithm.ts';
import { kernelMacs } from '../src/compiler/6-plan/algorithms/shape.ts';
import { ModuleBuilder, f32x4, i32, v128 } from '../src/compiler/7-emit/wasm/assembler/index.ts';
import { loadKernel } from '../test/kernels/run-kernel.ts';
import { randomTensor } from '../test/kernels/cases.ts';
import { layers, type Layer } from './layers.ts';

const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const filters = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const engine = { relaxed: !flags.includes('--no-fma'), wide: flags.includes('--wide') };
// Must be set before the first module is compiled.
if (engine.wide) setFlagsFromString('--experimental-wasm-revectorize');

/** Vectors in flight of the peak loop: twelve registers of 128 or 256 bits. */
const chains = engine.wide ? 24 : 12;

/** A loop of independent multiply-adds: (turns) → nothing. */
function peakLoop(): (turns: number) => void {
  const m = new ModuleBuilder(engine);
  m.importMemory({ module: 'env', name: 'memory', pages: 1 });
  const run = m.function({ name: 'peak', params: ['i32'] }, (f, turns) => {
    const sums = Array.from({ length: chains }, (_, i) => f.let(v128.load(0, i * 16)));
    const factors = [0, 1].map((i) => f.let(v128.load(0, 1024 + i * 16)));
    f.for(f.i32(), 0, turns, 1, () =>
      sums.forEach((sum, i) => f.set(sum, f.fma(factors[i % 2] ?? f32x4.const(0), sum, sum))),
    );
    sums.forEach((sum, i) => f.store(i32.const(0), i * 16, sum));
  });
  m.export('run', run);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(m.build()), { env: { memory } });
  return instance.exports['run'] as (turns: number) => void;
}

/** Best time of one call in milliseconds, over at least `budget` milliseconds. */
function best(run: () => void, budget: number): number {
  let least = Infinity;
  const end = performance.now() + budget;
  do {
    const from = performance.now();
    run();
    least = Math.min(least, performance.now() - from);
  } while (performance.now() < end);
  return least;
}

interface Measured {
  readonly ms: number;
  readonly gflops: number;
  readonly peak: number;
  readonly codeBytes: number;
}

const peak = peakLoop();
const peakTurns = 20_000;

async function measure({ kernel }: Layer, choice: Choice): Promise<Measured> {
  const inC = kernel.kind === 'conv' ? kernel.inC : kernel.channels;
  const outC = kernel.kind === 'conv' ? kernel.outC : kernel.channels * kernel.multiplier;
  const perOutput = kernel.kind === 'conv' ? kernel.inC / kernel.groups : 1;
  const loaded = loadKernel({
    kernel,
    choice,
    engine,
    outShape: [...kernel.window.output, outC],
    tensors: new Map([
      [0, randomTensor([...kernel.window.input, inC], 1)],
      [1, randomTensor([outC, perOutput, ...kernel.window.kernel], 2)],
      [2, randomTensor([outC], 3)],
    ]),
  });
  for (let i = 0; i < 4; i++) {
    best(loaded.run, 25);
    best(() => peak(peakTurns), 5);
    // Lets the optimising compiler's threads hand over.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let [ms, limit] = [Infinity, 0];
  for (let round = 0; round < 6; round++) {
    limit = Math.max(limit, (chains * 8 * peakTurns) / best(() => peak(peakTurns), 8) / 1e6);
    ms = Math.min(ms, best(loaded.run, 50));
  }
  return { ms, gflops: (2 * kernelMacs(kernel)) / ms / 1e6, peak: limit, codeBytes: loaded.codeBytes };
}

const tuningText = (choice: Choice): string =>
  Object.entries(choice.tuning)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

console.log(`# ${process.version} ${engine.relaxed ? 'fma' : 'mul+add'}${engine.wide ? ', 256 bits' : ''}`);
console.log('layer | algorithm | ms | estimated | GFLOPS | share of peak | code bytes');
for (const layer of layers) {
  const options = { precise: false, staticWeights: true };
  const all = flags.includes('--all')
    ? candidates(layer.kernel, engine, options).filter(({ algorithm }) => algorithm !== 'nest')
    : [chooseAlgorithm(layer.kernel, engine, options)];
  for (const choice of all) {
    const words = `${layer.name} ${choice.algorithm}`;
    if (choice.algorithm === 'nest' || (filters.length > 0 && !filters.some((word) => words.includes(word))))
      continue;
    const { ms, gflops, peak: limit, codeBytes } = await measure(layer, choice);
    const share = `${Math.round((100 * gflops) / limit)} % of ${limit.toFixed(0)}`;
    console.log(
      `${layer.name} | ${choice.algorithm} ${tuningText(choice)} | ${ms.toFixed(3)} | ${(choice.cost / 1e6).toFixed(3)} | ${gflops.toFixed(1)} | ${share} | ${codeBytes}`,
    );
  }
}
