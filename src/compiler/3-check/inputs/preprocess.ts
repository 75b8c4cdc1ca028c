/**
 * The preprocessing of an input as nodes of the graph. For a pixel or sample x: `order` first, then x·scale (or the linear map of
 * 0..255 to `range`), then − mean, then / std, per channel of the resulting order.
 */
import type { Expr, InStatement, Modifier } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Attrs, Node } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import { constNode } from '../../ops/build.ts';
import { argument, mistyped } from '../evaluate.ts';
import { withinBounds } from '../bounds.ts';
import { join, type Site } from '../frame.ts';
import { modifiersOf } from './modifiers.ts';
import { layer } from '../operator.ts';
import { checkPixelValues, type Numbered, type PixelWords } from './pixel-values.ts';
import type { Session } from '../session.ts';
import { realOf, tensorOf, unknown, type Value } from '../value.ts';

/** The preprocessing of an input as nodes on `node`. */
export function preprocess(statement: InStatement, node: Node, site: Site, session: Session): Value {
  const given = modifiersOf(statement, session);
  let value: Value = tensorOf(node);
  let isWrong = false;
  const place = { site: { ...site, path: join(site.path, statement.name.name) }, session };
  if (given.has('order')) value = reorder(given.get('order') as Modifier, value, place);
  const range = given.get('range');
  if (range) value = mapRange(range, value, place);
  for (const [word, op] of [['scale', 'mul'] as const, ['mean', 'sub'] as const, ['std', 'div'] as const]) {
    const modifier = given.get(word);
    const next = modifier ? perChannel(modifier, op, value, place) : value;
    // The next one is looked at all the same.
    if (next.kind === 'unknown') isWrong ||= value.kind !== 'unknown';
    else value = next;
  }
  if (isWrong) return unknown;
  if (statement.type.name !== 'f32' && !isAmbiguous(statement))
    checkPixelValues(wordsOf(given, place), session);
  return value;
}

/** Which numbers hold is not known where a word is given twice (it is reported). */
const isAmbiguous = ({ preprocess }: InStatement): boolean =>
  new Set(preprocess.map(({ word }) => word.name)).size < preprocess.length;

/** The words whose numbers have to go together. */
function wordsOf(given: ReadonlyMap<string, Modifier>, { site, session }: Place): PixelWords {
  const numbered = (word: string): Numbered | undefined => {
    const modifier = given.get(word);
    const [expr] = modifier?.args ?? [];
    const value = expr && argument(expr, site, session);
    const numbers = value?.kind === 'range' ? [value.from, value.to] : value && numbersOf(value);
    return modifier && expr && numbers ? { modifier, expr, numbers } : undefined;
  };
  return {
    scale: numbered('scale'),
    range: numbered('range'),
    mean: numbered('mean'),
    std: numbered('std'),
  };
}

interface Place {
  readonly site: Site;
  readonly session: Session;
}

/** x op constant, one number for all channels or one per channel. */
function perChannel(modifier: Modifier, op: string, value: Value, { site, session }: Place): Value {
  const [expr] = modifier.args;
  if (value.kind !== 'tensor' || !expr) return unknown;
  const numbers = numbersOf(argument(expr, site, session));
  if (!numbers) return mistyped(argument(expr, site, session), 'a number, or one per channel', expr, session);
  const channels = Number(value.node.type.dims.at(-1) ?? 1);
  if (numbers.length !== 1 && numbers.length !== channels) {
    session.report(
      diagnostic(
        'network/per-channel',
        { word: modifier.word.name, found: numbers.length, channels },
        expr.span,
      ),
    );
    return unknown;
  }
  const { name: option } = modifier.word;
  const bounded = { numbers, option, what: site.path.split('.').at(-1) ?? 'the input', span: expr.span };
  if (op === 'mul' && numbers.includes(0)) {
    session.report(diagnostic('network/loses-input', { word: `${option} 0` }, expr.span));
    return unknown;
  }
  if (op === 'div' && !numbers.includes(0) && !withinBounds(bounded, { above: 0 }, session)) return unknown;
  if (op === 'div' && numbers.includes(0)) {
    session.report(diagnostic('value/zero-division', {}, expr.span));
    return unknown;
  }
  return withConstant(op, numbers, value.node, { word: modifier.word.name, expr }, { site, session });
}

function withConstant(
  op: string,
  numbers: readonly number[],
  node: Node,
  { word, expr }: { readonly word: string; readonly expr: Expr },
  { site, session }: Place,
): Value {
  const scalar = numbers.length === 1;
  const type: TensorType = scalar
    ? { dtype: 'f32', axes: [], dims: [] }
    : { dtype: 'f32', axes: ['C'], dims: [numbers.length] };
  const data = { shape: scalar ? [] : [numbers.length], data: new Float32Array(numbers) };
  const constant = constNode(data, type, { path: '', span: expr.span });
  return layer(op, [node, constant], { path: join(site.path, word), expr, site }, session);
}

