/**
 * The multiply-add limit of this machine and engine: a generated loop of independent multiply-adds on registers, with nothing to
 * load or store. What a kernel reaches of it is the figure that survives a change of machine.
 */
import type { Engine } from '../compiler/6-plan/plan.ts';
import { ModuleBuilder, v128 } from '../compiler/7-emit/wasm/assembler/index.ts';

/** Registers in flight: enough to hide the latency of a multiply-add, few enough for sixteen registers. Wide ones are pairs. */
const registers = 12;
const turns = 20_000;
/** Calls of one measurement; the best counts, because everything else on the machine only takes time away. */
const calls = 8;

/** GFLOPS of one measurement, two operations per multiply-add. Call it between other measurements and keep the largest. */
export function limitOf(engine: Engine): () => number {
  const vectors = engine.wide ? 2 * registers : registers;
  const run = limitLoop(engine, vectors);
  return () => {
    let least = Infinity;
    for (let call = 0; call < calls; call++) {
      const from = performance.now();
      run(turns);
      least = Math.min(least, performance.now() - from);
    }
    return (2 * 4 * vectors * turns) / least / 1e6;
  };
}

/** (turns) → nothing: in every turn each of `vectors` sums is multiplied and added once. */
function limitLoop(engine: Engine, vectors: number): (turns: number) => void {
  const module = new ModuleBuilder(engine);
  module.importMemory({ module: 'cnnc', name: 'memory', pages: 1 });
  const run = module.function({ name: 'limit', params: ['i32'] }, (f, count) => {
    const sums = Array.from({ length: vectors }, (_, i) => f.let(v128.load(0, i * 16)));
    const [even, odd] = [f.let(v128.load(0, 1024)), f.let(v128.load(0, 1040))];
    f.for(f.i32(), 0, count, 1, () =>
      sums.forEach((sum, i) => f.set(sum, f.fma(i % 2 === 0 ? even : odd, sum, sum))),
    );
    sums.forEach((sum, i) => f.store(0, i * 16, sum));
  });
  module.export('run', run);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { cnnc: { memory } });
  return instance.exports.run as (turns: number) => void;
}
