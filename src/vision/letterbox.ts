/**
 * Between an image of any size and the square or oblong that a network looks at. The three ways to fit are those of the
 * language (`fit stretch|crop|pad`); boxes found on the network's input go back to image pixels through the same mapping.
 */
import type { Box } from './box.ts';

export type Fit = 'stretch' | 'crop' | 'pad';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** image pixel = (input pixel − offset) / scale, per direction. */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/**
 * Where the image lies on the input, in input pixels. `stretch` fills it; `pad` keeps the proportions, centred, the rest is
 * zero; `crop` keeps the proportions and fills it, centred, cutting the longer side.
 */
export function place(image: Size, input: Size, fit: Fit): Placement {
  const scaleX = input.width / image.width;
  const scaleY = input.height / image.height;
  if (fit === 'stretch') return { scaleX, scaleY, offsetX: 0, offsetY: 0 };
  const scale = fit === 'pad' ? Math.min(scaleX, scaleY) : Math.max(scaleX, scaleY);
  return {
    scaleX: scale,
    scaleY: scale,
    offsetX: (input.width - image.width * scale) / 2,
    offsetY: (input.height - image.height * scale) / 2,
  };
}

/** A box in fractions of the input, as a box in image pixels. */
export function toImage<B extends Box>(box: B, input: Size, placement: Placement): B {
  return {
    ...box,
    x: (box.x * input.width - placement.offsetX) / placement.scaleX,
    y: (box.y * input.height - placement.offsetY) / placement.scaleY,
    width: (box.width * input.width) / placement.scaleX,
    height: (box.height * input.height) / placement.scaleY,
  };
}
