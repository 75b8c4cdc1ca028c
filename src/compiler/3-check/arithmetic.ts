/**
 * Arithmetic: on constants at compile time (whole numbers stay whole, `/` floors between them and keeps the exact quotient beside
 * it), element by element on sizes (`1x7 / 2` is `0x3`), and on tensors as nodes that broadcast over named axes.
 */
import type { BinaryExpr, BinaryOp, Expr, UnaryExpr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { addDims, floorDivDim, mulDims, subDims, type Dim } from '../ir/dim.ts';
import type { Node } from '../ir/graph.ts';
import { scalarType } from '../ir/type.ts';
import { constNode } from '../ops/build.ts';
import { flow, mistyped } from './evaluate.ts';
import { partsMeant } from './slips/item-and-number.ts';
import { join, type Site } from './frame.ts';
import { layer } from './operator.ts';
import type { Session } from './session.ts';
import { sameOfEach, scaledTable } from './slips/operator-slips.ts';
import { eachSizeCompared } from './slips/shape-compared.ts';
import { compareSymbolic } from './symbolic-types.ts';
import { axisNotes, describe, exactly, int, realOf, unknown, type NumberValue, type Value } from './value.ts';
import { showCount } from '../diagnostics/count.ts';

const tensorOps: Partial<Record<BinaryOp, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };

export function unary(expr: UnaryExpr, operand: Value, site: Site, session: Session): Value {
  if (operand.kind === 'unknown') return unknown;
  if (expr.op === 'not')
    return operand.kind === 'bool'
      ? { kind: 'bool', value: !operand.value }
      : mistyped(operand, 'a condition', expr.operand, session);
  if (operand.kind === 'number')
    return exactly(number(-operand.value, operand.integer, negated(operand)), -realOf(operand));
  if (operand.kind === 'tensor')
    return layer('neg', [operand.node], { path: join(site.path, 'neg'), expr, site }, session);
  return mistyped(operand, 'a number', expr.operand, session);
}

function negated(operand: NumberValue): Dim | undefined {
  return operand.dim && mulDims(operand.dim, -1);
}

function number(value: number, integer: boolean, dim?: Dim): NumberValue {
  const base = { kind: 'number', value, integer } as const;
  return dim === undefined || typeof dim === 'number' ? base : { ...base, dim };
}

/** A chain such as `a + b + c` is a deep tree to the left: it is walked with a list, not with the call stack. */
export function binary(expr: BinaryExpr, site: Site, session: Session): Value {
  const spine: BinaryExpr[] = [];
  let leftmost: Expr = expr;
  while (leftmost.kind === 'binary') {
    spine.push(leftmost);
    leftmost = leftmost.left;
  }
  let value = flow(leftmost, site, session);
  for (const node of spine.reverse()) value = combine(node, value, site, session);
  return value;
}

function combine(expr: BinaryExpr, left: Value, site: Site, session: Session): Value {
  if (left.kind === 'unknown') return unknown;
  // `and` and `or` look at the right side only where it matters: `i > 0 and depth[i - 1] == 3`.
  if (left.kind === 'bool' && ((expr.op === 'and' && !left.value) || (expr.op === 'or' && left.value)))
    return left;
  const right = flow(expr.right, site, session);
  if (right.kind === 'unknown') return unknown;
  if (left.kind === 'tensor' || right.kind === 'tensor') return onTensors(expr, left, right, site, session);
  if (left.kind === 'number' && right.kind === 'number') return onNumbers(expr, left, right, session);
  if (left.kind === 'size' || right.kind === 'size') return onSizes(expr, left, right, session);
  return onOthers(expr, left, right, session);
}

function onTensors(expr: BinaryExpr, left: Value, right: Value, site: Site, session: Session): Value {
  const op = tensorOps[expr.op];
  const operands = [left, right].map((value, i) => operandNode(value, i === 0 ? expr.left : expr.right));
  if (expr.op === '^' && left.kind === 'tensor' && right.kind === 'number' && right.value === 2)
    return layer('square', [left.node], { path: join(site.path, 'square'), expr, site }, session);
  if (!op || operands.includes(undefined)) {
    session.report(
      diagnostic('value/operator', { op: expr.op, left: describe(left), right: describe(right) }, expr.span, {
        fixes: eachSizeCompared(expr, left, right),
      }),
    );
    return unknown;
  }
  if (expr.op === '/' && right.kind === 'number' && right.value === 0) {
    session.report(diagnostic('value/zero-division', {}, expr.right.span));
    return unknown;
  }
  const written = [expr.left, expr.right];
  return layer(op, operands as Node[], { path: join(site.path, op), expr, site, operands: written }, session);
}

function operandNode(value: Value, expr: Expr): Node | undefined {
  if (value.kind === 'tensor') return value.node;
  if (value.kind !== 'number') return undefined;
  return constNode({ shape: [], data: new Float32Array([realOf(value)]) }, scalarType, {
    path: '',
    span: expr.span,
  });
}

function onNumbers(expr: BinaryExpr, left: NumberValue, right: NumberValue, session: Session): Value {
  const [a, b] = [left.value, right.value];
  const [x, y] = [realOf(left), realOf(right)];
  const integer = left.integer && right.integer;
  switch (expr.op) {
    case '+':
      return exactly(number(a + b, integer, dims(addDims, left, right)), x + y);
    case '-':
      return exactly(number(a - b, integer, dims(subDims, left, right)), x - y);
    case '*':
      return exactly(number(a * b, integer, dims(mulDims, left, right)), x * y);
    case '/':
    case '%':
      return divide(expr, left, right, session);
    case '^':
      return exactly(number(a ** b, integer && b >= 0), x ** y);
    case 'and':
    case 'or':
      return operatorProblem(expr, left, right, session);
    default:
      return compareNumbers(expr, left, right, session);
  }
}

