/** Bodies that name values and give none: what flows in would flow out, and all that is computed would be lost. */
import type { Body } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { lineBelow } from '../diagnostics/line-below.ts';
import type { Place } from './names.ts';

/** Reports a body of a block or of braces without `out` and without a last expression; its last value counts as read then. */
export function reportNoResult({ statements }: Body, { module, names, owner }: Place): void {
  const named = statements.flatMap((s) => (s.kind === 'assign' || s.kind === 'let' ? [s] : []));
  const isOnlyNames = statements.every(({ kind }) => ['assign', 'let', 'assert'].includes(kind));
  const last = named.at(-1);
  if (module.external || !isOnlyNames || !last) return;
  const declaration = names.bindings.get(last.name);
  if (declaration) names.used.add(declaration);
  if (owner?.kind === 'block') names.broken.add(owner);
  names.report(
    diagnostic('network/no-result', { name: last.name.name }, last.name.span, { fixes: given(last) }),
  );
}

/** `out = y` is `out y`; of other values the last is given. */
function given({
  kind,
  name,
  value,
  span,
}: Extract<Body['statements'][number], { kind: 'assign' | 'let' }>): readonly Fix[] {
  if (name.name === 'out') {
    const text = `out ${textOf(value.span)}`;
    return [{ title: text, edits: [{ span, text }] }];
  }
  return kind === 'let' ? [] : [{ title: `out ${name.name}`, edits: [lineBelow(span, `out ${name.name}`)] }];
}
