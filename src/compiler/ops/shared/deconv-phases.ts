/**
 * Transposed convolution as ordinary convolutions: the output places of one residue per axis (a *phase* of a strided layer) are a
 * convolution of stride one with the taps that paint them, mirrored; it writes every stride-th pixel. So a layer of stride s is up to
 * s·s small convolutions for the tuned kernels, no multiplication is by a zero, and a kernel as large as its stride is 1×1 products.
 * Shi et al., "Is the deconvolution layer the same as a convolutional layer?", arXiv:1609.07009.
 */
import type { Node } from '../../ir/graph.ts';
import type { ConvKernel, Kernel, Lowering, Operand, OperandView, Window } from '../../ir/kernel.ts';
import { phaseKernelNode } from '../phase-kernel.ts';
import { depthwiseKernel } from './convolve.ts';
import { residueCombinations, residueNest, type Deconv, type Residue } from './deconv-nests.ts';
import { createViews, placed } from './views.ts';

/**
 * x is operand 0, the weight [in, out/groups, k…], which must be static, operand 1, and the output the last of the node's own operands.
 * Phases that no tap paints stay nests.
 */
export function deconvPhases(deconv: Deconv, weight: Node): Lowering {
  const phases = residueCombinations(deconv.adjoint);
  const painted = phases.filter((phase) => phase.every(({ taps }) => taps > 0));
  const statics = painted.map((phase) => phaseKernelNode(weight, tapsOf(phase, deconv.groups)));
  const views = createViews(deconv.out + 1 + statics.length);
  const kernels = phases.map((phase): Kernel => {
    const at = painted.indexOf(phase);
    return at === -1
      ? residueNest(deconv, phase)
      : phaseKernel(deconv, phase, { weight: deconv.out + 1 + at, viewOf: views.of });
  });
  return { temps: [], constants: [], statics, views: views.all, kernels, alias: false };
}

/** Mirrored: the first tap of the convolution reads the input furthest back, which the last tap of the kernel spreads. */
function tapsOf(phase: readonly Residue[], groups: number): Parameters<typeof phaseKernelNode>[1] {
  return {
    groups,
    taps: phase.map(({ taps }) => taps),
    first: phase.map(({ firstTap, tapStep, taps }) => firstTap + tapStep * (taps - 1)),
    step: phase.map(({ tapStep }) => -tapStep),
  };
}

function phaseKernel(
  deconv: Deconv,
  phase: readonly Residue[],
  { weight, viewOf }: { readonly weight: Operand; readonly viewOf: (view: OperandView) => Operand },
): Kernel {
  const { adjoint, inC, outC, groups, bias } = deconv;
  const whole = phase.every((_, axis) => (adjoint.stride[axis] ?? 1) === 1);
  const place = (of: Operand): Operand =>
    whole
      ? of
      : viewOf({
          of,
          start: [...phase.map(({ residue }) => residue), 0],
          step: [...adjoint.stride, 1],
          shape: [...phase.map(({ count }) => count), outC],
        });
  const kernel: ConvKernel = {
    kind: 'conv',
    window: phaseWindow(adjoint, phase),
    inC,
    outC,
    groups,
    x: 0,
    weight,
    bias,
    out: place(deconv.out),
    epilogue: deconv.epilogue && placed(deconv.epilogue, place),
  };
  return groups > 1 && groups === inC ? depthwiseKernel(kernel) : kernel;
}

/** Output place q reads the inputs q − begin + step·t; a negative padding leaves input at that side unread. */
function phaseWindow({ output: input }: Window, phase: readonly Residue[]): Window {
  const pads = phase.map((r, axis): readonly [number, number] => {
    const begin = r.placeStep * (r.taps - 1) - r.firstPlace;
    const end = r.count + r.placeStep * (r.taps - 1) - begin - (input[axis] ?? 1);
    return [begin, end];
  });
  return {
    input,
    output: phase.map(({ count }) => count),
    kernel: phase.map(({ taps }) => taps),
    stride: phase.map(() => 1),
    dilation: phase.map(({ placeStep }) => placeStep),
    pads,
  };
}
