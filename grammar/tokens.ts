/**
 * The tokens of `.cnn`, and the only list of its words. The lexer knows one kind of word; src/compiler/1-parse/layout.ts gives
 * a word its keyword type where it stands in a keyword's place (docs/language.md, "Words"), so that `train`, `mean` or `block`
 * can name values everywhere else. Every token has a label: how diagnostics speak of it.
 */
import type { ITokenConfig, TokenType } from 'chevrotain';
import { createToken, Lexer } from './chevrotain.ts';

/** All token types. */
export const allTokens: TokenType[] = [];
/** Those that stand in the text, in the order in which the lexer tries them (lexer.ts). */
export const texts: TokenType[] = [];

const starts = new Map<TokenType, readonly number[]>();

/** Codes of the characters that a type of the text can begin with. */
export const startsOf = (type: TokenType): readonly number[] => starts.get(type) ?? [];

type Config = Omit<ITokenConfig, 'name' | 'label'>;

function token(name: string, label: string, config: Config): TokenType {
  const type = createToken({ name, label, ...config });
  allTokens.push(type);
  return type;
}

/** A type of the text; `first` are the characters that it can begin with. */
function inText(name: string, label: string, first: string, config: Config): TokenType {
  const type = token(name, label, config);
  texts.push(type);
  starts.set(type, codesOf(first));
  return type;
}

const codesOf = (characters: string): readonly number[] => [...characters].map((one) => one.charCodeAt(0));

const digits = '0123456789';

/** Characters from one code to another. */
const codes = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join('');
/** What a sign of another language can begin with: arrows and full-width signs among them. */
const mistakes = [
  '=|&<≤≥≠÷∕·⋅∗•∧∨¬×✕✖⨯!;\r–—−‐‑',
  codes(0x2190, 0x21ff),
  codes(0x27f0, 0x27ff),
  codes(0x2900, 0x297f),
  codes(0x2794, 0x27be),
  codes(0xff01, 0xff5e),
].join('');
const letters = 'abcdefghijklmnopqrstuvwxyz';

const symbol = (name: string, text: string, categories: TokenType[] = []) =>
  inText(name, `\`${text}\``, text.charAt(0), { pattern: text, categories });
/** A type that only the layout pass gives. */
const virtual = (name: string, label: string, categories: TokenType[] = []) =>
  token(name, label, { pattern: Lexer.NA, categories });

// Trivia
export const Whitespace = inText('Whitespace', 'space', ' \t\r\f\v\u00a0\ufeff', {
  // A run of carriage returns is looked at once, at its first.
  pattern: /[ \t\f\v\u00a0\ufeff]+|(?<!\r)\r+(?=\n)/,
  group: Lexer.SKIPPED,
});
export const Newline = inText('Newline', 'the end of the line', '\n', { pattern: '\n', line_breaks: false });
export const Comment = inText('Comment', 'a comment', '/', { pattern: /\/\/[^\n\r]*/, group: 'comments' });

/** Between the entries of a list in braces: a comma or the end of the line. */
export const Separator = virtual('Separator', '`,`');

/** Between two operands; build/operators.ts holds the precedence. */
export const Operator = virtual('Operator', 'an operator');
/** Before an operand: `-`, `not`. */
export const Prefix = virtual('Prefix', '`-`');

// Words. `Word` is any word at all, `Name` one that is no keyword where it stands.
export const Word = virtual('Word', 'a word');
export const Name = inText('Name', 'a name', `${letters}${letters.toUpperCase()}_`, {
  pattern: /[A-Za-z_]\w*/,
  categories: [Word],
});

