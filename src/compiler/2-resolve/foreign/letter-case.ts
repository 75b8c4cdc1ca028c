/**
 * Blocks and nets start with an upper-case letter, values and parameters with a lower-case one: a reader sees what a name is.
 * The fix renames every use.
 */
import { isExternal } from '../paths.ts';
import type { Span } from '../../1-parse/source.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Declaration } from '../model.ts';
import type { Names } from '../names.ts';

export function reportCase(names: Names): void {
  const wrong = names.declared.filter((d) => wantedName(d) !== undefined && !isExternal(d.span.source.path));
  if (wrong.length === 0) return;
  const spans = spansOf(new Set(wrong), names);
  const taken = new Set(names.declared.map(({ name }) => name));
  for (const declaration of wrong) {
    const wanted = wantedName(declaration) ?? '';
    const upper = declaration.kind === 'block' || declaration.kind === 'net';
    const args = {
      name: declaration.name,
      what: upper ? 'blocks and nets' : 'values and parameters',
      letter: upper ? 'an upper-case' : 'a lower-case',
    };
    const edits = taken.has(wanted)
      ? []
      : (spans.get(declaration) ?? []).map((span) => ({ span, text: wanted }));
    const fixes = [{ title: wanted, edits }];
    names.report(diagnostic('names/letter-case', args, declaration.span, { fixes }));
  }
}

/** The name with its first letter changed, where that is needed. */
function wantedName({ kind, name }: Declaration): string | undefined {
  const first = name.charAt(0);
  const rest = name.slice(1);
  if (kind === 'block' || kind === 'net') return /[a-z]/.test(first) ? first.toUpperCase() + rest : undefined;
  if (kind === 'value' || kind === 'param')
    return /[A-Z]/.test(first) ? first.toLowerCase() + rest : undefined;
  return undefined;
}

/** Every place where one of the declarations is named by its own name (not by an alias). */
function spansOf(declarations: ReadonlySet<Declaration>, names: Names): ReadonlyMap<Declaration, Span[]> {
  const spans = new Map<Declaration, Span[]>();
  for (const [node, declaration] of names.bindings) {
    const named = node as { readonly name?: string; readonly span?: Span };
    if (!declarations.has(declaration) || named.name !== declaration.name || !named.span) continue;
    const found = spans.get(declaration);
    if (found) found.push(named.span);
    else spans.set(declaration, [named.span]);
  }
  return spans;
}
