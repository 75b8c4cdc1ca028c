/** How expressions are written: parentheses only where precedence needs them, pipelines and arguments broken where too long. */
import type {
  Arg,
  BinaryExpr,
  Body,
  CallExpr,
  EachExpr,
  Expr,
  IfExpr,
  ListExpr,
  MergeExpr,
  PipelineExpr,
  RepeatExpr,
  UnaryExpr,
} from '../1-parse/ast.ts';
import { bindingOf, prefixBindingOf } from '../1-parse/build/operators.ts';
import type { Span } from '../1-parse/source.ts';
import { textOf } from '../1-parse/source.ts';
import { internal, unreachable } from '../diagnostics/internal.ts';
import { bracketed, braced, brokenBraces, filled, flatBraces } from './brackets.ts';
import {
  comment,
  concat,
  concatAll,
  either,
  empty,
  flow,
  fresh,
  group,
  hardLine,
  indent,
  line,
  text,
} from './doc.ts';
import type { Doc, Step } from './doc.ts';
import { inline, sequence } from './sequence.ts';
import type { Context, Sequence } from './sequence.ts';
import { statement } from './statements.ts';

/** An expression where anything may stand. */
export function expression(context: Context, node: Expr): Doc {
  switch (node.kind) {
    case 'number':
      return text(numberText(node.span));
    case 'size':
      return text(node.dims.join('x'));
    case 'string':
      return text(stringText(node.span));
    case 'bool':
      return text(String(node.value));
    case 'name':
      return text(node.name);
    case 'pattern':
      return text(node.text);
    case 'list':
      return list(context, node);
    case 'tuple':
      return bracketed(context, ['(', ')'], node.items, insideOf(node.span), (item) =>
        expression(context, item),
      );
    case 'range':
      return concat(operand(context, node.from, 1), text('..'), operand(context, node.to, 2));
    case 'member':
      return concat(base(context, node.object), text(`.${node.member.name}`));
    case 'index':
      return concat(base(context, node.object), text('['), expression(context, node.index), text(']'));
    case 'call':
      return call(context, node);
    case 'unary':
      return unary(context, node);
    case 'binary':
      return binary(context, node);
    case 'pipeline':
      return pipeline(context, node);
    case 'merge':
      return merge(context, node);
    case 'if':
      return ifExpression(context, node);
    case 'repeat':
      return repeat(context, node);
    case 'each':
      return each(context, node);
    case 'broken-expr':
      return internal('formatting a text that did not parse');
    default:
      return unreachable(node);
  }
}

/** Behind the opening bracket and before the closing one. */
const insideOf = ({ start, end }: Span) => ({ open: start + 1, close: end - 1 });

// ---- Literals: as written, without parentheses and comments around them

const around = /^(?:[(\s]|\/\/[^\n]*\n)+/;

function literal(span: Span, pattern: RegExp): string {
  const inner = span.source.text.slice(span.start, span.end).replace(around, '');
  return pattern.exec(inner)?.[0] ?? internal('a literal without its text');
}

/** Most numbers: nothing to be left out or added. */
const numberAlone = /^\d[\d._]*$/;

/** `300kB` → `300 kB`; everything else as written. */
export const numberText = (span: Span): string =>
  numberAlone.exec(textOf(span))?.[0] ??
  literal(span, /^\d[\w.]*(?:(?<=[eE])[+-]\d\w*)?(?:[ \t]*[kMG]?B(?!\w)|%)?/).replace(
    /[ \t]*([kMG]?B)$/,
    ' $1',
  );

export const stringText = (span: Span): string => literal(span, /^"(?:[^"\\\n]|\\.)*"/);

function list(context: Context, node: ListExpr): Doc {
  const print = (item: Expr) => expression(context, item);
  const isData = node.items.length > 4 && node.items.every(isDatum);
  const range = insideOf(withoutParens(node.span, '['));
  return isData
    ? filled(context, node.items, range, print)
    : bracketed(context, ['[', ']'], node.items, range, print);
}

