/** Members: sizes of a value (`x.C`, `in.H`), figures and values of a net (`ResNet18.params`, `LeNet5.logits.C`), family variants. */
import type { Expr, Ident, MemberExpr } from '../1-parse/ast.ts';
import type { NetDeclaration } from '../2-resolve/model.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import { hasArguments } from './complete.ts';
import { argument, evaluate, mistyped } from './evaluate.ts';
import type { Site } from './frame.ts';
import { figures } from './query.ts';
import { reportForeignMember } from './slips/net-members.ts';
import { reportLayerBehind, reportMethod } from './slips/methods.ts';
import { spoil } from './memo/recording.ts';
import type { Session } from './session.ts';
import { symbolicType } from './symbolic-types.ts';
import {
  describe,
  describeType,
  int,
  isCallable,
  tensorOf,
  unknown,
  type Callable,
  type GivenArg,
  type TensorValue,
  type Value,
} from './value.ts';

export function evaluateMember(expr: MemberExpr, site: Site, session: Session): Value {
  const object = evaluate(expr.object, site, session);
  const name = expr.member.name;
  switch (object.kind) {
    case 'unknown':
      return unknown;
    case 'tensor':
      return tensorMember(expr, object, session);
    case 'net':
      return variant(object, expr, site, session) ?? netMember(expr, object, session);
    case 'list':
    case 'tuple':
      return name === 'length'
        ? int(object.items.length)
        : noMember(expr, describe(object), ['length'], session);
    default:
      if (isCallable(object) && reportLayerBehind(expr, describe(object), session)) return unknown;
      return mistyped(object, 'a value or a net', expr.object, session);
  }
}

/** A size of the value, or an output of the net that gave it. */
function tensorMember(expr: MemberExpr, { node, outputs }: TensorValue, session: Session): Value {
  const name = expr.member.name;
  const output = outputs?.get(name);
  if (output && name !== 'rank' && !node.type.axes.includes(name)) return tensorOf(output);
  return sizeMember(expr, node, [...(outputs?.keys() ?? [])], session);
}

function sizeMember(expr: MemberExpr, node: Node, outputs: readonly string[], session: Session): Value {
  const name = expr.member.name;
  if (name === 'rank') return int(node.type.axes.length - (node.type.axes.at(-1) === 'C' ? 1 : 0));
  const at = node.type.axes.indexOf(name);
  const size = node.type.dims[at];
  if (typeof size !== 'number' && reportMethod(expr, node, session)) return unknown;
  if (typeof size !== 'number')
    return noMember(expr, describeType(node.type), [...node.type.axes, 'rank', ...outputs], session);
  const dim = symbolicType(node, session).dims[at];
  return dim === undefined || typeof dim === 'number' ? int(size) : { ...int(size), dim };
}

/** What other languages call the sizes of a value. */
const foreignSizes: Readonly<Partial<Record<string, string>>> = {
  channels: 'C',
  features: 'C',
  filters: 'C',
  height: 'H',
  width: 'W',
  depth: 'D',
  length: 'L',
  ndim: 'rank',
  dim: 'rank',
};

function noMember(expr: MemberExpr, what: string, known: readonly string[], session: Session): Value {
  const foreign = foreignSizes[expr.member.name.toLowerCase()];
  const near = foreign && known.includes(foreign) ? foreign : nearest(expr.member.name, known);
  session.report(
    diagnostic('value/no-member', { what, member: expr.member.name }, expr.member.span, {
      notes: [{ word: 'note', text: known.length > 0 ? `it has ${known.join(', ')}` : 'it has no members' }],
      fixes: fixesBy(near, expr.member.span),
    }),
  );
  return unknown;
}

/** What a family's variant gives to the parameters that vary; values beyond them, and parameters that stand twice, were reported. */
export function variantValues(
  params: readonly Ident[],
  values: readonly Expr[],
  site: Site,
  session: Session,
): readonly GivenArg[] {
  return values.flatMap((expr, i): readonly GivenArg[] => {
    const name = params[i];
    if (!name || params.findIndex((param) => param.name === name.name) < i) return [];
    const value = argument(expr, site, session);
    return [{ name: name.name, value, arg: { kind: 'arg', name, value: expr, span: expr.span } }];
  });
}

/** `MobileNet.small` of `family MobileNet(width, depth) { small = (0.5, 0.5) }`: the net with those arguments. */
function variant(
  net: Extract<Callable, { kind: 'net' }>,
  expr: MemberExpr,
  site: Site,
  session: Session,
): Value | undefined {
  const family = net.declaration.module.families.get(net.declaration.name);
  const found = family?.variants.find((v) => v.name.name === expr.member.name);
  // A variant that is called like a figure was reported.
  if (!family || !found || Object.hasOwn(figures, expr.member.name)) return undefined;
  const args = variantValues(family.params, found.values, site, session);
  return { ...net, args: [...net.args, ...args], expr };
}

function netMember(expr: MemberExpr, net: Extract<Callable, { kind: 'net' }>, session: Session): Value {
  spoil(session);
  if (isNoVariant(expr.member.name, net)) {
    const variants = familyNames(net.declaration);
    return noMember(expr, `the family of ${net.declaration.name}`, variants, session);
  }
  if (!hasArguments(net.declaration, net.args, { at: expr.object.span }, session)) return unknown;
  const info = session.queries?.(net.declaration, net.args);
  if (info === undefined) return unknown;
  const name = expr.member.name;
  const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
  if (figure) return int(figure(info));
  const value = info.values.get(name);
  if (value) return tensorOf(value);
  const variants = familyNames(net.declaration);
  if (reportForeignMember(expr, net.declaration, session)) return unknown;
  return noMember(
    expr,
    net.declaration.name,
    [...Object.keys(figures), ...info.values.keys(), ...variants],
    session,
  );
}

/** `Mobile.tiny` of a net that needs arguments, where neither a variant nor a value of it is called so. */
function isNoVariant(name: string, { declaration, args }: Extract<Callable, { kind: 'net' }>): boolean {
  const { params, body } = declaration.item;
  const isFull = args.length > 0 || params.every((param) => param.default);
  if (isFull || Object.hasOwn(figures, name) || familyNames(declaration).length === 0) return false;
  return !declaration.item.base && !body?.statements.some((s) => 'name' in s && s.name?.name === name);
}

function familyNames(net: NetDeclaration): readonly string[] {
  return net.module.families.get(net.name)?.variants.map((v) => v.name.name) ?? [];
}
