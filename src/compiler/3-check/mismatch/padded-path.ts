/** The way of a value through its layers as it would be with `pad = same`: the places that it would have, and the calls to change for it. */
import { callAt } from '../../1-parse/expr-at.ts';
import { textOf } from '../../1-parse/source.ts';
import { isExternal } from '../../2-resolve/paths.ts';
import type { Edit } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { spatialDims } from '../../ir/type.ts';
import { opDef } from '../../ops/index.ts';
import { outputDims, windowAttrs } from '../../ops/shared/window.ts';

/** A call whose window has to be padded. */
export interface Window {
  /** As it stands there, and as it would. */
  readonly call: string;
  readonly padded: string;
  readonly edit: Edit;
}

export interface Padded {
  /** Sizes of the spatial axes. */
  readonly places: readonly number[];
  readonly windows: readonly Window[];
}

export function placesOf(node: Node): readonly number[] {
  return spatialDims(node.type).map(Number);
}

/** `end` with every window on its way padded, from where the ways of all `ends` part; undefined where that cannot be told or written. */
export function paddedPath(end: Node, ends: readonly Node[]): Padded | undefined {
  const others = ends.filter((other) => other !== end).map(ancestors);
  const path = pathTo(end, (node) => others.every((known) => known.has(node)));
  let places = placesOf(path[0] ?? end);
  const windows: Window[] = [];
  for (const [i, node] of path.entries()) {
    const before = path[i - 1];
    if (!before) continue;
    const next = through(node, before, places);
    if (!next) return undefined;
    places = next.places;
    if (!next.changes) continue;
    const window = padWindow(node);
    if (!window) return undefined;
    windows.push(window);
  }
  return { places, windows };
}

/** Layers with a stride on the way to `end`, back to where values met. */
export function stridedLayers(end: Node): readonly Node[] {
  return pathTo(end, () => false).filter(
    ({ attrs }) => Array.isArray(attrs.stride) && attrs.stride.some((step) => step !== 1),
  );
}

const dataInputs = ({ inputs }: Node): readonly Node[] =>
  inputs.filter(({ op }) => op !== 'param' && op !== 'const');

/** The layers from the last node that `stop` names, or that does not follow from one value alone, to `end`; both included. */
function pathTo(end: Node, stop: (node: Node) => boolean): readonly Node[] {
  const path = [end];
  for (let node = end; !stop(node);) {
    const [before, ...others] = dataInputs(node);
    if (!before || others.length > 0) break;
    path.push(before);
    node = before;
  }
  return path.reverse();
}

function ancestors(end: Node): ReadonlySet<Node> {
  const found = new Set([end]);
  for (const node of found) for (const input of dataInputs(node)) found.add(input);
  return found;
}

/** The places behind `node` where `places` come before it, with its window padded; `changes`: as it is written it gives others. */
function through(
  node: Node,
  before: Node,
  places: readonly number[],
): { readonly places: readonly number[]; readonly changes: boolean } | undefined {
  const [from, to] = [placesOf(before), placesOf(node)];
  if (opDef(node.op).params.some(({ kind }) => kind === 'pad')) {
    const window = windowAttrs(node.attrs);
    const sizesFor = (pad: typeof window.pad, sizes: readonly number[]): readonly number[] =>
      outputDims({ ...window, pad }, sizes).map(Number);
    // A transposed convolution has a window too, and counts the other way round.
    if (String(sizesFor(window.pad, from)) === String(to)) {
      const padded = sizesFor('same', places);
      return { places: padded, changes: String(padded) !== String(sizesFor(window.pad, places)) };
    }
  }
  const scaled = places.map((n, i) => (n * (to[i] ?? 0)) / (from[i] ?? 1));
  return from.length === to.length && scaled.every(Number.isInteger)
    ? { places: scaled, changes: false }
    : undefined;
}

/** `conv(8, 3)` as `conv(8, 3, pad = same)`; what is written for `pad` is replaced. Undefined where it is no call of the user's. */
function padWindow({ span, op }: Node): Window | undefined {
  const call = span && !isExternal(span.source.path) ? callAt(span) : undefined;
  if (!call) return undefined;
  const { start, end, source } = call.span;
  const byPlace = call.args.filter(({ name }) => name === undefined);
  const written =
    call.args.find(({ name }) => name?.name === 'pad') ??
    byPlace[opDef(op).params.findIndex(({ name }) => name === 'pad')];
  const after = call.args.at(-1)?.span.end ?? end - 1;
  const place = written?.span ?? { source, start: after, end: after };
  const text = written || call.args.length === 0 ? 'pad = same' : ', pad = same';
  const onOneLine = (t: string): string => t.replace(/\s+/g, ' ');
  return {
    call: onOneLine(textOf(call.span)),
    padded: onOneLine(source.text.slice(start, place.start) + text + source.text.slice(place.end, end)),
    edit: { span: place, text },
  };
}
