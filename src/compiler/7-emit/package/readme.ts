/** README.md of a built package: what the net is, in the words of its doc comments, and how to call it. */
import type { Manifest, ManifestInput } from '../../../runtime/manifest.ts';
import { showCount } from '../../diagnostics/count.ts';
import { packageName, type PackageSource } from './index.ts';

/** Markdown. */
export function readme({ net, doc, file, figures, variants }: PackageSource, manifest: Manifest): string {
  const inputs = manifest.inputs.map((input) => `${input.name}: ${example(input)}`).join(', ');
  const [output] = manifest.outputs;
  const code = Math.max(...variants.map((variant) => variant.code.byteLength));
  return `# ${net}
${doc === undefined ? '' : `\n${doc.trim()}\n`}
Compiled by [cnnc](https://www.npmjs.com/package/cnnc) from \`${file}\`: WebAssembly SIMD, no dependencies, the same in browsers and Node.

\`\`\`js
import { load } from '${packageName(net)}';

const net = await load();
const { ${output?.name ?? 'output'} } = net.run({ ${inputs} });
\`\`\`
${manifest.weights.bytes > 0 ? besideIt : ''}
| input | |
|---|---|
${manifest.inputs.map((i) => `| \`${i.name}\` | ${row(i.doc, `${i.format} ${i.shape.join('x')}`)} |`).join('\n')}

| output | |
|---|---|
${manifest.outputs.map((o) => `| \`${o.name}\` | ${row(o.doc, `${o.output.kind}, ${o.tensors.map(({ shape }) => shape.join('x') || 'one number').join(', ')}`)} |`).join('\n')}

${showCount(figures.params)} parameters, ${showCount(figures.macs)} multiply-accumulates per run, ${showBytes(manifest.weights.bytes)} of weights,
${showBytes(code)} of WebAssembly, ${showBytes(manifest.memoryBytes)} of memory.
`;
}

const besideIt = `
The weights are fetched from beside the module. Vite and webpack see that and take them along; with esbuild, copy \`weights*.bin\` beside the
bundle, or give \`load({ weights: address })\`.
`;

function example({ format, shape }: ManifestInput): string {
  const isImage = format !== 'f32' && format !== 'i32';
  return isImage ? 'imageOrCanvas' : `new Float32Array(${shape.reduce((product, n) => product * n, 1)})`;
}

/** `36 kB`, `1.2 MB`. */
function showBytes(bytes: number): string {
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}

/** One table cell: doc comment and type on one line. */
function row(doc: string | undefined, type: string): string {
  const text = doc
    ?.trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
  return text === undefined ? type : `${text} (${type})`;
}
