/**
 * `npm run gen`: writes every generated file; `npm run gen -- --check` only says which are out of date (exit code 1).
 * Each module in scripts/gen/ exports `generate(): Promise<GeneratedFile[]>` with paths relative to the project root.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

interface Generator {
  generate(): Promise<readonly GeneratedFile[]>;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checkOnly = process.argv.includes('--check');
let stale = 0;

for (const name of (await readdir(join(root, 'scripts/gen'))).filter((n) => n.endsWith('.ts')).sort()) {
  const generator = (await import(`./gen/${name}`)) as Generator;
  for (const file of await generator.generate()) {
    const path = join(root, file.path);
    const current = await readFile(path, 'utf8').catch(() => undefined);
    if (current === file.text) continue;
    stale++;
    console.log(`${checkOnly ? 'out of date' : 'written'}: ${file.path}`);
    if (checkOnly) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.text);
  }
}
if (checkOnly && stale > 0) {
  console.error(`${stale} generated files are out of date: run \`npm run gen\`.`);
  process.exitCode = 1;
}
