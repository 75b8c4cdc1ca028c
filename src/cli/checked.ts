/** A build stands only where the whole file checks: its assertions and budgets hold, its other nets too. */
import { check, checkPlannedBudgets, type Diagnostic } from '../compiler/index.ts';
import { stopOnErrors } from './failure.ts';
import type { OpenNet } from './nets.ts';

/** Warnings of the net and its file; ends the command at errors. */
export function checkedFile({ model, project, diagnostics }: OpenNet): readonly Diagnostic[] {
  const key = ({ code, span }: Diagnostic): string => `${code} ${span.source.path} ${span.start} ${span.end}`;
  const checked = check(model);
  const found = withoutMissing([...checked.diagnostics, ...checkPlannedBudgets(model, checked.nets)]);
  const all = [...diagnostics, ...found.map(project.show)];
  return stopOnErrors([...new Map(all.map((diagnostic) => [key(diagnostic), diagnostic])).values()]);
}

/** Which file of weights is missing, a command that reads it says; others were given another one, or none. */
export function withoutMissing(found: readonly Diagnostic[]): readonly Diagnostic[] {
  return found.filter(({ code }) => code !== 'weights/missing');
}
