/**
 * Between an image of any size and the rectangle that a network looks at: the language's `fit stretch|crop|pad|pad_end`, and the bilinear
 * resampling that fills the input. Pixel centres are at half coordinates, edges repeat, the rest of a padded input is zero.
 */

export type Fit = 'stretch' | 'crop' | 'pad' | 'pad_end';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** image pixel = (input pixel − offset) / scale, per direction. */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/**
 * Where the image lies on the input, in input pixels. `stretch` fills it; `pad` keeps the proportions, centred, the rest is
 * zero; `pad_end` likewise with the image at the top left; `crop` keeps the proportions and fills it, centred, cutting the longer side.
 */
export function place(image: Size, input: Size, fit: Fit): Placement {
  const scaleX = input.width / image.width;
  const scaleY = input.height / image.height;
  if (fit === 'stretch') return { scaleX, scaleY, offsetX: 0, offsetY: 0 };
  const scale = fit === 'crop' ? Math.max(scaleX, scaleY) : Math.min(scaleX, scaleY);
  if (fit === 'pad_end') return { scaleX: scale, scaleY: scale, offsetX: 0, offsetY: 0 };
  return {
    scaleX: scale,
    scaleY: scale,
    offsetX: (input.width - image.width * scale) / 2,
    offsetY: (input.height - image.height * scale) / 2,
  };
}

/** Pixels as a canvas gives them: 1 (gray), 3 (RGB) or 4 (RGBA) interleaved values of 0..255 per pixel, rows top down. */
export interface Pixels extends Size {
  readonly data: ArrayLike<number>;
}

/** Along one direction: for each input pixel the two image pixels it lies between and the share of the second; −1 outside the image. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
}

/**
 * The image fitted to `input`, [height, width, channels] values 0..255. Alpha is dropped unless four channels are asked for;
 * gray becomes equal RGB; RGB becomes luma (BT.601).
 */
export function fitImage(
  image: Pixels,
  input: Size & { readonly channels: number },
  fit: Fit,
): Float32Array<ArrayBuffer> {
  const { width, height, channels } = input;
  const from = Math.round(image.data.length / (image.width * image.height));
  const { scaleX, scaleY, offsetX, offsetY } = place(image, input, fit);
  const columns = taps({ size: width, image: image.width, scale: scaleX, offset: offsetX });
  const rows = taps({ size: height, image: image.height, scale: scaleY, offset: offsetY });
  const out = new Float32Array(width * height * channels);
  const read = reader(image.data, from, channels);
  for (let y = 0; y < height; y++) {
    const top = rows.first[y]! * image.width;
    const bottom = rows.second[y]! * image.width;
    if (top < 0) continue;
    const v = rows.share[y]!;
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!;
      if (left < 0) continue;
      const right = columns.second[x]!;
      const u = columns.share[x]!;
      for (let c = 0; c < channels; c++) {
        const above = read(top + left, c) * (1 - u) + read(top + right, c) * u;
        const below = read(bottom + left, c) * (1 - u) + read(bottom + right, c) * u;
        out[(y * width + x) * channels + c] = above * (1 - v) + below * v;
      }
    }
  }
  return out;
}

function taps(line: {
  readonly size: number;
  readonly image: number;
  readonly scale: number;
  readonly offset: number;
}): Taps {
  const first = new Int32Array(line.size);
  const second = new Int32Array(line.size);
  const share = new Float32Array(line.size);
  const last = line.image - 1;
  for (let i = 0; i < line.size; i++) {
    const position = (i + 0.5 - line.offset) / line.scale;
    const at = Math.min(Math.max(position - 0.5, 0), last);
    const outside = position <= 0 || position >= line.image;
    first[i] = outside ? -1 : Math.floor(at);
    second[i] = Math.min(Math.floor(at) + 1, last);
    share[i] = at - Math.floor(at);
  }
  return { first, second, share };
}

/** Value of channel c of the p-th pixel, converted from `from` to `to` channels. */
function reader(data: ArrayLike<number>, from: number, to: number): (p: number, c: number) => number {
  if (from === 1) return (p, c) => (c === 3 ? 255 : data[p]!);
  if (to === 1)
    return (p) => 0.299 * data[p * from]! + 0.587 * data[p * from + 1]! + 0.114 * data[p * from + 2]!;
  if (from === 3) return (p, c) => (c === 3 ? 255 : data[p * 3 + c]!);
  return (p, c) => data[p * from + c]!;
}
