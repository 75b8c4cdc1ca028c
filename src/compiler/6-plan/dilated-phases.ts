/**
 * A dilated convolution as dense ones where that costs less. With a dilation of d along an axis a pixel of the output reads every d-th pixel of
 * the input: those of its own phase, counted from the padding. Phases are views of the maps, and on each of them the window is dense, so that
 * Winograd's transforms apply.
 */
import { internal } from '../diagnostics/internal.ts';
import { combinations } from '../ir/combinations.ts';
import type { Node } from '../ir/graph.ts';
import type { ConvKernel, OperandView, Window } from '../ir/kernel.ts';
import { createViews, placed } from '../ops/shared/views.ts';
import { onlyConv, type ConvLowering, type LowerConvs } from './fuse-pools.ts';
import type { LoweredNode } from './lower.ts';
import { firstView } from './operands.ts';

/** Each phase transforms the kernels anew, and is a call. */
const mostPhases = 16;
/** What the phases must gain by the estimates. */
const leastGain = 0.1;

/** The lowered nodes, with dilated convolutions taken apart. */
export function splitDilated(
  lowered: ReadonlyMap<Node, LoweredNode>,
  lowerConvs: LowerConvs,
): ReadonlyMap<Node, LoweredNode> {
  return new Map(
    [...lowered].map(([node, part]) => {
      const phases = phasesOf(part);
      const split = phases && lowerConvs(part.node, phases);
      return [node, split && split.cost < part.cost * (1 - leastGain) ? split : part];
    }),
  );
}

function phasesOf({ node, lowering }: LoweredNode): ConvLowering | undefined {
  const conv = onlyConv(lowering);
  if (!conv || conv.groups > 1 || conv.integer || !isDilated(conv.window)) return undefined;
  const axes = conv.window.kernel.map((_, axis) => residues(conv.window, axis));
  const count = axes.reduce((product, phases) => product * phases.length, 1);
  if (count === 0 || count > mostPhases) return undefined;
  const views = createViews(firstView(node, lowering));
  const [whole = internal('a convolution without a phase'), ...others] = combinations(axes).map((phase) =>
    phaseKernel(conv, phase, views.of),
  );
  return { ...lowering, kernels: [whole, ...others], views: views.all };
}

/** Along some axis of several taps, with stride one there. */
function isDilated({ kernel, stride, dilation }: Window): boolean {
  const apart = kernel.map((taps, axis) => taps > 1 && (dilation[axis] ?? 1) > 1);
  return apart.some((is) => is) && apart.every((is, axis) => !is || stride[axis] === 1);
}

/** Every `step`-th pixel of the output from `output.start` on, and of the input; what they are to each other is a dense window with these pads. */
interface Phase {
  readonly step: number;
  readonly output: Pixels;
  readonly input: Pixels;
  readonly pads: readonly [number, number];
}

interface Pixels {
  readonly start: number;
  readonly count: number;
}

/** The phases along an axis: one, where it is not dilated; none, where one of them reads nothing but padding. */
function residues({ input, output, kernel, dilation, pads }: Window, axis: number): readonly Phase[] {
  const [pixels = 1, results = 1, taps = 1] = [input[axis], output[axis], kernel[axis]];
  const [begin, end] = pads[axis] ?? [0, 0];
  const whole = { start: 0, count: pixels };
  const step = taps > 1 ? (dilation[axis] ?? 1) : 1;
  if (step === 1) return [{ step, output: { start: 0, count: results }, input: whole, pads: [begin, end] }];
  const phases = Array.from({ length: Math.min(step, results) }, (_, start): Phase => {
    // Tap t of result start + step · k reads the pixel start − begin + step · (k + t).
    const before = Math.max(0, Math.ceil((begin - start) / step));
    const from = start - begin + step * before;
    const count = Math.ceil((results - start) / step);
    const held = Math.ceil((pixels - from) / step);
    return {
      step,
      output: { start, count },
      input: { start: from, count: held },
      pads: [before, Math.max(0, count - 1 + taps - before - held)],
    };
  });
  return phases.every(({ input: { count } }) => count > 0) ? phases : [];
}

/** The kernel of one phase; `viewed` gives the number of a view. */
function phaseKernel(
  conv: ConvKernel,
  phase: readonly Phase[],
  viewed: (view: OperandView) => number,
): ConvKernel {
  const { window, inC, outC } = conv;
  const view = (of: number, side: 'input' | 'output', channels: number): number =>
    viewed({
      of,
      start: [...phase.map((axis) => axis[side].start), 0],
      step: [...phase.map(({ step }) => step), 1],
      shape: [...phase.map((axis) => axis[side].count), channels],
    });
  return {
    ...conv,
    window: {
      ...window,
      input: phase.map(({ input }) => input.count),
      output: phase.map(({ output }) => output.count),
      dilation: window.dilation.map((dilation, axis) => ((phase[axis]?.step ?? 1) > 1 ? 1 : dilation)),
      pads: phase.map(({ pads }) => pads),
    },
    x: view(conv.x, 'input', inC),
    out: view(conv.out, 'output', outC),
    epilogue: conv.epilogue && placed(conv.epilogue, (of) => view(of, 'output', outC)),
  };
}
