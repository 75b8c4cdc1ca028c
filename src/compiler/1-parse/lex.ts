/**
 * Text → tokens and comments. What is no token of ours (`=>`, `'a'`, `.5`, an unclosed text) is reported by repairs/, and mended
 * where the meaning is plain, so that one slip does not cost the statement; otherwise it becomes a `Reported` token.
 */
import type { IToken, TokenType } from 'chevrotain';
import { tokenize } from '../../../grammar/lexer.ts';
import * as t from '../../../grammar/tokens.ts';
import { showCount } from '../diagnostics/count.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Comment } from './ast.ts';
import { linesOfComment, repairComment } from './repairs/comments.ts';
import { repairLambdas } from './repairs/lambdas.ts';
import { repairMatrices } from './repairs/matrices.ts';
import { repairNumber } from './repairs/numbers.ts';
import { repairSemicolon, repairSign } from './repairs/signs.ts';
import { repairNames } from './repairs/names.ts';
import { repairStray } from './repairs/strays.ts';
import { repairQuotes, repairTriple, repairUnclosed } from './repairs/texts.ts';
import { together } from './repairs/together.ts';
import type { Source, Span } from './source.ts';

export interface Lexed {
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
  readonly diagnostics: Diagnostic[];
  /** Words, numbers, signs and comments; of a text that is too long, so many as are allowed. */
  readonly words: number;
  /** The text is too long: what there is of it means nothing. */
  readonly isTooLong: boolean;
}

/** Characters of a file, and its words, numbers, signs and comments: 10,000 lines of 100 characters, of 15 words. */
export const mostText = { characters: 1_000_000, tokens: 150_000 } as const;

/** The span of a token. */
export function spanOf(source: Source, token: IToken): Span {
  const end = token.endOffset === undefined ? token.startOffset + token.image.length : token.endOffset + 1;
  return { source, start: token.startOffset, end };
}

/** Gives a token another type, as if the lexer had. */
export function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx ?? 0;
}

/** Line ends stay in as `Newline` tokens. */
export function lex(source: Source): Lexed {
  const diagnostics: Diagnostic[] = [];
  if (source.text.length > mostText.characters) return tooLong(source, 'characters', mostText.characters);
  const { tokens: raw, comments: found, strays, end } = tokenize(source.text, mostText.tokens);
  if (end < source.text.length) return tooLong(source, 'words, signs and comments', end);
  const words = raw.length + found.length;
  const comments = found.map((token) => comment(source, token));
  const named = repairNames(source, raw, strays, diagnostics);
  const reported = named.strays.flatMap((stray) => repairStray(source, stray, diagnostics) ?? []);
  const all = withoutForeign(source, merge(named.tokens, reported), diagnostics);
  reportLineEnds(source, all, diagnostics);
  const tokens = all.some(isMistake) ? repaired(source, all, comments, diagnostics) : all;
  return { tokens, comments, diagnostics: together(diagnostics), words, isTooLong: false };
}

/** Functions without a name, and matrices without commas, are one token each. */
function withoutForeign(source: Source, tokens: IToken[], diagnostics: Diagnostic[]): IToken[] {
  const isWritten = (sign: RegExp): boolean => sign.test(source.text);
  const named = isWritten(/\blambda\b|=>/) ? repairLambdas(source, tokens, diagnostics) : tokens;
  return isWritten(/[\d.][;\s]+\[?[-+]?[\d.]/) ? repairMatrices(source, named, diagnostics) : named;
}

/** Reported where the bound is passed. */
function tooLong(source: Source, what: string, at: number): Lexed {
  const limit = what === 'characters' ? mostText.characters : mostText.tokens;
  const span = { source, start: at, end: at };
  const args = { limit: showCount(limit), what };
  return {
    tokens: [],
    comments: [],
    diagnostics: [diagnostic('syntax/too-long', args, span)],
    words: mostText.tokens,
    isTooLong: true,
  };
}

function comment(source: Source, token: IToken): Comment {
  const { image } = token;
  const text = image.startsWith('//') ? image.replace(/^\/{2,3}/, '') : linesOfComment(image).join('\n');
  return {
    kind: 'comment',
    text: text.trimEnd(),
    doc: /^\/\/\/(?!\/)/.test(image),
    span: spanOf(source, token),
  };
}

function merge(tokens: IToken[], strays: readonly IToken[]): IToken[] {
  return strays.length === 0 ? tokens : [...tokens, ...strays].sort((a, b) => a.startOffset - b.startOffset);
}

/** Line ends of very old files (a carriage return alone) are all one mistake. */
function reportLineEnds(source: Source, tokens: readonly IToken[], diagnostics: Diagnostic[]): void {
  const spans = tokens.filter(({ image }) => image === '\r').map((token) => spanOf(source, token));
  const [first] = spans;
  if (!first) return;
  const fix = {
    title: 'end every line with a line feed',
    edits: spans.map((span) => ({ span, text: '\n' })),
  };
  diagnostics.push(diagnostic('syntax/line-end', {}, first, { fixes: [fix] }));
}

type Repair = (source: Source, token: IToken, diagnostics: Diagnostic[]) => IToken | 'comment';

const repairs: ReadonlyMap<TokenType, Repair> = new Map([
  [t.Mistake, repairSign],
  [t.BlockComment, repairComment],
  [t.ForeignComment, repairComment],
  [t.OtherQuotes, repairQuotes],
  [t.TripleQuoted, repairTriple],
  [t.BadNumber, repairNumber],
  [t.UnclosedString, repairUnclosed],
]);

const isMistake = ({ tokenType }: IToken): boolean => repairs.has(tokenType);

/** The tokens with each mistake repaired or taken out; its comments are added to `comments`. */
function repaired(
  source: Source,
  all: readonly IToken[],
  comments: Comment[],
  diagnostics: Diagnostic[],
): IToken[] {
  const tokens: IToken[] = [];
  const open: TokenType[] = [];
  for (const token of all) {
    if (brackets.has(token.tokenType)) open.push(token.tokenType);
    else if (closers.has(token.tokenType)) open.pop();
    const kept = isMistake(token) ? repair(source, token, open.at(-1), diagnostics) : token;
    if (kept === 'comment') comments.push(comment(source, token));
    else tokens.push(kept);
  }
  comments.sort((a, b) => a.span.start - b.span.start);
  return tokens;
}

const brackets: ReadonlySet<TokenType> = new Set([t.LParen, t.LSquare, t.LCurly]);
const closers: ReadonlySet<TokenType> = new Set([t.RParen, t.RSquare, t.RCurly]);

function repair(
  source: Source,
  token: IToken,
  around: TokenType | undefined,
  diagnostics: Diagnostic[],
): IToken | 'comment' {
  if (token.image === ';') {
    const inBrackets = around === t.LParen || around === t.LSquare;
    return repairSemicolon(source, token, diagnostics, inBrackets);
  }
  if (token.image === '\r') {
    retype(token, t.Newline);
    return token;
  }
  return repairs.get(token.tokenType)?.(source, token, diagnostics) ?? token;
}
