/** `repeat(6) { Unit(2^i) }`: a repetition has no number of its own, a loop over a list has. */
import type { NameExpr, RepeatExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Scope } from '../names.ts';

/** What such a number is called. */
const isCounter = (name: string): boolean => /^(?:i|j|k|idx|index|it|iter|level|step)$/.test(name);

/** What is said of a name without a declaration that is the number of the repetition around it; undefined for others. */
export function numberOfRepeat(expr: NameExpr, scope: Scope | undefined): Diagnostic | undefined {
  if (!isCounter(expr.name)) return undefined;
  let inside = scope;
  while (inside && !inside.repeats) inside = inside.parent;
  const repeat = inside?.repeats;
  if (!repeat) return undefined;
  const { source, start } = repeat.span;
  const head = { source, start, end: repeat.body.span.start };
  const count = textOf(repeat.count.span);
  const text = `each ${expr.name} of range(${count}) `;
  return diagnostic('names/unknown', { name: expr.name }, expr.span, {
    notes: [{ word: 'note', text: 'a repetition has no number of its own: `each i of range(n)` has' }],
    fixes: [{ title: text.trim(), edits: [{ span: head, text }, ...withoutName(expr.name, repeat)] }],
  });
}

/** `repeat(6) { … } as i`: the name was meant for the number. */
function withoutName(
  name: string,
  { span: { source, end } }: RepeatExpr,
): Diagnostic['fixes'][number]['edits'] {
  const [as] = /^\s*as\s+(\w+)/.exec(source.text.slice(end, end + 80)) ?? [];
  return as?.endsWith(` ${name}`) ? [{ span: { source, start: end, end: end + as.length }, text: '' }] : [];
}
