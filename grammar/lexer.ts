/**
 * Text → tokens in one pass. The types of tokens.ts are tried in their order, only those that can begin with the character at
 * hand; each token is made once, in the shape that every later pass writes to (a text of 10,000 lines has 130,000 of them).
 */
import type { IToken, TokenType } from 'chevrotain';
import { BlockComment, Comment, startsOf, texts, Whitespace } from './tokens.ts';

/** A token with all fields that later passes set. */
export interface Token extends IToken {
  tokenTypeIdx: number;
  /** Offset of its last character. */
  endOffset: number;
  /** How many brackets are around it: brackets.ts. */
  payload: number;
}

export interface Tokens {
  readonly tokens: Token[];
  readonly comments: readonly Token[];
  /** Runs of characters that begin no token, as `[start, end)`. */
  readonly strays: readonly (readonly [start: number, end: number])[];
  /** Where the tokens end that were made: the end of the text, or a bound. */
  readonly end: number;
}

/** One type, as the lexer tries it. */
interface Rule {
  readonly type: TokenType;
  /** A fixed text; undefined where `pattern` says. */
  readonly text: string | undefined;
  readonly pattern: RegExp | undefined;
}

const noRules: readonly Rule[] = [];
/** By the code of the first character. */
const ascii: (readonly Rule[])[] = Array.from({ length: 128 }, () => noRules);
const others = new Map<number, readonly Rule[]>();
const rulesOf = (code: number): readonly Rule[] =>
  code < 128 ? (ascii[code] as readonly Rule[]) : (others.get(code) ?? noRules);

for (const type of texts) {
  const { PATTERN } = type;
  const rule: Rule = {
    type,
    text: typeof PATTERN === 'string' ? PATTERN : undefined,
    pattern: PATTERN instanceof RegExp ? new RegExp(PATTERN.source, 'y') : undefined,
  };
  for (const start of startsOf(type)) {
    const all = [...rulesOf(start), rule];
    if (start < 128) ascii[start] = all;
    else others.set(start, all);
  }
}

/** The end of a token of this rule at an offset; `at` itself where there is none. */
function endOf({ text: fixed, pattern }: Rule, text: string, at: number): number {
  if (fixed !== undefined) return text.startsWith(fixed, at) ? at + fixed.length : at;
  if (!pattern) return at;
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

export function makeToken(type: TokenType, image: string, start: number, end: number): Token {
  return {
    image,
    startOffset: start,
    endOffset: end - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    payload: 0,
  };
}

/** Everything in a text but spaces, up to `most` tokens and comments. Linear in its length; never throws. */
export function tokenize(text: string, most = Infinity): Tokens {
  const tokens: Token[] = [];
  const comments: Token[] = [];
  const strays: [number, number][] = [];
  // Behind the last end of one no comment is closed: none is looked for, or a text of openings alone would be read once for each.
  let lastClosed: number | undefined;
  let at = 0;
  while (at < text.length && tokens.length + comments.length + strays.length < most) {
    const rules = rulesOf(text.charCodeAt(at));
    let end = at;
    let rule: Rule | undefined;
    for (let i = 0; i < rules.length && end === at; i++) {
      rule = rules[i] as Rule;
      if (rule.type === BlockComment && at > (lastClosed ??= text.lastIndexOf('*/'))) continue;
      end = endOf(rule, text, at);
    }
    if (end === at || !rule) {
      const last = strays.at(-1);
      if (last?.[1] === at) last[1] = at + 1;
      else strays.push([at, at + 1]);
      end = at + 1;
    } else if (rule.type !== Whitespace) {
      const token = makeToken(rule.type, rule.text ?? text.slice(at, end), at, end);
      (rule.type === Comment ? comments : tokens).push(token);
    }
    at = end;
  }
  return { tokens, comments, strays, end: at };
}
