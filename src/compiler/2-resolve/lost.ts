/** Layers whose result nothing reads: a line of a body that is no value, and not the last; an `out` of a block above another. */
import type { Body, Expr, Statement } from '../1-parse/ast.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Place } from './names.ts';
import { isBuiltin } from './vocabulary.ts';

/** A body gives its `out` or its last line; a line before that without a name gives its result to nobody. Of `told` was spoken. */
export function reportLost(
  { statements }: Body,
  told: ReadonlySet<Statement>,
  { module, owner, names }: Place,
): void {
  if (module.external || statements.some(({ kind }) => kind === 'broken')) return;
  const found: Diagnostic[] = [];
  // What stands below a line and may be the result.
  let result: Statement | undefined;
  for (let i = statements.length - 1; i >= 0; i--) {
    const statement = statements[i] as Statement;
    if (told.has(statement) || (statement.kind === 'expr' && standsForNothing(statement.value, names)))
      continue;
    if (statement.kind === 'expr' && result && !namesValues(statement.value) && !isLone(statement, owner)) {
      const labels = [{ span: result.span, text: 'the result is this' }];
      const fixes = continued(statements[i + 1]);
      found.push(diagnostic('network/goes-nowhere', {}, statement.span, { labels, fixes }));
    }
    if (statement.kind === 'out' && result && owner?.kind === 'block') {
      const labels = [{ span: result.span, text: 'the result is this' }];
      found.push(diagnostic('network/goes-nowhere', {}, statement.span, { labels, notes: [oneResult] }));
    }
    if (statement.kind === 'expr' || statement.kind === 'out') result = statement;
  }
  for (const report of found.reverse()) names.report(report);
}

/** Of a loop or a choice in a net, into which nothing flows, phase 3 speaks. */
export const isLone = ({ value }: Extract<Statement, { kind: 'expr' }>, owner: Place['owner']): boolean =>
  owner?.kind === 'net' && ['if', 'repeat', 'each'].includes(value.kind);

const oneResult = {
  word: 'note',
  text: 'a block gives one value; several become one by a merge such as `concat`',
} as const;

/** `print(x)`, `pass`: that there is no such layer or value was reported. */
function standsForNothing(expr: Expr, names: Place['names']): boolean {
  const name = expr.kind === 'call' ? expr.callee : expr;
  return name.kind === 'name' && !names.bindings.has(name) && !isBuiltin(name.name);
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
