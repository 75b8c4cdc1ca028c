/** Layers whose result nothing reads: a line of a body that is no value, and not the last. */
import type { Body, Expr, Statement } from '../1-parse/ast.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';

/** A body gives its `out` or its last line; a line before that without a name gives its result to nobody. */
export function reportLost({ statements }: Body, { module, names }: Place): void {
  if (module.external) return;
  for (const [i, statement] of statements.entries()) {
    const result = statements.slice(i + 1).find((s) => s.kind === 'expr' || s.kind === 'out');
    if (statement.kind !== 'expr' || !result || namesValues(statement.value)) continue;
    const labels = [{ span: result.span, text: 'the result is this' }];
    const fixes = continued(statements[i + 1]);
    names.report(diagnostic('network/goes-nowhere', {}, statement.span, { labels, fixes }));
  }
}

/** `x -> conv(8) as squeeze` is there for the name. */
function namesValues(expr: Expr): boolean {
  return expr.kind === 'pipeline' && expr.stages.some((stage) => stage.as !== undefined);
}

function continued(next: Statement | undefined): readonly Fix[] {
  if (next?.kind !== 'expr') return [];
  const { source, start } = next.span;
  return [
    { title: '-> before the next line', edits: [{ span: { source, start, end: start }, text: '-> ' }] },
  ];
}
