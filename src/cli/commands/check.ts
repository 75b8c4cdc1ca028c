/** `cnnc check`: everything that is wrong with files, and what their nets cost. */
import type { Command } from 'commander';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import type { NetInfo } from '../../compiler/index.ts';
import type { ExitCode } from '../failure.ts';
import type { FileCheck } from '../checking.ts';
import { UsageFailure } from '../failure.ts';
import { colors, count, showDiagnostics, shownName, writeLine, type CommonOptions } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly watch?: boolean;
}

export function addCheck(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('check')
    .argument('<files...>', '.cnn files or folders')
    .summary('say what is wrong with files, and how to mend it')
    .description(
      'Checks .cnn files: names, shapes, assertions, budgets. Every problem is shown with the places that decide it\nand, where there is one, a fix. Exit code 1 if there is an error; warnings alone give 0.',
    )
    .option(
      '--watch',
      'check again whenever one of the files, or what they import or read, changes; files that are new in a folder too',
    )
    .option('--json', 'print { diagnostics: [{ code, severity, message, file, start, end, notes, fixes }] }')
    .addHelpText(
      'after',
      '\nExamples\n  cnnc check net.cnn\n  cnnc check . --json                every .cnn file below this folder\n  cnnc check net.cnn --watch',
    )
    .action(async (files: readonly string[], options: Options) => end(await checkFiles(files, options)));
}

async function checkFiles(paths: readonly string[], options: Options): Promise<ExitCode> {
  if (options.watch) return watch(paths, options);
  const { filesIn } = await import('../files.ts');
  const files = paths.flatMap(filesIn);
  const { checkFile } = await import('../checking.ts');
  const checks: FileCheck[] = [];
  for (const file of files) checks.push(await checkFile(file));
  return report(checks, options);
}

async function watch(paths: readonly string[], { json }: Options): Promise<ExitCode> {
  if (json) throw new UsageFailure('--watch and --json exclude each other');
  const { watchFiles } = await import('../watching.ts');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  await watchFiles(paths, {
    signal: stop.signal,
    show: (checks) => {
      if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[3J\u001b[H');
      report(checks, {});
      writeLine(colors.dim(`\n${new Date().toLocaleTimeString('en-GB')}  watching, Ctrl-C ends`));
    },
  });
  return 0;
}

/** Shows what was found in all files, and says how the command ends. */
function report(checks: readonly FileCheck[], options: CommonOptions): ExitCode {
  const diagnostics = distinct(checks.flatMap((one) => one.diagnostics));
  showDiagnostics(diagnostics, { ...options, to: 'stdout' });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const found = { files: checks.length, errors, warnings: diagnostics.length - errors };
  if (!options.json)
    summarise(
      found,
      checks.flatMap(({ nets }) => nets),
    );
  return errors > 0 ? 1 : 0;
}

/** Files that are imported by several are checked several times: each problem is said once. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ code, message, span }: Diagnostic): string =>
    `${code} ${message} ${span.source.path} ${span.start} ${span.end}`;
  return [...new Map(diagnostics.map((diagnostic) => [key(diagnostic), diagnostic])).values()];
}

/** Nets that are listed. */
const mostNets = 200;

function summarise(
  found: { readonly files: number; readonly errors: number; readonly warnings: number },
  nets: readonly NetInfo[],
): void {
  if (found.errors + found.warnings > 0) {
    const parts = [
      ...(found.errors > 0 ? [colors.red(count(found.errors, 'error'))] : []),
      ...(found.warnings > 0 ? [colors.yellow(count(found.warnings, 'warning'))] : []),
    ];
    writeLine(`\n${parts.join(', ')} in ${count(found.files, 'file')}`);
  }
  if (found.errors > 0) return;
  // A net that needs parameters is its family's variants.
  const shown = nets.flatMap((net) =>
    net.facts || net.variants.length === 0 ? [net, ...net.variants] : net.variants,
  );
  const some = shown.slice(0, mostNets).map(({ name, facts }) => ({ name: shownName(name), facts }));
  const width = Math.max(0, ...some.map(({ name }) => name.length));
  for (const { name, facts } of some)
    writeLine(
      `${colors.green('✓')} ${name.padEnd(width)}${facts ? colors.dim(`  ${count(facts.costs.params, 'parameter')}, ${count(facts.costs.macs, 'multiplication')}`) : ''}`,
    );
  if (shown.length > some.length) writeLine(`… and ${count(shown.length - some.length, 'more net')}`);
  if (nets.length === 0) writeLine(`${colors.green('✓')} ${count(found.files, 'file')}`);
}
