/**
 * `warm()`: has the engine optimise every kernel before it is needed, on other threads, while the weights arrive. V8 starts functions in its
 * baseline compiler and optimises one when so many bytes of its baseline code have run; leaving a function counts all of the code before
 * its end. So kernels are called with nothing to do until that count is reached: some ten microseconds each.
 */
import { skip, type FunctionRef, type ModuleBuilder } from './assembler/index.ts';

/** V8's `--wasm-tiering-budget`, and the least bytes of baseline code per byte of WebAssembly. */
const budgetBytes = 13_000_000;
const baselineBytes = 1.4;

/** The function that calls the kernels of `module` defined so far. */
export function emitWarm(module: ModuleBuilder): FunctionRef {
  const kernels = module.kernels();
  return module.function({ name: 'warm', params: [] }, (f) => {
    const turn = f.i32();
    for (const { ref, codeBytes } of kernels) {
      const calls = Math.ceil(budgetBytes / (codeBytes * baselineBytes));
      f.for(turn, 0, calls, 1, () => f.call(ref, ...ref.params.map(() => skip)));
    }
  });
}
