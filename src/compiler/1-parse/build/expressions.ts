/** Concrete expressions → Ast: pipelines, operations with their suffixes, literals, merges, `if`, `repeat`, `each`. */
import type { CstNode, IToken } from 'chevrotain';
import type * as cst from '../../../../grammar/generated/cst.ts';
import type { Arg, Branch, BrokenExpr, BrokenStatement, EachExpr, Expr, IfExpr, Stage } from '../ast.ts';
import { internal } from '../../diagnostics/internal.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { toleranceBehind } from '../slips/tolerance.ts';
import { cover, textOf } from '../source.ts';
import type { Span } from '../source.ts';
import { each, entries, first, ident, maxDepth, optional, spanOfNode, string } from './context.ts';
import type { Context } from './context.ts';
import { number, size } from './literals.ts';
import { associate } from './operators.ts';
import type { Term } from './operators.ts';
import { body } from './statements.ts';

/** A pipeline; one stage without a name is that stage's expression. */
export function expression(context: Context, node: cst.ExpressionCstNode): Expr {
  const { operation: operations, as } = node.children;
  if (operations.length === 1 && as === undefined) return operation(context, first(operations));
  const names = asNames(node);
  const stages = operations.map((child, i) => stage(context, child, names[i]));
  return { kind: 'pipeline', stages, span: spanOfNode(context, node) };
}

/** The `as` of each stage: the one before the arrow to the next stage. Both are in the order of the text. */
function asNames({ children }: cst.ExpressionCstNode): readonly (IToken | undefined)[] {
  const names = children.as ?? [];
  let next = 0;
  return children.operation.map((_, i) => {
    const arrow = children.Arrow?.[i]?.startOffset ?? Infinity;
    return (names[next]?.startOffset ?? Infinity) < arrow ? names[next++] : undefined;
  });
}

function stage(context: Context, child: cst.OperationCstNode, name: IToken | undefined): Stage {
  const span = spanOfNode(context, child);
  const expr = operation(context, child);
  if (name === undefined) return { kind: 'stage', expr, as: undefined, span };
  const as = ident(context, name);
  return { kind: 'stage', expr, as, span: cover(span, as.span) };
}

/** `a + b * c`, as a tree. */
export function operation(context: Context, node: cst.OperationCstNode): Expr {
  const { operand: operands, operator: signs } = node.children;
  const only = operands[0];
  if (signs === undefined && only && !only.children.prefix) return operand(context, only);
  const weight = operands.reduce(
    (sum, { children }) => sum + (children.prefix?.length ?? 0),
    operands.length,
  );
  return deeper(context, weight, node, () => {
    const terms = operands.map((child, i): Term => {
      const prefixes = each(context, child.children.prefix, sign);
      return { prefixes, operand: operand(context, child), sign: signs?.[i] && sign(context, signs[i]) };
    });
    return associate(terms);
  });
}

/** The sign by its type: a mended `&&` counts as `and`. */
const sign = (context: Context, token: IToken) => ({
  text: (token.tokenType.LABEL ?? '').replaceAll('`', ''),
  span: spanOf(context.source, token),
});

/** Chains up to this length are free: brackets.ts bounds how many can be inside each other. */
const freeWeight = 4;

/** Builds a chain of `weight` levels, or reports that it is too deep. */
function deeper(context: Context, weight: number, node: CstNode, build: () => Expr): Expr {
  if (weight <= freeWeight) return build();
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
  const { suffix: suffixes, branches, Wildcard } = node.children;
  if (Wildcard || suffixes?.some(({ children }) => children.Wildcard)) return pattern(context, node);
  if (branches) return merge(context, node, first(branches));
  if (suffixes === undefined) return primary(context, node);
  return deeper(context, suffixes.length, node, () => {
    const value = primary(context, node);
    return suffixes.reduce((object, child) => suffix(context, object, child), value);
  });
}

function suffix(context: Context, object: Expr, node: cst.SuffixCstNode): Expr {
  const { Word, index } = node.children;
  const span = cover(object.span, spanOfNode(context, node));
  if (Word) return { kind: 'member', object, member: ident(context, first(Word)), span };
  if (index) return { kind: 'index', object, index: expression(context, first(index)), span };
  const args = each(context, node.children.arg, arg);
  const slip = toleranceBehind(object, args);
  if (!slip) return { kind: 'call', callee: object, args, span };
  context.diagnostics.push(slip);
  return { kind: 'broken-expr', span };
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
  const span = withoutPrefixes(context, node);
  const { suffix: suffixes, branches } = node.children;
  const call = suffixes?.find(({ children }) => children.LParen) ?? branches?.[0];
  if (call) return refuse(context, call, span, 'a path with * names weights and takes nothing in brackets');
  return { kind: 'pattern', text: textOf(span).replace(/\s+/g, ''), span };
}

function withoutPrefixes(context: Context, node: cst.OperandCstNode): Span {
  const span = spanOfNode(context, node);
  const last = node.children.prefix?.at(-1);
  if (last === undefined) return span;
  const start = spanOf(context.source, last).end;
  const gap = /^\s*/.exec(context.source.text.slice(start, span.end))?.[0].length ?? 0;
  return { ...span, start: start + gap };
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
  const { Name, suffix: suffixes = [] } = node.children;
  const span = withoutPrefixes(context, node);
  const [options] = suffixes;
  if (!Name || suffixes.length > 1 || (options && !options.children.LParen)) {
    const expected = 'branches in braces stand behind the name of a merge, such as add or concat';
    return refuse(context, braces, span, expected);
  }
  return {
    kind: 'merge',
    op: ident(context, first(Name)),
    args: each(context, options?.children.arg, arg),
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

function primary(context: Context, { children }: cst.OperandCstNode): Expr {
  const name = children.Name ?? children.Incoming;
  if (name) return { kind: 'name', name: first(name).image, span: spanOf(context.source, first(name)) };
  if (children.Number) return number(context, first(children.Number));
  if (children.Size) return size(context, first(children.Size));
  if (children.String) return string(context, first(children.String));
  const bool = children.True ?? children.False;
  if (bool) {
    return { kind: 'bool', value: children.True !== undefined, span: spanOf(context.source, first(bool)) };
  }
  if (children.parens) return parens(context, first(children.parens));
  if (children.list) return list(context, first(children.list));
  if (children.ifExpression) {
    const node = first(children.ifExpression);
    return deeper(context, node.children.If.length, node, () => ifExpression(context, node));
  }
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

function eachItem(context: Context, node: cst.EachItemCstNode): EachExpr['item'] {
  const { variable, part } = node.children;
  if (variable) return ident(context, first(variable));
  return { kind: 'parts', names: each(context, part, ident), span: spanOfNode(context, node) };
}

function eachExpression(context: Context, node: cst.EachCstNode): EachExpr {
  const { eachItem: items, position, operation: lists, label, body: bodies } = node.children;
  return {
    kind: 'each',
    item: eachItem(context, first(items)),
    index: optional(context, position, ident),
    list: operation(context, first(lists)),
    label: optional(context, label, ident),
    body: body(context, first(bodies)),
    span: spanOfNode(context, node),
  };
}
