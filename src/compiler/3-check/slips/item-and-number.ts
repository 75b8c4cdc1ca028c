/** `each (c, n) of [(48, 3), (96, 7)]`: in parentheses stand an item and its number, and the parts of an item were meant. */
import type { Expr } from '../../1-parse/ast.ts';
import type { Diagnostic, Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Session } from '../session.ts';
import type { Value } from '../value.ts';

export interface Meant {
  readonly notes: Diagnostic['notes'];
  readonly fixes: readonly Fix[];
}

const nothing: Meant = { notes: [], fixes: [] };

/** What is said where a value does not fit that is the pair which a loop binds to its first name; nothing about others. */
export function partsMeant(expr: Expr, value: Value, { model }: Session): Meant {
  const loop = expr.kind === 'name' ? model.bindings.get(expr) : undefined;
  if (loop?.kind !== 'loop' || (value.kind !== 'tuple' && value.kind !== 'list')) return nothing;
  const { item, index } = loop.each;
  if (item.kind !== 'ident' || index === undefined || value.items.length !== 2) return nothing;
  const { source } = item.span;
  const start = source.text.lastIndexOf('(', item.span.start);
  const end = source.text.indexOf(')', index.span.end) + 1;
  const names = `[${item.name}, ${index.name}]`;
  const text = `\`(${item.name}, ${index.name})\` names an item and its number, \`${names}\` the parts of an item`;
  return { notes: [{ word: 'note', text }], fixes: [replaceBy(names, { source, start, end })] };
}
