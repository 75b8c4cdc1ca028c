/** What an input takes, in words: for whoever has to give it, on the command line, in a test or in a folder of data. */
import type { GraphInput } from './graph.ts';
import { shapeOf } from './type.ts';

/** True where it can be filled from a picture. */
export function takesPictures({ format }: Pick<GraphInput, 'format'>): boolean {
  return format !== 'f32' && format !== 'i32';
}

/** "an rgb picture or 416x416x3 numbers (.npy)". */
export function takes(input: GraphInput): string {
  const shape = shapeOf(input.node.type);
  const numbers = shape.length === 0 ? 'one number (.npy)' : `${shape.join('x')} numbers (.npy)`;
  if (!takesPictures(input)) return numbers;
  return `${input.format === 'gray' ? 'a' : 'an'} ${input.format} picture or ${numbers}`;
}
