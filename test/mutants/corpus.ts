/** Every real `.cnn` text of the project: the stdlib, the examples, the newcomer's nets, docs/language.md, and the cases of diagnostics. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '../../src/compiler/index.ts';

export const root = join(import.meta.dirname, '../..');

const folders = ['stdlib', 'examples', 'test/newcomer/nets', 'test/diagnostics', 'test/tfjs/cases'];

/** Files by their path in the project; the stdlib's as `std/…`, as others import them. */
function filesOf(folder: string): readonly Source[] {
  return globSync(`${folder}/**/*.cnn`, { cwd: root })
    .sort()
    .map((path) => ({
      path: path.replaceAll('\\', '/').replace(/^stdlib\//, 'std/'),
      text: readFileSync(join(root, path), 'utf8'),
    }));
}

function examplesOf(page: string): readonly Source[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```cnn\n([^]*?)^```/gm)].map(([, example = ''], i) => ({
    path: `docs/example-${i}.cnn`,
    text: example,
  }));
}

/** In an order that does not change. */
export const corpus: readonly Source[] = [
  ...folders.flatMap(filesOf),
  ...examplesOf('docs/language.md'),
  ...examplesOf('README.md'),
];
