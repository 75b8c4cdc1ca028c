/** A zero border made by `pad` becomes the padding of the layer that reads it, which costs nothing: the planner gives it as a halo. */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Rule } from '../ir/rewrite.ts';
import { opDef } from '../ops/index.ts';
import { isProblem } from '../ops/op.ts';
import { padsOf } from '../ops/pad.ts';
import { concreteWindow, windowAttrs } from '../ops/shared/window.ts';
import type { Pass } from './pass.ts';

type Pads = readonly (readonly [number, number])[];

const intoWindow: Rule = {
  name: 'conv(pad(x, p), pad q) → conv(x, pad p + q)',
  apply: (node) => {
    const [padding, ...rest] = node.inputs;
    const [x] = padding?.inputs ?? [];
    const border = padding && zeroBorder(padding);
    if (!padding || !x || !border) return undefined;
    const own = ownPads(node, padding);
    const attrs = own && paddedAttrs(node, own, border);
    // A pool refuses windows that lie in the border alone.
    if (!attrs || isProblem(opDef(node.op).type(attrs, [x.type]))) return undefined;
    return { ...node, inputs: [x, ...rest], attrs };
  },
};

/** The spatial border of a node that adds zeros and nothing else. */
function zeroBorder(node: Node): Pads | undefined {
  if (node.op !== 'pad' || node.attrs['mode'] !== 'value' || node.attrs['value'] !== 0) return undefined;
  const pads = padsOf(node.attrs);
  const channels = pads.at(-1) ?? [0, 0];
  return channels[0] === 0 && channels[1] === 0 ? pads.slice(0, -1) : undefined;
}

/** The padding of a layer with a window, `same` resolved. */
function ownPads(node: Node, input: Node): Pads | undefined {
  if (!['conv', 'dwconv', 'avgpool'].includes(node.op)) return undefined;
  return concreteWindow(windowAttrs(node.attrs), input.type, node.type).pads;
}

/** An average counts the zeros of `pad`, so it must go on counting them: impossible beside own padding that does not count. */
function paddedAttrs(node: Node, own: Pads, border: Pads): Attrs | undefined {
  const pad = own.map(([begin, end], axis) => [
    begin + (border[axis]?.[0] ?? 0),
    end + (border[axis]?.[1] ?? 0),
  ]);
  if (node.op !== 'avgpool') return { ...node.attrs, pad };
  const bare = own.every(([begin, end]) => begin === 0 && end === 0);
  return bare || node.attrs['count_padding'] === true
    ? { ...node.attrs, pad, count_padding: true }
    : undefined;
}

export const mergePadding: Pass = {
  name: 'merge-padding',
  doc: 'Zero padding becomes part of the convolution or average pool that reads it.',
  training: true,
  rules: [intoWindow],
};
