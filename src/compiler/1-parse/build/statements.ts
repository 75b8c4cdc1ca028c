/** Bodies and their statements: inputs, outputs, values, assertions, budgets. */
import type * as cst from '../../../../grammar/generated/cst.ts';
import { internal } from '../../diagnostics/internal.ts';
import type {
  AssertStatement,
  AssignStatement,
  Body,
  BudgetStatement,
  DetectBody,
  Expr,
  InStatement,
  LetStatement,
  Modifier,
  OutStatement,
  ReplaceStatement,
  Statement,
} from '../ast.ts';
import { outInBraces } from '../slips/outs.ts';
import { docAbove, each, entries, first, ident, optional, spanOfNode, string } from './context.ts';
import type { Context } from './context.ts';
import { arg, expression, list, operation } from './expressions.ts';
import { number, size } from './literals.ts';

export function body(context: Context, node: cst.BodyCstNode): Body {
  const statements = entries(context, node, node.children.statement, statement);
  return { kind: 'body', statements, span: spanOfNode(context, node) };
}

function statement(context: Context, { children }: cst.StatementCstNode): Statement {
  if (children.inStatement) return inStatement(context, first(children.inStatement));
  if (children.outStatement) return outStatement(context, first(children.outStatement));
  if (children.letStatement) return letStatement(context, first(children.letStatement), false);
  if (children.replace) return replace(context, first(children.replace));
  if (children.assert) return assert(context, first(children.assert));
  if (children.budget) return budget(context, first(children.budget));
  if (children.assign) return assign(context, first(children.assign));
  if (children.expression) {
    const value = expression(context, first(children.expression));
    const span = spanOfNode(context, first(children.expression));
    const slip = outInBraces(value);
    if (!slip) return { kind: 'expr', value, span };
    context.diagnostics.push(slip);
    return { kind: 'broken', declares: [], span };
  }
  return internal('a statement of no kind');
}

function assign(context: Context, node: cst.AssignCstNode): AssignStatement {
  return {
    kind: 'assign',
    name: ident(context, first(node.children.Name)),
    trainOnly: node.children.TrainOnly !== undefined,
    value: expression(context, first(node.children.expression)),
    span: spanOfNode(context, node),
  };
}

export function letStatement(
  context: Context,
  node: cst.LetStatementCstNode,
  exported: boolean,
): LetStatement {
  return {
    kind: 'let',
    exported,
    name: ident(context, first(node.children.Name)),
    value: expression(context, first(node.children.expression)),
    span: spanOfNode(context, node),
  };
}

function replace(context: Context, node: cst.ReplaceCstNode): ReplaceStatement {
  return {
    kind: 'replace',
    name: ident(context, first(node.children.Name)),
    value: expression(context, first(node.children.expression)),
    span: spanOfNode(context, node),
  };
}

export function assert(context: Context, node: cst.AssertCstNode): AssertStatement {
  return {
    kind: 'assert',
    condition: operation(context, first(node.children.operation)),
    message: optional(context, node.children.String, string),
    span: spanOfNode(context, node),
  };
}

/** The net that a budget or a test is about, and the variant of its family. */
export function netName(
  context: Context,
  nodes: cst.BudgetCstNode['children']['netName'],
): Pick<BudgetStatement, 'net' | 'variant'> {
  const { Name: net, variant } = nodes?.[0]?.children ?? {};
  return { net: optional(context, net, ident), variant: optional(context, variant, ident) };
}

export function budget(context: Context, node: cst.BudgetCstNode): BudgetStatement {
  const limits = entries(context, node, node.children.operation, operation);
  return {
    kind: 'budget',
    ...netName(context, node.children.netName),
    limits: limits.filter((limit) => limit.kind !== 'broken'),
    span: spanOfNode(context, node),
  };
}

function inStatement(context: Context, node: cst.InStatementCstNode): InStatement {
  const { name, type, dims: size, default: standard, where, modifier: modifiers } = node.children;
  const span = spanOfNode(context, node);
  return {
    kind: 'in',
    doc: docAbove(context, span.start),
    name: ident(context, first(name)),
    type: ident(context, first(type)),
    dims: optional(context, size, dims) ?? [],
    default: optional(context, standard, operation),
    where: each(context, where, operation),
    preprocess: each(context, modifiers, modifier),
    span,
  };
}

/** `28x28` and `[28, 28]` are the same two dimensions. */
function dims(context: Context, { children }: cst.DimsCstNode): readonly Expr[] {
  if (children.Number) return [number(context, first(children.Number))];
  if (children.Size) {
    const literal = size(context, first(children.Size));
    return literal.dims.map((value) => ({
      kind: 'number',
      value,
      unit: undefined,
      integer: true,
      span: literal.span,
    }));
  }
  const items = list(context, first(children.list));
  return items.kind === 'list' ? items.items : internal('dimensions are a list');
}

export function modifier(context: Context, node: cst.ModifierCstNode): Modifier {
  return {
    kind: 'modifier',
    word: ident(context, first(node.children.ModifierWord)),
    args: each(context, node.children.operation, operation),
    span: spanOfNode(context, node),
  };
}

function outStatement(context: Context, node: cst.OutStatementCstNode): OutStatement {
  const span = spanOfNode(context, node);
  return {
    kind: 'out',
    doc: docAbove(context, span.start),
    name: optional(context, node.children.Name, ident),
    trainOnly: node.children.TrainOnly !== undefined,
    value: expression(context, first(node.children.expression)),
    of: optional(context, node.children.operation, operation),
    detect: optional(context, node.children.detectBody, detectBody),
    span,
  };
}

function detectBody(context: Context, node: cst.DetectBodyCstNode): DetectBody {
  const parts = node.children.detectEntry ?? [];
  const branches = parts.flatMap(({ children }) => children.detectBranch ?? []);
  const nms = parts.flatMap(({ children }) => children.nms ?? []);
  return {
    kind: 'detect',
    branches: each(context, branches, detectBranch),
    nms: nms.flatMap(({ children }) => each(context, first(children.options).children.arg, arg)),
    span: spanOfNode(context, node),
  };
}

function detectBranch(context: Context, node: cst.DetectBranchCstNode): DetectBody['branches'][number] {
  return {
    value: expression(context, first(node.children.value)),
    anchors: optional(context, node.children.anchors, operation),
    options: each(context, node.children.arg, arg),
    span: spanOfNode(context, node),
  };
}
