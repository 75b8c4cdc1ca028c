/** Slips in heads of `each` and `repeat`: loops as Python, JavaScript and C write them, the parts of a head in another order. */
import * as t from '../../../../grammar/tokens.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { spanOf } from '../lex.ts';
import { closingOf, endOfExpression } from './scan.ts';
import { beginning, replaced, told, type Slip } from './slip.ts';

/** A head that is not ours: what is wrong with it, and the head that it means. */
interface Head {
  readonly written: RegExp;
  readonly why: string;
  readonly ours: (parts: readonly string[]) => string | undefined;
}

const item = String.raw`(\w+|\[[\w\s,]+\])`;
const rest = String.raw`([^{}\n]+?)`;
const asName = String.raw`(?:\s+as\s+(\w+))?`;
const before = String.raw`(?=\s*\{)`;
const inBrackets = String.raw`^(?:each|for|foreach)\s*\(\s*(?:(?:const|let|var)\s+)?`;
const eachHead = '`each item of list {` is how a loop begins';

const heads: readonly Head[] = [
  {
    written: new RegExp(`${inBrackets}${item}\\s+(?:of|in)\\s+${rest}\\)${asName}${before}`),
    why: `a loop has no parentheses: ${eachHead}`,
    ours: ([one = '', list = '', name]) => eachOf(one, list, name),
  },
  {
    written: new RegExp(`^(?:each|for|foreach)\\s+(\\w+)\\s*,\\s*(\\w+)\\s+(?:of|in)\\s+${rest}${before}`),
    why: 'an item and its number stand in parentheses, the parts of an item in `[…]`',
    ours: ([one = '', two = '', list = '']) =>
      eachOf(/^\[\s*[[(]/.test(list) ? `[${one}, ${two}]` : `(${one}, ${two})`, list),
  },
  {
    written: new RegExp(`^(?:each|for|foreach)\\s*\\{([\\w\\s,]+)\\}\\s+(?:of|in)\\s+${rest}${before}`),
    why: 'the parts of an item stand in `[…]`',
    ours: ([names = '', list = '']) => eachOf(`[${names.trim()}]`, list),
  },
  {
    written: new RegExp(`^(?:for|foreach)\\s+${item}\\s+(?:of|in)\\s+${rest}${before}`),
    why: eachHead,
    ours: ([one = '', list = '']) => eachOf(one, list),
  },
  {
    written: new RegExp(`^each\\s+(\\[[^{}\\n]*\\]|\\w+)\\s+as\\s+(\\w+)${before}`),
    why: `the item stands before its list: ${eachHead}`,
    ours: ([list = '', one = '']) => eachOf(one, list),
  },
  {
    written: new RegExp(`^each\\s+${item}\\s+as\\s+(\\w+)\\s+(?:of|in)\\s+${rest}${before}`),
    why: '`as` stands behind the list',
    ours: ([one = '', name = '', list = '']) => eachOf(one, list, name),
  },
  {
    written: new RegExp(`^each\\s+(?:of|in)\\s+${rest}(?=\\s*\\{[^}]*\\b(it)\\b|\\s*\\{)`),
    why: 'a name for the item stands before `of`',
    ours: ([list = '', name]) => eachOf(name ?? 'item', list),
  },
  {
    written: new RegExp(
      `^each\\s*[[(]?\\s*(\\w+)\\s*,\\s*(\\w+)\\s*[\\])]?\\s+of\\s+(\\[[^[\\]{}]*\\])\\s*,\\s*(\\[[^[\\]{}]*\\])${before}`,
    ),
    why: 'a loop goes over one list; what belongs together stands in pairs',
    ours: ([one = '', two = '', left = '', right = '']) => inPairs([one, two], left, right),
  },
  {
    written: new RegExp(`^repeat\\s*\\(\\s*(\\w+)\\s+(?:of|in)\\s+(\\w+)\\s*\\)${before}`),
    why: 'a repetition has no number of its own: `each i of range(n)` has',
    ours: ([one = '', count = '']) => eachOf(one, `range(${count})`),
  },
  {
    written: new RegExp(`^repeat\\s*\\(\\s*(\\w+)\\s*,\\s*([a-z]\\w*)\\s*\\)${before}`),
    why: 'a repetition has no number of its own: `each i of range(n)` has',
    ours: ([count = '', one = '']) => eachOf(one, `range(${count})`),
  },
  {
    written: new RegExp(`^repeat\\s*\\(\\s*\\w+\\s*=\\s*(\\w+)\\s*\\)${before}`),
    why: 'how often stands alone in the parentheses',
    ours: ([count = '']) => `repeat(${count})`,
  },
  {
    written: new RegExp(`^repeat\\s*\\(?\\s*(\\w+)\\s*\\)?\\s+times${before}`),
    why: 'how often stands in parentheses',
    ours: ([count = '']) => `repeat(${count})`,
  },
  {
    written: /^repeat\s*\(\s*(\w+)\s*,\s*(\w+\s*\([^{}\n]*\))\s*\)/,
    why: 'what is repeated stands in braces',
    ours: ([count = '', body = '']) => `repeat(${count}) { ${body} }`,
  },
  {
    written: /^repeat\s*\(\s*(\w+\s*\([^{}\n]*\))\s*,\s*(\w+)\s*\)/,
    why: 'what is repeated stands in braces',
    ours: ([body = '', count = '']) => `repeat(${count}) { ${body} }`,
  },
];

const eachOf = (one: string, list: string, name?: string): string =>
  `each ${one} of ${list.trim()}${name === undefined ? '' : ` as ${name}`}`;

/** Two lists of one length as a list of pairs. */
function inPairs(names: readonly string[], left: string, right: string): string | undefined {
  const [lefts, rights] = [left, right].map((list) => list.slice(1, -1).split(','));
  if (lefts?.length !== rights?.length) return undefined;
  const pairs = lefts?.map((one, i) => `(${one.trim()}, ${rights?.[i]?.trim()})`);
  return `each [${names.join(', ')}] of [${pairs?.join(', ')}]`;
}

const loopWords = /\b(?:each|for|foreach|repeat)\b/g;

/** `for (const n of list) {`, `each n, i of list {`, `repeat(3, i) {`. */
const loopHead: Slip = (source, { token }) => {
  const start = beginning(source, loopWords, token.startOffset);
  if (start === undefined) return undefined;
  const text = source.text.slice(start, start + 400);
  for (const { written, why, ours } of heads) {
    const [whole, ...parts] = written.exec(text) ?? [];
    if (whole === undefined || start + whole.length < token.startOffset) continue;
    const head = ours(parts);
    const span = { source, start, end: start + whole.length };
    const fixes = head === undefined ? [] : [{ title: head, edits: [{ span, text: head }] }];
    if (!/^for/.test(whole)) return told(source, token, why, fixes);
    const [word = 'for'] = /^\w+/.exec(whole) ?? [];
    const args = { word, where: `did you mean \`each\`?` };
    return diagnostic('syntax/misplaced', args, { ...span, end: start + word.length }, { fixes });
  }
  return undefined;
};

/** `for n in list: conv(n, 3)`, `[conv(n, 3) for n in list]`. */
const loopOfPython: Slip = (source, { token, previous, rules }) => {
  const { text } = source;
  const word = token.image === 'for' ? token : previous?.image === 'for' ? previous : undefined;
  if (word === undefined) return undefined;
  const at = word.startOffset;
  const [whole, names = '', list = ''] =
    /^for\s+(\w+(?:\s*,\s*\w+)*)\s+(?:in|of)\s+([^{}\n:]*)(?::[ \t]*)?/.exec(text.slice(at, at + 400)) ?? [];
  if (whole === undefined) return undefined;
  const one = names.includes(',') ? `[${names}]` : names;
  const args = { word: 'for', where: `did you mean \`each\`?` };
  const tell = (start: number, end: number, head: string, body: string) => {
    const ours = `${head} { ${body.trim()} }`;
    const fixes = body === '' ? [] : [{ title: ours, edits: [{ span: { source, start, end }, text: ours }] }];
    return diagnostic('syntax/misplaced', args, spanOf(source, word), { fixes });
  };
  if (rules.at(-1) !== 'list') {
    const from = at + whole.length;
    const end = endOfExpression(text, from);
    return text[from - 1] === '{' || !whole.trimEnd().endsWith(':')
      ? undefined
      : tell(at, end, eachOf(one, list), text.slice(from, end));
  }
  const open = opening(text, at);
  const close = open === undefined ? undefined : closingOf(text, open);
  if (open === undefined || close === undefined) return undefined;
  const of = text.slice(at, close).replace(/^for\s+.*?\s+(?:in|of)\s+/, '');
  return tell(open, close + 1, eachOf(one, of), text.slice(open + 1, at));
};

/** The square bracket of the line that is open at `at`. */
function opening(text: string, at: number): number | undefined {
  for (let i = at - 1; i >= 0 && text[i] !== '\n'; i--)
    if (text[i] === '[' && (closingOf(text, i) ?? 0) > at) return i;
  return undefined;
}

/** `repeat(3) as stage { … }`: the name stands behind the braces. */
const nameOfRepeat: Slip = (source, { token, rules }) => {
  if (token.tokenType !== t.As || rules.at(-1) !== 'body' || rules.at(-2) !== 'repeat') return undefined;
  const [whole, name] = /^as\s+(\w+)\s*(?=\{)/.exec(source.text.slice(token.startOffset)) ?? [];
  if (whole === undefined) return undefined;
  const open = token.startOffset + whole.length;
  const close = closingOf(source.text, open);
  const edits = [
    { span: { source, start: token.startOffset, end: open }, text: '' },
    { span: { source, start: (close ?? 0) + 1, end: (close ?? 0) + 1 }, text: ` as ${name}` },
  ];
  const fixes = close === undefined ? [] : [{ title: `as ${name} behind the braces`, edits }];
  return told(source, token, 'the name of a repetition stands behind its braces', fixes);
};

/** `each n of list as { … }`, `… as "stage" { … }`. */
const nameOfEach: Slip = (source, { token, previous, rules }) => {
  if (previous?.tokenType !== t.As || rules.at(-1) !== 'each') return undefined;
  const [, name] = /^"([A-Za-z]\w*)"$/.exec(token.image) ?? [];
  if (name !== undefined) return replaced(source, token, 'a name has no quotes', name);
  if (token.tokenType !== t.LCurly && token.tokenType !== t.MergeCurly) return undefined;
  const start = source.text.slice(0, previous.startOffset).trimEnd().length;
  const span = { source, start, end: spanOf(source, previous).end };
  const fixes = [{ title: 'leave as out', edits: [{ span, text: '' }] }];
  return told(source, token, 'a name for the weight paths is missing after `as`', fixes);
};

/** In order: the first that knows a failure tells it. */
export const loopSlips: readonly Slip[] = [loopHead, loopOfPython, nameOfRepeat, nameOfEach];
