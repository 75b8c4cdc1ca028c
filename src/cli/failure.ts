/** How a command ends when it cannot do what it was asked: what the user gave is wrong (exit code 1) or how they asked (2). */
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { diagnostic, type DiagnosticCode, type MessageArgs } from '../compiler/diagnostics/registry.ts';

/** 0 done, 1 the user's input is wrong, 2 wrong usage or our own fault. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with diagnostics. */
export class InputFailure extends Error {
  override readonly name = 'InputFailure';
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics[0]?.message ?? 'failed');
    this.diagnostics = diagnostics;
  }
}

/** Ends a command because its flags make no sense together. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure';
}

/** Ends a command with one diagnostic about a whole file. */
export function fail<Code extends DiagnosticCode>(
  code: Code,
  args: MessageArgs<Code>,
  file: string,
  extras: Partial<Pick<Diagnostic, 'notes' | 'fixes'>> = {},
): never {
  const span = { source: { path: file, text: '' }, start: 0, end: 0 };
  throw new InputFailure([diagnostic(code, args, span, extras)]);
}

/** Ends the command where any diagnostic is an error; hands the warnings back. */
export function stopOnErrors(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new InputFailure(diagnostics);
  return diagnostics;
}
