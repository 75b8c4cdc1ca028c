/** The package of the tfjs target: the emitted TypeScript, the same without types, and the weights as safetensors. */
import { emitTfjs } from '../compiler/7-emit/tfjs/index.ts';
import { packageName, type PackageFile } from '../compiler/7-emit/package/index.ts';
import { paramPath } from '../compiler/ops/build.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import { paramsOf } from '../weights/bind.ts';
import { preprocessingMetadata } from '../weights/preprocessing.ts';
import { safetensorsChunks } from '../weights/write-safetensors.ts';
import type { OpenNet } from './nets.ts';

/** All files of the package. */
export async function tfjsFiles(
  { graph, doc }: OpenNet,
  weights: WeightSource,
): Promise<readonly PackageFile[]> {
  const { files, className } = await emitTfjs(graph, { doc });
  const { ts } = await import('ts-morph');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const sources = Object.entries(files);
  const [main = 'net.ts'] = Object.keys(files);
  const params = new Map(paramsOf(graph).map((param) => [paramPath(param), param]));
  const tensors = [...params].map(([name, param]) => ({ name, ...weights(param) }));
  return [
    ...sources.map(([path, content]) => ({ path, content })),
    ...sources.map(([path, content]) => ({
      path: path.replace(/\.ts$/, '.js'),
      content: ts.transpileModule(content, { compilerOptions }).outputText,
    })),
    ...(tensors.length > 0
      ? [
          {
            path: 'weights.safetensors',
            content: Buffer.concat(safetensorsChunks(tensors, preprocessingMetadata(graph))),
          },
        ]
      : []),
    { path: 'package.json', content: packageJson(graph.name, main) },
    {
      path: 'README.md',
      content: readme({ name: graph.name, doc, className, hasWeights: tensors.length > 0 }),
    },
  ];
}

function packageJson(net: string, main: string): string {
  const json = {
    name: `${packageName(net)}-tfjs`,
    version: '0.0.0',
    type: 'module',
    exports: {
      '.': { types: `./${main}`, default: `./${main.replace(/\.ts$/, '.js')}` },
      './weights.safetensors': './weights.safetensors',
    },
    peerDependencies: { '@tensorflow/tfjs-core': '^4.0.0' },
    generatedBy: 'cnnc',
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function readme(net: {
  readonly name: string;
  readonly doc: string | undefined;
  readonly className: string;
  readonly hasWeights: boolean;
}): string {
  const { name, doc, className, hasWeights } = net;
  const from = `${packageName(name)}-tfjs`;
  const made = hasWeights
    ? `const file = await fetch('weights.safetensors');\nconst net = new ${className}(await file.arrayBuffer());`
    : `const net = new ${className}();`;
  return `# ${name} on TensorFlow.js
${doc === undefined ? '' : `\n${doc.trim()}\n`}
Written by cnnc: readable TypeScript on \`@tensorflow/tfjs-core\`, to be run with any of its backends.

\`\`\`js
import { ${className} } from '${from}';

${made}
\`\`\`
`;
}
