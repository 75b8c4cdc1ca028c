/** Concrete expressions → Ast: pipelines, operations with their suffixes, literals, merges, `if`, `repeat`, `each`. */
import type { CstNode, IToken } from 'chevrotain';
import type * as cst from '../../../../grammar/generated/cst.ts';
import type { Arg, Branch, BrokenExpr, BrokenStatement, EachExpr, Expr, IfExpr, Stage } from '../ast.ts';
import { internal } from '../../diagnostics/internal.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { cover } from '../source.ts';
import type { Span } from '../source.ts';
import { each, entries, first, ident, maxDepth, optional, spanOfNode, string } from './context.ts';
import type { Context } from './context.ts';
import { number, size } from './literals.ts';
import { associate } from './operators.ts';
import type { Term } from './operators.ts';
import { body } from './statements.ts';

/** A pipeline; one stage without a name is that stage's expression. */
export function expression(context: Context, node: cst.ExpressionCstNode): Expr {
  const stages = each(context, node.children.stage, stage);
  const [only] = stages;
  if (stages.length === 1 && only?.as === undefined) return first(stages).expr;
  return { kind: 'pipeline', stages, span: spanOfNode(context, node) };
}

function stage(context: Context, node: cst.StageCstNode): Stage {
  return {
    kind: 'stage',
    expr: operation(context, first(node.children.operation)),
    as: optional(context, node.children.Name, ident),
    span: spanOfNode(context, node),
  };
}

/** `a + b * c`. Every sign and suffix counts as a level of depth. */
export function operation(context: Context, node: cst.OperationCstNode): Expr {
  const { operand: operands, operator: signs = [] } = node.children;
  const weight = operands.reduce((sum, { children }) => sum + levels(children), signs.length);
  return deeper(context, weight, node, () => {
    const terms = operands.map((child, i): Term => {
      const prefixes = each(context, child.children.prefix, sign);
      return { prefixes, operand: operand(context, child), sign: signs[i] && sign(context, signs[i]) };
    });
    return associate(terms);
  });
}

/** The sign by its type: a mended `&&` counts as `and`. */
const sign = (context: Context, token: IToken) => ({
  text: (token.tokenType.LABEL ?? '').replaceAll('`', ''),
  span: spanOf(context.source, token),
});

function levels({ prefix, suffix, primary }: cst.OperandCstChildren): number {
  const chain = first(primary).children.ifExpression?.[0]?.children.If.length ?? 1;
  return (prefix?.length ?? 0) + (suffix?.length ?? 0) + chain;
}

/** Builds inside `weight` more levels, or reports that it is too deep. */
function deeper(context: Context, weight: number, node: CstNode, build: () => Expr): Expr {
  const span = spanOfNode(context, node);
  if (context.depth + weight > maxDepth) {
    context.diagnostics.push(diagnostic('syntax/too-deep', { limit: maxDepth }, span));
    return { kind: 'broken-expr', span };
  }
  context.depth += weight;
  const built = build();
  context.depth -= weight;
  return built;
}

/** A value with its suffixes, without the prefixes. */
export function operand(context: Context, node: cst.OperandCstNode): Expr {
  const { primary: primaries, suffix: suffixes = [], branches } = node.children;
  const base = first(primaries);
  if (base.children.Wildcard || suffixes.some(({ children }) => children.Wildcard))
    return pattern(context, node);
  if (branches) return merge(context, node, first(branches));
  return suffixes.reduce((object, child) => suffix(context, object, child), primary(context, base));
}

function suffix(context: Context, object: Expr, node: cst.SuffixCstNode): Expr {
  const { Word, index, args: argList } = node.children;
  const span = cover(object.span, spanOfNode(context, node));
  if (Word) return { kind: 'member', object, member: ident(context, first(Word)), span };
  if (index) return { kind: 'index', object, index: expression(context, first(index)), span };
  return { kind: 'call', callee: object, args: args(context, first(argList)), span };
}

export function args(context: Context, node: cst.ArgsCstNode): Arg[] {
  return each(context, node.children.arg, arg);
}

export function arg(context: Context, node: cst.ArgCstNode): Arg {
  return {
    kind: 'arg',
    name: optional(context, node.children.Word, ident),
    value: expression(context, first(node.children.expression)),
    span: spanOfNode(context, node),
  };
}

/** `l2(**.weight)`: a path with wildcards. */
function pattern(context: Context, node: cst.OperandCstNode): Expr {
  const { primary: primaries, suffix: suffixes, branches } = node.children;
  const { end } = spanOfNode(context, node);
  const span = { ...spanOfNode(context, first(primaries)), end };
  const call = suffixes?.find(({ children }) => children.args) ?? branches?.[0];
  if (call) return refuse(context, call, span, 'a path with * names weights and takes nothing in brackets');
  return { kind: 'pattern', text: context.source.text.slice(span.start, end).replace(/\s+/g, ''), span };
}

