/**
 * Inputs of nets: their types at the size that is compiled for, and what their named sizes stand for. What is done to them
 * before the first layer is preprocess.ts.
 */
import type { Expr, InStatement } from '../../1-parse/ast.ts';
import { imageChannels } from '../../1-parse/slips/input-forms.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { leaveOut } from '../../diagnostics/fixes.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { unknownWord } from '../../diagnostics/unknown-word.ts';
import type { GraphInput, Node } from '../../ir/graph.ts';
import { shapeOf, showType, sizeOf, spatialAxes, type TensorType } from '../../ir/type.ts';
import { inputNode } from '../../ops/build.ts';
import type { Dim } from '../../ir/dim.ts';
import { argument, mistyped } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import { isKnownKind, reportAnySize, reportRank } from './input-heads.ts';
import { preprocess } from './preprocess.ts';
import { limits, type Session } from '../session.ts';
import { declareSizes, dimOfSize } from '../sizes.ts';
import { int, realOf, type Value } from '../value.ts';
import { checkWhere, sizesFor } from './wheres.ts';
import { reportInDims } from './where-slips.ts';

/** One axis of a declared input. */
interface DeclaredDim {
  readonly expr: Expr;
  /** The declaration of a named size. */
  readonly name: string | undefined;
  readonly size: number | undefined;
  /** What an input before it made the named size. */
  readonly known?: number | undefined;
}

function declaredDims(
  statement: InStatement,
  site: Site,
  session: Session,
): readonly DeclaredDim[] | undefined {
  const dims: DeclaredDim[] = [];
  if (reportAnySize(statement, session)) return undefined;
  for (const expr of statement.dims) {
    const declaration = session.model.bindings.get(expr);
    if (expr.kind === 'name' && declaration?.kind === 'size') {
      const known = site.frame.values.get(declaration);
      dims.push({
        expr,
        name: expr.name,
        size: undefined,
        known: known?.kind === 'number' ? known.value : undefined,
      });
      continue;
    }
    if (reportInDims(statement, expr, session)) return undefined;
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
  reportRank(statement, sizes, session);
  return undefined;
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
  const fill = given ?? (statement.default ? defaultSizes(statement, site, session) : knownSizes(named));
  if (named.length === 0 && given === undefined && !statement.default)
    return dims.map((dim) => dim.size ?? 1);
  if (!fill) {
    if (!statement.default)
      session.report(
        diagnostic('network/input-default', { name: statement.name.name }, statement.span, {
          fixes: withDefault(statement, dims, session),
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

/** The sizes of another input, where it has all the names. */
function knownSizes(named: readonly DeclaredDim[]): readonly number[] | undefined {
  const sizes = named.flatMap(({ known }) => known ?? []);
  return sizes.length === named.length ? sizes : undefined;
}

/** Sizes to compile for that `where` admits, behind the names. */
function withDefault(statement: InStatement, dims: readonly DeclaredDim[], session: Session): readonly Fix[] {
  const wished = dims.flatMap(({ name, known }) =>
    name === undefined ? [] : [[name, known ?? 224] as const],
  );
  const sizes = sizesFor(statement, Object.fromEntries(wished), session);
  const last = statement.dims.at(-1);
  if (sizes === undefined || last === undefined) return [];
  const written = dims.map(({ name, size }) => (name === undefined ? size : sizes[name])).join('x');
  const at = statement.span.source.text.indexOf(']', last.span.end) + 1;
  const span = { source: statement.span.source, start: at, end: at };
  return [{ title: `= ${written}`, edits: [{ span, text: ` = ${written}` }] }];
}

function defaultSizes(statement: InStatement, site: Site, session: Session): readonly number[] | undefined {
  if (!statement.default) return undefined;
  const value = argument(statement.default, site, session);
  if (value.kind === 'size') return value.dims;
  if (value.kind === 'number') return [value.value];
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [];
  const numbers = items.map((item) => (item.kind === 'number' ? realOf(item) : NaN));
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

/** What the ways are called elsewhere. */
const foreignFits = {
  ...{
    cover: 'crop',
    center: 'crop',
    center_crop: 'crop',
    centercrop: 'crop',
    contain: 'pad',
    letterbox: 'pad',
  },
  ...{ fill: 'stretch', resize: 'stretch', squash: 'stretch', scale: 'stretch', none: 'stretch' },
};

/** How a picture is brought to the input's size; other inputs come as they are. */
function fitOf(statement: InStatement, session: Session): GraphInput['fit'] {
  const fit = statement.preprocess.find((m) => m.word.name === 'fit');
  const arg = fit?.args[0];
  // Without a word it is reported with the other preprocessing.
  if (!fit || !arg) return 'stretch';
  const word = arg.kind === 'name' ? arg.name : textOf(arg.span);
  const found = fits.find((known) => known === word);
  const kind = statement.type.name;
  if (!found)
    session.report(unknownWord({ name: word, span: arg.span }, fits, 'way to fit a picture', foreignFits));
  else if (imageChannels[kind] === undefined) {
    const args = { name: statement.name.name, kind };
    const notes = [{ word: 'note', text: `pictures are ${Object.keys(imageChannels).join(', ')}` }] as const;
    const fixes = [leaveOut(textOf(fit.span), fit.span)];
    session.report(diagnostic('network/fit-no-picture', args, fit.span, { notes, fixes }));
  }
  return found ?? 'stretch';
}
