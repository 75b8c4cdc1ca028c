/** A decoded picture as pixels of any size, which is what the runtime takes. */
import { createCanvas, type Image } from '@napi-rs/canvas';
import type { Pixels, Size } from '../../src/runtime/index.ts';

/** RGBA pixels of `image` drawn at `size`. */
export function pixelsOf(image: Image, { width, height }: Size): Pixels {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}
