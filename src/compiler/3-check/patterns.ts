/** Patterns over the weights of a net, after `freeze` and `except`: each names some of them. */
import type { PathPattern } from '../1-parse/ast.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { matchesPath } from '../ir/weight-paths.ts';
import type { Session } from './session.ts';

/** Reports a pattern that matches none of `paths`, the weights of `net`. */
export function checkPattern(
  { text, span }: PathPattern,
  paths: readonly string[],
  { code, net }: { readonly code: 'train/freezes-nothing' | 'weights/matches-nothing'; readonly net: string },
  session: Session,
): void {
  if (paths.some((path) => matchesPath(text, path))) return;
  const scopes = [...new Set(paths.map((path) => path.split('.')[0] ?? path))];
  const near = nearest(text.split('.')[0] ?? '', scopes);
  session.report(
    diagnostic(code, { pattern: text, net }, span, {
      label: near === undefined ? undefined : `did you mean ${near}.**?`,
      notes: [{ word: 'note', text: `its weights are in ${scopes.join(', ') || 'no layer'}` }],
      fixes: near === undefined ? [] : [replaceBy(`${near}.**`, span)],
    }),
  );
}