/** Text that the grammar lets pass and the Ast cannot hold. */
function refuse(context: Context, node: CstNode, span: Span, expected: string): BrokenExpr {
  const at = spanOfNode(context, node);
  const found = `\`${context.source.text.slice(at.start, at.start + 1)}\``;
  context.diagnostics.push(
    diagnostic('syntax/unexpected', { found, expected }, { ...at, end: at.start + 1 }),
  );
  return { kind: 'broken-expr', span };
}

/** `add { … }`, `concat(axis = H) { … }`. */
function merge(context: Context, node: cst.OperandCstNode, braces: cst.BranchesCstNode): Expr {
  const { primary: primaries, suffix: suffixes = [] } = node.children;
  const name = first(primaries).children.Name?.[0];
  const options = suffixes[0]?.children.args?.[0];
  const span = { ...spanOfNode(context, node), start: spanOfNode(context, first(primaries)).start };
  if (!name || suffixes.length > 1 || (suffixes.length === 1 && !options)) {
    return refuse(
      context,
      braces,
      span,
      'branches in braces stand behind the name of a merge, such as add or concat',
    );
  }
  return {
    kind: 'merge',
    op: ident(context, name),
    args: options ? args(context, options) : [],
    branches: entries(context, braces, braces.children.branch, branch).map(brokenBranch),
    span,
  };
}

function branch(context: Context, node: cst.BranchCstNode): Branch {
  return {
    kind: 'branch',
    label: optional(context, node.children.Word, ident),
    value: expression(context, first(node.children.expression)),
    span: spanOfNode(context, node),
  };
}

/** A branch that did not parse is still one of the branches. */
function brokenBranch(entry: Branch | BrokenStatement): Branch {
  if (entry.kind === 'branch') return entry;
  const { span } = entry;
  return { kind: 'branch', label: undefined, value: { kind: 'broken-expr', span }, span };
}

function primary(context: Context, node: cst.PrimaryCstNode): Expr {
  const { children } = node;
  const token = children.Name ?? children.Incoming;
  if (token) return { kind: 'name', name: first(token).image, span: spanOfNode(context, node) };
  if (children.Number) return number(context, first(children.Number));
  if (children.Size) return size(context, first(children.Size));
  if (children.String) return string(context, first(children.String));
  if (children.True ?? children.False) {
    return { kind: 'bool', value: children.True !== undefined, span: spanOfNode(context, node) };
  }
  if (children.parens) return parens(context, first(children.parens));
  if (children.list) return list(context, first(children.list));
  if (children.ifExpression) return ifExpression(context, first(children.ifExpression));
  if (children.repeat) return repeat(context, first(children.repeat));
  if (children.each) return eachExpression(context, first(children.each));
  return internal('an operand of no kind');
}

/** One expression in parentheses is that expression, with the parentheses in its span; two or more are a tuple. */
function parens(context: Context, node: cst.ParensCstNode): Expr {
  const items = each(context, node.children.expression, expression);
  const span = spanOfNode(context, node);
  return items.length === 1 ? { ...first(items), span } : { kind: 'tuple', items, span };
}

export function list(context: Context, node: cst.ListCstNode): Expr {
  const items = each(context, node.children.expression, expression);
  return { kind: 'list', items, span: spanOfNode(context, node) };
}

/** `else if` nests to the right. */
function ifExpression(context: Context, node: cst.IfExpressionCstNode): IfExpr {
  const { operation: conditions, body: bodies, otherwise } = node.children;
  const end = spanOfNode(context, node).end;
  let rest: IfExpr['else'] = optional(context, otherwise, body);
  for (let i = conditions.length - 1; i >= 0; i--) {
    const condition = operation(context, first(conditions.slice(i, i + 1)));
    const then = body(context, first(bodies.slice(i, i + 1)));
    const start = spanOf(context.source, first(node.children.If.slice(i, i + 1))).start;
    const span = { source: context.source, start, end };
    rest = { kind: 'if', condition, then, else: rest, span };
  }
  return rest?.kind === 'if' ? rest : internal('an if without condition');
}

function repeat(context: Context, node: cst.RepeatCstNode): Expr {
  return {
    kind: 'repeat',
    count: expression(context, first(node.children.expression)),
    body: body(context, first(node.children.body)),
    span: spanOfNode(context, node),
  };
}

function eachExpression(context: Context, node: cst.EachCstNode): EachExpr {
  const { variable, position, operation: lists, label, body: bodies } = node.children;
  return {
    kind: 'each',
    item: ident(context, first(variable)),
    index: optional(context, position, ident),
    list: operation(context, first(lists)),
    label: optional(context, label, ident),
    body: body(context, first(bodies)),
    span: spanOfNode(context, node),
  };
}
