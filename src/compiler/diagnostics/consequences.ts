/** What only follows from another mistake is not said: one mistake, one message. */
import type { Diagnostic } from './diagnostic.ts';

/** After an error a name may seem unused only because its reader could not be evaluated; what an `assert` says hides nothing. */
export function withoutConsequences(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const failed = found.some(({ code, severity }) => severity === 'error' && !code.startsWith('assert/'));
  return failed ? found.filter(({ code }) => code !== 'names/unused') : found;
}
