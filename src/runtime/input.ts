/** Writes what a caller gives into the program's input buffers: numbers as they are, images fitted to the input's size. */
import { InputError } from './errors.ts';
import { fitImage, type Pixels, type Size } from './fit.ts';
import type { ManifestInput, Region } from './manifest.ts';

/** Numbers in the input's own order: row-major, channels last. */
export type Numbers = ArrayLike<number>;

/** What browsers draw from: an image, canvas, video, bitmap or frame. */
export type Drawable = CanvasImageSource;

export type InputValue =
  Numbers | { readonly data: Numbers; readonly shape: readonly number[] } | Pixels | Drawable;

/** Writes one input; returns the size of the photo where it was one. */
export function writeInput(memory: ArrayBuffer, input: ManifestInput, value: InputValue): Size | undefined {
  const floats = new Float32Array(memory);
  const pixels = pixelsOf(input, value);
  if (pixels) {
    const [height = 1, width = 1, channels = 1] = input.shape;
    scatter(floats, input, fitImage(pixels, { width, height, channels }, input.fit));
    return { width: pixels.width, height: pixels.height };
  }
  scatter(floats, input, numbersOf(input, value as Numbers));
  return undefined;
}

/** Checks numbers against the input's shape. */
function numbersOf(
  input: ManifestInput,
  value: Numbers | { readonly data: Numbers; readonly shape: readonly number[] },
): Numbers {
  if (typeof value !== 'object' || value === null) throw notNumbers(input, value);
  const { data, shape } = 'data' in value ? value : { data: value, shape: undefined };
  const wanted = input.shape.reduce((product, n) => product * n, 1);
  if (typeof data?.length !== 'number') throw notNumbers(input, value);
  if (shape && shape.join() !== input.shape.join())
    throw new InputError(
      'input/wrong-shape',
      `input ${input.name} takes ${describe(input)}, not ${shape.join('x')}`,
    );
  if (data.length > 0 && typeof data[0] !== 'number')
    throw notNumbers(input, value, `a list of ${typeof data[0]}s`);
  if (data.length !== wanted)
    throw new InputError(
      'input/wrong-shape',
      `input ${input.name} takes ${describe(input)}, which is ${wanted} numbers, not ${data.length}`,
    );
  return data;
}

function notNumbers(input: ManifestInput, value: unknown, got = typeOf(value)): InputError {
  return new InputError('input/not-a-tensor', `input ${input.name} takes ${describe(input)}, not ${got}`);
}

/** Pixels of an image-like value, or undefined where it is plain numbers. */
function pixelsOf(input: ManifestInput, value: InputValue): Pixels | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isImage = input.format === 'rgb' || input.format === 'gray' || input.format === 'rgba';
  if ('data' in value && 'width' in value) return isImage ? checkPixels(input, value) : noImage(input);
  if (typeof (value as Numbers).length === 'number' || 'data' in value) return undefined;
  const size = isImage ? sizeOf(value) : undefined;
  return size && draw(input, value as Drawable, size);
}

function noImage(input: ManifestInput): never {
  throw new InputError('input/not-a-tensor', `input ${input.name} takes ${describe(input)}, not an image`);
}

function checkPixels(input: ManifestInput, image: Pixels): Pixels {
  const { width, height } = image;
  const data = image.data ?? [];
  const channels = data.length / (width * height);
  if (Number.isInteger(width) && width > 0 && height > 0 && [1, 3, 4].includes(channels)) return image;
  throw new InputError(
    'input/not-an-image',
    `input ${input.name}: ${data.length} values are no gray, RGB or RGBA image of ${width}x${height}`,
  );
}

interface Sized {
  readonly [size: string]: unknown;
}

/**
 * Own size of an <img>, <video>, <canvas>, ImageBitmap or VideoFrame in pixels: 0 where it has not loaded, however large it is shown.
 * Undefined for other objects.
 */
function sizeOf(value: object): Size | undefined {
  const sized = value as Sized;
  for (const prefix of ['natural', 'video', 'display', '']) {
    const [w, h] = prefix === '' ? ['width', 'height'] : [`${prefix}Width`, `${prefix}Height`];
    const [width, height] = [sized[w!], sized[h!]];
    if (typeof width === 'number' && typeof height === 'number') return { width, height };
  }
  return undefined;
}

function draw(input: ManifestInput, value: Drawable, size: Size): Pixels {
  if (!(size.width > 0 && size.height > 0))
    throw new InputError(
      'input/not-an-image',
      `input ${input.name}: this image has no pixels: it has not loaded yet, or is closed`,
    );
  if (typeof OffscreenCanvas !== 'function')
    throw new InputError(
      'input/no-canvas',
      `input ${input.name}: there is no canvas here to read pixels from; give { data, width, height }`,
    );
  const context = new OffscreenCanvas(size.width, size.height).getContext('2d', {
    willReadFrequently: true,
  })!;
  context.drawImage(value, 0, 0);
  return context.getImageData(0, 0, size.width, size.height);
}

/** "an rgb image or 416x416x3 numbers". */
export function describe(input: ManifestInput): string {
  const numbers = `${input.shape.join('x') || 'one'} number${input.shape.length === 0 ? '' : 's'}`;
  return input.format === 'f32' || input.format === 'i32'
    ? numbers
    : `an ${input.format} image or ${numbers}`.replace('an g', 'a g');
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Copies `data` (row-major) into a region, a contiguous run at a time; floats as one block of bytes. */
export function scatter(floats: Float32Array, region: Region, data: Numbers): void {
  if (data instanceof Float32Array)
    return forRuns(region, (at, from, length) => floats.set(data.subarray(from, from + length), at));
  forRuns(region, (at, from, length) => {
    for (let i = 0; i < length; i++) floats[at + i] = data[from + i]!;
  });
}

/** The region's elements, row-major. */
export function gather(floats: Float32Array, region: Region): Float32Array<ArrayBuffer> {
  const out = new Float32Array(region.shape.reduce((product, n) => product * n, 1));
  forRuns(region, (at, from, length) => out.set(floats.subarray(at, at + length), from));
  return out;
}

/** Calls `run(address in elements, index of the first element, length)` for every contiguous run. */
function forRuns(
  { shape, strides, offset }: Region,
  run: (at: number, from: number, length: number) => void,
): void {
  let axes = shape.length;
  let length = 1;
  while (axes > 0 && strides[axes - 1] === length) length *= shape[--axes]!;
  const count = shape.slice(0, axes).reduce((product, n) => product * n, 1);
  for (let i = 0; i < count; i++) {
    let at = offset / 4;
    for (let axis = axes - 1, rest = i; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    run(at, i * length, length);
  }
}
