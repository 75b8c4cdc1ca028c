/** Where the operators that cut a part out of a value begin: slices, splits and crops, as targets write them. */
import { internal } from '../diagnostics/internal.ts';
import type { Node } from '../ir/graph.ts';
import { padsOf } from '../ops/pad.ts';
import * as read from '../ops/shared/attrs.ts';

/** First element of the part along each axis of the node's input; the sizes are those of the node's own type. */
export function beginsOf(node: Node): readonly number[] {
  const { op, attrs, type } = node;
  const input = node.inputs[0]?.type ?? type;
  switch (op) {
    case 'crop':
      return padsOf(attrs).map(([begin]) => begin);
    case 'split':
      return type.axes.map((axis, i) =>
        axis === read.text(attrs, 'axis') ? read.number(attrs, 'part') * Number(type.dims[i]) : 0,
      );
    case 'slice':
      return input.axes.map((axis, i) => {
        const begin = read.numbers(attrs, 'begin')[read.texts(attrs, 'axes').indexOf(axis)] ?? 0;
        return begin < 0 ? begin + Number(input.dims[i]) : begin;
      });
    default:
      return internal(`${op} cuts nothing out`);
  }
}
