/**
 * Inputs of nets: their types at the size that is compiled for, and their preprocessing as nodes of the graph. For a pixel
 * or sample x: `order` first, then x·scale (or the linear map of 0..255 to `range`), then − mean, then / std, per channel of
 * the resulting order.
 */
import type { Expr, InStatement, NameExpr, Modifier } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import { counted } from '../diagnostics/count.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { fixesBy, leaveOut, replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { unknownWord } from '../diagnostics/unknown-word.ts';
import type { Attrs, GraphInput, Node } from '../ir/graph.ts';
import { shapeOf, showType, sizeOf, spatialAxes, type TensorType } from '../ir/type.ts';
import { constNode, inputNode } from '../ops/build.ts';
import type { Dim } from '../ir/dim.ts';
import { argument, mistyped } from './evaluate.ts';
import { withinBounds } from './bounds.ts';
import { join, type Site } from './frame.ts';
import { modifiersOf } from './modifiers.ts';
import { layer } from './operator.ts';
import { limits, type Session } from './session.ts';
import { declareSizes, dimOfSize, evaluateWhere, namesIn } from './sizes.ts';
import { describe, int, tensorOf, unknown, type Value } from './value.ts';

/** Channels that an image kind adds to its written sizes. */
const imageChannels: Readonly<Record<string, number>> = { rgb: 3, rgba: 4, gray: 1 };

/** One axis of a declared input. */
interface DeclaredDim {
  readonly expr: Expr;
  /** The declaration of a named size. */
  readonly name: string | undefined;
  readonly size: number | undefined;
}

function declaredDims(
  statement: InStatement,
  site: Site,
  session: Session,
): readonly DeclaredDim[] | undefined {
  const dims: DeclaredDim[] = [];
  for (const expr of statement.dims) {
    const declaration = session.model.bindings.get(expr);
    if (expr.kind === 'name' && declaration?.kind === 'size') {
      dims.push({ expr, name: expr.name, size: undefined });
      continue;
    }
    const value = argument(expr, site, session);
    if (value.kind !== 'number' || !Number.isInteger(value.value) || value.value < 1) {
      mistyped(value, 'a size of at least 1', expr, session);
      return undefined;
    }
    dims.push({ expr, name: undefined, size: value.value });
  }
  return dims;
}

/** The input's type for sizes per axis; undefined (reported) for a kind or rank that does not exist. */
function typeFor(statement: InStatement, sizes: readonly number[], session: Session): TensorType | undefined {
  const kind = statement.type.name;
  const channels = imageChannels[kind];
  const dims = channels === undefined ? sizes : [...sizes, channels];
  const spatial = spatialAxes[dims.length - 1];
  if (dims.length === 0) return { dtype: 'f32', axes: [], dims: [] };
  if (spatial && (channels === undefined || spatial.length === 2)) {
    const type: TensorType = { dtype: 'f32', axes: [...spatial, 'C'], dims };
    if (sizeOf(dims) <= limits.elements) return type;
    session.report(diagnostic('network/too-many-elements', { shape: showType(type) }, statement.span));
    return undefined;
  }
  const needs =
    channels === undefined ? 'up to 4 sizes: [C], [L, C], [H, W, C] or [D, H, W, C]' : 'two sizes: [H, W]';
  const found = counted(sizes.length, 'is', 'are');
  session.report(diagnostic('network/input-rank', { kind, needs, found }, statement.span));
  return undefined;
}

/** What the kinds are called elsewhere. */
const foreignKinds: Readonly<Record<string, string>> = {
  ...{ float: 'f32', float32: 'f32', tensor: 'f32', int: 'i32', int32: 'i32', long: 'i32' },
  ...{ image: 'rgb', color: 'rgb', grey: 'gray', grayscale: 'gray', greyscale: 'gray' },
};

function isKnownKind(statement: InStatement, session: Session): boolean {
  const kind = statement.type.name;
  if (kind in imageChannels || kind === 'f32' || kind === 'i32') return true;
  const known = [...Object.keys(imageChannels), 'f32', 'i32'];
  const near = foreignKinds[kind.toLowerCase()] ?? nearest(kind, known);
  session.report(
    diagnostic('network/input-kind', { kind }, statement.type.span, {
      notes: [{ word: 'note', text: `there are ${known.join(', ')}` }],
      fixes: fixesBy(near, statement.type.span),
    }),
  );
  return false;
}