/** A number, a string, or a tuple of them. */
const isDatum = (node: Expr): boolean =>
  node.kind === 'number' ||
  node.kind === 'string' ||
  (node.kind === 'tuple' && node.items.every((item) => item.kind !== 'tuple' && isDatum(item)));

/** The span without parentheses set around the node. */
function withoutParens(span: Span, sign: string): Span {
  if (span.source.text[span.start] === sign) return span;
  const skipped = around.exec(span.source.text.slice(span.start, span.end))?.[0].length ?? 0;
  return { ...span, start: span.start + skipped };
}

// ---- Operators

/** What `expression` of this kind binds like; everything that is closed in itself binds tightest. */
function binds(node: Expr): number {
  if (node.kind === 'pipeline') return 0;
  if (node.kind === 'range') return bindingOf('..');
  if (node.kind === 'binary') return bindingOf(node.op);
  if (node.kind === 'unary') return prefixBindingOf(node.op);
  return 10;
}

/** A comment at its end takes the line's rest, so the sign that closes stands below it. */
export const parens = (doc: Doc): Doc =>
  concat(text('('), doc, ...(doc.measure.comment ? [hardLine] : []), text(')'));

/** An operand of an operator that needs at least `minimum`. */
function operand(context: Context, node: Expr, minimum: number): Doc {
  const doc = expression(context, node);
  return binds(node) < minimum ? parens(doc) : doc;
}

/** What stands before a suffix. */
function base(context: Context, node: Expr): Doc {
  const doc = expression(context, node);
  const isClosed = ['name', 'member', 'index', 'call', 'string', 'list', 'tuple'].includes(node.kind);
  return isClosed ? doc : parens(doc);
}

function unary(context: Context, node: UnaryExpr): Doc {
  const sign = node.op === 'not' ? 'not ' : '-';
  return concat(text(sign), operand(context, node.operand, prefixBindingOf(node.op)));
}

/** `a + b`, `2^i`, and `1/255` where both are numbers. */
function binary(context: Context, node: BinaryExpr): Doc {
  const { op, left, right } = node;
  const own = bindingOf(op);
  const a = operand(context, left, op === '^' ? own + 1 : own);
  const isMinus = right.kind === 'unary' && right.op === '-';
  const b = isMinus ? expression(context, right) : operand(context, right, op === '^' ? own : own + 1);
  const isTight = op === '^' || (op === '/' && left.kind === 'number' && right.kind === 'number');
  if (isTight) return concat(a, text(op), b);
  return group(concat(a, text(` ${op}`), indent(concat(line, b))));
}

// ---- Calls, pipelines, merges

export function arg(context: Context, node: Arg): Doc {
  const value = expression(context, node.value);
  return node.name ? concat(text(`${node.name.name} = `), value) : value;
}

export function args(context: Context, nodes: readonly Arg[], range: { open: number; close: number }): Doc {
  return bracketed(context, ['(', ')'], nodes, range, (node) => arg(context, node));
}

function call(context: Context, node: CallExpr): Doc {
  const close = node.span.end - 1;
  const open = context.source.text.indexOf('(', node.callee.span.end) + 1;
  return concat(base(context, node.callee), args(context, node.args, { open, close }));
}

/** On one line, or the stages in the author's lines. */
function pipeline(context: Context, node: PipelineExpr): Doc {
  const range = { open: node.span.start, close: node.span.end };
  const { docs, commented } = inline(context, node.stages, range, ({ expr, as }) => {
    const doc = expr.kind === 'pipeline' ? parens(expression(context, expr)) : expression(context, expr);
    return as ? concat(doc, text(` as ${as.name}`)) : doc;
  });
  if (commented) return stagesInLines(commented);
  const [first, ...others] = docs;
  if (first === undefined) return internal('a pipeline without stages');
  return flow(
    first,
    others.map((doc, i) => step(context, node, i + 1, doc)),
  );
}