// Literals
export const Size = inText('Size', 'a size', digits, { pattern: /\d+(?:x\d+)+(?!\w)/ });
export const NumberToken = inText('Number', 'a number', digits, {
  pattern:
    /(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d+)?(?:[ \t]*[kMG]?B(?!\w)|[kMG](?!\w)|%(?![\w(]|[ \t]+[\w(]))?(?!\w|\.(?!\.)|'\d)/,
});
/** `.5`, `12abc`, `3x`, `1.5f`, `5.`: told and mended by 1-parse/repairs/numbers.ts. */
export const BadNumber = inText('BadNumber', 'a number', `${digits}.`, {
  pattern: /\d(?:\w|\.(?!\.)|'(?=\d{3}(?!\d|'(?!\d)))|(?<=\d[eE])[+-](?=\d))*|\.\d\w*/,
});
/** Three quotes: a comment or a text of another language. */
export const TripleQuoted = inText('TripleQuoted', 'a text in quotes', `"'`, {
  pattern: /"""(?:[^"]|"(?!""))*"""|'''(?:[^']|'(?!''))*'''/,
  line_breaks: true,
});
export const StringToken = inText('String', 'a text in quotes', '"', {
  pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*"/,
});

// Symbols, longest first
export const Arrow = symbol('Arrow', '->');
export const DotDot = symbol('DotDot', '..', [Operator]);
export const EqualEqual = symbol('EqualEqual', '==', [Operator]);
export const NotEqual = symbol('NotEqual', '!=', [Operator]);
export const LessEqual = symbol('LessEqual', '<=', [Operator]);
export const GreaterEqual = symbol('GreaterEqual', '>=', [Operator]);
export const StarStar = symbol('StarStar', '**');

/** A comment of C; the lexer passes over it where nothing closes it (lexer.ts). */
export const BlockComment = inText('BlockComment', 'a comment', '/', {
  pattern: /\/\*[^]*?\*\//,
  line_breaks: true,
});

/** Two words and more up to the end of a line, that no statement could be. */
const prose =
  /(?!(?:in|out|let|train_only|if|each|repeat|replace|assert|as|of)\b)[A-Za-z][\w'’-]*,?[ \t]+(?!(?:as|of|and|or|not|where|with|else|anchors|scale|mean|std|order|range|fit)\b)[A-Za-z][\w',.!’ \t-]*(?=[\n\r]|$)/;
/** Other comments of other languages, most to the end of their line: 1-parse/repairs/comments.ts. */
export const ForeignComment = inText('ForeignComment', 'a comment', '#/<-;%({', {
  pattern: new RegExp(
    [
      /#[^\n\r]*/,
      // A /* that nothing closes, with the lines below it that begin with a star.
      /\/\*[^\n\r]*(?:\r?\n[ \t]*\*(?!\/)[^\n\r]*)*/,
      // Those of several lines no further than a page: what nothing closes is not looked for through the whole text.
      /<!--[^]{0,1000}?-->/,
      /<!--[^\n\r]*/,
      /\(\*(?=\s)[^"]{0,1000}?\*\)/,
      /\{-(?=\s)[^"{}]{0,1000}?-\}/,
      /(?<=(?:^|[\n\r])[ \t]*)--+(?![->\d(])[^\n\r]*/,
      new RegExp(`(?:--|;|%)[ \\t]+${prose.source}`),
    ]
      .map(({ source }) => source)
      .join('|'),
  ),
  line_breaks: true,
});

/** What people write by habit from other languages; 1-parse/repairs/ reports each and mends it. */
export const Mistake = inText('Mistake', 'a sign of another language', mistakes, {
  pattern:
    /=>|\|>|&&|\|\|?|<-(?=[ \t])|[≤≥≠÷∕·⋅∗•∧∨¬×✕✖⨯!;\r]|[–—]>|[–—−‐‑]|[\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f\u2794-\u27be]|[\uff10-\uff19]+|[\uff01-\uff5e]/,
});
/** Texts in quotes of other languages, and of typography. */
export const OtherQuotes = inText('OtherQuotes', 'a text in quotes', `'“”„‟«‘’‚\``, {
  pattern: /'(?:[^'\\\n\r]|\\[^\n\r])*'|[“”„‟«][^“”„‟«»"\n\r]*[“”»]|[‘’‚][^‘’‚'\n\r]*[’‘]|`[^`\n\r]*`/,
});

export const Less = symbol('Less', '<', [Operator]);
export const Greater = symbol('Greater', '>', [Operator]);
export const Equal = symbol('Equal', '=');
export const Colon = symbol('Colon', ':');
export const Comma = inText('Comma', '`,`', ',', { pattern: ',', categories: [Separator] });
export const Dot = symbol('Dot', '.');
export const Plus = symbol('Plus', '+', [Operator]);
export const Minus = symbol('Minus', '-', [Operator, Prefix]);
export const Star = symbol('Star', '*', [Operator]);
export const Slash = symbol('Slash', '/', [Operator]);
export const Percent = symbol('Percent', '%', [Operator]);
export const Caret = symbol('Caret', '^', [Operator]);
export const LParen = symbol('LParen', '(');
export const RParen = symbol('RParen', ')');
export const LSquare = symbol('LSquare', '[');
export const RSquare = symbol('RSquare', ']');
export const LCurly = symbol('LCurly', '{');
export const RCurly = symbol('RCurly', '}');

export const UnclosedString = inText('UnclosedString', 'a text in quotes', `"'`, { pattern: /["'][^\n\r]*/ });

// Types given by the layout pass
/** Braces of a merge: after a name or its options, and not the body of an `if`, `each` or `extends`. */
export const MergeCurly = virtual('MergeCurly', '`{`', [LCurly]);
/** `*` or `**` in a weight path. */
export const Wildcard = virtual('Wildcard', '`*`');
/** The end of a statement; `Newline`s that end none are dropped. */
export const End = virtual('End', 'the end of the line', [Separator]);
/** Something already reported: the statement around it is given up without a further word. */
export const Reported = virtual('Reported', 'nothing');

/** Stands in the tree where an entry of a list did not parse; never in the token stream. */
export const Broken = virtual('Broken', 'nothing');

const keywords = new Map<string, TokenType>();
const keyword = (name: string, word: string, categories: TokenType[] = [Word]) => {
  const type = virtual(name, `\`${word}\``, categories);
  keywords.set(word, type);
  return type;
};

// Reserved everywhere: they are part of expressions.
export const And = keyword('And', 'and', [Word, Operator]);
export const Or = keyword('Or', 'or', [Word, Operator]);
export const Not = keyword('Not', 'not', [Word, Prefix]);
export const True = keyword('True', 'true');
export const False = keyword('False', 'false');
export const If = keyword('If', 'if');
export const Else = keyword('Else', 'else');
export const Repeat = keyword('Repeat', 'repeat');
export const Each = keyword('Each', 'each');
export const As = keyword('As', 'as');
/** `in` as a name: the incoming value of a block. */
export const Incoming = keyword('Incoming', 'in');

/** Reserved words by their text. */
export const reserved: ReadonlyMap<string, TokenType> = new Map(keywords);
keywords.clear();

// Keywords only where they begin a statement.
export const Use = keyword('Use', 'use');
export const Export = keyword('Export', 'export');
export const Block = keyword('Block', 'block');
export const Net = keyword('Net', 'net');
export const Family = keyword('Family', 'family');
export const Defaults = keyword('Defaults', 'defaults');
export const Filter = keyword('Filter', 'filter');
export const Weights = keyword('Weights', 'weights');
export const Moved = keyword('Moved', 'moved');
export const Train = keyword('Train', 'train');
export const Test = keyword('Test', 'test');
export const Let = keyword('Let', 'let');
export const Assert = keyword('Assert', 'assert');
export const Budget = keyword('Budget', 'budget');
export const In = keyword('In', 'in');
export const Out = keyword('Out', 'out');
export const TrainOnly = keyword('TrainOnly', 'train_only');
export const Replace = keyword('Replace', 'replace');
export const Augment = keyword('Augment', 'augment');
export const Phase = keyword('Phase', 'phase');
export const Freeze = keyword('Freeze', 'freeze');
export const Expect = keyword('Expect', 'expect');
export const DetectBranch = keyword('DetectBranch', 'branch');
export const Nms = keyword('Nms', 'nms');

/** Words that begin a statement, by their text. */
export const starters: ReadonlyMap<string, TokenType> = new Map(keywords);
keywords.clear();

// Keywords only behind a complete expression or name.
/** Any other word there: `schedule cosine`, `scale 1/255`, `pad digit to 32x32`. */
export const ModifierWord = virtual('ModifierWord', 'a word that says more', [Word]);
export const Of = keyword('Of', 'of');
export const Where = keyword('Where', 'where');
export const With = keyword('With', 'with');
export const From = keyword('From', 'from');
export const Layout = keyword('Layout', 'layout');
export const Except = keyword('Except', 'except');
export const Extends = keyword('Extends', 'extends');
export const Anchors = keyword('Anchors', 'anchors');

/** Words that say more about what stands before them, by their text. */
export const clauses: ReadonlyMap<string, TokenType> = new Map(keywords);

/** What may follow an `in` on lines of its own. */
export const preprocessing: ReadonlySet<string> = new Set(['scale', 'mean', 'std', 'order', 'range', 'fit']);
