/** The neighbourhood of local response normalisation, which the layer and its gradient share. */
import type { Attrs } from '../../ir/graph.ts';
import * as read from './attrs.ts';

/** Channels before and after the one in the middle; of an even size, the odd one after. */
export function lrnReach(attrs: Attrs): readonly [number, number] {
  const size = read.number(attrs, 'size');
  return [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
}
