/**
 * The npm package of the wasm target: an ES module that carries the runtime and the program, the weights beside it, exact
 * types, a README from the net's doc comments. Files as data; who writes them decides where.
 */
import { checksum } from '../../../runtime/checksum.ts';
import type { Manifest } from '../../../runtime/manifest.ts';
import type { Variant } from '../../../runtime/variant.ts';
import type { Plan } from '../../6-plan/plan.ts';
import { declarations } from './declarations.ts';
import { runtimeSource, runtimeWithDetectSource } from './generated/runtime-source.ts';
import { readme } from './readme.ts';

/** One emitted program with its packed weights. */
export interface EmittedVariant {
  readonly variant: Variant;
  readonly code: Uint8Array;
  readonly manifest: Manifest;
  /** The exact bytes of the weights region. */
  readonly weights: Uint8Array;
}

export interface PackageSource {
  /** At least one for a single thread, others for several if wanted; the manifests describe the same inputs and outputs. */
  readonly variants: readonly EmittedVariant[];
  readonly net: string;
  /** The net's doc comment, Markdown. */
  readonly doc: string | undefined;
  /** The `.cnn` file it was built from, for the header. */
  readonly file: string;
  readonly figures: { readonly params: number; readonly macs: number };
}

/** A file of the package; `path` is relative to its folder. */
export interface PackageFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** All files of the package. */
export function emitPackage(source: PackageSource): readonly PackageFile[] {
  const weights = weightFiles(source.variants);
  const [first] = source.variants;
  if (!first) return [];
  return [
    { path: 'index.js', content: moduleText(source, weights) },
    { path: 'index.d.ts', content: declarations(first.manifest, source.doc) },
    { path: 'package.json', content: packageJson(source.net, weights) },
    { path: 'README.md', content: readme(source, first.manifest) },
    ...[...new Map(weights.map((file) => [file.path, file])).values()],
  ];
}

/** Bytes of the runtime that a package with these outputs carries. */
export function runtimeBytes(outputs: Plan['outputs']): number {
  const detects = outputs.some(({ output }) => output.output.kind === 'detect');
  return (detects ? runtimeWithDetectSource : runtimeSource).length;
}

/** `ResNet18` → `res-net18`, `TinyFaces` → `tiny-faces`: a valid npm name, which begins with no `_`. */
export function packageName(net: string): string {
  const name = net.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return name.replace(/^_+/, '') || 'net';
}

interface WeightFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly checksum: string;
}

/** The weights of each variant in order; variants with equal bytes share a file, which bears the name of the first. */
function weightFiles(variants: readonly EmittedVariant[]): readonly WeightFile[] {
  const sums = variants.map(({ weights }) => checksum(weights));
  const isOne = new Set(sums).size === 1;
  return variants.map(({ weights }, i) => {
    const sum = sums[i] ?? '';
    const { variant, manifest } = variants[sums.indexOf(sum)] as EmittedVariant;
    const name = manifest.threads ? `${variant}.threads` : variant;
    return { path: isOne ? 'weights.bin' : `weights.${name}.bin`, content: weights, checksum: sum };
  });
}

function moduleText({ variants, net, file }: PackageSource, weights: readonly WeightFile[]): string {
  const detects = variants.some(({ manifest }) =>
    manifest.outputs.some(({ output }) => output.kind === 'detect'),
  );
  const texts = variants.map(({ variant, code, manifest }, i) => ({
    threaded: manifest.threads !== undefined,
    text: buildText({ variant, code, manifest, weights: weights[i] }),
  }));
  const list = (threaded: boolean): string =>
    texts.flatMap((build) => (build.threaded === threaded ? [build.text] : [])).join(',\n');
  return `// ${net}, compiled by cnnc from ${oneLine(file)}. Do not edit.
${detects ? runtimeWithDetectSource : runtimeSource}
const program = {
  builds: {
${list(false)}
  },${list(true) === '' ? '' : `\n  threaded: {\n${list(true)}\n  },`}${detects ? '\n  detect: cnnc.decodeHeads,' : ''}
};
export const load = (options) => cnnc.load(program, options);
export const { CnncError, InputError, UnsupportedError, WeightsError } = cnnc;
`;
}

/** The address of the weights stands in the module as bundlers recognise it. */
function buildText(build: {
  readonly variant: Variant;
  readonly code: Uint8Array;
  readonly manifest: Manifest;
  readonly weights: WeightFile | undefined;
}): string {
  const { variant, code, manifest, weights } = build;
  const source =
    weights && manifest.weights.bytes > 0
      ? `
      weights: { source: new URL('./${weights.path}', import.meta.url), checksum: '${weights.checksum}' },`
      : '';
  return `    ${variant}: {
      manifest: ${JSON.stringify(manifest)},${source}
      code: '${base64(code)}',
    }`;
}

function packageJson(net: string, weights: readonly WeightFile[]): string {
  const json = {
    name: packageName(net),
    version: '0.0.0',
    type: 'module',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    files: ['index.js', 'index.d.ts', ...new Set(weights.map(({ path }) => path))],
    sideEffects: false,
    generatedBy: 'cnnc',
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, ' ');
}
