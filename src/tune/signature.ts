/**
 * What identifies a layer to the tuner: everything that its time depends on, as a line of text. Layers of equal signature are measured
 * once, and a file of choices is keyed by it.
 */
import { isExpensive } from '../compiler/6-plan/algorithms/epilogue.ts';
import type { Engine } from '../compiler/6-plan/plan.ts';
import type { ConvKernel, DepthwiseKernel, Epilogue, Kernel, Window } from '../compiler/ir/kernel.ts';
import type { Variant } from '../runtime/variant.ts';

/** `conv 3x3/2 56x56x64 → 28x28x128 pad 0+1`; undefined for kernels that have only one algorithm. */
export function signatureOf(kernel: Kernel): string | undefined {
  switch (kernel.kind) {
    case 'conv':
      return layerText(kernel, kernel.inC, kernel.outC, kernel.groups > 1 ? ` groups ${kernel.groups}` : '');
    case 'depthwise':
      return layerText(kernel, kernel.channels, kernel.channels * kernel.multiplier, '');
    default:
      return undefined;
  }
}

function layerText(kernel: ConvKernel | DepthwiseKernel, inC: number, outC: number, groups: string): string {
  const { window } = kernel;
  const shape = `${sizes([...window.input, inC])} → ${sizes([...window.output, outC])}`;
  const number = kernel.integer ? ' int8' : '';
  const pool = kernel.kind === 'conv' && kernel.pool ? ` pooled ${sizes(kernel.pool.size)}` : '';
  return `${kernel.kind}${number} ${windowText(window)}${shape}${groups}${pool}${epilogueText(kernel.epilogue)}`;
}

/** `3x3/2 dilation 2 pad 0+1 `, what is usual left out. */
function windowText({ kernel, stride, dilation, pads }: Window): string {
  if (kernel.length === 0) return '';
  const step = stride.some((s) => s !== 1) ? `/${sizes(stride)}` : '';
  const spread = dilation.some((d) => d !== 1) ? ` dilation ${sizes(dilation)}` : '';
  const sides = [...new Set(pads.flat())];
  const around = sides.length === 1 ? `${sides[0]}` : pads.map(([begin, end]) => `${begin}+${end}`).join('x');
  const pad = around === '0' ? '' : ` pad ${around}`;
  return `${sizes(kernel)}${step}${spread}${pad} `;
}

/** Further operands and expensive functions take time; which function it is does not matter. */
function epilogueText(epilogue: Epilogue | undefined): string {
  const tensors = epilogue?.operands.filter(({ per }) => per === 'tensor').length ?? 0;
  const parts = [
    ...(tensors > 0 ? [`${tensors} more operand${tensors > 1 ? 's' : ''}`] : []),
    ...(isExpensive(epilogue) ? ['a long expression'] : []),
  ];
  return parts.length > 0 ? ` with ${parts.join(' and ')}` : '';
}

function sizes(values: readonly number[]): string {
  return values.join('x');
}

/** The variant of a package that an engine is for. */
export function variantOf({ relaxed, wide }: Engine): Variant {
  return wide ? 'wide' : relaxed ? 'relaxed' : 'simd';
}
