/** How the statements of a body are written. */
import type {
  Arg,
  DetectBody,
  Expr,
  InStatement,
  Modifier,
  OutStatement,
  PathPattern,
  Statement,
} from '../1-parse/ast.ts';
import type { BudgetStatement } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { cover } from '../1-parse/source.ts';
import { internal, unreachable } from '../diagnostics/internal.ts';
import { braced } from './brackets.ts';
import * as layout from './doc.ts';
import { concat, empty, fill, group, indent, join, line, text } from './doc.ts';
import type { Doc } from './doc.ts';
import { arg, braceBehind, expression, parens, stringText, numberText } from './expressions.ts';
import type { Context } from './sequence.ts';

/** One statement. */
export function statement(context: Context, node: Statement): Doc {
  switch (node.kind) {
    case 'in':
      return inStatement(context, node);
    case 'out':
      return outStatement(context, node);
    case 'assign':
      return named(context, `${node.trainOnly ? 'train_only ' : ''}${node.name.name}`, node.value);
    case 'let':
      return given(context, `${node.exported ? 'export ' : ''}let ${node.name.name}`, node.value);
    case 'replace':
      return given(context, `replace ${node.name.name}`, node.value);
    case 'expr':
      return expression(context, node.value);
    case 'assert': {
      const message = node.message ? text(`, ${stringText(node.message.span)}`) : empty;
      return concat(text('assert '), condition(context, node.condition), message);
    }
    case 'budget':
      return budget(context, node);
    case 'broken':
      return internal('formatting a text that did not parse');
    default:
      return unreachable(node);
  }
}

/** `name = value words`, aligned with its neighbours. */
export function named(context: Context, name: string, value: Expr, words: readonly Modifier[] = []): Doc {
  const more = words.map((word) => concat(text(' '), modifier(context, word)));
  return layout.named(name, concat(text(' = '), expression(context, value), ...more));
}

/** `let name = value`. */
export function given(context: Context, head: string, value: Expr): Doc {
  return concat(text(`${head} = `), expression(context, value));
}

/** An expression where no pipeline may stand. */
export function condition(context: Context, node: Expr): Doc {
  const doc = expression(context, node);
  return node.kind === 'pipeline' ? parens(doc) : doc;
}

/** `Mobile`, or a variant of its family: `Mobile.small`. */
export function netName({ net, variant }: Pick<BudgetStatement, 'net' | 'variant'>): string {
  return `${net?.name ?? ''}${variant ? `.${variant.name}` : ''}`;
}

export function budget(context: Context, node: BudgetStatement): Doc {
  const head = node.net ? `budget ${netName(node)} ` : 'budget ';
  const open = braceBehind((node.variant ?? node.net)?.span.end ?? node.span.start, context) + 1;
  const range = { open, close: node.span.end };
  return concat(
    text(head),
    braced(context, node.limits, range, (limit) => condition(context, limit), ', '),
  );
}

/** On one line, or the conditions and the preprocessing below, aligned under the name. */
function inStatement(context: Context, node: InStatement): Doc {
  const standard = node.default ? concat(text(' = '), condition(context, node.default)) : empty;
  const head = concat(text(`in ${node.name.name}: ${node.type.name}`), dims(context, node), standard);
  const where = node.where.map((part) => condition(context, part));
  const conditions = where.length === 0 ? empty : concat(text(' where '), join(where, text(', ')));
  const words = node.preprocess.map((part) => modifier(context, part));
  if (words.length === 0) return concat(head, conditions);
  return group(concat(head, conditions, indent(concat(line, fill(words)), 'in '.length)));
}

/** ` 28x28` or `[H, W]`, as the author wrote it. */
function dims(context: Context, { type, dims: sizes }: InStatement): Doc {
  const [first] = sizes;
  if (first === undefined) return empty;
  const isList = context.source.text.slice(type.span.end, first.span.start).includes('[');
  const docs = sizes.map((size) => expression(context, size));
  if (isList) return concat(text('['), join(docs, text(', ')), text(']'));
  // Every one of `28x28` has the span of the whole.
  return text(` ${numberText(first.span)}`);
}

export function modifier(context: Context, node: Modifier): Doc {
  return join([text(node.word.name), ...node.args.map((value) => condition(context, value))], text(' '));
}

function outStatement(context: Context, node: OutStatement): Doc {
  const prefix = node.trainOnly ? 'train_only out ' : 'out ';
  const name = node.name ? `${node.name.name}: ` : '';
  const of = node.of ? concat(text(' of '), condition(context, node.of)) : empty;
  const braces = node.detect ? concat(text(' '), detect(context, node.detect)) : empty;
  return concat(text(prefix + name), expression(context, node.value), of, braces);
}

/** The branches, then the suppression. */
function detect(context: Context, node: DetectBody): Doc {
  const [first] = node.nms;
  const last = node.nms.at(-1);
  const nms = first && last ? [{ span: cover(first.span, last.span), nms: node.nms }] : [];
  const parts: readonly (DetectBody['branches'][number] | Nms)[] = [...node.branches, ...nms];
  const range = { open: node.span.start + 1, close: node.span.end };
  return braced(context, parts, range, (part) =>
    'nms' in part ? suppression(context, part) : detectBranch(context, part),
  );
}

interface Nms {
  readonly span: Span;
  readonly nms: readonly Arg[];
}

function suppression(context: Context, { nms, span }: Nms): Doc {
  const open = context.source.text.lastIndexOf('{', span.start) + 1;
  return concat(
    text('nms '),
    braced(context, nms, { open, close: span.end }, (node) => arg(context, node), ', '),
  );
}

function detectBranch(context: Context, node: DetectBody['branches'][number]): Doc {
  const anchors = node.anchors ? concat(text(' anchors '), condition(context, node.anchors)) : empty;
  const options = node.options.map((option) => arg(context, option));
  const extra = options.length === 0 ? empty : concat(text(' with '), join(options, text(', ')));
  return concat(text('branch '), expression(context, node.value), anchors, extra);
}

/** `a.**, b.*`. */
export const patterns = (nodes: readonly PathPattern[]): string => nodes.map((node) => node.text).join(', ');
