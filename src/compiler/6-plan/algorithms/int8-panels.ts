/**
 * The weight layout of quantised layers. Output channels in panels, each one stream that the inner loop reads from front to back: per
 * vector of four channels what the sums start from (−zero · Σ weights, i32), the factors and the offsets (f32); then for every step of the sum
 * the vectors' weights, 16 bytes each: four channels × four bytes that are multiplied with four neighbouring bytes of the input.
 *
 * A step is four input channels of one window tap (`conv`; the last step of a tap is filled with zero weights, whatever the input has there),
 * or four taps below each other of one channel (`depthwise`). Wide engines narrow 32 channels with two 256-bit instructions: their full
 * panels hold channels 0–3, 16–19, 4–7, 20–23, … so that neighbouring vectors are halves of one register.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Tensor } from '../../ir/type.ts';
import type { WeightLayout } from '../plan.ts';
import { lanes } from './tile.ts';

export interface Int8Layout {
  readonly kind: 'int8-panels';
  /** Vectors of a full panel. */
  readonly vectors: number;
  /** Full panels are in the order of wide engines. */
  readonly paired: boolean;
  readonly outC: number;
  readonly zero: number;
  /** For every step and lane of four: index of the weight within its output channel's, or −1. */
  readonly order: { readonly kind: 'channels'; readonly inC: number; readonly taps: number } | QuadOrder;
  readonly [key: string]: unknown;
}

/** Taps of a depthwise window in groups of four, each of one column. */
export interface QuadOrder {
  readonly kind: 'taps';
  readonly quads: readonly (readonly number[])[];
}

/** Bytes that are multiplied at once. */
export const quad = 4;
/** Vectors of a panel that feeds 256-bit registers, or that one pixel alone is multiplied with. */
export const wideVectors = 8;

export interface Int8Panel {
  readonly first: number;
  readonly channels: number;
  readonly vectors: number;
  readonly paired: boolean;
}

/** The panels from first to last; the last is as narrow as its channels allow, but paired ones are whole. */
export function int8Panels({
  outC,
  vectors,
  paired,
}: Pick<Int8Layout, 'outC' | 'vectors' | 'paired'>): readonly Int8Panel[] {
  const width = vectors * lanes;
  return Array.from({ length: Math.ceil(outC / width) }, (_, i) => {
    const channels = Math.min(width, outC - i * width);
    const isPaired = paired && channels > width / 2;
    const held = isPaired ? vectors : Math.ceil(channels / lanes);
    return { first: i * width, channels, vectors: held, paired: isPaired };
  });
}

/** First channel of each vector of a panel, within the panel. */
export function vectorChannels({
  vectors,
  paired,
}: Pick<Int8Panel, 'vectors' | 'paired'>): readonly number[] {
  return Array.from({ length: vectors }, (_, j) =>
    paired ? (j % 2) * (vectors / 2) * lanes + Math.floor(j / 2) * lanes : j * lanes,
  );
}

/** Steps of the sum. */
export function int8Steps({ order }: Int8Layout): number {
  return order.kind === 'taps' ? order.quads.length : order.taps * Math.ceil(order.inC / quad);
}

/** Bytes of the start, factors and offsets before a panel's weights. */
export function headBytes({ vectors }: Pick<Int8Panel, 'vectors'>): number {
  return 3 * vectors * 16;
}

export function int8PanelBytes(panel: Int8Panel, layout: Int8Layout): number {
  return headBytes(panel) + int8Steps(layout) * panel.vectors * 16;
}

export function int8Bytes(layout: Int8Layout): number {
  return int8Panels(layout).reduce((sum, panel) => sum + int8PanelBytes(panel, layout), 0);
}

/** weight [outC, inC, ...window] of whole numbers, scale and bias [outC] → the panels, as the floats whose bytes they are. */
export function packInt8(
  layout: WeightLayout,
  tensors: readonly Tensor[],
  into?: Float32Array,
): Float32Array {
  const int8 = layout as Int8Layout;
  const [weight, scale, bias] = tensors;
  if (!weight || !scale || !bias) return internal('a quantised layer without weight, scale or bias');
  const packed = into ?? new Float32Array(int8Bytes(int8) / 4);
  const index = stepWeights(int8);
  let at = packed.byteOffset;
  for (const panel of int8Panels(int8)) {
    packPanel(packed, at, { panel, layout: int8, index, weight, scale, bias });
    at += int8PanelBytes(panel, int8);
  }
  return packed;
}

interface Packing {
  readonly panel: Int8Panel;
  readonly layout: Int8Layout;
  readonly index: Int32Array;
  readonly weight: Tensor;
  readonly scale: Tensor;
  readonly bias: Tensor;
}

function packPanel({ buffer }: Float32Array, at: number, packing: Packing): void {
  const { panel, layout, index, weight, scale, bias } = packing;
  const { vectors } = panel;
  const starts = new Int32Array(buffer, at, vectors * lanes);
  const floats = new Float32Array(buffer, at + vectors * 16, 2 * vectors * lanes);
  const bytes = new Int8Array(buffer, at + headBytes(panel), (index.length / quad) * vectors * 16);
  const depth = weight.data.length / layout.outC;
  vectorChannels(panel).forEach((channel, j) => {
    for (let lane = 0; lane < lanes && channel + lane < panel.channels; lane++) {
      const o = panel.first + channel + lane;
      let sum = 0;
      for (let i = 0; i < index.length; i++) {
        const from = index[i]!;
        if (from < 0) continue;
        const value = weight.data[o * depth + from]!;
        sum += value;
        bytes[((Math.floor(i / quad) * vectors + j) * lanes + lane) * quad + (i % quad)] = value;
      }
      starts[j * lanes + lane] = -layout.zero * sum;
      floats[j * lanes + lane] = scale.data[o]!;
      floats[(vectors + j) * lanes + lane] = bias.data[o]!;
    }
  });
}

/** Index of the weight at every byte of the steps, −1 where there is none. */
function stepWeights({ order }: Int8Layout): Int32Array {
  if (order.kind === 'taps') return Int32Array.from(order.quads.flatMap((taps) => padded(taps)));
  const { inC, taps } = order;
  const perTap = Math.ceil(inC / quad) * quad;
  return Int32Array.from({ length: taps * perTap }, (_, i) => {
    const [tap, channel] = [Math.floor(i / perTap), i % perTap];
    return channel < inC ? channel * taps + tap : -1;
  });
}

function padded(taps: readonly number[]): readonly number[] {
  return Array.from({ length: quad }, (_, i) => taps[i] ?? -1);
}
