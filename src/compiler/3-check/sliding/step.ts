/**
 * What each layer does to a map that grows: how far apart its places come to lie, and what a window alone has around itself (padding)
 * where a larger image has neighbours. A layer without such a border gives in the larger map what it gives in every window.
 */
import type { Attrs, Node } from '../../ir/graph.ts';
import { spatialRank } from '../../ir/type.ts';
import { opDef } from '../../ops/index.ts';
import type { OpName } from '../../ops/names.ts';
import * as read from '../../ops/shared/attrs.ts';
import { concreteWindow, spanOf, windowAttrs } from '../../ops/shared/window.ts';
import { fraction, one, type Fraction } from './fraction.ts';

export type Ends = readonly [begin: number, end: number];

/** A layer over a map, or over what each window has one of. */
export interface Step {
  /** Distance of neighbouring places of the output, in places of the input, per spatial axis. */
  readonly distance: readonly Fraction[];
  /** Places that a window alone has around itself, per spatial axis. */
  readonly pads: readonly Ends[];
  /** False where they follow from what the layer is (interpolation), so that no option leaves them out. */
  readonly optional: boolean;
  /** The layer in the larger net: whatever depends on the size of the map, as it is in the window. */
  readonly op: OpName;
  readonly attrs: Attrs;
}

/** Undefined for a layer that looks at whole maps: one window would change what another gives. */
export function stepOf(node: Node): Step | undefined {
  const make = makers.get(node.op);
  if (make) return make(node, plainStep(node));
  const perPlace = ['activation', 'elementwise', 'merge'].includes(opDef(node.op).category);
  return perPlace || sizeless.has(node.op) ? plainStep(node) : undefined;
}

/** Layers that do the same at every place, besides element-wise ones. */
const sizeless: ReadonlySet<string> = new Set(['bn', 'lrn', 'dropout', 'identity']);

function plainStep({ op, attrs, type }: Node): Step {
  const each = Array.from({ length: spatialRank(type) });
  return { distance: each.map(() => one), pads: each.map((): Ends => [0, 0]), optional: true, op, attrs };
}

type Make = (node: Node, plain: Step) => Step | undefined;

const makers: ReadonlyMap<string, Make> = new Map<OpName, Make>([
  ['conv', windowStep],
  ['dwconv', windowStep],
  ['maxpool', windowStep],
  ['avgpool', windowStep],
  ['deconv', deconvStep],
  ['resize', resizeStep],
  ['upsample', ({ attrs }, plain) => closer(plain, read.numbers(attrs, 'factor'))],
  ['depth_to_space', ({ attrs }, plain) => closer(plain, everywhere(plain, read.number(attrs, 'block')))],
  ['space_to_depth', ({ attrs }, plain) => farther(plain, everywhere(plain, read.number(attrs, 'block')))],
  ['pad', padStep],
  ['crop', (_, plain) => plain],
  ['slice', sliceStep],
  ['ln', ({ attrs }, plain) => (read.texts(attrs, 'axes').join() === 'C' ? plain : undefined)],
  ['softmax', alongChannels],
  ['log_softmax', alongChannels],
  ['argmax', alongChannels],
  ['concat', alongChannels],
  ['split', alongChannels],
  ['sum', overChannels],
  ['mean', overChannels],
  ['reduce_max', overChannels],
  ['reduce_min', overChannels],
  ['l2norm', overChannels],
]);

const closer = (plain: Step, factors: readonly number[]): Step => ({
  ...plain,
  distance: factors.map((factor) => fraction(1, factor)),
});

const farther = (plain: Step, factors: readonly number[]): Step => ({
  ...plain,
  distance: factors.map((factor) => fraction(factor)),
});

const everywhere = ({ distance }: Step, factor: number): readonly number[] => distance.map(() => factor);

function alongChannels({ attrs }: Node, plain: Step): Step | undefined {
  return read.text(attrs, 'axis') === 'C' ? plain : undefined;
}

/** A vector has no other axes, so that none need be named there. */
function overChannels({ attrs, inputs: [input] }: Node, plain: Step): Step | undefined {
  const axes = attrs.axes === null ? input?.type.axes : read.texts(attrs, 'axes');
  return axes?.join() === 'C' ? { ...plain, attrs: { ...attrs, axes: ['C'] } } : undefined;
}

/** `same` as it is in the window: at another size it may put the odd pixel elsewhere. */
function windowStep(node: Node, plain: Step): Step {
  const w = windowAttrs(node.attrs);
  const { pads } = concreteWindow(w, node.inputs[0]?.type ?? node.type, node.type);
  return { ...farther(plain, w.stride), pads, attrs: { ...node.attrs, pad: pads } };
}

/** Where kernels overlap, the outermost pixels of a window lack what its neighbours would add. */
function deconvStep({ attrs }: Node, plain: Step): Step {
  const w = windowAttrs(attrs);
  const pads = w.stride.map((stride, i): Ends => {
    const overlap = Math.max(0, spanOf(w, i) - stride);
    return [overlap, Math.max(overlap, read.number(attrs, 'output_pad'))];
  });
  return { ...closer(plain, w.stride), pads, optional: false };
}

/** Interpolation by a whole factor sees one pixel beyond the border; other grids depend on the size of the map. */
function resizeStep({ attrs: { size, scale, grid } }: Node, plain: Step): Step | undefined {
  if (Array.isArray(size) || !Array.isArray(scale) || grid === 'corners') return undefined;
  const factors = scale.map(Number);
  if (!factors.every((factor) => Number.isInteger(factor))) return undefined;
  const pads = factors.map((factor): Ends => (factor === 1 ? [0, 0] : [1, 1]));
  return { ...closer(plain, factors), pads, optional: false };
}

function padStep({ attrs }: Node, plain: Step): Step | undefined {
  const pads = read.padding(attrs, 'pads');
  return pads === 'same' ? undefined : { ...plain, pads: pads.slice(0, plain.pads.length) };
}

/** What is cut from both ends of a window is cut from both ends of the larger map, so that all of every window's places stay. */
function sliceStep({ attrs, inputs: [input] }: Node, plain: Step): Step {
  const axes = read.texts(attrs, 'axes');
  const [begins, ends] = [read.numbers(attrs, 'begin'), read.numbers(attrs, 'end')];
  const pads = (input?.type.axes ?? []).map((axis, i): Ends => {
    const [at, size] = [axes.indexOf(axis), Number(input?.type.dims[i])];
    const [begin, end] = at === -1 ? [0, size] : [begins[at] ?? 0, ends[at] ?? size];
    return [begin < 0 ? begin + size : begin, size - (end < 0 ? end + size : end)];
  });
  return { ...plain, op: 'crop', attrs: { pads } };
}