/** One stage a line, with the comments around and behind them. */
function stagesInLines({ entries, tail: below }: Sequence): Doc {
  const stages = entries.map(({ above, doc, behind }, i) => {
    const stage = behind === undefined ? doc : concat(doc, comment(`  ${behind}`));
    if (i === 0) return concatAll([...above.map((note) => concat(comment(note.text), hardLine)), stage]);
    const notes = above.flatMap((note) => [text(note.text), hardLine]);
    return concat(hardLine, ...notes, arrowSign, stage);
  });
  const [first = empty, ...rest] = stages;
  const tail = below.map((note) => concat(hardLine, comment(note.text)));
  return concat(first, fresh(indent(concatAll([...rest, ...tail]))));
}

const arrowSign = text('-> ');

/** `-> stage`, and whether it begins a line in the source. */
function step({ source }: Context, { stages }: PipelineExpr, index: number, doc: Doc): Step {
  const end = stages[index - 1]?.span.end ?? 0;
  const arrow = source.text.indexOf('->', end);
  const lineEnd = source.text.indexOf('\n', end);
  return { doc: concat(arrowSign, doc), onNewLine: lineEnd !== -1 && lineEnd < arrow };
}

function merge(context: Context, node: MergeExpr): Doc {
  const open = braceBehind(node.args.at(-1)?.span.end ?? node.op.span.end, context);
  const argsAt = { open: node.op.span.end, close: open };
  const options = node.args.length === 0 ? empty : args(context, node.args, argsAt);
  const range = { open: open + 1, close: node.span.end };
  const branches = braced(
    context,
    node.branches,
    range,
    ({ label, value }) => {
      const doc = expression(context, value);
      return label ? concat(text(`${label.name}: `), doc) : doc;
    },
    ', ',
  );
  return concat(text(node.op.name), options, text(' '), branches);
}

/** Offset of the next `{`, comments skipped. */
export function braceBehind(offset: number, { source }: Context): number {
  const found = /(?:\/\/[^\n]*\n|[^{/]|\/(?!\/))*/y;
  found.lastIndex = offset;
  return offset + (found.exec(source.text)?.[0].length ?? 0);
}

// ---- Bodies

/** The statements of a body in braces. */
export function body(context: Context, node: Body): Doc {
  return braced(context, node.statements, insideOf(node.span), (child) => statement(context, child));
}

/** The longest `if … else …` on one line. */
const maxChain = 100;

/** All bodies of the chain on one line, or none. */
function ifExpression(context: Context, node: IfExpr): Doc {
  const heads: Doc[] = [];
  const bodies: Body[] = [];
  let rest: IfExpr['else'] = node;
  while (rest?.kind === 'if') {
    heads.push(
      concat(text(heads.length === 0 ? 'if ' : ' else if '), expression(context, rest.condition), text(' ')),
    );
    bodies.push(rest.then);
    rest = rest.else;
  }
  if (rest) {
    heads.push(text(' else '));
    bodies.push(rest);
  }
  const lists = bodies.map((part) =>
    sequence(context, part.statements, insideOf(part.span), (child) => statement(context, child)),
  );
  const flats = lists.flatMap((found, i) => {
    const part = bodies[i] as Body;
    return flatBraces(context, found, part.statements, part.span.start + 1, undefined) ?? [];
  });
  const chain = (braces: readonly Doc[]) => concatAll(braces.map((doc, i) => concat(heads[i] ?? empty, doc)));
  const flat = flats.length === lists.length ? chain(flats) : undefined;
  const broken = chain(lists.map(brokenBraces));
  return flat && flat.measure.first <= maxChain ? either(flat, broken) : broken;
}

function repeat(context: Context, node: RepeatExpr): Doc {
  return concat(text('repeat('), expression(context, node.count), text(') '), body(context, node.body));
}

function each(context: Context, node: EachExpr): Doc {
  const item =
    node.item.kind === 'parts' ? `[${node.item.names.map(({ name }) => name).join(', ')}]` : node.item.name;
  const variables = node.index ? `(${item}, ${node.index.name})` : item;
  const label = node.label ? ` as ${node.label.name}` : '';
  const head = concat(text(`each ${variables} of `), operand(context, node.list, 1), text(`${label} `));
  return concat(head, body(context, node.body));
}
