/**
 * Decides two things that a context-free grammar cannot: which line ends end a statement, and which words are keywords where
 * they stand. The rules are those of docs/language.md ("Lines" and "Words"); they look one token back and two ahead, so a
 * slip in one statement cannot change how the next one reads.
 */
import type { IToken, TokenType } from 'chevrotain';
import { makeToken } from '../../../grammar/lexer.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { retype, spanOf } from './lex.ts';
import type { Source } from './source.ts';

/** Types behind which an expression may be complete. */
const endsExpression = new Set<TokenType>([
  t.Name,
  t.NumberToken,
  t.Size,
  t.StringToken,
  t.RParen,
  t.RSquare,
  t.RCurly,
  t.True,
  t.False,
  t.Incoming,
  t.Wildcard,
  t.Reported,
]);

/** A line that begins with one of these goes on with the statement above. */
const continuesLine = new Set<TokenType>([
  t.Arrow,
  t.RParen,
  t.RSquare,
  t.LCurly,
  t.Comma,
  t.Dot,
  t.DotDot,
  t.Equal,
  t.EqualEqual,
  t.NotEqual,
  t.Less,
  t.LessEqual,
  t.Greater,
  t.GreaterEqual,
  t.Plus,
  t.Slash,
  t.Percent,
  t.Caret,
]);
/** Words between or behind operands; no statement begins with one. */
const operatorWords = new Set(['and', 'or', 'as', 'else']);

/** Statements that a line beginning with the clause's word goes on with. */
const clauseOf: Readonly<Record<string, readonly TokenType[]>> = {
  of: [t.Out, t.Test],
  where: [t.In],
  with: [t.Expect, t.DetectBranch],
  anchors: [t.DetectBranch],
  from: [t.Use, t.Weights],
  layout: [t.Weights],
  except: [t.Weights],
  extends: [t.Net],
};

/** What must follow a word for it to begin a statement; for all others a word. */
const before: ReadonlyMap<TokenType, readonly TokenType[]> = new Map([
  [t.Use, [t.LCurly]],
  [t.Defaults, [t.LCurly]],
  [t.Nms, [t.LCurly]],
  [t.Budget, [t.LCurly, t.Name]],
  [t.Test, [t.StringToken]],
  [t.Freeze, [t.Name, t.Star, t.StarStar]],
  [t.Moved, [t.Name, t.Star, t.StarStar]],
  [t.DetectBranch, [t.Name]],
  [t.Out, [t.Name, t.NumberToken, t.Size, t.StringToken, t.LParen]],
  [t.Assert, [t.Name, t.NumberToken, t.Size, t.StringToken, t.LParen]],
  [t.Expect, [t.Name, t.NumberToken, t.Size, t.StringToken, t.LParen]],
]);
const aWord: readonly TokenType[] = [t.Name];
/** Keywords that a whole expression follows. */
const beforeExpression: ReadonlySet<TokenType> = new Set([t.Out, t.Assert, t.Expect]);

/** What stands between two brackets, or in the file. */
interface Frame {
  readonly curly: boolean;
  /** The text before the bracket. */
  readonly head: string;
  /** The first token of the statement: its type once it is a keyword. */
  statement: TokenType | undefined;
  /** True behind `if`, `each`, `extends`: the next brace is a body, not a merge. */
  bodyNext: boolean;
}

interface State {
  readonly source: Source;
  readonly tokens: readonly IToken[];
  readonly out: IToken[];
  readonly frames: Frame[];
  readonly diagnostics: Diagnostic[];
  /** True where a statement, or an entry of a list in braces, begins. */
  atStart: boolean;
  /** What stood before the parenthesis that closed last. */
  closedHead: string;
}

/** Balanced tokens with `Newline`s → tokens for the parser: with `End`s, keywords, merge braces and wildcards. */
export function layout(
  source: Source,
  tokens: readonly IToken[],
): { tokens: IToken[]; diagnostics: readonly Diagnostic[] } {
  const file: Frame = { curly: true, head: '', statement: undefined, bodyNext: false };
  const state: State = {
    source,
    tokens,
    out: [],
    frames: [file],
    diagnostics: [],
    atStart: true,
    closedHead: '',
  };
  for (let i = 0; i < tokens.length; i++) step(state, i);
  return { tokens: state.out, diagnostics: state.diagnostics };
}

