/**
 * Phase 1: `Source → Ast`. Text → tokens (lex.ts) → matching brackets (brackets.ts) → line ends and keywords (layout.ts) →
 * concrete tree → Ast (build/). Every step is linear in the text, and none throws for anything a person wrote. The concrete tree
 * comes from the parser that is generated from the grammar; where that does not fit, from the grammar's interpreter, which says why.
 */
import type { CstNode, IToken, TokenType } from 'chevrotain';
import { CnnParser } from '../../../grammar/cnn.ts';
import type { FileCstNode, ItemCstNode } from '../../../grammar/generated/cst.ts';
import { parseTokens } from '../../../grammar/generated/parser.ts';
import { maxFailures, type Failure } from '../../../grammar/recovering-parser.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { File, Item } from './ast.ts';
import { balance } from './brackets.ts';
import { entries, indexOfToken } from './build/context.ts';
import type { Context } from './build/context.ts';
import { item } from './build/items.ts';
import { explainAll, tooMany } from './failures.ts';
import { layout } from './layout.ts';
import { lex } from './lex.ts';
import { boundHeads } from './open-heads.ts';
import type { Source } from './source.ts';

/** What a file says, and everything wrong with how it says it. */
export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
  /** Words, numbers, signs and comments. */
  readonly words: number;
  /** Nothing was read of it: it is too long, or no such text at all; a diagnostic says so. */
  readonly isGivenUp: boolean;
}

type FileItems = ReturnType<typeof entries<ItemCstNode, Item>>;

/**
 * Parses a file. Never throws: statements that do not parse are `broken` and reported; the rest is there. Diagnostics are in
 * the order of the text.
 */
export function parse(source: Source): Parsed {
  const { tokens: raw, comments, diagnostics, words, isTooLong } = lex(source);
  const span = { source, start: 0, end: source.text.length };
  const nothing: File = { kind: 'file', source, items: [], comments, mended: [], span };
  const givenUp = (why: readonly Diagnostic[]): Parsed => ({
    file: nothing,
    diagnostics: why,
    words,
    isGivenUp: true,
  });
  if (isTooLong) return givenUp(diagnostics);
  if (diagnostics.length > maxFailures) return givenUp([tooMany(diagnostics)]);
  const balanced = balance(source, raw);
  const laidOut = layout(source, balanced.tokens);
  const bounded = boundHeads(source, laidOut.tokens);
  for (const report of [...balanced.diagnostics, ...laidOut.diagnostics, ...bounded])
    diagnostics.push(report);

  const context: Context = { source, comments, tokens: laidOut.tokens, diagnostics, depth: 0 };
  const items = inPieces(context) ?? interpreted(context);
  // Of what is left of a text that is not the language nothing more is said.
  if (diagnostics.length > maxFailures) return givenUp([tooMany(diagnostics)]);
  const mended = balanced.diagnostics.map((each) => each.span.start).sort((a, b) => a - b);
  diagnostics.sort((a, b) => a.span.start - b.span.start);
  return {
    file: { kind: 'file', source, items, comments, mended, span },
    diagnostics,
    words,
    isGivenUp: false,
  };
}

/** Tokens of a piece of a file that is parsed and built at once: its concrete tree is garbage before the next one is made. */
const pieceSize = 400;

/** The items of a file without syntax errors, piece by piece; undefined where something does not parse. */
function inPieces(context: Context): FileItems | undefined {
  const { tokens, diagnostics } = context;
  const before = diagnostics.length;
  const items: FileItems = [];
  for (let from = 0; from < tokens.length;) {
    let to = Math.min(from + pieceSize, tokens.length);
    while (to < tokens.length && !(tokens[to]?.tokenType === t.End && tokens[to]?.payload === 0)) to++;
    const tree = parseTokens(tokens, from, to) as FileCstNode | undefined;
    if (!tree) {
      diagnostics.length = before;
      return undefined;
    }
    for (const one of entries(context, tree, tree.children.item, item)) items.push(one);
    from = to + 1;
  }
  return items;
}

let shared: CnnParser | undefined;

/** The items of a file with syntax errors, which are reported. */
function interpreted(context: Context): FileItems {
  const { source, tokens, diagnostics } = context;
  const parser = (shared ??= new CnnParser({ skipValidations: true }));
  const tree = run(parser, context.tokens as IToken[], 'file') as FileCstNode;
  const failures = parser.failures.flatMap((failure) => [
    failure,
    ...inside(parser, tokens as IToken[], failure),
  ]);
  const explained = explainAll(source, failures, diagnostics);
  withdrawUnclosed(diagnostics, explained);
  for (const report of explained) diagnostics.push(report);
  return entries(context, tree, tree.children.item, item);
}

/** `use (`: a bracket that should not stand there at all need not be closed. */
function withdrawUnclosed(diagnostics: Diagnostic[], explained: readonly Diagnostic[]): void {
  const wrong = new Set(explained.map(({ span }) => span.start));
  const kept = diagnostics.filter(({ code, span }) => code !== 'syntax/unclosed' || !wrong.has(span.start));
  if (kept.length < diagnostics.length) diagnostics.splice(0, diagnostics.length, ...kept);
}

function run(parser: CnnParser, tokens: IToken[], rule: 'file' | 'body'): CstNode {
  parser.input = tokens;
  parser.failures = [];
  return parser[rule]();
}

/** Where the head of a net or block did not parse, its statements are still looked at. */
function inside(parser: CnnParser, tokens: IToken[], { start, token }: Failure): readonly Failure[] {
  if (start.tokenType !== t.Net && start.tokenType !== t.Block && start.tokenType !== t.Export) return [];
  const from = indexOfToken(tokens, start.startOffset);
  // `export { A, B }` has no body.
  if (start.tokenType === t.Export && tokens[from + 1]?.startOffset === token.startOffset) return [];
  const opening = nextAt(tokens, from, (type) => type === t.LCurly || type === t.MergeCurly);
  const closing = nextAt(tokens, opening + 1, (type) => type === t.RCurly);
  const isPassed = (tokens[opening]?.startOffset ?? Infinity) < token.startOffset;
  if (opening === -1 || closing === -1 || isPassed) return [];
  run(parser, tokens.slice(opening, closing + 1), 'body');
  return parser.failures;
}

/** The next token of a type outside all brackets, before the end of the item; -1 where there is none. */
function nextAt(tokens: readonly IToken[], from: number, fits: (type: TokenType) => boolean): number {
  for (let i = from; i < tokens.length && tokens[i]?.tokenType !== t.End; i++) {
    while (tokens[i]?.payload > 0) i++;
    if (tokens[i] && fits((tokens[i] as IToken).tokenType)) return i;
  }
  return -1;
}
