/**
 * Makes every bracket match. Where all do, tokens only get their depth (`payload`: how many brackets are around them). Where one
 * is missing, indentation and the beginnings of statements tell where it was meant to be, one message says so, and a
 * closing token of no length stands in for it; so whatever follows still parses. Nesting is bounded here, for all phases.
 */
import type { IToken, TokenType } from 'chevrotain';
import { makeToken } from '../../../grammar/lexer.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { retype, spanOf } from './lex.ts';
import type { Source } from './source.ts';

/** How many brackets may be around a token. */
export const maxBrackets = 64;

const closerOf = new Map<TokenType, TokenType>([
  [t.LParen, t.RParen],
  [t.LSquare, t.RSquare],
  [t.LCurly, t.RCurly],
]);
const closers = new Set(closerOf.values());

export interface Balanced {
  readonly tokens: IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Tokens with matching brackets and depths; the same array where nothing was wrong. */
export function balance(source: Source, tokens: IToken[]): Balanced {
  return measure(tokens) ? { tokens, diagnostics: [] } : mend(source, tokens);
}

/** Sets the depths; false where brackets do not match or are too deep. */
function measure(tokens: readonly IToken[]): boolean {
  const open: (TokenType | undefined)[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    if (closers.has(token.tokenType) && open.pop() !== token.tokenType) return false;
    token.payload = open.length;
    const closer = closerOf.get(token.tokenType);
    if (closer) open.push(closer);
    if (open.length > maxBrackets) return false;
  }
  return open.length === 0;
}

interface Frame {
  readonly token: IToken;
  readonly closer: TokenType;
  /** Column of the first token of the line that the bracket stands on. */
  readonly indent: number;
  /** Line number, to know what an unclosed text swallowed. */
  readonly line: number;
  /** Column of the first line inside; undefined until there is one. */
  inner: number | undefined;
}

interface State {
  readonly source: Source;
  readonly diagnostics: Diagnostic[];
  readonly out: IToken[];
  readonly frames: Frame[];
  line: number;
  indent: number;
  /** The line begins with a declaration. */
  declares: boolean;
}

function mend(source: Source, tokens: readonly IToken[]): Balanced {
  const state: State = { source, diagnostics: [], out: [], frames: [], line: 0, indent: 0, declares: false };
  let lineStart = true;
  let lineOffset = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    if (token.tokenType === t.Newline) {
      closeSwallowed(state);
      put(state, token);
      if (token.image === ';') continue;
      lineOffset = token.startOffset + 1;
      state.line++;
      lineStart = true;
      continue;
    }
    if (lineStart) {
      beginLine(state, token, tokens[i + 1], token.startOffset - lineOffset);
      state.declares = /^(?:export|net|block|family)$/.test(token.image);
    }
    lineStart = false;
    closeImport(state, token, tokens[i + 1]);
    if (closerOf.has(token.tokenType)) {
      closeHead(state, token);
      if (state.frames.length < maxBrackets) open(state, token);
      else i = skipDeep(state, tokens, i);
    } else if (closers.has(token.tokenType)) close(state, token);
    else put(state, token);
  }
  closeAtEnd(state);
  return { tokens: state.out, diagnostics: state.diagnostics };
}

function put(state: State, token: IToken): void {
  token.payload = state.frames.length;
  state.out.push(token);
}

function open(state: State, token: IToken): void {
  put(state, token);
  const closer = closerOf.get(token.tokenType) ?? t.RParen;
  state.frames.push({ token, closer, indent: state.indent, line: state.line, inner: undefined });
}

/** `net N(a {`: the brace begins the body, so the parameters were left open. */
function closeHead(state: State, token: IToken): void {
  const top = state.frames.at(-1);
  if (token.tokenType !== t.LCurly || !state.declares) return;
  if (top?.closer === t.RParen && top.line === state.line)
    reportUnclosed(state, [{ frame: top, end: closeFrame(state, top) }]);
}

/** `use { LeNet5 from "std/lenet"`: the names end before `from`. */
function closeImport(state: State, token: IToken, next: IToken | undefined): void {
  const top = state.frames.at(-1);
  if (token.image !== 'from' || next?.tokenType !== t.StringToken || top?.closer !== t.RCurly) return;
  if (!state.source.text.slice(0, top.token.startOffset).trimEnd().endsWith('use')) return;
  reportUnclosed(state, [{ frame: top, end: closeFrame(state, top) }], ' }');
}

/** A line begins with `token` at `column`: closes what was left open above. */
function beginLine(state: State, token: IToken, next: IToken | undefined, column: number): void {
  const top = state.frames.at(-1);
  if (top && top.inner === undefined && top.line < state.line && token.tokenType !== top.closer) {
    top.inner = column;
  }
  const left: LeftOpen[] = [];
  for (let frame = state.frames.at(-1); frame; frame = state.frames.at(-1)) {
    if (!isLeftOpen(frame, token, next, column)) break;
    left.push({ frame, end: closeFrame(state, frame) });
  }
  reportUnclosed(state, left);
  state.indent = column;
}

