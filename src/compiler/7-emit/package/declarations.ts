/** `index.d.ts` of a built package: the net's own inputs and outputs, their shapes and meanings in the doc comments, classes as unions. */
import type { Manifest, ManifestInput, ManifestKind, ManifestOutput } from '../../../runtime/manifest.ts';

/** Above this many classes a label is a `string`: unions of a thousand names slow editors down. */
const unionLimit = 200;

/** The declarations; needs no other file. */
export function declarations(manifest: Manifest, doc: string | undefined): string {
  const kinds = new Set(manifest.outputs.map(({ output }) => output.kind));
  return `${header(manifest.net)}
export interface Inputs {
${manifest.inputs.map(inputField).join('\n')}
}

export interface Outputs {
${manifest.outputs.map(outputField).join('\n')}
}
${manifest.inputs.some(isImage) ? `\n${pixelTypes}` : ''}
${numberTypes}
${[...new Set([...kinds].map((kind) => outputTypes[kind]))].filter((text) => text !== '').join('\n')}
/** A net in memory. One run at a time; results are copies. Nothing has to be freed. */
export interface Model {
  /** The WebAssembly features in use. */
  readonly variant: 'wide' | 'relaxed' | 'simd';
  /** Throws an \`InputError\` that names the input and its shape. */
  run(inputs: Inputs): Outputs;
  /** Threads that compute, the calling one included: 1 where the engine does not share memory between threads. */
  readonly threads: number;
  /** Ends the other threads at once; later runs take one. */
  close(): void;
}
${loadTypes}
${docComment(doc ?? `Loads ${manifest.net}.`, '')}export function load(options?: LoadOptions): Promise<Model>;
`;
}

function header(net: string): string {
  return `// Types of ${net}, written by cnnc. Do not edit.`;
}

function isImage({ format }: ManifestInput): boolean {
  return format !== 'f32' && format !== 'i32';
}

function inputField(input: ManifestInput): string {
  const shape = input.shape.join('x') || 'one number';
  const what = isImage(input)
    ? `An image of any size (fit: ${input.fit}), or ${shape} ${input.format} values of 0..255, channels last.`
    : `${shape} numbers, channels last.`;
  return `${docComment(joined(input.doc, what), '  ')}  readonly ${key(input.name)}: ${isImage(input) ? 'Image | Numbers' : 'Numbers'};`;
}

function outputField(output: ManifestOutput): string {
  const shapes = output.tensors.map(({ shape }) => shape.join('x') || 'one number').join(', ');
  return `${docComment(joined(output.doc, meaning(output.output, shapes)), '  ')}  readonly ${key(output.name)}: ${typeOf(output.output, output)};`;
}

function joined(doc: string | undefined, what: string): string {
  return doc === undefined ? what : `${doc.trim()}\n\n${what}`;
}

function meaning(kind: ManifestKind, shapes: string): string {
  switch (kind.kind) {
    case 'tensor':
      return `${shapes}, channels last.`;
    case 'prob':
      return `Probability, 0..1 (${shapes}).`;
    case 'embedding':
      return `A vector of ${shapes} numbers.`;
    case 'image':
      return `RGBA pixels, from ${shapes}.`;
    case 'label':
      return `The most probable of ${shapes} classes.`;
    case 'labels':
      return `The probability of each of ${shapes} classes.`;
    case 'mask':
      return `The class of each position (from ${shapes}).`;
    case 'points':
      return `${kind.count} points.`;
    case 'detect':
      return 'Boxes in pixels of the image, best first.';
  }
}

function typeOf(kind: ManifestKind, output: ManifestOutput): string {
  switch (kind.kind) {
    case 'tensor':
      return 'Tensor';
    case 'prob':
      return output.tensors[0]?.shape.reduce((a, b) => a * b, 1) === 1 ? 'number' : 'Tensor';
    case 'embedding':
      return 'Float32Array<ArrayBuffer>';
    case 'image':
      return 'Picture';
    case 'label':
      return `Label<${union(kind.classes)}>`;
    case 'labels':
      return `readonly Guess<${union(kind.classes)}>[]`;
    case 'mask':
      return `Mask<${union(kind.classes)}>`;
    case 'points':
      return 'readonly { readonly x: number; readonly y: number }[]';
    case 'detect':
      return `readonly Detection<${union(kind.classes)}>[]`;
  }
}

function union(classes: readonly string[] | undefined): string {
  if (!classes || classes.length === 0 || classes.length > unionLimit) return 'string';
  return [...new Set(classes)].map((name) => JSON.stringify(name)).join(' | ');
}

/** A property name, quoted where it has to be. */
function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function docComment(text: string, indent: string): string {
  const lines = text.trim().replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

const numberTypes = `/** Numbers in the input's order, or with their shape, which is then checked. */
export type Numbers = ArrayLike<number> | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
`;

const pixelTypes = `/** What a canvas gives: gray, RGB or RGBA values of 0..255, rows top down. */
export interface Pixels {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** In a browser also an image, canvas, video or bitmap, or a video frame. */
export type Image =
  | Pixels
  | { readonly width: number; readonly height: number }
  | { readonly displayWidth: number; readonly displayHeight: number };
`;

const guessType = `export interface Guess<Name extends string = string> {
  readonly label: Name;
  readonly index: number;
  /** Probability, 0..1. */
  readonly p: number;
}
`;

const tensorType = `export interface Tensor {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}
`;

const outputTypes: Readonly<Record<ManifestKind['kind'], string>> = {
  tensor: tensorType,
  prob: tensorType,
  embedding: '',
  points: '',
  image: `export interface Picture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}
`,
  label: `${guessType}
export interface Label<Name extends string = string> extends Guess<Name> {
  /** The n most probable classes, best first. */
  readonly top: (n: number) => readonly Guess<Name>[];
}
`,
  labels: guessType,
  mask: `export interface Mask<Name extends string = string> {
  /** Index of the class of each position, row-major. */
  readonly data: Uint16Array<ArrayBuffer>;
  readonly shape: readonly number[];
  readonly classes: readonly Name[];
}
`,
  detect: `/** A box: left, top, width and height in pixels of the image. */
export interface Detection<Name extends string = string> {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
  readonly index: number;
  readonly label: Name;
}
`,
};

const loadTypes = `
/** \`URL\` and \`AbortSignal\` of the project's own types; what stands for them in a project that has neither those of browsers nor of Node. */
type Address = typeof globalThis extends { readonly URL: { readonly prototype: infer T } } ? T : { readonly href: string };
type Signal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer T } }
  ? T
  : { readonly aborted: boolean; throwIfAborted(): void };

export interface LoadOptions {
  /** Weights from elsewhere: an address, or bytes. */
  readonly weights?: Address | string | ArrayBuffer | ArrayBufferView;
  readonly variant?: 'wide' | 'relaxed' | 'simd' | 'auto';
  /** Whether Node may take a build with 256-bit tiles, if the package has one; that switches an experimental pass of V8 on. Default auto. */
  readonly wide?: 'auto' | 'off';
  /** At most as many as the package was built for; \`auto\`, the default: as many of them as the processor has cores. */
  readonly threads?: number | 'auto';
  readonly signal?: Signal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** \`code\` is for programs, \`message\` for people. */
export class CnncError extends Error {
  readonly code: string;
}
/** The engine lacks WebAssembly or a feature of it. */
export class UnsupportedError extends CnncError {}
/** The weights could not be fetched, or are not those of this net. */
export class WeightsError extends CnncError {}
/** An input is missing, unknown, or of another shape. */
export class InputError extends CnncError {}
`;
