/** `cnnc fmt`: the one canonical format of `.cnn` files, written in place, or `--check` that they have it. */
import type { Command } from 'commander';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { toJson } from '../../compiler/diagnostics/json.ts';
import { filesIn } from '../files.ts';
import { InputFailure, UsageFailure, type ExitCode } from '../failure.ts';
import { colors, count, showDiagnostics, writeJson, writeLine, type CommonOptions } from '../terminal.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends CommonOptions {
  readonly check?: boolean;
}

interface Result {
  readonly file: string;
  /** True where the file is (or was, before it was written) not in the canonical format. */
  readonly changed: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const examples = `
Examples
  cnnc fmt net.cnn blocks.cnn
  cnnc fmt .                       every .cnn file below this folder, but not in node_modules
  cnnc fmt --check .               in CI: exit code 1 if any file is not formatted
  cat net.cnn | cnnc fmt -         from stdin to stdout`;

export function addFmt(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('fmt')
    .argument('<files...>', '.cnn files, folders, or - for stdin')
    .summary('format files')
    .description(
      'Writes .cnn files in the one canonical format. Comments stay; a file that does not parse is left as it is and said to be\nwrong. Files are replaced whole or not at all.',
    )
    .option('--check', 'write nothing; exit code 1 if a file is not formatted')
    .option('--json', 'print { changed: [files], diagnostics }')
    .addHelpText('after', examples)
    .action(async (files: readonly string[], options: Options) => end(await fmt(files, options)));
}

async function fmt(files: readonly string[], options: Options): Promise<ExitCode> {
  if (files.includes('-')) return fmtStdin(files, options);
  const { format } = await import('../../compiler/format/index.ts');
  const { readSource } = await import('../project.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const results = files.flatMap(filesIn).map((file): Result => {
    try {
      const before = readSource(file, file);
      const { text, diagnostics } = format({ path: file, text: before });
      const changed = text !== before;
      if (changed && !options.check) writeAtomic(file, [Buffer.from(text)]);
      return { file, changed, diagnostics };
    } catch (error) {
      if (!(error instanceof InputFailure)) throw error;
      return { file, changed: false, diagnostics: error.diagnostics };
    }
  });
  return report(results, options);
}

/** The formatted text on stdout, also where nothing changes: for editors. */
async function fmtStdin(files: readonly string[], options: Options): Promise<ExitCode> {
  if (files.length > 1) throw new UsageFailure('- (stdin) cannot be mixed with files');
  const { format } = await import('../../compiler/format/index.ts');
  const { readText } = await import('../project.ts');
  const before = readText(0, 'stdin');
  const { text, diagnostics } = format({ path: 'stdin', text: before });
  const result = { file: 'stdin', changed: text !== before, diagnostics };
  if (options.check || options.json || diagnostics.length > 0) return report([result], options);
  process.stdout.write(text);
  return 0;
}

function report(results: readonly Result[], options: Options): ExitCode {
  const diagnostics = results.flatMap((result) => result.diagnostics);
  const changed = results.filter((result) => result.changed);
  const isBad = diagnostics.length > 0 || (options.check === true && changed.length > 0);
  if (options.json) {
    writeJson({ changed: changed.map(({ file }) => file), diagnostics: diagnostics.map(toJson) });
    return isBad ? 1 : 0;
  }
  showDiagnostics(diagnostics, {});
  for (const { file } of changed)
    writeLine(options.check ? `${colors.yellow('not formatted')} ${file}` : file);
  const rest = results.length - changed.length - results.filter((r) => r.diagnostics.length > 0).length;
  const done = options.check ? 'would change' : 'formatted';
  writeLine(colors.dim(`${count(changed.length, 'file')} ${done}, ${showCount(rest)} unchanged`));
  return isBad ? 1 : 0;
}
