/** The files of a new project. Each is what a user would write, and all of them work together as they are. */

import type { MainFile } from './package-json.ts';

/** Texts by their paths in the project; its package.json apart. */
export function projectFiles(name: string, main: MainFile): Readonly<Record<string, string>> {
  return {
    'tiny.cnn': net,
    [main]: program,
    'tsconfig.json': tsconfig,
    'README.md': readme(name, main),
    '.gitignore': 'node_modules/\ndist/\n',
  };
}

const net = `use { ConvBN } from "std/resnet"

/// Two convolutions around a shortcut (He et al. 2015).
block Residual(c, stride = 1) = add {
  main: ConvBN(c, 3, stride) -> relu -> ConvBN(c)
  skip: if in.C == c and stride == 1 { identity } else { ConvBN(c, 1, stride) }
} -> relu

/// Which of ten things is on a small photo.
export net Tiny(classes = 10) {
  in photo: rgb 32x32 scale 1/255 mean [0.49, 0.48, 0.45] std [0.25, 0.24, 0.26]
  stem   = photo -> ConvBN(16) -> relu
  body   = stem -> each (c, i) of [16, 32, 64] as stage { Residual(c, if i == 0 { 1 } else { 2 }) }
  logits = body -> gap -> dense(classes)
  out thing: label(logits) of ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
}

assert Tiny.trainable <= 80k
budget Tiny { macs <= 15M, download <= 400 kB }

test "a grey photo" of Tiny { photo = 128  expect thing.p > 0.05 and thing.p <= 1 }
`;

const program = `/** Runs the net that \`npm run build\` compiled. Its weights are initial values: train it, or build it with --weights. */
import { load } from './dist/tiny/index.js';

const tiny = await load();

// Any photo: an ImageData, or its size and RGBA bytes. This one is a red square on blue.
const [width, height] = [64, 64];
const data = new Uint8ClampedArray(width * height * 4);
for (let i = 0; i < width * height; i++) {
  const [x, y] = [i % width, Math.floor(i / width)];
  const inside = x >= 16 && x < 48 && y >= 16 && y < 48;
  data.set(inside ? [220, 40, 30, 255] : [30, 60, 200, 255], 4 * i);
}

const { thing } = tiny.run({ photo: { width, height, data } });
for (const { label, p } of thing.top(3)) console.log(label.padEnd(8), p.toFixed(3));
`;

const tsconfig = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "lib": ["es2023", "dom"],
    "strict": true,
    "noEmit": true
  },
  "include": ["*.ts", "*.mts"]
}
`;

function readme(name: string, main: MainFile): string {
  return `# ${name}

A convolutional network in [tiny.cnn](tiny.cnn), compiled by cnnc to WebAssembly.

\`\`\`sh
npm install
npm run build     # tiny.cnn → dist/tiny: module, types, weights
npm start         # runs it: ${main}
npm test          # its tests, assertions and budgets
npm run check     # every shape; \`npm run watch\` checks while you write
npm run summary   # layers, shapes, parameters, multiplications
\`\`\`

The weights are initial values. With trained ones: \`cnnc build tiny.cnn --weights tiny.safetensors --out dist/tiny\`.
`;
}
