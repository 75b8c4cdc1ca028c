/** Values with methods, as tensors have them elsewhere: `x.mean()`, `x.view(-1)`, `x.shape[-1]`, `x.size(1)`. */
import type { MemberExpr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { foreignLayer } from '../2-resolve/foreign.ts';
import { operatorNames } from '../2-resolve/vocabulary.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import type { Axis } from '../ir/type.ts';
import type { Session } from './session.ts';
import { comparisonBehind } from './shape-compared.ts';
import { describeType } from './value.ts';

/** Reports a member that is a layer, or a size by its number; false for every other one. */
export function reportMethod(expr: MemberExpr, node: Node, session: Session): boolean {
  const { name } = expr.member;
  const isShape = name === 'shape' || name === 'size';
  const layer = operatorNames.has(name) ? name : foreignLayer(name);
  if (!isShape && layer === undefined) return false;
  const { axes } = node.type;
  const text = isShape
    ? `a size is asked for by the name of its axis: ${axes.map((axis) => `${textOf(expr.object.span)}.${axis}`).join(', ')}`
    : 'a value has no methods: layers are applied to it, `x -> relu` or `relu(x)`';
  session.report(
    diagnostic('value/no-member', { what: describeType(node.type), member: name }, expr.member.span, {
      notes: [{ word: 'note', text }],
      fixes: isShape ? sizes(expr, axes) : applied(expr, layer ?? name),
    }),
  );
  return true;
}

/** `x.mean(…)` → `mean(x, …)`. */
function applied({ object, member }: MemberExpr, layer: string): readonly Fix[] {
  const { source, end } = member.span;
  const [opening] = /^\([ \t]*(\)?)/.exec(source.text.slice(end, end + 80)) ?? [];
  const inside = `${layer}(${textOf(object.span)}`;
  const rest = opening === undefined ? ')' : opening.endsWith(')') ? ')' : ', ';
  const span = { source, start: object.span.start, end: end + (opening?.length ?? 0) };
  const title = rest === ')' ? `${inside})` : `${inside}, …)`;
  return [{ title, edits: [{ span, text: `${inside}${rest}` }] }];
}

/** `x.shape[-1]`: the last axis; of other numbers one in the order of PyTorch, and one in ours with the batch before it. */
function sizes({ object, member }: MemberExpr, axes: readonly Axis[]): readonly Fix[] {
  const { source, end } = member.span;
  const shape = comparisonBehind(textOf(object.span), axes, source.text.slice(end, end + 200));
  if (shape) {
    const span = { source, start: object.span.start, end: end + shape.length };
    return [replaceBy(shape.ours, span)];
  }
  const [whole, number] = /^[ \t]*[[(][ \t]*(-?\d)[ \t]*[\])]/.exec(source.text.slice(end, end + 80)) ?? [];
  if (whole === undefined) return [];
  const at = Number(number);
  const found = at < 0 ? [axes.at(at)] : at === 0 ? [] : [at === 1 ? 'C' : axes[at - 2], axes[at - 1]];
  const names = [...new Set(found)].filter((axis) => axis !== undefined && axes.includes(axis));
  const span = { source, start: object.span.start, end: end + whole.length };
  return names.map((axis) => replaceBy(`${textOf(object.span)}.${axis}`, span));
}
