/** From the numbers that a program leaves to what they mean: a label, boxes' heads, an embedding, a picture. */
import type { Fit, Size } from './fit.ts';
import type { ManifestKind, ManifestOutput } from './manifest.ts';

export interface TensorValue {
  /** Row-major, channels last. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

export interface Guess<Label extends string = string> {
  readonly label: Label;
  readonly index: number;
  /** Probability, 0..1. */
  readonly p: number;
}

/** The most probable class; `top(n)` gives the n most probable, best first. */
export interface LabelValue<Label extends string = string> extends Guess<Label> {
  readonly top: (n: number) => readonly Guess<Label>[];
}

/** Each position's most probable class. */
export interface MaskValue<Label extends string = string> {
  readonly data: Uint16Array<ArrayBuffer>;
  readonly shape: readonly number[];
  readonly classes: readonly Label[];
}

/** RGBA, as `ImageData` takes it. */
export interface ImageValue extends Size {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The raw heads of a detector, where no decoder was given to `load`. */
export interface HeadsValue {
  readonly heads: readonly (TensorValue & { readonly anchors: readonly (readonly [number, number])[] })[];
}

export type OutputValue =
  | TensorValue
  | LabelValue
  | readonly Guess[]
  | MaskValue
  | ImageValue
  | HeadsValue
  | number
  | Float32Array<ArrayBuffer>
  | readonly { readonly x: number; readonly y: number }[]
  /** What a decoder made of it. */
  | unknown;

/** The photo of a run and how it was fitted, for outputs in its pixels. */
export interface Seen {
  readonly input: Size;
  readonly image: Size;
  readonly fit: Fit;
}

type DetectKind = Extract<ManifestKind, { readonly kind: 'detect' }>;

/** Turns the heads of a `detect` output into boxes; `cnnc/vision` has one. */
export type DetectDecoder = (value: HeadsValue, kind: DetectKind, seen: Seen | undefined) => unknown;

/** The value of one output. */
export function decodeOutput(
  { output }: Pick<ManifestOutput, 'output'>,
  tensors: readonly TensorValue[],
  context: { readonly seen: Seen | undefined; readonly detect: DetectDecoder | undefined },
): OutputValue {
  const [tensor = { data: new Float32Array(0), shape: [] }] = tensors;
  const { data, shape } = tensor;
  switch (output.kind) {
    case 'tensor':
      return tensor;
    case 'prob':
      return data.length === 1 ? data[0]! : tensor;
    case 'embedding':
      return data;
    case 'label':
      return label(output.probabilities ? data : softmax(data), output.classes);
    case 'labels':
      return guesses(output.probabilities ? data : data.map(sigmoid), output.classes);
    case 'mask':
      return {
        data: largest(tensor, output.probabilities ? 0.5 : 0),
        shape: shape.slice(0, -1),
        classes: namesOf(output.classes, Math.max(2, shape.at(-1) ?? 1)),
      };
    case 'image':
      return picture(tensor);
    case 'points':
      return Array.from({ length: data.length / 2 }, (_, i) => ({ x: data[2 * i]!, y: data[2 * i + 1]! }));
    case 'detect':
      return heads(output, tensors, context);
  }
}

function heads(
  output: DetectKind,
  tensors: readonly TensorValue[],
  { seen, detect }: { readonly seen: Seen | undefined; readonly detect: DetectDecoder | undefined },
): unknown {
  const value = {
    heads: tensors.map((tensor, i) => ({ ...tensor, anchors: output.branches[i]?.anchors ?? [] })),
  };
  return detect ? detect(value, output, seen) : value;
}

function label(probabilities: Float32Array, classes: readonly string[] | undefined): LabelValue {
  const sorted = (): Guess[] => guesses(probabilities, classes).sort((a, b) => b.p - a.p);
  const best = probabilities.reduce((top, p, i) => (p > probabilities[top]! ? i : top), 0);
  return {
    label: classes?.[best] ?? String(best),
    index: best,
    p: probabilities[best] ?? NaN,
    top: (n) => sorted().slice(0, n),
  };
}

function guesses(probabilities: Float32Array, classes: readonly string[] | undefined): Guess[] {
  return Array.from(probabilities, (p, index) => ({ label: classes?.[index] ?? String(index), index, p }));
}

function namesOf(classes: readonly string[] | undefined, count: number): readonly string[] {
  return classes ?? Array.from({ length: count }, (_, i) => String(i));
}

function softmax(logits: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map((x) => Math.exp(x - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Index of the largest channel at each position; where there is one, class 1 is where it is above `even`. */
function largest({ data, shape }: TensorValue, even: number): Uint16Array<ArrayBuffer> {
  const channels = shape.at(-1) ?? 1;
  return Uint16Array.from({ length: data.length / channels }, (_, p) => {
    if (channels === 1) return data[p]! > even ? 1 : 0;
    let best = 0;
    for (let c = 1; c < channels; c++) if (data[p * channels + c]! > data[p * channels + best]!) best = c;
    return best;
  });
}

/** Values 0..255 with 1, 3 or 4 channels → RGBA. */
function picture({ data, shape }: TensorValue): ImageValue {
  const [height = 1, width = 1, channels = 1] = shape;
  const out = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let p = 0; p < width * height; p++)
    for (let c = 0; c < (channels === 4 ? 4 : 3); c++)
      out[p * 4 + c] = data[p * channels + Math.min(c, channels - 1)]!;
  return { data: out, width, height };
}
