/**
 * What the parser could not match, in the words of the person who wrote it. The parser knows token types and rules; here they
 * become "a value is missing after `=`", with a fix where one is obvious. Nothing of the parser generator's wording remains.
 */
import type { IToken, TokenType } from 'chevrotain';
import { maxFailures } from '../../../grammar/recovering-parser.ts';
import type { Failure } from '../../../grammar/recovering-parser.ts';
import * as t from '../../../grammar/tokens.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { fixesBy } from '../diagnostics/fixes.ts';
import { internal } from '../diagnostics/internal.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { withoutCascades } from './cascades.ts';
import { movedOut } from './slips/move-out.ts';
import { explainSlip } from './slips/index.ts';
import { reservedWord } from './slips/words.ts';
import { putIn } from './slips/slip.ts';
import { spanOf } from './lex.ts';
import type { Source, Span } from './source.ts';

/** The diagnostics of all failures that `reported` does not explain; where there are too many, one that shows the first few. */
export function explainAll(
  source: Source,
  failures: readonly Failure[],
  reported: readonly Diagnostic[],
): Diagnostic[] {
  const kept = withoutCascades(source, failures, reported);
  const all = kept.flatMap((failure) => explain(source, failure) ?? []);
  return all.length === 0 || failures.length <= maxFailures ? all : [tooMany(all)];
}

/** One that stands for all, with the first few. */
export function tooMany(all: readonly Diagnostic[]): Diagnostic {
  const [first, ...others] = all.slice(0, 5).sort((a, b) => a.span.start - b.span.start);
  if (!first) internal('too many of nothing');
  const labels = others.map(({ span, message }) => ({ span, text: message }));
  const label = first.message;
  return diagnostic('syntax/too-many', { limit: maxFailures }, first.span, { label, labels });
}

/** The diagnostic of a failure; undefined where it was reported already. */
function explain(source: Source, failure: Failure): Diagnostic | undefined {
  const { token, previous } = failure;
  if (token.tokenType === t.Reported || token.isInsertedInRecovery) return undefined;
  // Behind a bracket that never closes what should follow it is not known.
  if (previous?.isInsertedInRecovery && isOver(token)) return undefined;
  return (
    unfinishedKeyword(source, failure) ??
    explainSlip(source, failure) ??
    misplaced(source, failure) ??
    reservedName(source, failure) ??
    swapped(source, failure) ??
    incomplete(source, failure) ??
    unexpected(source, failure)
  );
}

const labels = new Map(t.allTokens.map((type) => [type.name, type.LABEL ?? type.name]));
const quote = (token: IToken) => (token.tokenType === t.StringToken ? 'this text' : `\`${token.image}\``);
const isOver = ({ tokenType }: IToken) =>
  tokenType === t.End || tokenType.name === 'EOF' || tokenType === t.RCurly;

// ---- Keywords in the wrong place

const places = new Map<TokenType, string>();
const belongs = (place: string, ...types: TokenType[]) => types.forEach((type) => places.set(type, place));
const inFile = 'it stands in the file itself, outside all braces';
belongs(
  inFile,
  ...[t.Use, t.Export, t.Block, t.Net, t.Family, t.Defaults, t.Filter, t.Weights, t.Moved, t.Train, t.Test],
);
belongs('it stands in the braces of a net or a block', t.In, t.Out, t.TrainOnly, t.Replace);
belongs('it stands in the braces of a train', t.Augment, t.Phase, t.Freeze);
belongs('it stands in the braces of a train or a test', t.Expect);
belongs('it stands in the braces of detect(…)', t.DetectBranch, t.Nms);

const ownPlace = 'a value stands in the braces of a net or a block; a constant of the file is `let name = …`';

function misplaced(source: Source, { token, start, rules }: Failure): Diagnostic | undefined {
  if (token !== start) return undefined;
  const place = places.get(token.tokenType);
  if (place !== undefined) {
    const fixes = place === inFile ? movedOut(source, token) : [];
    return diagnostic('syntax/misplaced', { word: token.image, where: place }, spanOf(source, token), {
      fixes,
    });
  }
  if (token.tokenType !== t.Name || rules.at(-1) !== 'item') return undefined;
  const span = spanOf(source, token);
  if (named.has(token.image)) {
    const expected = `a name is missing after \`${token.image}\``;
    return diagnostic('syntax/incomplete', { expected }, span);
  }
  const near = nearest(token.image);
  const where = near === undefined ? ownPlace : `did you mean \`${near}\`?`;
  const fixes = fixesBy(near, span);
  return diagnostic('syntax/misplaced', { word: token.image, where }, span, { fixes });
}

