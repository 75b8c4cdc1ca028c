/** `cnnc test`: runs the tests that files hold, and checks their assertions and budgets. */
import type { Command } from 'commander';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { toJson } from '../../compiler/diagnostics/json.ts';
import { InputFailure, type ExitCode } from '../failure.ts';
import type { FileOutcome, Outcome } from '../testing/file-tests.ts';
import {
  colors,
  count,
  showDiagnostics,
  shownName,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import { addWeightOptions } from '../options.ts';
import type { WeightOptions } from '../weights.ts';
import { targetOf } from '../running.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends CommonOptions, WeightOptions {
  readonly target: string;
  readonly only?: string;
}

const examples = `
A test in a .cnn file
  test "a seven" of LeNet5 {
    digit = "./fixtures/7.png"               a picture or .npy beside the file, a list of numbers, or one number for all
    expect digit_class == "7" with p > 0.9   also: y[0] == 0.5, boxes.count >= 1, abs(y[0] - 2) < 0.01
  }

Examples
  cnnc test                                  every .cnn file below this folder
  cnnc test lenet.cnn --weights lenet.safetensors
  cnnc test lenet.cnn --only seven --json`;

export function addTest(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('test')
    .argument('[files...]', '.cnn files or folders; default: this folder')
    .summary('run the tests, assertions and budgets of files')
    .description(
      'Runs every `test` of the files on its inputs and compares the outputs with what it expects; checks `assert` and `budget`\ntoo. Weights are those that the file names, else initial values of seed 0. Exit code 1 if anything fails.',
    );
  addWeightOptions(command)
    .option('--target <target>', 'wasm, tfjs (TensorFlow.js) or eval (plain loops)', 'wasm')
    .option('--only <text>', 'only those whose name contains the text')
    .option('--json', 'print { passed, failed, files: [{ file, results, diagnostics }] }')
    .addHelpText('after', examples)
    .action(async (files: readonly string[], options: Options) => end(await test(files, options)));
}

async function test(paths: readonly string[], options: Options): Promise<ExitCode> {
  const target = targetOf(options.target);
  const { filesIn } = await import('../files.ts');
  const { testFile } = await import('../testing/file-tests.ts');
  const found: FileOutcome[] = [];
  for (const file of (paths.length === 0 ? ['.'] : paths).flatMap(filesIn)) {
    const outcome = await testFile(file, { ...options, target }).catch(unreadable(file));
    if (!options.json) show(outcome);
    found.push(outcome);
  }
  const outcomes = found.flatMap((file) => file.outcomes);
  const passed = outcomes.filter((one) => one.passed).length;
  const failed = outcomes.length - passed;
  if (options.json) writeJson({ passed, failed, files: found.map(fileJson) });
  else writeLine(closing({ passed, failed, files: found }));
  return failed > 0 || found.some(({ diagnostics }) => diagnostics.some(isError)) ? 1 : 0;
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

function unreadable(file: string): (error: unknown) => FileOutcome {
  return (error) => {
    if (!(error instanceof InputFailure)) throw error;
    return { file, outcomes: [], diagnostics: error.diagnostics };
  };
}

function fileJson({ file, outcomes, diagnostics }: FileOutcome): object {
  return {
    file,
    results: outcomes.map((outcome) => ({ ...outcome, diagnostics: outcome.diagnostics.map(toJson) })),
    diagnostics: diagnostics.map(toJson),
  };
}

/** A file in which nothing is said and nothing is wrong is not mentioned. */
function show({ file, outcomes, diagnostics }: FileOutcome): void {
  const errors = diagnostics.filter(isError);
  if (outcomes.length + errors.length === 0) return;
  writeLine(colors.bold(file));
  showDiagnostics(errors, { to: 'stdout' });
  const shown = firstOf(outcomes);
  for (const outcome of shown) showOutcome(outcome);
  const left = outcomes.length - shown.length;
  if (left > 0) writeLine(`  … and ${showCount(left)} more (--json prints all)`);
  writeLine();
}

/** Outcomes of a file that a person is shown. */
const mostShown = 200;

/** As they are, where they are few; of many those that failed come first. */
function firstOf(outcomes: readonly Outcome[]): readonly Outcome[] {
  if (outcomes.length <= mostShown) return outcomes;
  const failed = outcomes.filter(({ passed }) => !passed).slice(0, mostFailures);
  return [...failed, ...outcomes.filter(({ passed }) => passed)].slice(0, mostShown);
}

/** Of those, failures: each is some lines. */
const mostFailures = 50;

function showOutcome({ kind, name, passed, milliseconds, diagnostics, weights }: Outcome): void {
  const mark = passed ? colors.green('✓') : colors.red('✗');
  const facts = [
    ...(milliseconds === undefined ? [] : [`${Math.ceil(milliseconds)} ms`]),
    ...(weights?.startsWith('initial') ? [weights] : []),
  ].join(', ');
  const title = kind === 'test' ? `test "${shownName(name)}"` : shownName(name);
  writeLine(`  ${mark} ${title}${facts === '' ? '' : colors.dim(`  ${facts}`)}`);
  showDiagnostics(diagnostics, { to: 'stdout' });
}

function closing(found: {
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly FileOutcome[];
}): string {
  const { passed, failed, files } = found;
  const broken = files.filter(({ diagnostics }) => diagnostics.some(isError)).length;
  if (passed + failed + broken === 0)
    return `no tests, assertions or budgets in ${count(files.length, 'file')}`;
  const parts = [
    ...(failed > 0 ? [colors.red(`${failed} failed`)] : []),
    ...(passed > 0 ? [colors.green(`${passed} passed`)] : []),
    ...(broken > 0 ? [colors.red(`${count(broken, 'file')} with errors`)] : []),
  ];
  return parts.join(', ');
}
