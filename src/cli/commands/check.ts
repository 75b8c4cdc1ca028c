/** `cnnc check`: everything that is wrong with files, and what their nets cost. */
import type { Command } from 'commander';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import type { NetInfo } from '../../compiler/index.ts';
import type { ExitCode } from '../failure.ts';
import { InputFailure } from '../failure.ts';
import { colors, count, showDiagnostics, writeLine, type CommonOptions } from '../terminal.ts';

export function addCheck(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('check')
    .argument('<files...>', '.cnn files')
    .summary('say what is wrong with files, and how to mend it')
    .description(
      'Checks .cnn files: names, shapes, assertions, budgets. Every problem is shown with the places that decide it\nand, where there is one, a fix. Exit code 1 if there is an error; warnings alone give 0.',
    )
    .option('--json', 'print { diagnostics: [{ code, severity, message, file, start, end, notes, fixes }] }')
    .addHelpText('after', '\nExamples\n  cnnc check net.cnn\n  cnnc check nets/*.cnn --json')
    .action(async (files: readonly string[], options: CommonOptions) =>
      end(await checkFiles(files, options)),
    );
}

async function checkFiles(files: readonly string[], options: CommonOptions): Promise<ExitCode> {
  const { resolve, check } = await import('../../compiler/index.ts');
  const { openProject } = await import('../project.ts');
  const found: Diagnostic[] = [];
  const nets: NetInfo[] = [];
  for (const file of files) {
    try {
      const project = openProject(file);
      const resolved = resolve(project.entry, project.host);
      const checked = check(resolved.model);
      found.push(...[...resolved.diagnostics, ...checked.diagnostics].map(project.show));
      nets.push(...checked.nets);
    } catch (error) {
      if (!(error instanceof InputFailure)) throw error;
      found.push(...error.diagnostics);
    }
  }
  const diagnostics = distinct(found);
  showDiagnostics(diagnostics, { ...options, to: 'stdout' });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (!options.json) summarise({ files: files.length, errors, warnings: diagnostics.length - errors }, nets);
  return errors > 0 ? 1 : 0;
}

/** Files that are imported by several are checked several times: each problem is said once. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ code, message, span }: Diagnostic): string =>
    `${code} ${message} ${span.source.path} ${span.start} ${span.end}`;
  return [...new Map(diagnostics.map((diagnostic) => [key(diagnostic), diagnostic])).values()];
}

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
  const width = Math.max(0, ...nets.map(({ name }) => name.length));
  for (const { name, facts } of nets)
    writeLine(
      `${colors.green('✓')} ${name.padEnd(width)}${facts ? colors.dim(`  ${count(facts.costs.params, 'parameter')}, ${count(facts.costs.macs, 'multiplication')}`) : ''}`,
    );
  if (nets.length === 0) writeLine(`${colors.green('✓')} ${count(found.files, 'file')}`);
}
