/** Command-line options that several commands declare in the same words. */
import type { Command } from 'commander';
import { UsageFailure } from './failure.ts';

/** Collects the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** The value of an option that counts something: a whole number in decimal digits. */
export function wholeOf(
  option: string,
  text: string,
  { from, to = Number.MAX_SAFE_INTEGER }: { readonly from: number; readonly to?: number },
): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= from && number <= to) return number;
  const range = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
  throw new UsageFailure(`${option} takes a whole number ${range}, not ${text}`);
}

/** The value of an option that measures something: a number above 0, and not without end. */
export function positiveOf(option: string, text: string, what = 'a number'): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageFailure(`${option} takes ${what} above 0, not ${text}`);
}

/** Adds the options that say which net at which size. */
export function addNetOptions(command: Command): Command {
  return command
    .option('--net <name>', 'which net of the file')
    .option('--size <name=HxW>', 'size of an input (may be repeated)', collect, []);
}

/** Adds the options that say with which weights. */
export function addWeightOptions(command: Command): Command {
  return command
    .option('--weights <file>', 'a safetensors file; default: the one the .cnn file names')
    .option('--layout <layout>', 'order of axes in the file: cnnc, torch or keras')
    .option('--seed <n>', 'initial values instead of trained weights');
}

/**
 * Adds the options of a command that runs a net: which net at which size, with which weights, on which input, with which vectors.
 * `input` and `wide` say what is particular about theirs.
 */
export function addRunOptions(
  command: Command,
  help: { readonly input?: string; readonly wide?: string } = {},
): Command {
  const input = help.input ?? 'a picture or a .npy file (may be repeated); default: random numbers';
  const wide = help.wide ?? '256-bit tiles';
  return addWeightOptions(addNetOptions(command))
    .option('--input <name=file>', input, collect, [])
    .option('--wide <when>', `${wide}: auto (where a check finds them faster) or off`, 'auto');
}

/** The value of `--wide`; ends the command where it is neither. */
export function wideOf(text: string): 'auto' | 'off' {
  if (text === 'auto' || text === 'off') return text;
  throw new UsageFailure(`--wide is auto or off, not ${text}`);
}
