/** What losses are told elsewhere to compare with: names such as `target` and `y_true`, which no value has. */
import type { Expr, NameExpr } from '../../1-parse/ast.ts';

const target =
  /^(?:targets?|labels?|y_?true|truth|ground_?truth|gt|expected|desired|wanted|reference|answers?)$/i;

/** The names among the arguments of a loss that may be such; which of them are declared is not looked at. */
export function targetsIn(expr: Expr): readonly NameExpr[] {
  switch (expr.kind) {
    case 'binary':
      return [...targetsIn(expr.left), ...targetsIn(expr.right)];
    case 'list':
      return expr.items.flatMap(targetsIn);
    case 'call':
      return expr.args.flatMap(({ value }) =>
        value.kind === 'name' && target.test(value.name) ? [value] : [],
      );
    default:
      return [];
  }
}
