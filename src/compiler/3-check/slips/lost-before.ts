/** `x -> conv(8, 3) + x`: arithmetic is tighter than `->`, so that what flows in would reach none of its operands. */
import type { BinaryExpr, Expr, PipelineExpr, UnaryExpr } from '../../1-parse/ast.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Session } from '../session.ts';

/** No layer: an operation cannot stand behind `->`. */
export function isOperation(expr: Expr): expr is BinaryExpr | UnaryExpr {
  return expr.kind === 'binary' || expr.kind === 'unary';
}

/** Reports that what stands before a later stage reaches nothing in it; the fix puts the pipeline so far in parentheses. */
export function reportLostBefore(
  pipeline: PipelineExpr,
  stage: BinaryExpr | UnaryExpr,
  session: Session,
): void {
  const fixes = inParentheses(pipeline, stage);
  session.report(diagnostic('network/lost-before-operation', { op: stage.op }, stage.span, { fixes }));
}

function inParentheses(pipeline: PipelineExpr, stage: BinaryExpr | UnaryExpr): readonly Fix[] {
  let leftmost: Expr = stage;
  while (leftmost.kind === 'binary') leftmost = leftmost.left;
  const { source, start } = pipeline.span;
  const isIn = leftmost.kind === 'name' && leftmost.name === 'in';
  const before = pipeline.stages[pipeline.stages.findIndex(({ expr }) => expr === stage) - 1];
  if (isIn && before === pipeline.stages[0] && before?.expr.kind === 'name')
    return [withName(before.expr.name, pipeline, stage)];
  // `x -> (a + b)` already has parentheses, which mean something else.
  if (isIn || source.text[stage.span.start] === '(' || !isLayer(leftmost))
    return [{ title: 'give what flows in a name, and use that: h = …', edits: [] }];
  const { end } = leftmost.span;
  const edits = [
    { span: { source, start, end: start }, text: '(' },
    { span: { source, start: end, end }, text: ')' },
  ];
  return [{ title: `(${source.text.slice(start, end).replace(/\s+/g, ' ')}) ${rootOp(stage)} …`, edits }];
}

/** `x -> in * (in -> sigmoid)`: the value by its name. */
function withName(name: string, { span: { source, start } }: PipelineExpr, { span }: Expr): Fix {
  const text = source.text.slice(span.start, span.end).replace(/\bin\b/g, name);
  return { title: text.replace(/\s+/g, ' '), edits: [{ span: { source, start, end: span.end }, text }] };
}

const isLayer = ({ kind }: Expr): boolean => kind === 'name' || kind === 'call' || kind === 'merge';

/** The operator behind the leftmost operand. */
function rootOp(stage: BinaryExpr | UnaryExpr): string {
  let at: Expr = stage;
  while (at.kind === 'binary' && at.left.kind === 'binary') at = at.left;
  return at.kind === 'binary' || at.kind === 'unary' ? at.op : '';
}
