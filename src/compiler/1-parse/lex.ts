/**
 * Text → tokens and comments. What is no token of ours (`=>`, `'a'`, `.5`, an unclosed text) is reported here, and mended where
 * the meaning is plain, so that one slip does not cost the statement; otherwise it becomes a `Reported` token.
 */
import type { IToken, TokenType } from 'chevrotain';
import { makeToken, tokenize } from '../../../grammar/lexer.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { showCount } from '../diagnostics/count.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Comment } from './ast.ts';
import { choiceBySigns } from './slips/choice-by-signs.ts';
import type { Source, Span } from './source.ts';
import { rangeAround } from './slips/tolerance.ts';

export interface Lexed {
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
  readonly diagnostics: Diagnostic[];
  /** Words, numbers, signs and comments; of a text that is too long, so many as are allowed. */
  readonly words: number;
  /** The text is too long: what there is of it means nothing. */
  readonly isTooLong: boolean;
}

/** Characters of a file, and its words, numbers, signs and comments: both are more than 10,000 lines have. */
export const mostText = { characters: 1_000_000, tokens: 150_000 } as const;

/** Characters of a run without meaning that a message shows. */
const mostShown = 40;

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
  const reported = strays.map(([start, end]) => {
    const text = source.text.slice(start, end);
    const shown = text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
    const near = nearlyEqual(source, start, text);
    if (near) {
      diagnostics.push(near);
      return makeToken(t.Reported, text, start, end);
    }
    const fixes =
      text === '?' ? choiceBySigns(source, start) : text === '±' ? rangeAround(source, start) : [];
    diagnostics.push(diagnostic('syntax/stray', { text: shown }, { source, start, end }, { fixes }));
    return makeToken(t.Reported, text, start, end);
  });
  const all = merge(raw, reported);
  if (!all.some(isMistake)) return { tokens: all, comments, diagnostics, words, isTooLong: false };
  reportLineEnds(source, all, diagnostics);
  const tokens: IToken[] = [];
  for (const token of all) {
    const kept = isMistake(token) ? repair(source, token, diagnostics) : token;
    if (kept === 'comment') comments.push(comment(source, token));
    else tokens.push(kept);
  }
  comments.sort((a, b) => a.span.start - b.span.start);
  return { tokens, comments, diagnostics, words, isTooLong: false };
}