/** Sizes to compile for: the given ones, else the fixed ones with the default filling the named ones. */
function chosenSizes(
  statement: InStatement,
  dims: readonly DeclaredDim[],
  given: readonly number[] | undefined,
  site: Site,
  session: Session,
): readonly number[] | undefined {
  const named = dims.filter((dim) => dim.name !== undefined);
  const fill = given ?? defaultSizes(statement, site, session);
  if (named.length === 0 && given === undefined && !statement.default)
    return dims.map((dim) => dim.size ?? 1);
  if (!fill) {
    if (!statement.default)
      session.report(
        diagnostic('network/input-default', { name: statement.name.name }, statement.span, {
          fixes: [{ title: `${statement.name.name}: … = 224x224`, edits: [] }],
        }),
      );
    return undefined;
  }
  let next = 0;
  const all = fill.length === dims.length;
  const sizes = dims.map((dim, i) => (all ? fill[i] : (dim.size ?? fill[next++])) ?? 0);
  const fits =
    (all || fill.length === named.length) &&
    dims.every((dim, i) => dim.size === undefined || dim.size === sizes[i]);
  if (fits && sizes.every((n) => Number.isInteger(n) && n >= 1)) return sizes;
  const wanted = dims.map((dim) => dim.name ?? dim.size).join(', ');
  const span = given ? statement.span : (statement.default ?? statement).span;
  session.report(
    diagnostic(
      'network/input-size',
      { name: statement.name.name, wanted: `[${wanted}]`, found: fill.join('x') },
      span,
    ),
  );
  return undefined;
}

function defaultSizes(statement: InStatement, site: Site, session: Session): readonly number[] | undefined {
  if (!statement.default) return undefined;
  const value = argument(statement.default, site, session);
  if (value.kind === 'size') return value.dims;
  if (value.kind === 'number') return [value.value];
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [];
  const numbers = items.map((item) => (item.kind === 'number' ? (item.exact ?? item.value) : NaN));
  if (numbers.length > 0 && numbers.every((n) => Number.isInteger(n))) return numbers;
  mistyped(value, 'a size such as 224x224', statement.default, session);
  return undefined;
}

/** An input of the net that is compiled: the graph's input node, and the value after preprocessing. */
export function makeInput(
  statement: InStatement,
  given: readonly number[] | undefined,
  site: Site,
  session: Session,
): { readonly input: GraphInput; readonly value: Value } | undefined {
  const sized = sizedInput(statement, given, site, session);
  if (!sized) return undefined;
  const { node, dims } = sized;
  session.paths.set(node.path, 1);
  nameSizes(statement, dims, node, site, session);
  const input: GraphInput = {
    name: statement.name.name,
    node,
    format: statement.type.name as GraphInput['format'],
    fit: fitOf(statement, session),
    doc: statement.doc,
  };
  return { input, value: preprocess(statement, node, site, session) };
}

function sizedInput(
  statement: InStatement,
  given: readonly number[] | undefined,
  site: Site,
  session: Session,
): { readonly node: Node; readonly dims: readonly DeclaredDim[] } | undefined {
  if (!isKnownKind(statement, session)) return undefined;
  const dims = declaredDims(statement, site, session);
  const sizes = dims && chosenSizes(statement, dims, given, site, session);
  const type = sizes && typeFor(statement, sizes, session);
  if (!dims || !type || !bindSizes(dims, type, site, session)) return undefined;
  if (!checkWhere(statement, site, session)) return undefined;
  return { node: inputNode(statement.name.name, type, statement.name.span), dims };
}

/** One window of a net that slides inside another: the input at its declared size, as it is. */
export function windowInput(statement: InStatement, site: Site, session: Session): Node | undefined {
  return sizedInput(statement, undefined, site, session)?.node;
}

/** Named sizes get their numbers; a name that stands twice must have one. */
function bindSizes(dims: readonly DeclaredDim[], type: TensorType, site: Site, session: Session): boolean {
  for (const [i, { expr, name }] of dims.entries()) {
    const declaration = session.model.bindings.get(expr);
    const size = type.dims[i];
    if (name === undefined || !declaration || typeof size !== 'number') continue;
    const known = site.frame.values.get(declaration);
    if (known?.kind === 'number' && known.value !== size) {
      session.report(
        diagnostic(
          'network/input-size',
          { name, wanted: String(known.value), found: String(size) },
          expr.span,
        ),
      );
      return false;
    }
    site.frame.values.set(declaration, int(size));
  }
  return true;
}

/** From here on the named sizes stand for every value that `where` admits, next to the one that is compiled for. */
function nameSizes(
  statement: InStatement,
  dims: readonly DeclaredDim[],
  node: Node,
  site: Site,
  session: Session,
): void {
  const sizes = Object.fromEntries(
    dims.flatMap(({ name }, i) => (name === undefined ? [] : [[name, Number(node.type.dims[i])] as const])),
  );
  if (Object.keys(sizes).length === 0) return;
  declareSizes(statement, sizes, session.named);
  const dimOf = (name: string | undefined): Dim | undefined => {
    const size = name === undefined ? undefined : session.named.sizes.get(name);
    return size && dimOfSize(size);
  };
  session.symbolic.set(node, { ...node.type, dims: node.type.dims.map((n, i) => dimOf(dims[i]?.name) ?? n) });
  for (const { expr, name } of dims) {
    const declaration = session.model.bindings.get(expr);
    const dim = dimOf(name);
    if (declaration && typeof dim === 'object' && name !== undefined)
      site.frame.values.set(declaration, { ...int(sizes[name] ?? 0), dim });
  }
}

