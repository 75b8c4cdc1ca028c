/** Inputs for measurements, where it does not matter what is computed. */
import { shapeOf, sizeOf, type Tensor } from '../compiler/ir/type.ts';
import type { OpenNet } from './nets.ts';

/** Files where they are given, else numbers that spread like pictures do: 0..255. */
export async function inputsOrNoise(
  net: Pick<OpenNet, 'graph' | 'file'>,
  written: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  if (written.length > 0 && written.join() !== 'random') {
    const { readInputs } = await import('./inputs.ts');
    return (await readInputs(net, written)).tensors;
  }
  return Object.fromEntries(
    net.graph.inputs.map(({ name, node, format }) => {
      const shape = shapeOf(node.type);
      const most = format === 'f32' ? 1 : format === 'i32' ? 0 : 255;
      return [name, { shape, data: noise(sizeOf(shape), most) }];
    }),
  );
}

/** The same numbers in 0..most every time (xorshift32; Marsaglia, 2003). */
function noise(count: number, most: number): Float32Array {
  let state = 0x9e3779b9;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * most;
  });
}
