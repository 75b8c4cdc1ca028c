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
import { limitOf } from '../src/profile/limit.ts';
import { loadKernel } from '../test/kernels/run-kernel.ts';
import { randomTensor } from '../test/kernels/cases.ts';
import { layers, type Layer } from './layers.ts';

const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const filters = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const engine = { relaxed: !flags.includes('--no-fma'), wide: flags.includes('--wide') };
// Must be set before the first module is compiled.
if (engine.wide) setFlagsFromString('--experimental-wasm-revectorize');

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

const peak = limitOf(engine);

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
    peak();
    // Lets the optimising compiler's threads hand over.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let [ms, limit] = [Infinity, 0];
  for (let round = 0; round < 6; round++) {
    limit = Math.max(limit, peak());
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
