/** The items of a file: imports, declarations, families, defaults, weights. */
import type * as cst from '../../../../grammar/generated/cst.ts';
import { internal } from '../../diagnostics/internal.ts';
import type {
  BlockItem,
  BrokenStatement,
  DefaultsItem,
  FamilyItem,
  FilterItem,
  Item,
  MovedItem,
  NetItem,
  Param,
  PathPattern,
  UseItem,
  WeightsItem,
} from '../ast.ts';
import { declaredIn, docAbove, each, first, ident, optional, spanOfNode, string } from './context.ts';
import type { Context } from './context.ts';
import { arg, expression, operand } from './expressions.ts';
import { assert, body, budget, letStatement } from './statements.ts';
import { test, train } from './training.ts';

export function item(context: Context, { children }: cst.ItemCstNode): Item {
  if (children.use) return use(context, first(children.use));
  if (children.declaration) return declaration(context, first(children.declaration));
  if (children.defaults) return defaults(context, first(children.defaults));
  if (children.weights) return weights(context, first(children.weights));
  if (children.moved) return moved(context, first(children.moved));
  if (children.train) return train(context, first(children.train));
  if (children.test) return test(context, first(children.test));
  if (children.assert) return assert(context, first(children.assert));
  if (children.budget) return budget(context, first(children.budget));
  return internal('an item of no kind');
}

function use(context: Context, node: cst.UseCstNode): UseItem | BrokenStatement {
  const span = spanOfNode(context, node);
  // Of names that did not parse none is known to be wrong later.
  if ('Broken' in node.children) return { kind: 'broken', declares: declaredIn(context, span), span };
  return {
    kind: 'use',
    names: each(context, node.children.usedName, (_, { children }) => ({
      name: ident(context, first(children.name)),
      alias: optional(context, children.alias, ident),
    })),
    from: string(context, first(node.children.String)),
    span,
  };
}

/** What every declaration has besides its own parts. */
interface Head {
  readonly exported: boolean;
  readonly doc: string | undefined;
  readonly span: Item['span'];
}

function declaration(context: Context, node: cst.DeclarationCstNode): Item {
  const { children } = node;
  const span = spanOfNode(context, node);
  const head = { exported: children.Export !== undefined, doc: docAbove(context, span.start), span };
  if (children.block) return block(context, first(children.block), head);
  if (children.net) return net(context, first(children.net), head);
  if (children.family) return family(context, first(children.family), head);
  if (children.filter) return filter(context, first(children.filter), head);
  return { ...letStatement(context, first(children.letStatement), head.exported), span };
}

function block(context: Context, { children }: cst.BlockCstNode, head: Head): BlockItem {
  return {
    kind: 'block',
    ...head,
    name: ident(context, first(children.Name)),
    params: optional(context, children.params, params) ?? [],
    body: children.body
      ? body(context, first(children.body))
      : expression(context, first(children.expression)),
  };
}

function net(context: Context, { children }: cst.NetCstNode, head: Head): NetItem {
  return {
    kind: 'net',
    ...head,
    name: ident(context, first(children.Name)),
    params: optional(context, children.params, params) ?? [],
    base: optional(context, children.base, operand),
    body: optional(context, children.body, body),
    alias: optional(context, children.expression, expression),
  };
}

function params(context: Context, node: cst.ParamsCstNode): Param[] {
  return each(context, node.children.param, (_, param) => ({
    kind: 'param',
    name: ident(context, first(param.children.name)),
    type: optional(context, param.children.type, ident),
    default: optional(context, param.children.default, expression),
    span: spanOfNode(context, param),
  }));
}

function family(context: Context, { children }: cst.FamilyCstNode, head: Head): FamilyItem {
  return {
    kind: 'family',
    ...head,
    name: ident(context, first(children.Name)),
    params: each(context, children.param, ident),
    variants: each(context, children.variant, variant),
  };
}

function variant(context: Context, node: cst.VariantCstNode): FamilyItem['variants'][number] {
  const value = expression(context, first(node.children.expression));
  return {
    name: ident(context, first(node.children.Name)),
    values: value.kind === 'tuple' ? value.items : [value],
    span: spanOfNode(context, node),
  };
}

function filter(context: Context, { children }: cst.FilterCstNode, head: Head): FilterItem {
  return {
    kind: 'filter',
    ...head,
    name: ident(context, first(children.Name)),
    value: expression(context, first(children.expression)),
  };
}

function defaults(context: Context, node: cst.DefaultsCstNode): DefaultsItem {
  return {
    kind: 'defaults',
    entries: each(context, node.children.defaultsEntry, (_, entry) => ({
      op: ident(context, first(entry.children.Name)),
      args: each(context, first(entry.children.options).children.arg, arg),
      span: spanOfNode(context, entry),
    })),
    span: spanOfNode(context, node),
  };
}

function weights(context: Context, node: cst.WeightsCstNode): WeightsItem {
  return {
    kind: 'weights',
    net: ident(context, first(node.children.Name)),
    from: string(context, first(node.children.String)),
    layout: optional(context, node.children.layout, ident),
    except: each(context, node.children.pattern, pattern),
    span: spanOfNode(context, node),
  };
}

function moved(context: Context, node: cst.MovedCstNode): MovedItem {
  const [from, to] = each(context, node.children.pattern, pattern);
  return {
    kind: 'moved',
    from: first(from && [from]),
    to: first(to && [to]),
    span: spanOfNode(context, node),
  };
}

/** A weight path; `text` is without spaces. */
export function pattern(context: Context, node: cst.PatternCstNode): PathPattern {
  const span = spanOfNode(context, node);
  const text = context.source.text.slice(span.start, span.end).replace(/\s+/g, '');
  return { kind: 'pattern', text, span };
}