function step(state: State, i: number): void {
  const token = state.tokens[i] as IToken;
  const frame = state.frames.at(-1) as Frame;
  if (token.tokenType === t.Newline) {
    if (frame.curly && endsStatement(state, frame, i)) endStatement(state, frame, token);
    return;
  }
  if (token.tokenType === t.Comma && isTrailing(state, i)) return;
  if (token.tokenType === t.Name) word(state, frame, i);
  else if (token.tokenType === t.Star || token.tokenType === t.StarStar) star(state, i);
  else if (token.tokenType === t.LCurly && mayMerge(state, frame)) retype(token, t.MergeCurly);
  state.out.push(token);
  track(state, frame, token);
}

/** Opens and closes frames; notes what begins. */
function track(state: State, frame: Frame, token: IToken): void {
  const type = token.tokenType;
  if (state.atStart) [frame.statement, frame.bodyNext] = [type, false];
  state.atStart = type === t.Export || type === t.TrainOnly;
  // Of an `of` the braces of `detect(…) of names { … }`.
  if (type === t.If || type === t.Each || type === t.Extends || type === t.Of) frame.bodyNext = true;
  if (type === t.LCurly || type === t.MergeCurly) {
    frame.bodyNext = false;
    state.frames.push({ curly: true, head: '', statement: undefined, bodyNext: false });
    state.atStart = true;
  } else if (type === t.LParen || type === t.LSquare) {
    const head = state.out.at(-2)?.image ?? '';
    state.frames.push({ curly: false, head, statement: undefined, bodyNext: false });
  } else if (type === t.RCurly || type === t.RParen || type === t.RSquare || isStandIn(token)) {
    state.closedHead = state.frames.pop()?.head ?? '';
  }
}

/** A bracket that was missing (brackets.ts). */
const isStandIn = (token: IToken) => token.isInsertedInRecovery === true;

/** True behind something that may be a complete expression. */
const isBehindExpression = ({ out, atStart }: State) =>
  !atStart && out.length > 0 && endsExpression.has((out.at(-1) as IToken).tokenType);

// ---- Lines

function endStatement(state: State, frame: Frame, end: IToken): void {
  retype(end, t.End);
  state.out.push(end);
  frame.statement = undefined;
  frame.bodyNext = false;
  state.atStart = true;
}

function endsStatement(state: State, frame: Frame, i: number): boolean {
  const previous = state.out.at(-1);
  if (previous === undefined || state.atStart) return false;
  let n = i + 1;
  while (state.tokens[n]?.tokenType === t.Newline) n++;
  const next = state.tokens[n];
  if (next === undefined || next.tokenType === t.RCurly) return false;
  const begins = beginsStatement(state, next, state.tokens[n + 1]);
  if (begins && isBehindEntry(state)) {
    state.out.pop();
    return true;
  }
  if (!endsExpression.has(previous.tokenType)) return begins;
  return !goesOn(frame, next, state.tokens[n + 1]);
}

/** True where a line that begins with these two goes on with the statement above it. */
function goesOn(frame: Frame, first: IToken, second: IToken | undefined): boolean {
  if (continuesLine.has(first.tokenType)) return true;
  if (first.tokenType === t.Star) return second?.tokenType !== t.Dot;
  if (first.tokenType !== t.Name || isKey(second)) return false;
  if (operatorWords.has(first.image)) return true;
  if (second?.tokenType === t.Arrow || second?.tokenType === t.Dot) return false;
  if (frame.statement === t.In && t.preprocessing.has(first.image)) return true;
  const statements = clauseOf[first.image];
  return Array.isArray(statements) && statements.includes(frame.statement);
}

/** `name =` or `label:`, or a keyword with what must follow it. */
function beginsStatement(state: State, first: IToken, second: IToken | undefined): boolean {
  if (first.tokenType !== t.Name) return false;
  if (isKey(second)) return true;
  const starter = t.starters.get(first.image);
  return starter !== undefined && follows(state, starter, first, second);
}

/** Behind a comma that ends an entry of a list. */
const isBehindEntry = ({ out }: State) =>
  out.at(-1)?.tokenType === t.Comma && endsExpression.has(out.at(-2)?.tokenType ?? t.Comma);

const isKey = (token: IToken | undefined) => token?.tokenType === t.Equal || token?.tokenType === t.Colon;