function isLeftOpen(frame: Frame, token: IToken, next: IToken | undefined, column: number): boolean {
  if (closers.has(token.tokenType) || continues(token)) return false;
  if (frame.closer !== t.RCurly) return beginsStatement(token, next, column <= frame.indent);
  return column <= frame.indent && ((frame.inner ?? 0) > frame.indent || beginsItem(token, next));
}

const continues = (token: IToken) =>
  token.tokenType === t.Arrow || token.image === 'else' || token.tokenType === t.LCurly;

/** `net N`, `use {`: in no braces can they stand. */
function beginsItem(token: IToken, next: IToken | undefined): boolean {
  if (token.image === 'use') return next?.tokenType === t.LCurly;
  return /^(?:net|block|export|family)$/.test(token.image) && next?.tokenType === t.Name;
}

/** `out z: …`, or, where the line is not indented further than the bracket's, `y = …`. */
function beginsStatement(token: IToken, next: IToken | undefined, outdented: boolean): boolean {
  if (token.tokenType !== t.Name || next === undefined) return false;
  if (t.starters.has(token.image) && (next.tokenType === t.Name || outdented)) return true;
  return outdented && (next.tokenType === t.Equal || next.tokenType === t.Colon);
}

/** A bracket that was closed at an offset because nothing in the text does it. */
interface LeftOpen {
  readonly frame: Frame;
  readonly end: number;
}

/** Inserts the closing bracket that is missing, before the line ends that were read last; where. */
function closeFrame(state: State, frame: Frame): number {
  const { out } = state;
  const newlines: IToken[] = [];
  while (out.at(-1)?.tokenType === t.Newline) newlines.push(out.pop() as IToken);
  const end = (out.at(-1)?.endOffset ?? frame.token.startOffset) + 1;
  state.frames.pop();
  put(state, standIn(end, frame.closer));
  for (const newline of newlines.reverse()) put(state, newline);
  return end;
}

/** A closing bracket of no length. For `)` and `]` it is of no use to the parser: the statement is given up. */
function standIn(offset: number, closer: TokenType): IToken {
  const tokenType = closer === t.RCurly ? closer : t.Reported;
  return { ...makeToken(tokenType, '', offset, offset), isInsertedInRecovery: true };
}

const signOf = (closer: TokenType) => (closer.LABEL ?? '').replaceAll('`', '');

/** The brackets that are missing, each brace at the column of the line that it closes. */
function onOwnLines(left: readonly LeftOpen[]): string {
  const closers = left.map(({ frame: { closer, indent } }) =>
    closer === t.RCurly ? `\n${' '.repeat(indent)}${signOf(closer)}` : signOf(closer),
  );
  return closers.join('');
}

/** Brackets that are left open at one place, the innermost first: one message for it, one fix for all. */
function reportUnclosed(
  { source, diagnostics }: State,
  left: readonly LeftOpen[],
  text = onOwnLines(left),
): void {
  const [innermost] = left;
  if (!innermost) return;
  const signs = left.map(({ frame }) => signOf(frame.closer));
  const { frame, end } = innermost;
  const fix = { title: `add ${signs.join('')}`, edits: [{ span: { source, start: end, end }, text }] };
  const floored = floorBySlashes(source, end, signs);
  if (floored) return void diagnostics.push(floored);
  const args = { bracket: frame.token.image };
  diagnostics.push(diagnostic('syntax/unclosed', args, spanOf(source, frame.token), { fixes: [fix] }));
}

