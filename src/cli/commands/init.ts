/** `cnnc init`: a small project that checks, tests, builds and runs as it is. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, type ExitCode } from '../failure.ts';
import { projectFiles } from '../init-files.ts';
import { colors, writeJson, writeLine, type CommonOptions } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly force?: boolean;
}

export function addInit(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('init')
    .argument('[folder]', 'default: this folder', '.')
    .summary('start a project')
    .description(
      'Writes a small project: a net with a test, a TypeScript file that runs it, npm scripts, a README. A folder that holds\nanything is left alone, unless --force; even then no file is overwritten that is there already.',
    )
    .option('--force', 'add the files that are missing to a folder that is not empty')
    .option('--json', 'print { folder, files }')
    .addHelpText(
      'after',
      '\nExamples\n  cnnc init my-net && cd my-net && npm install && npm run build && npm start\n  npx cnnc init .',
    )
    .action(async (folder: string, options: Options) => end(await init(folder, options)));
}

async function init(folder: string, { force, json }: Options): Promise<ExitCode> {
  const target = resolve(folder);
  const { namesIn } = await import('../folder.ts');
  const there = namesIn(target, folder).filter((name) => name !== '.git');
  if (there.length > 0 && !force)
    fail('init/folder-not-empty', { folder }, folder, {
      fixes: [{ title: 'choose a new folder, or add the missing files with --force', edits: [] }],
    });
  const { ownVersion } = await import('../version.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const files = projectFiles({ name: packageName(basename(target)), version: ownVersion() });
  const written = Object.entries(files).filter(([path]) => !existsSync(join(target, path)));
  for (const [path, text] of written) writeAtomic(join(target, path), [Buffer.from(text)]);
  const paths = written.map(([path]) => path);
  if (json) writeJson({ folder, files: paths });
  else report(folder, paths);
  return 0;
}

function report(folder: string, paths: readonly string[]): void {
  for (const path of paths) writeLine(`${colors.green('✓')} ${join(folder, path)}`);
  const enter = folder === '.' ? '' : `cd ${folder} && `;
  writeLine(`\nNow: ${enter}npm install && npm run build && npm start`);
}

/** A folder's name as npm takes it. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'my-net' : name;
}
