/** Statements with nothing between their braces, and loops that go around not once: usually begun and forgotten. */
import type { Body, EachExpr, NetItem, RepeatExpr } from '../1-parse/ast.ts';
import { textOf, type Span } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';

/** Warns where the text of `span` ends with braces that hold not even a comment; what did not parse was reported. */
export function reportEmpty(
  span: Span,
  what: string,
  { module, names }: Place,
  fixes: readonly Fix[] = [leaveOut(what, span)],
): void {
  if (module.external || !/\{\s*\}$/.test(textOf(span))) return;
  names.report(diagnostic('syntax/empty', { what }, span, { fixes }));
}

/** Braces of layers that hold none: what flows in flows out. */
export function reportEmptyBody({ span, statements }: Body, what: string, place: Place): void {
  if (statements.length > 0) return;
  reportEmpty(span, what, place, [replaceBy('{ identity }', span)]);
}

/** `net N extends A { }` is another name of A. */
export function reportEmptyNet({ name, params, base, body, span }: NetItem, place: Place): void {
  if (!base || !body || body.statements.length > 0) return;
  const start = name.span.end;
  const text = ` = ${textOf(base.span)}`;
  const fixes =
    params.length > 0
      ? []
      : [{ title: `net ${name.name}${text}`, edits: [{ span: { ...span, start }, text }] }];
  reportEmpty(body.span, `net ${name.name}`, place, fixes);
}

/** `repeat(0) { … }`, `each n of [] { … }` and loops around nothing; a number that is computed may be 0. */
export function reportNoCopies(expr: RepeatExpr | EachExpr, place: Place): void {
  const over = expr.kind === 'repeat' ? expr.count : expr.list;
  const isNever =
    (over.kind === 'number' && over.value === 0) || (over.kind === 'list' && over.items.length === 0);
  const fixes = [replaceBy('identity', expr.span)];
  if (!isNever) {
    if (expr.body.statements.length === 0) reportEmpty(expr.body.span, `this \`${expr.kind}\``, place, fixes);
    return;
  }
  if (place.module.external) return;
  place.names.report(diagnostic('network/no-copies', { loop: `\`${expr.kind}\`` }, over.span, { fixes }));
}