/** `y ~= 1`, `y ≈ 1`: numbers are equal where they differ by little. */
function nearlyEqual(source: Source, start: number, text: string): Diagnostic | undefined {
  const [found] = /^(?:~=|=~|~~|[≈≅≃])/.exec(source.text.slice(start, start + 2)) ?? [];
  if (found === undefined || !found.startsWith(text)) return undefined;
  const span = { source, start, end: start + found.length };
  const fixes = [{ title: 'write ==', edits: [{ span, text: '==' }] }];
  return diagnostic('syntax/foreign-sign', { found, ours: '==' }, span, { fixes });
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
  const text = image
    .replace(/^(?:\/\/\/|\/\/|#|\/\*)/, '')
    .replace(/\*\/$/, '')
    .trimEnd();
  return { kind: 'comment', text, doc: /^\/\/\/(?!\/)/.test(image), span: spanOf(source, token) };
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
  [t.Mistake, repairMistake],
  [t.BadNumber, repairNumber],
  [t.UnclosedString, repairString],
]);

const isMistake = ({ tokenType }: IToken): boolean => repairs.has(tokenType);

function repair(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken | 'comment' {
  return repairs.get(token.tokenType)?.(source, token, diagnostics) ?? token;
}

/** Signs of other languages: ours, and the type it becomes. */
const signs: Record<string, readonly [string, TokenType]> = {
  '=>': ['->', t.Arrow],
  '|>': ['->', t.Arrow],
  '→': ['->', t.Arrow],
  '–>': ['->', t.Arrow],
  '—>': ['->', t.Arrow],
  '&&': ['and', t.And],
  '||': ['or', t.Or],
  '!': ['not', t.Not],
  '≤': ['<=', t.LessEqual],
  '≥': ['>=', t.GreaterEqual],
  '≠': ['!=', t.NotEqual],
  '×': ['x', t.Reported],
  ';': ['\n', t.Newline],
};

function repairMistake(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken | 'comment' {
  const span = spanOf(source, token);
  const { image } = token;
  if (/^#(?:include|import)\b/.test(image)) {
    diagnostics.push(includeOfOthers(span, image));
    retype(token, t.Reported);
    return token;
  }
  if (image.startsWith('#') || image.startsWith('/*')) {
    diagnostics.push(diagnostic('syntax/comment', {}, span, { fixes: [commentFix(span, image)] }));
    return 'comment';
  }
  if (image.startsWith("'")) {
    const text = `"${image.slice(1, -1).replaceAll('"', '\\"')}"`;
    diagnostics.push(diagnostic('syntax/quote', {}, span, { fixes: [replaceBy(text, span)] }));
    retype(token, t.StringToken);
    return token;
  }
  if (image === '\r') {
    retype(token, t.Newline);
    return token;
  }
  if (image === ';') {
    const fix = { title: 'end the line here instead', edits: [{ span, text: '' }] };
    const last = /^[ \t]*(?:\r*\n|$|\/\/)/.test(source.text.slice(span.end, span.end + 200));
    diagnostics.push(diagnostic('syntax/semicolon', {}, span, { fixes: last ? [fix] : [] }));
  } else {
    const [ours] = signs[image] ?? [image];
    const text = ours === 'not' ? 'not ' : ours;
    const fix = { title: `write ${ours}`, edits: [{ span, text }] };
    diagnostics.push(diagnostic('syntax/foreign-sign', { found: image, ours }, span, { fixes: [fix] }));
  }
  retype(token, signs[image]?.[1] ?? t.Reported);
  return token;
}

/** `#include "std/lenet"`: an import of C. */
function includeOfOthers(span: Span, image: string): Diagnostic {
  const word = /^#\w+/.exec(image)?.[0] ?? '#';
  const args = { word, where: 'an import names what it brings: `use { Name } from "./blocks.cnn"`' };
  return diagnostic('syntax/misplaced', args, { ...span, end: span.start + word.length });
}

function commentFix(span: Span, image: string): Fix {
  const lines = image
    .replace(/^(?:#+|\/\*+)/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => `// ${line.replace(/^[ \t]*\*?[ \t]*/, '').trimEnd()}`.trimEnd());
  return { title: 'write // at the beginning', edits: [{ span, text: lines.join('\n') }] };
}

function repairNumber(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = spanOf(source, token);
  const fixes = token.image.startsWith('.')
    ? [replaceBy(`0${token.image}`, span)]
    : /^\d+(?:[xX]\d+)+$/.test(token.image)
      ? [replaceBy(token.image.toLowerCase(), span)]
      : [];
  const extras = { fixes, notes: [{ word: 'why' as const, text: numberAdvice(token.image) }] };
  diagnostics.push(diagnostic('syntax/bad-number', { text: token.image }, span, extras));
  retype(token, t.Reported);
  return token;
}

function numberAdvice(image: string): string {
  if (image.startsWith('.')) return 'a number begins with a digit';
  if (/^\d+[xX]/.test(image)) {
    return 'a size has digits on both sides of every small x, as in 3x3; with names write a list: [H, W]';
  }
  if (image.includes('_')) return 'a _ stands between two digits, as in 61_706';
  if (/^0\d/.test(image) || /^0[box]/i.test(image)) return 'numbers are decimal';
  return 'what may follow the digits is k, M, G, kB, MB, GB or %; a name begins with a letter';
}

function repairString(source: Source, token: IToken, diagnostics: Diagnostic[]): IToken {
  const span = spanOf(source, token);
  const end = { source, start: span.end, end: span.end };
  const at = /[)\]},\s]*$/.exec(token.image)?.[0].length ?? 0;
  const close = { source, start: end.start - at, end: end.end - at };
  const opening = token.image.startsWith("'") ? [{ span: { ...span, end: span.start + 1 }, text: '"' }] : [];
  const edits = [...opening, { span: close, text: '"' }];
  const extras = { fixes: [{ title: opening.length > 0 ? 'put it into "…"' : 'close it with "', edits }] };
  diagnostics.push(diagnostic('syntax/unclosed-string', {}, { ...span, end: span.start + 1 }, extras));
  retype(token, t.Reported);
  return token;
}
