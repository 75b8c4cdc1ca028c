/** Inputs from files: pictures decoded to pixels, `.npy` numbers, each checked against what the net's input takes. */
import type { GraphInput } from '../compiler/ir/graph.ts';
import { takes, takesPictures } from '../compiler/ir/takes.ts';
import { shapeOf, type Tensor } from '../compiler/ir/type.ts';
import { readRegular } from '../compiler/regular-file.ts';
import { suggestion } from './suggestion.ts';
import { fitImage, type Pixels, type Size } from '../runtime/fit.ts';
import type { Seen } from '../runtime/output.ts';
import { fileReason } from '../weights/bytes.ts';
import { readNpy } from '../weights/npy.ts';
import { fail, UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';

export interface GivenInputs {
  /** One tensor per input, in the input's shape; images as 0..255 values. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** The first photo and how it was fitted, for boxes in its pixels. */
  readonly seen: Seen | undefined;
}

/** Reads `--input name=file` for every input of the graph; ends the command where one is missing or does not fit. */
export async function readInputs(
  net: Pick<OpenNet, 'graph' | 'file'>,
  written: readonly string[],
): Promise<GivenInputs> {
  const files = filesByInput(net, written);
  const { graph } = net;
  const tensors: Record<string, Tensor> = {};
  let seen: Seen | undefined;
  for (const input of graph.inputs) {
    const file = files.get(input.name);
    if (file === undefined) fail('input/missing', { input: input.name, takes: takes(input) }, net.file);
    const read = await readInput(input, file);
    tensors[input.name] = read.tensor;
    if (read.photo) seen ??= { image: read.photo, input: sizeOfInput(input), fit: input.fit };
  }
  return { tensors, seen };
}

/** `name=file`, or just a file where the net has one input. */
function filesByInput(
  { graph, file }: Pick<OpenNet, 'graph' | 'file'>,
  written: readonly string[],
): ReadonlyMap<string, string> {
  const names = graph.inputs.map(({ name }) => name);
  const files = new Map<string, string>();
  for (const text of written) {
    const at = text.indexOf('=');
    const name = at === -1 && names.length === 1 ? names[0] : text.slice(0, at);
    if (name === undefined || at === 0 || (at === -1 && names.length !== 1))
      throw new UsageFailure(`--input takes name=file, not ${text}`);
    if (!names.includes(name)) {
      fail('input/unknown', { net: graph.name, input: name }, file, {
        notes: [{ word: 'note', text: suggestion(name, names) }],
      });
    }
    if (files.has(name)) throw new UsageFailure(`--input gives ${name} twice`);
    files.set(name, text.slice(at + 1));
  }
  return files;
}

/** One input from its file. */
export async function readInput(
  input: GraphInput,
  file: string,
): Promise<{ readonly tensor: Tensor; readonly photo: Size | undefined }> {
  let bytes: Buffer;
  try {
    bytes = readRegular(file);
  } catch (error) {
    return fail(
      'input/unreadable',
      { file, input: input.name, reason: `cannot be read: ${fileReason(error)}` },
      file,
    );
  }
  if (file.endsWith('.npy')) return { tensor: readNumbers(input, file, bytes), photo: undefined };
  if (!takesPictures(input))
    fail(
      'input/unreadable',
      { file, input: input.name, reason: `must be a .npy file of ${takes(input)}` },
      file,
    );
  const pixels = await decode(input, file, bytes);
  const { width, height } = sizeOfInput(input);
  const shape = shapeOf(input.node.type);
  const data = fitImage(pixels, { width, height, channels: shape[2] ?? 1 }, input.fit);
  return { tensor: { shape, data }, photo: { width: pixels.width, height: pixels.height } };
}

function readNumbers(input: GraphInput, file: string, bytes: Uint8Array): Tensor {
  const tensor = readNpy(bytes);
  if ('reason' in tensor) fail('input/unreadable', { file, input: input.name, reason: tensor.reason }, file);
  const shape = shapeOf(input.node.type);
  // A batch of one is what NumPy users have; anything else must be exact.
  const given =
    tensor.shape.length === shape.length + 1 && tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape;
  if (String(given) !== String(shape)) {
    const message = `input ${input.name} takes ${takes(input)}, but ${file} holds ${tensor.shape.join('x') || 'one number'}`;
    fail('input/wrong-shape', { message }, file);
  }
  return { shape, data: tensor.data };
}

/** Pixels of a picture, by the library that knows all formats; RGBA. */
async function decode(input: GraphInput, file: string, bytes: Buffer): Promise<Pixels> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  try {
    const image = await loadImage(bytes);
    if (!(image.width > 0 && image.height > 0)) throw new Error('it has no size');
    const context = createCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  } catch {
    const reason = bytes.length === 0 ? 'is empty' : 'is not a picture that can be decoded';
    return fail('input/unreadable', { file, input: input.name, reason }, file);
  }
}

export function sizeOfInput({ node }: GraphInput): Size {
  const [height = 1, width = 1] = shapeOf(node.type);
  return { width, height };
}
