/** What only follows from another mistake is not said: one mistake, one message. */
import type { Diagnostic } from './diagnostic.ts';

/** What nothing is said of where there are errors: they may be why a name seems unused, and a loss not there. */
const waiting: ReadonlySet<string> = new Set(['names/unused', 'train/no-loss']);

/** After an error some warnings may only follow from it; what an `assert` says hides nothing. */
export function withoutConsequences(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const failed = found.some(({ code, severity }) => severity === 'error' && !code.startsWith('assert/'));
  return failed ? found.filter(({ code }) => !waiting.has(code)) : found;
}
