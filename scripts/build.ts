/**
 * `npm run build`: what the packed tarball ships, into `dist`. The library is bundled into a few modules with shared parts (reading
 * hundreds of small files would cost the command line more time than checking does), types stand beside it in `dist/types`.
 * Blanks and line ends are left out and the text is ASCII, which V8 reads and keeps at half the cost. `dist` is written under
 * another name and swapped in at the end, so that a failed build leaves the old one.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'dist');
const fresh = join(root, 'dist.new');
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  engines: { node: string };
};

rmSync(fresh, { recursive: true, force: true });
try {
  await writeModules();
  writeTypes();
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

async function writeModules(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'src/compiler/index.ts', 'src/runtime/index.ts', 'src/vision/index.ts'],
    outdir: fresh,
    outbase: 'src',
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: `node${/\d+/.exec(engines.node)?.[0]}`,
    packages: 'external',
    external: ['node:*'],
    keepNames: false,
    minifyWhitespace: true,
  });
  chmodSync(join(fresh, 'cli/main.js'), 0o755);
}

function writeTypes(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', join(fresh, 'types')];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the types do not check');
}