function dims(op: (a: Dim, b: Dim) => Dim, left: NumberValue, right: NumberValue): Dim | undefined {
  return left.dim || right.dim ? op(left.dim ?? left.value, right.dim ?? right.value) : undefined;
}

function divide(expr: BinaryExpr, left: NumberValue, right: NumberValue, session: Session): Value {
  const [a, b] = [left.value, right.value];
  if (b === 0) {
    session.report(diagnostic('value/zero-division', {}, expr.right.span));
    return unknown;
  }
  const integer = left.integer && right.integer;
  const quotient = left.dim && integer && !right.dim && b > 0 ? floorDivDim(left.dim, b) : undefined;
  if (expr.op === '/')
    return exactly(
      number(integer ? Math.floor(a / b) : a / b, integer, quotient),
      realOf(left) / realOf(right),
    );
  const rest = quotient !== undefined && left.dim ? subDims(left.dim, mulDims(quotient, b)) : undefined;
  return number(a - Math.floor(a / b) * b, integer, rest);
}

function compareNumbers(expr: BinaryExpr, left: NumberValue, right: NumberValue, session: Session): Value {
  const value = compare(expr.op, left.value, right.value);
  if (left.dim || right.dim) compareSymbolic(expr, left, right, value, session);
  return { kind: 'bool', value };
}

/** The truth of a comparison of numbers. */
export function compare(op: BinaryOp, a: number, b: number): boolean {
  switch (op) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function onSizes(expr: BinaryExpr, left: Value, right: Value, session: Session): Value {
  const count = left.kind === 'size' ? left.dims.length : right.kind === 'size' ? right.dims.length : 0;
  const spread = (value: Value): readonly number[] | undefined =>
    value.kind === 'size'
      ? value.dims
      : value.kind === 'number'
        ? Array<number>(count).fill(value.value)
        : undefined;
  const [a, b] = [spread(left), spread(right)];
  if (!a || !b || a.length !== b.length) return operatorProblem(expr, left, right, session);
  if (expr.op === '==' || expr.op === '!=')
    return { kind: 'bool', value: a.every((n, i) => n === b[i]) === (expr.op === '==') };
  const each = a.map((n, i) => onNumbers(expr, int(n), int(b[i] ?? 0), session));
  const numbers = each.map((value) => (value.kind === 'number' ? value.value : undefined));
  return numbers.every((n) => n !== undefined) ? { kind: 'size', dims: numbers } : unknown;
}

function onOthers(expr: BinaryExpr, left: Value, right: Value, session: Session): Value {
  if (expr.op === '==' || expr.op === '!=') {
    const same = sameConstant(left, right);
    if (same !== undefined) return { kind: 'bool', value: same === (expr.op === '==') };
  }
  if (left.kind === 'bool' && right.kind === 'bool' && (expr.op === 'and' || expr.op === 'or')) return right;
  if (left.kind === 'list' && right.kind === 'list' && expr.op === '+')
    return joined(left.items, right.items, expr, session);
  return operatorProblem(expr, left, right, session);
}

/** Most items of a list: lists that are added to themselves double. */
const maxItems = 100_000;

function joined(a: readonly Value[], b: readonly Value[], expr: BinaryExpr, session: Session): Value {
  if (a.length + b.length <= maxItems) return { kind: 'list', items: [...a, ...b] };
  const limit = showCount(maxItems);
  const args = { whose: 'this net grows', limit, what: 'items of a list' };
  session.report(diagnostic('network/too-large', args, expr.span));
  return unknown;
}

/** Equality of words, texts, booleans and blocks; undefined where two values cannot be compared. */
function sameConstant(a: Value, b: Value): boolean | undefined {
  const text = (value: Value): string | undefined =>
    value.kind === 'word' || value.kind === 'string' || value.kind === 'bool'
      ? String(value.value)
      : undefined;
  if (text(a) !== undefined && text(b) !== undefined) return text(a) === text(b);
  if (a.kind === 'block' && b.kind === 'block') return a.declaration === b.declaration;
  if (a.kind === 'op' && b.kind === 'op') return a.name === b.name;
  return a.kind !== b.kind && !(a.kind === 'number' || b.kind === 'number') ? false : undefined;
}

function operatorProblem(expr: BinaryExpr, left: Value, right: Value, session: Session): Value {
  const args = { op: expr.op, left: describe(left), right: describe(right) };
  const [a, b] = [partsMeant(expr.left, left, session), partsMeant(expr.right, right, session)];
  session.report(
    diagnostic('value/operator', args, expr.span, {
      notes: [...axisNotes(left, right), ...(a.notes.length > 0 ? a.notes : b.notes)],
      fixes: [
        ...chained(expr),
        ...scaledTable(expr, left, right),
        ...sameOfEach(expr, left, right),
        ...(a.fixes.length > 0 ? a.fixes : b.fixes),
      ],
    }),
  );
  return unknown;
}

/** `1 < c < 4` as two comparisons. */
function chained({ left, op, right }: BinaryExpr): readonly Fix[] {
  const isOrder = (sign: string): boolean => /^[<>]=?$/.test(sign);
  if (!isOrder(op) || left.kind !== 'binary' || !isOrder(left.op)) return [];
  const { source, end } = left.span;
  const text = ` and ${textOf(left.right.span)}`;
  const title = `${textOf(left.span)}${text} ${op} ${textOf(right.span)}`;
  return [{ title, edits: [{ span: { source, start: end, end }, text }] }];
}
