/** `cnnc init`: a small project that checks, tests, builds and runs as it is. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { fail, type ExitCode } from '../failure.ts';
import { projectFiles } from '../init-files.ts';
import { completedPackage, newPackage, type NewPackage } from '../package-json.ts';
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
      'Writes a small project: a net with a test, a TypeScript file that runs it, npm scripts, a README. A folder that holds\nmore than what npm and git put there is left alone, unless --force; even then no file is overwritten that is there\nalready. A package.json keeps what it says, and gets the scripts and packages that it lacks.',
    )
    .option('--force', 'add the files that are missing to a folder that is not empty')
    .option('--json', 'print { folder, files }')
    .addHelpText(
      'after',
      '\nExamples\n  cnnc init my-net && cd my-net && npm install && npm run build && npm start\n  npm install --save-dev cnnc && npx cnnc init .',
    )
    .action(async (folder: string, options: Options) => end(await init(folder, options)));
}

/** What a folder holds in which nothing but git and npm has worked. */
const madeByTools: ReadonlySet<string> = new Set([
  '.git',
  'package.json',
  'package-lock.json',
  'node_modules',
]);

async function init(folder: string, { force, json }: Options): Promise<ExitCode> {
  const target = resolve(folder);
  const { namesIn } = await import('../folder.ts');
  const there = namesIn(target, folder).filter((name) => !madeByTools.has(name));
  if (there.length > 0 && !force)
    fail('init/folder-not-empty', { folder }, folder, {
      fixes: [{ title: 'choose a new folder, or add the missing files with --force', edits: [] }],
    });
  const { ownVersion } = await import('../version.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const project = { name: packageName(basename(target)), version: ownVersion() };
  const written = missingFiles(target, project);
  for (const [path, text] of written) writeAtomic(join(target, path), [Buffer.from(text)]);
  const paths = written.map(([path]) => path);
  if (json) writeJson({ folder, files: paths });
  else report(folder, paths);
  return 0;
}

/** What a project's folder lacks: files, and entries of its package.json. */
function missingFiles(
  target: string,
  project: NewPackage,
): readonly (readonly [path: string, text: string])[] {
  const path = join(target, 'package.json');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const json = before === undefined ? newPackage(project) : completedPackage(before, project);
  const files = Object.entries(projectFiles(project.name, json?.main ?? 'main.mts'));
  const missing = files.filter(([file]) => !existsSync(join(target, file)));
  return json && json.text !== before ? [['package.json', json.text], ...missing] : missing;
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
