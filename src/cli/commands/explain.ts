/** `cnnc explain <code>`: what a diagnostic means, why it is so, how to mend it. */
import type { Command } from 'commander';
import type { DiagnosticEntry } from '../../compiler/diagnostics/diagnostic.ts';
import { UsageFailure, type ExitCode } from '../failure.ts';
import { colors, writeJson, writeLine, type CommonOptions } from '../terminal.ts';

export function addExplain(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('explain')
    .argument('[code]', 'such as shape/nothing-left; without it every code is listed')
    .summary('explain a diagnostic')
    .description(
      'Explains a diagnostic: what it means, why it is so, and how to mend it, with a wrong and a right example.',
    )
    .option('--json', 'print JSON')
    .action(async (code: string | undefined, options: CommonOptions) => end(await explain(code, options)));
}

async function explain(code: string | undefined, { json }: CommonOptions): Promise<ExitCode> {
  const { registry } = await import('../../compiler/diagnostics/registry.ts');
  const entries: Readonly<Record<string, DiagnosticEntry>> = registry;
  if (code === undefined) return list(entries, { json: json === true });
  const entry = Object.hasOwn(entries, code) ? entries[code] : undefined;
  if (!entry) throw new UsageFailure(await unknownCode(code, Object.keys(entries)));
  if (json) writeJson({ code, ...entry });
  else show(code, entry);
  return 0;
}

async function unknownCode(code: string, known: readonly string[]): Promise<string> {
  const { nearestNames } = await import('../../compiler/diagnostics/nearest.ts');
  const part = code.toLowerCase();
  const containing = part.length < 3 ? [] : known.filter((name) => name.includes(part));
  const [named = nearestNames(code, known)[0]] = known.filter((name) => name.split('/')[1] === part);
  const near = named ?? (containing.slice(0, 5).join(', ') || nearestWord(code, known, nearestNames));
  return `there is no diagnostic ${code}${near === undefined ? '; `cnnc explain` lists them all' : `; did you mean ${near}?`}`;
}

/** The code whose words, without its subject, are nearest: `explain nothing-lef`. */
function nearestWord(
  word: string,
  known: readonly string[],
  nearestNames: (name: string, candidates: Iterable<string>) => readonly string[],
): string | undefined {
  const [near] = nearestNames(
    word,
    known.map((code) => code.split('/')[1] ?? ''),
  );
  return known.find((code) => code.split('/')[1] === near);
}

function list(
  entries: Readonly<Record<string, DiagnosticEntry>>,
  { json }: { readonly json: boolean },
): ExitCode {
  if (json) writeJson(Object.entries(entries).map(([code, entry]) => ({ code, ...entry })));
  else
    for (const [code, { message }] of Object.entries(entries))
      writeLine(`${colors.bold(code.padEnd(32))} ${message}`);
  return 0;
}

function show(code: string, { severity, message, explain, bad, good }: DiagnosticEntry): void {
  const paint = severity === 'error' ? colors.red : colors.yellow;
  writeLine(`${paint(colors.bold(severity))} ${colors.bold(code)}`);
  writeLine(`  ${message}\n\n${wrap(explain)}`);
  if (bad !== undefined) writeLine(`\n${colors.red('Wrong')}\n${indent(bad)}`);
  if (good !== undefined) writeLine(`\n${colors.green('Right')}\n${indent(good)}`);
}

function indent(text: string): string {
  return text.trim().replace(/^(?=.)/gm, '  ');
}

/** Lines of at most 96 characters. */
function wrap(text: string): string {
  return text.replace(/(?![^\n]{1,96}$)([^\n]{1,96})\s/g, '$1\n');
}