/** `net = convolutional(N)`: what these words declare has a name. */
const named: ReadonlySet<string> = new Set(['net', 'block', 'filter', 'let']);

/** The keyword of the file level that is one slip away. */
function nearest(word: string): string | undefined {
  const lower = word.toLowerCase();
  const known: Record<string, string> = {
    import: 'use',
    using: 'use',
    include: 'use',
    model: 'net',
    network: 'net',
    const: 'let',
    def: 'block',
  };
  if (Object.hasOwn(known, lower)) return known[lower];
  if (t.starters.has(word)) return undefined;
  return [...t.starters.keys()].find((starter) => starter.length > 2 && isOneSlip(lower, starter));
}

/** One letter more, less or other, or two swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (a === b) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}

// ---- Keywords without what must follow them

const needs: ReadonlyMap<string, string> = new Map([
  ['assert', 'a condition'],
  ['expect', 'a condition'],
  ['out', 'a value'],
  ['branch', 'a value'],
  ['freeze', 'a weight path such as `stem.**`'],
  ['test', 'a title in quotes'],
  ['nms', '`{`'],
]);

/** `expect ,`: the word stayed a name, since nothing that makes it a keyword follows. */
function unfinishedKeyword(source: Source, { start, token, previous }: Failure): Diagnostic | undefined {
  if (start.tokenType !== t.Name || (token !== start && previous !== start)) return undefined;
  const need = needs.get(start.image);
  // `out: y` has its value.
  if (need === undefined || (start.image === 'out' && token.tokenType === t.Colon)) return undefined;
  // `freeze "a.**"` has its path.
  if (start.image === 'freeze' && token !== start && !isOver(token) && token.tokenType !== t.Comma)
    return undefined;
  // `nms(iou = 0.5)`, `branch(head)`: what it needs stands there in another form.
  const behind = (start.endOffset ?? 0) + 1;
  if (/^(?:nms|branch)$/.test(start.image) && /^[ \t]*[=:(]/.test(source.text.slice(behind, behind + 80)))
    return undefined;
  const expected = `${need} is missing after \`${start.image}\``;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, start));
}

// ---- Reserved words as names

function reservedName(source: Source, { token, expected, previous }: Failure): Diagnostic | undefined {
  const isReserved = t.reserved.get(token.image) === token.tokenType;
  if (!isReserved || !expected.includes('Name') || expected.length > 1) return undefined;
  if (previous === undefined) return undefined;
  return reservedWord(source, token);
}

// ---- One sign for another

interface Swap {
  readonly found: TokenType;
  readonly ours: string;
  readonly why: string;
  readonly when: (failure: Failure) => boolean;
}

const within =
  (...names: string[]) =>
  (failure: Failure) =>
    names.includes(failure.rules.at(-1) ?? '');

const swaps: readonly Swap[] = [
  { found: t.Equal, ours: ':', why: 'the kind of an input stands behind `:`', when: within('inStatement') },
  { found: t.Equal, ours: ':', why: 'a branch is labelled with `:`', when: within('branch') },
  {
    found: t.Equal,
    ours: ':',
    why: 'an output is named with `:`',
    when: ({ start, rules }) => start.tokenType === t.Out && /^(?:outS|s)tatement$/.test(rules.at(-1) ?? ''),
  },
  { found: t.Colon, ours: '=', why: 'what a block is stands behind `=`', when: within('block') },
  { found: t.Colon, ours: '=', why: 'an option is given with `=`', when: within('suffix', 'arg') },
  {
    found: t.Colon,
    ours: '=',
    why: 'a value is named with `=`',
    when: within('statement', 'setting', 'assign', 'trainClause', 'testInput'),
  },
  {
    found: t.Equal,
    ours: '==',
    why: 'two values are compared with `==`',
    when: ({ start, rules }) =>
      start.tokenType === t.Assert || start.tokenType === t.Expect || isIfHead(rules),
  },
];

const isIfHead = (rules: readonly string[]) => rules.at(-1) === 'body' && rules.at(-2) === 'ifExpression';

function swapped(source: Source, failure: Failure): Diagnostic | undefined {
  const { token, previous } = failure;
  const swap = swaps.find(({ found, when }) => found === token.tokenType && when(failure));
  if (swap === undefined || previous === undefined) return undefined;
  const span = spanOf(source, token);
  const fix = { title: `write ${swap.ours}`, edits: [{ span, text: swap.ours }] };
  return diagnostic('syntax/unexpected', { found: quote(token), expected: swap.why }, span, { fixes: [fix] });
}