/** `conv(c // 2, 3)`: what closes the brackets stands in the comment that two slashes begin. */
function floorBySlashes(source: Source, end: number, closers: readonly string[]): Diagnostic | undefined {
  const [whole, gap = '', comment = ''] =
    /^([ \t]*)\/\/(?!\/)([ \t]*[\w(][^\n]*)/.exec(source.text.slice(end, end + 400)) ?? [];
  if (whole === undefined) return undefined;
  const count = (signs: RegExp): number => comment.match(signs)?.length ?? 0;
  if (count(/[)\]}]/g) - count(/[([{]/g) !== closers.length) return undefined;
  const start = end + gap.length;
  const span = { source, start, end: start + '//'.length };
  const fixes = [{ title: 'write /', edits: [{ span, text: '/' }] }];
  return diagnostic('syntax/foreign-sign', { found: '//', ours: '/' }, span, { fixes });
}

function close(state: State, token: IToken): void {
  const top = state.frames.at(-1);
  if (top && isMistaken(state, top, token)) {
    reportMistaken(state, top, token);
    state.frames.pop();
    retype(token, t.Reported);
    put(state, Object.assign(token, { isInsertedInRecovery: true }));
    return;
  }
  const at = state.frames.findLastIndex(
    (frame, i) =>
      (frame.closer === token.tokenType && isMeant(state, frame, i, token)) ||
      (frame.closer === t.RCurly && token.tokenType !== t.RCurly),
  );
  const frame = state.frames[at];
  if (frame?.closer !== token.tokenType) {
    state.diagnostics.push(
      diagnostic('syntax/unopened', { bracket: token.image }, spanOf(state.source, token), {
        fixes: [{ title: `remove ${token.image}`, edits: [{ span: spanOf(state.source, token), text: '' }] }],
      }),
    );
    if (token.tokenType === t.RCurly) return;
    retype(token, t.Reported);
    put(state, token);
    return;
  }
  const inner = state.frames.slice(at + 1).reverse();
  reportUnclosed(
    state,
    inner.map((each) => ({ frame: each, end: closeFrame(state, each) })),
  );
  state.frames.pop();
  put(state, token);
}

/** `[1, 2)`: one bracket of the wrong kind, where none of its own kind is open on the line. */
function isMistaken(state: State, top: Frame, token: IToken): boolean {
  if (token.tokenType === t.RCurly || top.closer === t.RCurly || top.closer === token.tokenType) return false;
  return !state.frames.some((frame) => frame.closer === token.tokenType && frame.line === state.line);
}

function reportMistaken(state: State, top: Frame, token: IToken): void {
  const span = spanOf(state.source, token);
  const sign = signOf(top.closer);
  state.diagnostics.push(
    diagnostic('syntax/unopened', { bracket: token.image }, span, {
      labels: [{ span: spanOf(state.source, top.token), text: `this \`${top.token.image}\` is open` }],
      fixes: [{ title: `write ${sign}`, edits: [{ span, text: sign }] }],
    }),
  );
}

/** A `}` that begins its line belongs to the block that begins at its column, if there is one. */
function isMeant(state: State, frame: Frame, index: number, token: IToken): boolean {
  if (token.tokenType !== t.RCurly || frame.line === state.line) return true;
  const first = state.out.at(-1)?.tokenType === t.Newline;
  if (!first || frame.indent <= state.indent) return true;
  return !state.frames
    .slice(0, index)
    .some((outer) => outer.closer === t.RCurly && outer.indent === state.indent);
}

/** An unclosed text swallowed the rest of its line: the brackets that close there, and one that opens. */
function closeSwallowed(state: State): void {
  const text = state.out.at(-1);
  if (text?.tokenType !== t.Reported || !/^["']/.test(text.image)) return;
  for (let frame = state.frames.at(-1); frame?.line === state.line; frame = state.frames.at(-1)) {
    if (frame.closer === t.RCurly && !/\}\s*$/.test(text.image)) break;
    closeFrame(state, frame);
  }
  if (/\{\s*$/.test(text.image)) {
    const brace = { ...standIn((text.endOffset ?? 0) + 1, t.RCurly) };
    retype(brace, t.LCurly);
    open(state, brace);
  }
}

/** Everything in a bracket that is too deep becomes one token; returns the index of the last token skipped. */
function skipDeep(state: State, tokens: readonly IToken[], from: number): number {
  const token = tokens[from] as IToken;
  const already = state.diagnostics.some((d) => d.code === 'syntax/too-deep');
  if (!already) {
    const args = { limit: maxBrackets };
    state.diagnostics.push(diagnostic('syntax/too-deep', args, spanOf(state.source, token)));
  }
  let depth = 0;
  let i = from;
  for (; i < tokens.length; i++) {
    const type = (tokens[i] as IToken).tokenType;
    if (closerOf.has(type)) depth++;
    else if (closers.has(type) && --depth === 0) break;
  }
  const last = tokens[Math.min(i, tokens.length - 1)] as IToken;
  const whole = { ...token, endOffset: last.endOffset ?? token.startOffset };
  retype(whole, t.Reported);
  put(state, whole);
  return i;
}

/** What is open at the end of the file: one message for the innermost, one fix for all. */
function closeAtEnd(state: State): void {
  closeSwallowed(state);
  const tooDeep = state.diagnostics.some((d) => d.code === 'syntax/too-deep');
  const [innermost] = state.frames.slice(-1);
  if (!innermost) return;
  const signs = state.frames.map((frame) => signOf(frame.closer)).reverse();
  const last = (state.out.at(-1)?.endOffset ?? 0) + 1;
  while (state.frames.length > 0) closeFrame(state, state.frames.at(-1) as Frame);
  if (tooDeep) return;
  const fixes = fixesAtEnd(state.source, last, {
    signs: signs.join(''),
    ownLine: innermost.closer === t.RCurly,
  });
  const args = { bracket: innermost.token.image };
  state.diagnostics.push(
    diagnostic('syntax/unclosed', args, spanOf(state.source, innermost.token), { fixes }),
  );
}

/** Brackets behind the text; `last` is where its last word or sign ends. None in a comment that nothing ends. */
function fixesAtEnd(
  source: Source,
  last: number,
  { signs, ownLine }: { readonly signs: string; readonly ownLine: boolean },
): readonly Fix[] {
  const end = Math.max(last, source.text.trimEnd().length);
  const comments = source.text.slice(last, end);
  if (/\/\*(?![^]*\*\/)/.test(comments)) return [];
  const text = `${ownLine || comments !== '' ? '\n' : ''}${signs}`;
  return [{ title: `add ${signs}`, edits: [{ span: { source, start: end, end }, text }] }];
}
