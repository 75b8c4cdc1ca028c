/** Values in a list where a merge takes them one by one: `add([a, b])`, `[a, b] -> concat`. */
import type { Expr, PipelineExpr } from '../../1-parse/ast.ts';
import { mergeNames } from '../../2-resolve/foreign/merge-slips.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';
import { describe, type GivenArg, type Value } from '../value.ts';

/** What other languages merge lists by, and what does so here. */
const mergeOf = (called: string): string | undefined =>
  called === 'sum' ? 'add' : mergeNames.includes(called) ? called : undefined;

const holdsValues = (value: Value): boolean =>
  (value.kind === 'list' || value.kind === 'tuple') &&
  value.items.length > 1 &&
  value.items.every(({ kind }) => kind === 'tensor');

/** Reports `add([a, b])`, and returns true then. */
export function reportListed(
  args: readonly GivenArg[],
  call: Expr,
  called: string,
  session: Session,
): boolean {
  const ours = mergeOf(called);
  const listed = args.find(({ name, value }) => name === undefined && holdsValues(value));
  if (ours === undefined || !listed || call.kind !== 'call') return false;
  const { span } = listed.arg.value;
  const items = itemsOf(listed.arg.value);
  const head = { ...span, start: call.callee.span.start };
  const others = call.args.slice(1).map((arg) => textOf(arg.span));
  const whole = `${ours}(${[items, ...others].join(', ')})`;
  const fixes =
    args[0] === listed && call.args[0]?.value === listed.arg.value
      ? [{ title: whole, edits: [{ span: head, text: `${ours}(${items}` }] }]
      : [replaceBy(items, span)];
  const what = { expected: `values one by one, as in ${ours}(a, b)`, found: describe(listed.value) };
  session.report(
    diagnostic('value/expected', what, span, { fixes: call.callee.kind === 'name' ? fixes : [] }),
  );
  return true;
}

/** `[a, b] -> concat(axis = C)` as `concat(a, b, axis = C)`. */
export function mergedByCall({ stages: [first, second] }: PipelineExpr, value: Value): readonly Fix[] {
  if (!first || !second || first.as || !holdsValues(value)) return [];
  const call = second.expr;
  const callee = call.kind === 'call' ? call.callee : call;
  const ours = callee.kind === 'name' ? mergeOf(callee.name) : undefined;
  if (ours === undefined) return [];
  const options = call.kind === 'call' ? call.args.map(({ span }) => textOf(span)) : [];
  const span = { ...first.expr.span, end: call.span.end };
  return [replaceBy(`${ours}(${[itemsOf(first.expr), ...options].join(', ')})`, span)];
}

function itemsOf(list: Expr): string {
  return list.kind === 'list' || list.kind === 'tuple'
    ? list.items.map(({ span }) => textOf(span)).join(', ')
    : textOf(list.span);
}