// ---- Too early an end

function incomplete(source: Source, failure: Failure): Diagnostic | undefined {
  const { token, previous } = failure;
  if (previous === undefined || !(isOver(token) || isCloser(token))) return undefined;
  const expected = `${phrase(failure)} is missing after ${quote(previous)}`;
  return diagnostic('syntax/incomplete', { expected }, spanOf(source, previous));
}

const isCloser = ({ tokenType }: IToken) => tokenType === t.RParen || tokenType === t.RSquare;

// ---- Everything else

function unexpected(source: Source, failure: Failure): Diagnostic {
  const { token, previous } = failure;
  const span = spanOf(source, token);
  const found = isOver(token) ? 'the end of the line' : quote(token);
  const args = { found, expected: expectation(failure) };
  return diagnostic('syntax/unexpected', args, span, { fixes: previous ? join(source, failure, span) : [] });
}

/** In a list, the comma that was forgotten; between two stages, the arrow. */
function join(source: Source, { token, previous, rules, start }: Failure, span: Span): readonly Fix[] {
  if (!begins(token) || previous === undefined || start.tokenType === t.Weights) return [];
  const at = { source, start: span.start, end: span.start };
  const rule = rules.at(-1) ?? '';
  if ((commaLists.has(rule) || commaEntries.has(rule)) && !opensOrJoins.has(previous.tokenType))
    return [putIn(source, (previous.endOffset ?? 0) + 1, ',')];
  if (!arrowEntries.has(rule) || !(token.tokenType === t.ModifierWord)) return [];
  return [{ title: `-> ${token.image}`, edits: [{ span: at, text: '-> ' }] }];
}

const begins = ({ tokenType }: IToken) =>
  [t.Name, t.ModifierWord, t.NumberToken, t.Size, t.StringToken, t.LSquare].includes(tokenType);
/** Behind these a comma is no better. */
const opensOrJoins = new Set([t.Dot, t.As, t.Comma, t.LCurly, t.MergeCurly, t.LParen, t.LSquare]);
const commaLists = new Set(['suffix', 'params', 'parens', 'list']);
/** Entries of lists in braces that a comma (or a line end) separates. */
const commaEntries = new Set(['branch', 'defaultsEntry', 'arg', 'variant', 'usedName']);
const arrowEntries = new Set(['statement', 'item']);

function expectation(failure: Failure): string {
  const rule = failure.rules.at(-1) ?? '';
  if (commaLists.has(rule) && /^R(?:Paren|Square)$/.test(failure.expected.join())) {
    const closer = failure.expected.includes('RSquare') ? ']' : ')';
    return `a comma or \`${closer}\` should follow ${failure.previous ? quote(failure.previous) : 'here'}`;
  }
  if (rule === 'each' && failure.expected.join() === 'RParen')
    return 'in parentheses stand an item and its number; `[a, b, c]` names the parts of an item';
  const isOver = failure.expected.some((name) => name === 'End' || name === 'Separator');
  if (isOver && commaEntries.has(rule)) return 'a comma or a new line should stand before it';
  if (isBrace(failure.token) && failure.expected.join() !== t.StringToken.name && rule !== 'netName') {
    return 'braces stand behind a merge such as `add`, or behind `if`, `repeat` and `each`';
  }
  if (isOver) {
    return `what stands before it is complete; go on with \`->\` or an operator, or on a new line`;
  }
  return `${phrase(failure)} should stand here`;
}

const isBrace = ({ tokenType }: IToken) => tokenType === t.LCurly || tokenType === t.MergeCurly;

/** What was wanted, in the words of the language. */
function phrase({ expected, rules }: Failure): string {
  const rule = rules.at(-1) ?? '';
  const known = phrases[rule];
  if (known !== undefined && expected.length > 1) return known;
  const words = [...new Set(expected.map((name) => labels.get(name) ?? name))];
  if (words.length > 4) return 'a value or a layer';
  return words.length < 2 ? (words[0] ?? 'something') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const phrases: Readonly<Record<string, string>> = {
  operand: 'a value or a layer',
  item: 'a declaration such as `net`, `block` or `use`',
  statement: 'a statement',
  trainClause: 'a setting such as `epochs = 5`',
  testClause: 'an input or an `expect`',
  detectEntry: '`branch` or `nms`',
  dims: 'a size',
  patternPart: 'a weight path such as `stem.conv`',
  suffix: 'a name',
};