/** Preprocessing divides exactly: 1/255 is a factor and no size. */
function numbersOf(value: Value): readonly number[] | undefined {
  if (value.kind === 'number') return [realOf(value)];
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  const numbers = value.items.map((item) => (item.kind === 'number' ? realOf(item) : NaN));
  return numbers.length > 0 && numbers.every((n) => !Number.isNaN(n)) ? numbers : undefined;
}

/** `range a..b`: pixels 0..255 become a..b. */
function mapRange(modifier: Modifier, value: Value, { site, session }: Place): Value {
  const [expr] = modifier.args;
  if (value.kind !== 'tensor' || !expr) return unknown;
  const range = argument(expr, site, session);
  if (range.kind !== 'range') {
    const [from, to, ...others] = numbersOf(range) ?? [];
    const isPair = from !== undefined && to !== undefined && others.length === 0;
    const ends = isPair ? { from: String(from), to: String(to) } : endsOf(expr);
    // `range(0, 1)`
    const gap = /\w/.test(expr.span.source.text[expr.span.start - 1] ?? '') ? ' ' : '';
    const ours = ends && `${ends.from}..${ends.to}`;
    const fixes = ours ? [{ title: ours, edits: [{ span: expr.span, text: `${gap}${ours}` }] }] : [];
    return mistyped(range, 'a range such as -1..1', expr, session, fixes);
  }
  if (range.from >= range.to) return fallingRange(range, expr, session);
  const scaled = withConstant(
    'mul',
    [(range.to - range.from) / 255],
    value.node,
    { word: 'range', expr },
    { site, session },
  );
  if (scaled.kind !== 'tensor' || range.from === 0) return scaled;
  return withConstant('add', [range.from], scaled.node, { word: 'range_offset', expr }, { site, session });
}

/** `0-1`, which is a difference. */
function endsOf(expr: Expr): { readonly from: string; readonly to: string } | undefined {
  if (expr.kind !== 'binary' || expr.op !== '-' || expr.right.kind !== 'number') return undefined;
  const { kind, span } = expr.left.kind === 'unary' ? expr.left.operand : expr.left;
  return kind === 'number' && span.end <= expr.right.span.start
    ? { from: textOf(expr.left.span), to: textOf(expr.right.span) }
    : undefined;
}

function fallingRange(
  { from, to }: { readonly from: number; readonly to: number },
  expr: Expr,
  session: Session,
): Value {
  const same = from === to;
  const swapped = { title: `${to}..${from}`, edits: [{ span: expr.span, text: `${to}..${from}` }] };
  session.report(
    same
      ? diagnostic('network/loses-input', { word: `range ${from}..${to}` }, expr.span)
      : diagnostic('network/range-falls', { from, to }, expr.span, { fixes: [swapped] }),
  );
  return unknown;
}

/** The orders that pictures have. */
const orders = ['rgb', 'bgr', 'rgba', 'bgra', 'argb', 'abgr'];

/** `order bgr`: channels by name. */
function reorder(modifier: Modifier, value: Value, { site, session }: Place): Value {
  const [expr] = modifier.args;
  const word = expr?.kind === 'name' ? expr.name : '';
  const channels = value.kind === 'tensor' ? Number(value.node.type.dims.at(-1)) : 0;
  const order = [...word].map((letter) => 'rgba'.indexOf(letter));
  const possible = orders.filter((known) => known.length === channels);
  const valid = possible.includes(word);
  if (value.kind !== 'tensor' || !expr || !valid) {
    session.report(
      diagnostic(
        'names/unknown-word',
        {
          name: word || 'this',
          what: channels === 1 ? 'order of one channel' : `order of ${channels} channels`,
        },
        modifier.span,
        {
          notes: possible.length === 0 ? [] : [{ word: 'note', text: `there are ${possible.join(', ')}` }],
          fixes: expr ? possible.slice(1, 2).map((text) => replaceBy(text, expr.span)) : [],
        },
      ),
    );
    return unknown;
  }
  const origin = (path: string, options: Attrs): Parameters<typeof layer>[2] => ({
    path: join(site.path, path),
    expr,
    site,
    options,
  });
  const slices = order.map((at, i) =>
    layer('slice', [value.node], origin(`order${i}`, { C: [at, at + 1] }), session),
  );
  const nodes = slices.flatMap((slice) => (slice.kind === 'tensor' ? [slice.node] : []));
  return nodes.length === channels
    ? layer('concat', nodes, origin('order', { axis: 'C' }), session)
    : unknown;
}
