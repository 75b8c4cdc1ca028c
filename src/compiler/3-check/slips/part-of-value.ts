/** `x[0]`, `x[0..64]` of a value that flows: a part of it is a layer, `slice(x, C = (0, 64))`. */
import type { IndexExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Node } from '../../ir/graph.ts';
import type { Session } from '../session.ts';
import { describeType, type Value } from '../value.ts';

/** Reports an index behind a value. */
export function reportPart(expr: IndexExpr, { type }: Node, index: Value, session: Session): void {
  const args = { expected: 'a list', found: describeType(type) };
  const text = 'a part of a value is a layer of its own: slice(x, C = (0, 64)) has the first 64 channels';
  session.report(
    diagnostic('value/expected', args, expr.object.span, {
      notes: [{ word: 'note', text }],
      fixes: sliced(expr, index),
    }),
  );
}

/** Along the channels; the only ones that a number or a range can mean by itself. */
function sliced({ object, index, span }: IndexExpr, value: Value): readonly Fix[] {
  const written =
    index.kind === 'range'
      ? `${textOf(index.from.span)}, ${textOf(index.to.span)}`
      : value.kind === 'number' && value.value >= 0
        ? `${value.value}, ${value.value + 1}`
        : undefined;
  return written === undefined ? [] : [replaceBy(`slice(${textOf(object.span)}, C = (${written}))`, span)];
}
