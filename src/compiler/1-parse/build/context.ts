/**
 * What all builders share: the source, its comments and tokens, what is reported, and how deep the tree already is. Builders turn
 * one concrete node into one Ast node; they are plain functions, and none looks at text that another rule owns.
 */
import type { CstNode, IToken, TokenType } from 'chevrotain';
import * as t from '../../../../grammar/tokens.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { internal } from '../../diagnostics/internal.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { BrokenStatement, Comment, Ident, StringLiteral } from '../ast.ts';
import { spanOf } from '../lex.ts';
import { namesOtherwise } from '../slips/names-otherwise.ts';
import { looksLikeImport } from '../slips/import-text.ts';
import type { Source, Span } from '../source.ts';

export interface Context {
  readonly source: Source;
  readonly comments: readonly Comment[];
  /** The tokens that were parsed, in order. */
  readonly tokens: readonly IToken[];
  readonly diagnostics: Diagnostic[];
  /** How many chained operators, suffixes and brackets are around the node being built. */
  depth: number;
}

/** How deep an expression may be; later phases walk it recursively. */
export const maxDepth = 400;

/** The first of a list that the grammar says is not empty. */
export function first<T>(nodes: readonly T[] | undefined): T {
  const node = nodes?.[0];
  return node ?? internal('the syntax tree lacks a part that the grammar requires');
}

/** Applies `build` to the first node, if there is one. */
export function optional<N, R>(
  context: Context,
  nodes: readonly N[] | undefined,
  build: (context: Context, node: N) => R,
): R | undefined {
  const node = nodes?.[0];
  return node === undefined ? undefined : build(context, node);
}

/** Applies `build` to all. */
export function each<N, R>(
  context: Context,
  nodes: readonly N[] | undefined,
  build: (context: Context, node: N) => R,
): R[] {
  return nodes === undefined ? [] : nodes.map((node) => build(context, node));
}

/** The span of a concrete node. */
export function spanOfNode({ source }: Context, node: CstNode): Span {
  const { startOffset, endOffset = NaN } = node.location ?? internal('a syntax node without a place');
  return { source, start: startOffset, end: endOffset + 1 };
}

export function ident(context: Context, token: IToken): Ident {
  return { kind: 'ident', name: token.image, span: spanOf(context.source, token) };
}

const escapes: Record<string, string> = { '"': '"', "'": "'", '\\': '\\', n: '\n', t: '\t' };

/** `"a \"b\""` → its characters. */
export function string(context: Context, token: IToken): StringLiteral {
  const span = spanOf(context.source, token);
  const value = token.image.slice(1, -1).replace(/\\(.)/gu, (whole, letter: string, at: number) => {
    const known = escapes[letter];
    if (known !== undefined) return known;
    const start = span.start + 1 + at;
    const bad = { source: context.source, start, end: start + whole.length };
    const fix = { title: 'write /', edits: [{ span: { ...bad, end: start + 1 }, text: '/' }] };
    context.diagnostics.push(diagnostic('syntax/bad-escape', { text: whole }, bad, { fixes: [fix] }));
    return whole;
  });
  return { kind: 'string', value, span };
}

/** The entries of a list and those that did not parse, as they stand in the text. */
export function entries<N extends CstNode, R extends { readonly span: Span }>(
  context: Context,
  list: CstNode,
  nodes: readonly N[] | undefined,
  build: (context: Context, node: N) => R,
): (R | BrokenStatement)[] {
  const built: (R | BrokenStatement)[] = each(context, nodes, build);
  const broken = list.children['Broken'] as IToken[] | undefined;
  if (broken === undefined) return built;
  built.push(...broken.map((token) => brokenStatement(context, token)));
  built.sort((a, b) => a.span.start - b.span.start);
  return built.filter((entry, i) => !isBegunIn(built[i + 1], entry));
}

/** `input x: rgb`: the word is no statement, but the beginning of the one that broke. */
function isBegunIn(
  next: { readonly kind?: string; readonly span: Span } | undefined,
  { kind, span }: { readonly kind?: string; readonly span: Span },
): boolean {
  if ((kind !== 'expr' && kind !== 'out') || next?.kind !== 'broken') return false;
  return /^[ \t]*$/.test(span.source.text.slice(span.end, next.span.start));
}

const declarers: ReadonlySet<unknown> = new Set([t.Block, t.Net, t.Family, t.Filter, t.Let, t.In, t.Replace]);

/** `y := …` was about to declare `y`, too. */
const namers = new Set<TokenType | undefined>([t.Equal, t.Colon]);

function brokenStatement(context: Context, token: IToken): BrokenStatement {
  const span = spanOf(context.source, token);
  return { kind: 'broken', declares: declaredIn(context, span), span };
}

/** The names that a statement of this text would declare or import. */
export function declaredIn(context: Context, { start, end }: Span): readonly Ident[] {
  const { tokens } = context;
  let at = indexOfToken(tokens, start);
  while (tokens[at]?.tokenType === t.Export || tokens[at]?.tokenType === t.TrainOnly) at++;
  const isName = (token: IToken | undefined): token is IToken => token?.tokenType === t.Name;
  if (looksLikeImport(context.source.text.slice(start, end))) {
    const inside = tokens.slice(at + 1, indexOfToken(tokens, end));
    return inside.filter(mayName).map((token) => ident(context, unquoted(token)));
  }
  const otherwise = namesOtherwise(context.source.text.slice(start, end));
  if (otherwise.length > 0) {
    const inside = tokens.slice(at, indexOfToken(tokens, end));
    return otherwise
      .flatMap((one) => inside.find(({ image }) => image === one) ?? [])
      .map((token) => ident(context, token));
  }
  if (declarers.has(tokens[at]?.tokenType)) at++;
  else if (!namers.has(tokens[at + 1]?.tokenType)) return [];
  const name = tokens[at];
  return isName(name) ? [ident(context, name)] : [];
}

/** A word, or one in quotes. */
const mayName = ({ tokenType, image }: IToken): boolean =>
  tokenType === t.Name || tokenType === t.ModifierWord || /^"\w+"$/.test(image);

const unquoted = (token: IToken): IToken => ({ ...token, image: token.image.replaceAll('"', '') });

/** Index of the first token at or behind an offset. */
export function indexOfToken(tokens: readonly IToken[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.startOffset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The `///` lines directly above an offset, or undefined. */
export function docAbove({ source, comments }: Context, offset: number): string | undefined {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.span.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const lines: string[] = [];
  let below = offset;
  for (let i = low - 1; i >= 0; i--) {
    const comment = comments[i];
    if (!comment?.doc || !/^[ \t]*\r*\n[ \t]*$/.test(source.text.slice(comment.span.end, below))) break;
    lines.unshift(comment.text.replace(/^ /, ''));
    below = comment.span.start;
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}
