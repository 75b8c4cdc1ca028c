/**
 * Chevrotain's parser with our way of recovery: lists in braces (and the file itself) are the only places that recover, and an
 * entry that fails is skipped as a whole. That works because layout.ts hands over tokens whose brackets all match and whose
 * `payload` is the number of brackets around them. Nothing is guessed inside an entry, so one mistake gives one failure.
 */
import type { CstNode, IToken, ParserMethod, TokenType } from 'chevrotain';
import { createTokenInstance, CstParser, EOF, isRecognitionException, tokenMatcher } from './chevrotain.ts';
import { Broken, RCurly } from './tokens.ts';

export interface ParserOptions {
  /** False in tests and generators: the grammar itself is checked for ambiguities (slow). */
  readonly skipValidations: boolean;
}

/** Where and why an entry of a list failed. */
export interface Failure {
  /** The first token that did not fit. */
  readonly token: IToken;
  /** The token before it. */
  readonly previous: IToken | undefined;
  /** Names of the token types that would have fitted. */
  readonly expected: readonly string[];
  /** The rules that were open, outermost first. */
  readonly rules: readonly string[];
  /** The first token of the entry. */
  readonly start: IToken;
}

const unique = (names: readonly string[]) => [...new Set(names)].join(' ');

/** Messages for machines: the names of the expected token types. What a person reads is made in 1-parse/failures.ts. */
const expectedNames = {
  buildMismatchTokenMessage: ({ expected }: { expected: TokenType }) => expected.name,
  buildNotAllInputParsedMessage: () => 'End',
  buildNoViableAltMessage: ({ expectedPathsPerAlt }: { expectedPathsPerAlt: TokenType[][][] }) =>
    unique(expectedPathsPerAlt.flat().flatMap(([first]) => (first ? [first.name] : []))),
  buildEarlyExitMessage: ({ expectedIterationPaths }: { expectedIterationPaths: TokenType[][] }) =>
    unique(expectedIterationPaths.flatMap(([first]) => (first ? [first.name] : []))),
};

/** After so many failures the rest of the text is skipped: nobody reads on, and each costs time. */
export const maxFailures = 1000;

export class RecoveringParser extends CstParser {
  /** What failed since `input` was last set. */
  failures: Failure[] = [];

  constructor(vocabulary: TokenType[], options: ParserOptions) {
    super(vocabulary, {
      ...options,
      recoveryEnabled: false,
      maxLookahead: 2,
      nodeLocationTracking: 'onlyOffset',
      errorMessageProvider: expectedNames,
    });
  }

  /** Entries of `rule` up to the `}` around them (or the end of the file), each recovering by itself. */
  protected LIST(separator: TokenType, rule: ParserMethod<[], CstNode>): void {
    if (this.RECORDING_PHASE) {
      this.MANY_SEP9({ SEP: separator, DEF: () => this.SUBRULE(rule) });
      return;
    }
    const first = this.LA(1);
    if (endsList(first)) return;
    const depth = Number(first.payload);
    this.entry(separator, depth, rule);
    while (tokenMatcher(this.LA(1), separator)) {
      this.CONSUME(separator);
      this.entry(separator, depth, rule);
    }
  }

  private entry(separator: TokenType, depth: number, rule: ParserMethod<[], CstNode>): void {
    const start = this.LA(1);
    if (this.failures.length <= maxFailures) {
      const failure = this.attempt(separator, rule, start);
      if (failure === undefined) return;
      this.failures.push(failure);
    }
    while (!(this.LA(1).payload < depth) && !isEnd(this.LA(1), separator, depth)) this.SKIP_TOKEN();
    const end = Math.max(this.LA(0).endOffset ?? 0, start.startOffset - 1);
    const broken = createTokenInstance(Broken, '', start.startOffset, end, NaN, NaN, NaN, NaN);
    (this.currCSTNode.children['Broken'] ??= []).push(broken);
  }

  /** Parses one entry; a failure leaves nothing of it in the tree. */
  private attempt(separator: TokenType, rule: ParserMethod<[], CstNode>, start: IToken): Failure | undefined {
    try {
      const node = this.SUBRULE(rule);
      const next = this.LA(1);
      if (tokenMatcher(next, separator) || endsList(next)) return undefined;
      this.currCSTNode.children[node.name]?.pop();
      return { token: next, previous: this.LA(0), expected: [separator.name], rules: [node.name], start };
    } catch (error) {
      if (!isRecognitionException(error as Error)) throw error;
      const { token, message, context } = error as Error & {
        token: IToken;
        context: { ruleStack: string[] };
      };
      return {
        token,
        previous: this.LA(0),
        expected: message.split(' '),
        rules: context.ruleStack,
        start,
      };
    }
  }
}

const endsList = (token: IToken) => token.tokenType === RCurly || token.tokenType === EOF;

function isEnd(token: IToken, separator: TokenType, depth: number): boolean {
  return token.tokenType === EOF || (token.payload === depth && tokenMatcher(token, separator));
}
