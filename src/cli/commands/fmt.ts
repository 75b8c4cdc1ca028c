/** `cnnc fmt`: files in the one canonical format. */
import type { Command } from 'commander';
import type { Diagnostic } from '../../compiler/index.ts';
import { InputFailure, type ExitCode } from '../failure.ts';
import { colors, count, showDiagnostics, writeJson, writeLine, type CommonOptions } from '../terminal.ts';

interface Options extends CommonOptions {
  readonly check?: boolean;
}

export function addFmt(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('fmt')
    .argument('<files...>', '.cnn files')
    .summary('rewrite files in the one canonical format')
    .description(
      'Formats .cnn files in place. Comments stay; files that do not parse are reported and left alone.',
    )
    .option('--check', 'change nothing; exit code 1 where a file is not formatted')
    .option('--json', 'print { changed: [files], diagnostics }')
    .addHelpText('after', '\nExamples\n  cnnc fmt net.cnn\n  cnnc fmt --check nets/*.cnn')
    .action(async (files: readonly string[], options: Options) => end(await formatFiles(files, options)));
}

async function formatFiles(files: readonly string[], { check, json }: Options): Promise<ExitCode> {
  const { format } = await import('../../compiler/format/index.ts');
  const { readText } = await import('../project.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const changed: string[] = [];
  const found: Diagnostic[] = [];
  for (const file of files) {
    try {
      const text = readText(file, file);
      const formatted = format({ path: file, text });
      found.push(...formatted.diagnostics);
      if (formatted.text === text) continue;
      changed.push(file);
      if (!check) writeAtomic(file, [new TextEncoder().encode(formatted.text)]);
    } catch (error) {
      if (!(error instanceof InputFailure)) throw error;
      found.push(...error.diagnostics);
    }
  }
  if (json) {
    const { toJson } = await import('../../compiler/diagnostics/json.ts');
    writeJson({ changed, diagnostics: found.map(toJson) });
  } else {
    showDiagnostics(found, {});
    for (const file of changed)
      writeLine(`${check ? colors.yellow('not formatted') : colors.green('formatted')} ${file}`);
    if (changed.length === 0 && found.length === 0)
      writeLine(`${colors.green('✓')} ${count(files.length, 'file')}`);
  }
  return found.length > 0 || (check && changed.length > 0) ? 1 : 0;
}
