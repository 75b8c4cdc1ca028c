/** Values with methods, as tensors have them elsewhere: `x.mean()`, `x.view(-1)`, `x.shape[-1]`, `x.size(1)`. */
import type { MemberExpr } from '../../1-parse/ast.ts';
import { besideOthers } from '../../1-parse/alone.ts';
import { closingOf, partsOf } from '../../1-parse/slips/scan.ts';
import { textOf } from '../../1-parse/source.ts';
import { foreignShape } from '../../2-resolve/foreign/foreign-shapes.ts';
import { foreignLayer } from '../../2-resolve/foreign/foreign.ts';
import { comparisonBehind } from '../../2-resolve/foreign/sizes-compared.ts';
import { operatorNames } from '../../2-resolve/vocabulary.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Node } from '../../ir/graph.ts';
import type { Axis } from '../../ir/type.ts';
import type { Session } from '../session.ts';
import { describeType } from '../value.ts';

/** Reports a member that is a layer, or a size by its number; false for every other one. */
export function reportMethod(expr: MemberExpr, node: Node, session: Session): boolean {
  const { name } = expr.member;
  const isShape = name === 'shape' || name === 'size';
  const ofTensors = isShape ? undefined : foreignShape(name, optionsOf(expr));
  const layer = ofTensors ? undefined : operatorNames.has(name) ? name : foreignLayer(name);
  if (!isShape && layer === undefined && !ofTensors) return false;
  const { axes } = node.type;
  const text = isShape
    ? `a size is asked for by the name of its axis: ${axes.map((axis) => `${textOf(expr.object.span)}.${axis}`).join(', ')}`
    : (ofTensors?.note ?? 'a value has no methods: layers are applied to it, `x -> relu` or `relu(x)`');
  session.report(
    diagnostic('value/no-member', { what: describeType(node.type), member: name }, expr.member.span, {
      notes: [{ word: 'note', text }],
      fixes: isShape ? sizes(expr, axes) : applied(expr, layer),
    }),
  );
  return true;
}

/** `x.mean(…)` → `mean(x, …)`; of several, `x.relu().gap()`, a pipeline. */
function applied(expr: MemberExpr, layer: string | undefined): readonly Fix[] {
  const { object, member } = expr;
  const chain = chainOf(expr);
  if (chain.layers.length > 1 || layer === undefined) return inArrows(expr, chain);
  const { source, end } = member.span;
  const [opening] = /^\([ \t]*(\)?)/.exec(source.text.slice(end, end + 80)) ?? [];
  const inside = `${layer}(${textOf(object.span)}`;
  const rest = opening === undefined ? ')' : opening.endsWith(')') ? ')' : ', ';
  const span = { source, start: object.span.start, end: end + (opening?.length ?? 0) };
  const title = rest === ')' ? `${inside})` : `${inside}, …)`;
  return [{ title, edits: [{ span, text: `${inside}${rest}` }] }];
}

/** Reports `conv(8, 3).relu()`, a layer behind a layer; false for every other member of one. */
export function reportLayerBehind(expr: MemberExpr, what: string, session: Session): boolean {
  const chain = chainOf(expr);
  if (chain.layers.length === 0) return false;
  session.report(
    diagnostic('value/no-member', { what, member: expr.member.name }, expr.member.span, {
      notes: [{ word: 'note', text: 'layers follow one another by `->`' }],
      fixes: inArrows(expr, chain),
    }),
  );
  return true;
}

interface Chain {
  /** As they stand here. */
  readonly layers: readonly string[];
  readonly end: number;
}

/** The layers that are called one behind another from a member on. */
function chainOf({ member: { span } }: MemberExpr): Chain {
  const { text } = span.source;
  const layers: string[] = [];
  let end = span.start;
  for (;;) {
    const [name = ''] = /^\w+/.exec(text.slice(end, end + 80)) ?? [];
    const after = callBehind(text, end + name.length);
    const layer = asLayer(name, after.options);
    if (layer === undefined) break;
    layers.push(layer);
    ({ end } = after);
    const [point] = /^\s*\.\s*(?=\w)/.exec(text.slice(end, end + 200)) ?? [];
    if (point === undefined) return { layers, end };
    end += point.length;
  }
  // The point before what is no layer stays.
  return { layers, end: text.slice(0, end).trimEnd().length - 1 };
}

/** What stands in the parentheses behind a name, and where they end. */
function callBehind(text: string, at: number): { readonly options: string; readonly end: number } {
  const close = text[at] === '(' ? closingOf(text, at) : undefined;
  if (close === undefined) return { options: '', end: at };
  return { options: text.slice(at + 1, close).trim(), end: close + 1 };
}

const optionsOf = ({ member: { span } }: MemberExpr): readonly string[] =>
  partsOf(callBehind(span.source.text, span.end).options);

/** A method as the layer that does the same. */
function asLayer(name: string, options: string): string | undefined {
  const ofTensors = foreignShape(name, partsOf(options));
  if (ofTensors) return ofTensors.ours;
  const layer = operatorNames.has(name) ? name : foreignLayer(name);
  return layer === undefined || options === '' ? layer : `${layer}(${options})`;
}

function inArrows({ object, member }: MemberExpr, { layers, end }: Chain): readonly Fix[] {
  if (layers.length === 0) return [];
  const span = { source: member.span.source, start: object.span.start, end };
  const stages = layers.filter((layer) => layer !== 'identity');
  const whole = [textOf(object.span), ...stages].join(' -> ');
  return [{ title: whole, edits: [{ span, text: stages.length > 0 ? besideOthers(whole, span) : whole }] }];
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
