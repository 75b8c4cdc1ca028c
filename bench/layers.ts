/** Layers of well-known networks, as heavy kernels: what `kernels.ts` measures. */
import type { ConvKernel, DepthwiseKernel, Window } from '../src/compiler/ir/kernel.ts';

export interface Layer {
  readonly name: string;
  readonly kernel: ConvKernel | DepthwiseKernel;
}

/** Square map of `size`, window of `kernel`, `same` padding. */
function square(size: number, kernel: number, stride: number): Window {
  const pad = Math.floor((kernel - 1) / 2);
  const output = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const twice = (n: number): number[] => [n, n];
  return {
    input: twice(size),
    output: twice(output),
    kernel: twice(kernel),
    stride: twice(stride),
    dilation: twice(1),
    pads: [
      [pad, pad],
      [pad, pad],
    ],
  };
}

const operands = { x: 0, weight: 1, bias: 2, out: 3 } as const;
const relu = {
  expr: {
    kind: 'binary',
    op: 'max',
    a: { kind: 'arg', index: 0 },
    b: { kind: 'const', value: 0 },
  },
  operands: [],
} as const;

interface Conv {
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
}

function conv(name: string, { size, from, to, kernel, stride = 1 }: Conv): Layer {
  const window = square(size, kernel, stride);
  return {
    name: `${name} ${kernel}x${kernel}${stride > 1 ? `/${stride}` : ''} ${size}x${size}x${from}→${to}`,
    kernel: { kind: 'conv', window, inC: from, outC: to, groups: 1, ...operands, epilogue: relu },
  };
}

function depthwise(name: string, size: number, channels: number, kernel: number, stride = 1): Layer {
  const window = square(size, kernel, stride);
  return {
    name: `${name} dw ${kernel}x${kernel}${stride > 1 ? `/${stride}` : ''} ${size}x${size}x${channels}`,
    kernel: { kind: 'depthwise', window, channels, multiplier: 1, ...operands, epilogue: relu },
  };
}

function dense(name: string, from: number, to: number): Layer {
  const window: Window = { input: [], output: [], kernel: [], stride: [], dilation: [], pads: [] };
  return {
    name: `${name} dense ${from}→${to}`,
    kernel: { kind: 'conv', window, inC: from, outC: to, groups: 1, ...operands, epilogue: undefined },
  };
}

export const layers: readonly Layer[] = [
  conv('resnet stem', { size: 224, from: 3, to: 64, kernel: 7, stride: 2 }),
  conv('resnet', { size: 56, from: 64, to: 64, kernel: 3 }),
  conv('resnet', { size: 28, from: 128, to: 128, kernel: 3 }),
  conv('resnet', { size: 14, from: 256, to: 256, kernel: 3 }),
  conv('resnet', { size: 7, from: 512, to: 512, kernel: 3 }),
  conv('resnet', { size: 56, from: 128, to: 128, kernel: 3, stride: 2 }),
  conv('resnet', { size: 56, from: 64, to: 256, kernel: 1 }),
  conv('resnet', { size: 56, from: 256, to: 64, kernel: 1 }),
  conv('resnet', { size: 28, from: 512, to: 128, kernel: 1 }),
  conv('resnet', { size: 28, from: 128, to: 512, kernel: 1 }),
  conv('resnet', { size: 14, from: 1024, to: 256, kernel: 1 }),
  conv('resnet', { size: 7, from: 2048, to: 512, kernel: 1 }),
  conv('resnet', { size: 7, from: 512, to: 2048, kernel: 1 }),
  conv('resnet', { size: 56, from: 256, to: 512, kernel: 1, stride: 2 }),
  conv('vgg', { size: 224, from: 3, to: 64, kernel: 3 }),
  conv('vgg', { size: 224, from: 64, to: 64, kernel: 3 }),
  conv('yolo stem', { size: 416, from: 3, to: 32, kernel: 3 }),
  conv('faces stem', { size: 416, from: 3, to: 16, kernel: 3 }),
  conv('gray stem', { size: 128, from: 1, to: 16, kernel: 3 }),
  conv('vgg', { size: 28, from: 512, to: 512, kernel: 3 }),
  conv('googlenet', { size: 28, from: 32, to: 96, kernel: 5 }),
  conv('googlenet', { size: 7, from: 48, to: 128, kernel: 5 }),
  conv('mobilenet stem', { size: 224, from: 3, to: 32, kernel: 3, stride: 2 }),
  conv('mobilenet', { size: 112, from: 32, to: 64, kernel: 1 }),
  conv('mobilenet', { size: 56, from: 24, to: 144, kernel: 1 }),
  conv('mobilenet', { size: 56, from: 144, to: 24, kernel: 1 }),
  conv('mobilenet', { size: 14, from: 96, to: 576, kernel: 1 }),
  conv('mobilenet', { size: 7, from: 960, to: 160, kernel: 1 }),
  depthwise('mobilenet', 112, 32, 3),
  depthwise('mobilenet', 112, 96, 3, 2),
  depthwise('mobilenet', 56, 144, 3),
  depthwise('mobilenet', 14, 512, 3),
  depthwise('mobilenet', 7, 960, 3),
  depthwise('efficientnet', 28, 240, 5),
  depthwise('efficientnet', 28, 240, 5, 2),
  dense('vgg', 25088, 4096),
  dense('resnet', 2048, 1000),
  dense('lenet', 400, 120),
  conv('lenet', { size: 14, from: 6, to: 16, kernel: 5 }),
];