function checkWhere(statement: InStatement, site: Site, session: Session): boolean {
  for (const condition of statement.where) {
    const value = whereValue(condition, site, session);
    if (value.kind === 'unknown') return false;
    if (value.kind === 'bool' && value.value) continue;
    if (value.kind !== 'bool') {
      if (condition.kind === 'name' && value.kind === 'number') onlySize(condition, session);
      else mistyped(value, 'a condition such as H % 2 == 0', condition, session);
      return false;
    }
    const sizes = statement.dims.flatMap((expr) => {
      const size = expr.kind === 'name' ? argument(expr, site, session) : undefined;
      return size?.kind === 'number' && expr.kind === 'name' ? [`${expr.name} = ${size.value}`] : [];
    });
    session.report(
      diagnostic(
        'network/where',
        { name: statement.name.name, sizes: sizes.join(', ') || describe(value) },
        condition.span,
      ),
    );
    return false;
  }
  return true;
}

/** `where H`. */
function onlySize({ name, span }: NameExpr, session: Session): void {
  const args = { expected: `a condition such as ${name} % 2 == 0`, found: `${name} alone` };
  session.report(diagnostic('value/expected', args, span));
}

/** A condition at the sizes that are compiled for. Sizes alone are numbers here; anything else is an ordinary expression. */
function whereValue(condition: Expr, site: Site, session: Session): Value {
  const sizes: Record<string, number> = {};
  for (const name of namesIn(condition)) {
    const declaration = session.model.bindings.get(name);
    const value = declaration?.kind === 'size' ? site.frame.values.get(declaration) : undefined;
    if (value?.kind === 'number') sizes[name.name] = value.value;
  }
  const value = evaluateWhere(condition, sizes);
  return typeof value === 'boolean' ? { kind: 'bool', value } : argument(condition, site, session);
}

/** Whether `node` can be the input of a net inside another; named sizes take its sizes. */
export function declaredInput(
  statement: InStatement,
  site: Site,
  session: Session,
  node: Node,
): { readonly fits: boolean; readonly shown: string } | undefined {
  if (!isKnownKind(statement, session)) return undefined;
  const dims = declaredDims(statement, site, session);
  if (!dims) return undefined;
  const channels = imageChannels[statement.type.name];
  const wanted = [...dims.map((dim) => dim.name ?? dim.size), ...(channels === undefined ? [] : [channels])];
  const shape = shapeOf(node.type);
  const shown = dims.every((dim) => dim.size !== undefined) ? wanted.join('x') : `[${wanted.join(', ')}]`;
  const fits =
    shape.length === wanted.length &&
    wanted.every((want, i) => typeof want === 'string' || want === shape[i]);
  if (fits && !bindSizes(dims, node.type, site, session)) return undefined;
  if (fits && !checkWhere(statement, site, session)) return undefined;
  return { fits, shown };
}

const fits = ['stretch', 'crop', 'pad', 'pad_end'] as const;

/** How a picture is brought to the input's size; other inputs come as they are. */
function fitOf(statement: InStatement, session: Session): GraphInput['fit'] {
  const fit = statement.preprocess.find((m) => m.word.name === 'fit');
  const arg = fit?.args[0];
  // Without a word it is reported with the other preprocessing.
  if (!fit || !arg) return 'stretch';
  const word = arg.kind === 'name' ? arg.name : textOf(arg.span);
  const found = fits.find((known) => known === word);
  const kind = statement.type.name;
  if (!found) session.report(unknownWord({ name: word, span: arg.span }, fits, 'way to fit a picture'));
  else if (imageChannels[kind] === undefined) {
    const args = { name: statement.name.name, kind };
    const notes = [{ word: 'note', text: `pictures are ${Object.keys(imageChannels).join(', ')}` }] as const;
    const fixes = [leaveOut(textOf(fit.span), fit.span)];
    session.report(diagnostic('network/fit-no-picture', args, fit.span, { notes, fixes }));
  }
  return found ?? 'stretch';
}

/** The preprocessing of an input as nodes on `node`. */
export function preprocess(statement: InStatement, node: Node, site: Site, session: Session): Value {
  const given = modifiersOf(statement, session);
  let value: Value = tensorOf(node);
  const place = { site: { ...site, path: join(site.path, statement.name.name) }, session };
  if (given.has('order')) value = reorder(given.get('order') as Modifier, value, place);
  const range = given.get('range');
  if (range) value = mapRange(range, value, place);
  for (const [word, op] of [['scale', 'mul'] as const, ['mean', 'sub'] as const, ['std', 'div'] as const]) {
    const modifier = given.get(word);
    if (modifier) value = perChannel(modifier, op, value, place);
  }
  return value;
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
  if (value.kind === 'number') return [value.exact ?? value.value];
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  const numbers = value.items.map((item) => (item.kind === 'number' ? (item.exact ?? item.value) : NaN));
  return numbers.length > 0 && numbers.every((n) => !Number.isNaN(n)) ? numbers : undefined;
}

/** `range a..b`: pixels 0..255 become a..b. */
function mapRange(modifier: Modifier, value: Value, { site, session }: Place): Value {
  const [expr] = modifier.args;
  if (value.kind !== 'tensor' || !expr) return unknown;
  const range = argument(expr, site, session);
  if (range.kind !== 'range') return mistyped(range, 'a range such as -1..1', expr, session);
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
