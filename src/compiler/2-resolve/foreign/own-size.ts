/** `in x: rgb[H, W] where x.H % 32 == 0`: the sizes of an input stand in its conditions by their names alone. */
import type { Expr, InStatement } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Edit } from '../../diagnostics/diagnostic.ts';
import { leaveOut } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Place } from '../names.ts';

/** The conditions that do not read named sizes off the input itself. Of all others one message speaks, with one fix. */
export function withoutOwnSizes(statement: InStatement, { names }: Place): readonly Expr[] {
  const { name, dims, where } = statement;
  const sizes = dims.flatMap((dim) => (dim.kind === 'name' ? [dim.name] : []));
  if (sizes.length === 0 || where.length === 0) return where;
  const own = new RegExp(`(?<![\\w.])${name.name}\\.(?=(?:${sizes.join('|')})\\b)`, 'g');
  const told = where.map((condition) => ({ condition, edits: ownIn(condition, own) }));
  const edits = told.flatMap((one) => one.edits);
  const [first] = edits;
  if (!first) return where;
  const span = { ...first.span, end: first.span.start + name.name.length };
  names.report(
    diagnostic('names/used-before', { name: name.name }, span, {
      notes: [{ word: 'note', text: 'the sizes of an input have names: `where H % 32 == 0`' }],
      fixes: [{ ...leaveOut(`${name.name}.`, first.span), edits }],
    }),
  );
  return told.flatMap((one) => (one.edits.length === 0 ? [one.condition] : []));
}

function ownIn({ span }: Expr, own: RegExp): readonly Edit[] {
  return [...textOf(span).matchAll(own)].map(({ index, 0: { length } }) => {
    const start = span.start + index;
    return { span: { source: span.source, start, end: start + length }, text: '' };
  });
}
