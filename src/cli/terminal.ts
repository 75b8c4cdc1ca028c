/** What a command writes: results on stdout, problems on stderr; with `--json` one JSON document on stdout and nothing else. */
import pc from 'picocolors';
import { visible } from '../compiler/diagnostics/columns.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { toJson } from '../compiler/diagnostics/json.ts';
import { printAll } from '../compiler/diagnostics/print.ts';
import { showCount } from '../compiler/diagnostics/count.ts';
import { shortened } from '../compiler/diagnostics/shortened.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
}

/**
 * Colours where a person reads: a terminal, or FORCE_COLOR. Not merely because CI is set (picocolors' own rule), which would put
 * escape codes into pipes and files.
 */
const colored =
  !process.env['NO_COLOR'] &&
  !process.argv.includes('--no-color') &&
  (Boolean(process.env['FORCE_COLOR']) || (process.stdout.isTTY === true && process.env['TERM'] !== 'dumb'));

export const colors = pc.createColors(colored);

/** A name from a file in a line of a result: control characters made visible, and of a very long one the beginning. */
export const shownName = (name: string): string => visible(shortened(name, 200));

/** Prints a result as JSON. */
export function writeJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a line of a result. */
export function writeLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Says something that is not the result (progress, a hint): stderr, and silent with `--json`. */
export function say(text: string, { json }: CommonOptions): void {
  if (!json) process.stderr.write(`${text}\n`);
}

/** Shows problems: to `stdout` where they are the result of the command. */
export function showDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: CommonOptions & { readonly to?: 'stdout' | 'stderr' },
): void {
  if (options.json) return writeJson({ diagnostics: diagnostics.map(toJson) });
  if (diagnostics.length === 0) return;
  const stream = options.to === 'stdout' ? process.stdout : process.stderr;
  stream.write(`${printAll(shownFirst(diagnostics), { color: colors.isColorSupported })}\n`);
  const left = diagnostics.length - mostShown;
  if (left > 0) stream.write(`\n… and ${showCount(left)} more (--json prints all)\n`);
}

/** Problems that a person is shown at once; the first explain most of those behind them. */
const mostShown = 50;

/** As they are, where they are few; of many the errors come first, so that no number of warnings hides one. */
function shownFirst(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= mostShown) return diagnostics;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const others = diagnostics.filter(({ severity }) => severity !== 'error');
  return [...errors.slice(0, mostShown), ...others.slice(0, mostShown)].slice(0, mostShown);
}

/** `1 error`, `2 errors`, `1,234 errors`. */
export function count(n: number, word: string): string {
  return `${showCount(n)} ${word}${n === 1 ? '' : 's'}`;
}