function follows({ source }: State, starter: TokenType, word: IToken, next: IToken | undefined): boolean {
  if (next === undefined || operatorWords.has(next.image)) return false;
  if ((before.get(starter) ?? aWord).includes(next.tokenType)) return true;
  return beforeExpression.has(starter) && isApart(source, word, next);
}

/** `expect -y`, `expect [1, 2]`: blanks tell a sign and a list from `expect - y` and `expect[1]`, the word as a name. */
function isApart({ text }: Source, word: IToken, { tokenType, startOffset }: IToken): boolean {
  if (startOffset === (word.endOffset ?? 0) + 1) return false;
  return tokenType === t.LSquare || (tokenType === t.Minus && /\S/.test(text[startOffset + 1] ?? ' '));
}

/** `[1, 2,]` and `{ a, b, }`: the last comma means nothing. */
function isTrailing(state: State, i: number): boolean {
  let n = i + 1;
  while (state.tokens[n]?.tokenType === t.Newline) n++;
  const type = state.tokens[n]?.tokenType;
  return (type === t.RParen || type === t.RSquare || type === t.RCurly) && isBehindExpression(state);
}

// ---- Words

/** Gives the word its keyword type, if it stands where the keyword does; ends the statement before it where one is over. */
function word(state: State, frame: Frame, i: number): void {
  const token = state.tokens[i] as IToken;
  const next = state.tokens[i + 1];
  const previous = state.out.at(-1);
  if (previous?.tokenType === t.Dot && !state.atStart) return;
  const behind = isBehindExpression(state);
  const starter = t.starters.get(token.image);
  if (frame.curly && starter && mayStart(state, starter, i)) {
    if (!state.atStart) separate(state, frame, token);
    retype(token, starter);
    return;
  }
  const list = frame.statement === t.Freeze && isBehindEntry(state);
  const begins = frame.curly && state.frames.length > 1 && isKey(next) && (behind || list);
  if (begins) separate(state, frame, token);
  const reserved = t.reserved.get(token.image);
  if (reserved) retype(token, reserved);
  else if (behind && !begins) retype(token, t.clauses.get(token.image) ?? t.ModifierWord);
}

/** In the file itself a keyword needs nothing behind it: nothing else can begin there. */
function mayStart(state: State, starter: TokenType, i: number): boolean {
  const next = state.tokens[i + 1];
  if (follows(state, starter, state.tokens[i] as IToken, next)) {
    return state.atStart || isBehindExpression(state) || isBehindEntry(state);
  }
  return state.atStart && state.frames.length === 1 && !isKey(next);
}

/** `epochs = 5  lr = 0.1`: an end between two statements on one line. */
function separate(state: State, frame: Frame, next: IToken): void {
  if (state.out.at(-1)?.tokenType === t.Comma) state.out.pop();
  const at = next.startOffset;
  const end = makeToken(t.End, '', at, at);
  end.payload = state.frames.length - 1;
  endStatement(state, frame, end);
}

// ---- Braces and stars

/** A brace behind a name or its options holds branches; `detect(…) {` holds branches and nms. */
function mayMerge(state: State, frame: Frame): boolean {
  const previous = state.out.at(-1);
  if (frame.bodyNext || state.atStart || previous === undefined) return false;
  if (previous.tokenType === t.Name) return previous.image !== 'detect';
  return previous.tokenType === t.RParen && state.closedHead !== 'detect';
}

/** `*` and `**` in a weight path; `2 ** n` is a slip for `2 ^ n`. */
function star(state: State, i: number): void {
  const token = state.tokens[i] as IToken;
  const next = state.tokens[i + 1];
  const previous = state.out.at(-1)?.tokenType;
  const behind = isBehindExpression(state);
  if (token.tokenType === t.StarStar && behind) {
    const span = spanOf(state.source, token);
    const fix = { title: 'write ^', edits: [{ span, text: '^' }] };
    state.diagnostics.push(
      diagnostic('syntax/foreign-sign', { found: '**', ours: '^' }, span, { fixes: [fix] }),
    );
    retype(token, t.Caret);
  } else if (token.tokenType === t.StarStar || (!behind && isPathNext(next, previous))) {
    retype(token, t.Wildcard);
  }
}

const isPathNext = (next: IToken | undefined, previous: TokenType | undefined) =>
  previous === t.Freeze || previous === t.Dot || next?.tokenType === t.Dot || next?.tokenType === t.RSquare;
