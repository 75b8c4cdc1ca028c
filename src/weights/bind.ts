/**
 * A file of weights bound to a net: which tensor belongs to which `param` node, in which order its axes are, and a clear account
 * of what does not fit. Shapes are checked from the header; the data is scanned once for NaN in small pieces and then read
 * tensor by tensor when asked for, so the file is never in memory as a whole.
 */
import type { Span } from '../compiler/1-parse/source.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { shapeOf, type Tensor } from '../compiler/ir/type.ts';
import { paramPath } from '../compiler/ops/build.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import { initialise } from './initialise.ts';
import { fileOrder, type FileOrder, type Layout } from './file-order.ts';
import {
  misfits,
  unusedTensors,
  notFinite,
  notFloats,
  patternsWithoutMatch,
  type Misfit,
} from './misfits.ts';
import { isFloatType } from './dtype.ts';
import { otherPreprocessing } from './preprocessing.ts';
import { matchesPath, nameBefore } from '../compiler/ir/weight-paths.ts';
import { scanNotFinite } from './scan.ts';
import { fileSpan, type WeightEntry, type WeightFile } from './safetensors.ts';

export interface BindOptions {
  /** Weights that keep their initial value. */
  readonly except?: readonly string[];
  /** Renamed paths: `to` is the net's, `from` the file's. */
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
  /** How the file orders axes; default is ours (PyTorch's kernels, channels-last flatten). */
  readonly layout?: Layout;
  /** The place that asked for the file: `weights N from "…"`. */
  readonly at?: Span;
  /** Seed of the weights that `except` names. */
  readonly seed?: number;
}

export interface Bound {
  /** Undefined where diagnostics has errors. */
  readonly weights: WeightSource | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A param with the tensor that fills it. */
interface Pair {
  readonly param: Node;
  readonly entry: WeightEntry;
  readonly order: FileOrder;
}

/** Binds `file` to the params of the unoptimised `graph`. */
export function bindWeights(graph: Graph, file: WeightFile, options: BindOptions = {}): Bound {
  const at = options.at ?? fileSpan(file.path);
  const params = paramsOf(graph);
  const wanted = params.filter((param) => !isExcepted(param, options));
  const orders = fileOrder(graph, options.layout ?? 'cnnc');
  const pairs: Pair[] = [];
  const wrong: Misfit[] = [];
  for (const param of wanted) {
    const order = orders(param);
    const entry = findEntry(param, { file, order, moved: options.moved ?? [] });
    if (!entry) wrong.push({ path: paramPath(param), wanted: order.shape, found: undefined });
    else if (String(entry.shape) !== String(order.shape))
      wrong.push({ path: paramPath(param), wanted: order.shape, found: entry });
    else pairs.push({ param, entry, order });
  }
  const about = { file, net: graph.name, at };
  const used = new Set(pairs.map(({ entry }) => entry.name));
  const diagnostics = [
    ...misfits(wrong, { ...about, total: wanted.length, used }),
    ...pairs.flatMap(({ entry }) => (isFloatType(entry.dtype) ? [] : [notFloats(entry, about)])),
    ...(wrong.length > 0 ? [] : unusedTensors(used, { ...about, except: options.except ?? [] })),
    ...otherPreprocessing(graph, file, at),
    ...patternsWithoutMatch(params.map(paramPath), { ...about, ...options }),
  ];
  if (diagnostics.some(({ severity }) => severity === 'error')) return { weights: undefined, diagnostics };
  const bad = pairs.flatMap(({ entry }) => {
    const what = scanNotFinite(file, entry);
    return what === undefined ? [] : [notFinite(entry, what, about)];
  });
  if (bad.length > 0) return { weights: undefined, diagnostics: [...diagnostics, ...bad] };
  return { weights: sourceOf(pairs, file, options.seed ?? 0), diagnostics };
}

/** Every param node that a file fills (all but fixed filters, which belong to the program), in topological order. */
export function paramsOf(graph: Graph): readonly Node[] {
  return topological(graph).filter((node) => node.op === 'param' && !isFixed(node));
}

/** Weights without a file: every param from its initialiser. */
export function seededWeights(seed: number): WeightSource {
  return (param) => initialise(param, seed);
}

function isFixed(param: Node): boolean {
  return (param.attrs['init'] as { readonly kind?: string } | undefined)?.kind === 'fixed';
}

function isExcepted(param: Node, { except = [] }: BindOptions): boolean {
  return except.some((pattern) => matchesPath(pattern, paramPath(param)));
}

interface Search {
  readonly file: WeightFile;
  readonly order: FileOrder;
  readonly moved: readonly { readonly from: string; readonly to: string }[];
}

/** The tensor under the param's path, its path before a `moved`, or its name in the file's framework (`kernel`, `gamma`). */
function findEntry(param: Node, { file, order, moved }: Search): WeightEntry | undefined {
  const path = paramPath(param);
  const paths = [path, ...moved.map((rename) => nameBefore(path, rename)).filter((old) => old !== undefined)];
  for (const candidate of paths) {
    const base = candidate.slice(0, candidate.lastIndexOf('.') + 1);
    const entry =
      file.entries.get(candidate) ??
      (order.alias === undefined ? undefined : file.entries.get(base + order.alias));
    if (entry) return entry;
  }
  return undefined;
}

function sourceOf(pairs: readonly Pair[], file: WeightFile, seed: number): WeightSource {
  const byPath = new Map(pairs.map((pair) => [paramPath(pair.param), pair]));
  return (param): Tensor => {
    const pair = byPath.get(paramPath(param));
    if (!pair) return initialise(param, seed);
    return { shape: shapeOf(param.type), data: pair.order.toOurs(file.read(pair.entry)) };
  };
}
