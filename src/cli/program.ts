/** The tree of commands, and the one place where failures become messages and exit codes. */
import { Command, CommanderError } from 'commander';
import { addBuild } from './commands/build.ts';
import { addCheck } from './commands/check.ts';
import { addDiff } from './commands/diff.ts';
import { addExplain } from './commands/explain.ts';
import { addFmt } from './commands/fmt.ts';
import { addGraph } from './commands/graph.ts';
import { addInit } from './commands/init.ts';
import { addProfile } from './commands/profile.ts';
import { addQuantize } from './commands/quantize.ts';
import { addRun } from './commands/run.ts';
import { addSummary } from './commands/summary.ts';
import { addTest } from './commands/test.ts';
import { addTune } from './commands/tune.ts';
import { addWeights } from './commands/weights.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { WriteError } from '../weights/atomic.ts';
import { InputFailure, UsageFailure, type ExitCode } from './failure.ts';
import { colors, showDiagnostics, writeJson } from './terminal.ts';
import { ownVersion } from './version.ts';

const about = `Compiles convolutional networks that are written as text (.cnn files) to small WebAssembly SIMD programs, typed packages and TensorFlow.js code.`;

const examples = `
Examples
  cnnc init my-net                                          a project that works
  cnnc check net.cnn                                        what is wrong, and how to mend it
  cnnc summary net.cnn --size image=416x416                 layers, shapes, parameters, multiplications
  cnnc test                                                 the tests, assertions and budgets of every file here
  cnnc run net.cnn --weights f.safetensors --input image=photo.jpg
  cnnc build net.cnn --weights f.safetensors --out dist     an npm package: module, types, weights
  cnnc quantize net.cnn --weights f.safetensors --data photos      ranges for 8-bit integers: build --quantize
  cnnc profile net.cnn --sort time                          where the time goes, against this machine's limit
  cnnc tune net.cnn                                         measure which algorithms are fastest here
  cnnc explain shape/nothing-left

Exit codes: 0 done, 1 something is wrong with the input, 2 wrong usage or an error of cnnc itself.`;

/** Runs a command line (without node and script) and says how it ended. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = 0;
  const program = build((code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return failed(error, { json: args.includes('--json') });
  }
}

function build(end: (code: ExitCode) => void): Command {
  const program = new Command('cnnc')
    .description(about)
    .version(ownVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .option('--no-color', 'print without colours')
    .addHelpText('after', examples)
    .showHelpAfterError('(cnnc --help says more)')
    .exitOverride();
  for (const add of [
    addCheck,
    addSummary,
    addRun,
    addTest,
    addBuild,
    addProfile,
    addQuantize,
    addTune,
    addGraph,
    addFmt,
    addInit,
    addDiff,
    addWeights,
    addExplain,
  ])
    add(program, end);
  return program;
}

function failed(error: unknown, options: { readonly json: boolean }): ExitCode {
  if (error instanceof CommanderError) return usage(error, options);
  if (error instanceof InputFailure) {
    showDiagnostics(error.diagnostics, options);
    return 1;
  }
  if (error instanceof WriteError) {
    const span = { source: { path: error.path, text: '' }, start: 0, end: 0 };
    const args = { file: error.path, reason: error.reason };
    showDiagnostics([diagnostic('file/not-written', args, span)], options);
    return 1;
  }
  const { code, exit, text } = describe(error);
  if (options.json) writeJson({ error: { code, message: text } });
  else process.stderr.write(`${colors.red(colors.bold('error'))} ${text}\n`);
  return exit;
}

/** Commander has already written its message to stderr, or the help that was asked for. */
function usage({ exitCode, message }: CommanderError, { json }: { readonly json: boolean }): ExitCode {
  if (exitCode === 0) return 0;
  if (json) writeJson({ error: { code: 'usage', message: message.replace(/^error: /, '') } });
  return 2;
}

/** Errors that are no diagnostics: usage and bugs (with their stack, to be reported). */
function describe(error: unknown): { readonly code: string; readonly exit: ExitCode; readonly text: string } {
  const { name = 'Error', message = String(error), stack } = error as Partial<Error>;
  if (error instanceof UsageFailure)
    return { code: 'usage', exit: 2, text: `${message}\n(cnnc --help says more)` };
  if (name === 'InternalError') return { code: 'internal', exit: 2, text: message };
  return {
    code: 'internal',
    exit: 2,
    text: `${stack ?? message}\n(this is a bug in cnnc, please report it)`,
  };
}
