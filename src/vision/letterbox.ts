/**
 * Between an image of any size and the square or oblong that a network looks at. The ways to fit are those of the
 * language (`fit stretch|crop|pad|pad_end`); boxes found on the network's input go back to image pixels through the same mapping.
 */
import type { Placement, Size } from '../runtime/fit.ts';
import type { Box } from './box.ts';

export { place, type Fit, type Placement, type Size } from '../runtime/fit.ts';

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
