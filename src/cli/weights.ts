/** Which weights a command works with: the file given, the file that the `.cnn` names, or initial values of a seed. */
import { dirname, join } from 'node:path';
import type { File, Item, WeightsItem } from '../compiler/1-parse/ast.ts';
import type { Diagnostic } from '../compiler/index.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import type { BindOptions } from '../weights/bind.ts';
import type { Layout } from '../weights/file-order.ts';
import { InputFailure, stopOnErrors, UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';

export interface WeightOptions {
  readonly weights?: string;
  readonly layout?: string;
  readonly seed?: string;
}

export interface NetWeights {
  readonly source: WeightSource;
  /** "faces.safetensors", "initial values of seed 0". */
  readonly origin: string;
  /** False where they are initial values. */
  readonly trained: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** The weights of the net; ends the command where they do not fit. */
export async function weightsOf(net: OpenNet, options: WeightOptions): Promise<NetWeights> {
  const seed = seedOf(options);
  const item = weightsItem(net);
  const path = options.weights ?? (options.seed === undefined && item ? besideSource(net, item) : undefined);
  const { bindWeights, seededWeights } = await import('../weights/bind.ts');
  if (path === undefined)
    return {
      source: seededWeights(seed),
      origin: `initial values of seed ${seed}`,
      trained: false,
      diagnostics: [],
    };
  const { openSafetensors } = await import('../weights/safetensors.ts');
  const at = options.weights === undefined ? item?.span : undefined;
  const { file, diagnostics } = openSafetensors(path, at);
  if (!file) throw new InputFailure(diagnostics.map(net.project.show));
  const bound = bindWeights(net.sliding?.written ?? net.graph, file, {
    ...bindOptions(net, item, options),
    ...(at ? { at } : {}),
    seed,
  });
  const shown = stopOnErrors(bound.diagnostics.map(net.project.show));
  if (!bound.weights) throw new Error('weights that do not fit, and no diagnostic');
  return { source: bound.weights, origin: path, trained: true, diagnostics: shown };
}

function seedOf({ seed = '0', weights }: WeightOptions): number {
  const number = Number(seed);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new UsageFailure(`--seed takes a whole number, not ${seed}`);
  if (weights !== undefined && seed !== '0')
    throw new UsageFailure('--weights and --seed exclude each other');
  return number;
}

function weightsItem({ model, graph }: OpenNet): WeightsItem | undefined {
  return entryFile(model).items.find(
    (item: Item): item is WeightsItem => item.kind === 'weights' && item.net.name === graph.name,
  );
}

function entryFile(model: OpenNet['model']): File {
  return model.entry.file;
}

/** Paths in a `.cnn` file are relative to it. */
function besideSource({ project }: OpenNet, item: WeightsItem): string {
  return join(project.root, dirname(project.entry.path), item.from.value);
}

const layouts: readonly Layout[] = ['cnnc', 'torch', 'keras'];

/** `except` and `layout` belong to the file that the item names; `moved` to the net. */
function bindOptions({ model }: OpenNet, item: WeightsItem | undefined, options: WeightOptions): BindOptions {
  const moved = entryFile(model).items.flatMap((i) =>
    i.kind === 'moved' ? [{ from: i.from.text, to: i.to.text }] : [],
  );
  const written = options.layout ?? (options.weights === undefined ? item?.layout?.name : undefined);
  const layout = layouts.find((known) => known === written);
  if (written !== undefined && !layout)
    throw new UsageFailure(`--layout is one of ${layouts.join(', ')}, not ${written}`);
  const except = item?.except.map((pattern) => pattern.text) ?? [];
  return { moved, except, ...(layout ? { layout } : {}) };
}
