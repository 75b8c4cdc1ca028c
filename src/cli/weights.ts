/** Which weights a command works with: the file given, the file that the `.cnn` names, or initial values of a seed. */
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { movesOf, weightsFor, type Diagnostic, type WeightsDeclaration } from '../compiler/index.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import type { BindOptions } from '../weights/bind.ts';
import type { Layout } from '../weights/file-order.ts';
import { InputFailure, stopOnErrors, UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';
import { wholeOf } from './options.ts';
import type { Project } from './project.ts';

export interface WeightOptions {
  readonly weights?: string;
  readonly layout?: string;
  readonly seed?: string;
}

export interface NetWeights {
  readonly source: WeightSource;
  /** "faces.safetensors", "initial values of seed 0", "no weights" of a net that has none. */
  readonly origin: string;
  /** False where they are initial values that training would change. */
  readonly trained: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** The weights of the net; ends the command where they do not fit. */
export async function weightsOf(net: OpenNet, options: WeightOptions): Promise<NetWeights> {
  const seed = seedOf(options);
  const declared = weightsFor(net.model, net.graph.name);
  const path =
    options.weights ?? (options.seed === undefined && declared ? fileOf(declared, net.project) : undefined);
  const { bindWeights, paramsOf, seededWeights } = await import('../weights/bind.ts');
  if (path === undefined) {
    const hasNone = paramsOf(net.graph).length === 0;
    return {
      source: seededWeights(seed),
      origin: hasNone ? 'no weights' : `initial values of seed ${seed}`,
      trained: hasNone,
      diagnostics: [],
    };
  }
  const { openSafetensors } = await import('../weights/safetensors.ts');
  const at = options.weights === undefined ? declared?.span : undefined;
  const { file, diagnostics } = openSafetensors(path, at);
  if (!file) throw new InputFailure(diagnostics.map(net.project.show));
  const bound = bindWeights(net.sliding?.written ?? net.graph, file, {
    ...bindOptions(net, declared, options),
    ...(at ? { at } : {}),
    seed,
  });
  const shown = stopOnErrors(bound.diagnostics.map(net.project.show));
  if (!bound.weights) throw new Error('weights that do not fit, and no diagnostic');
  return { source: bound.weights, origin: path, trained: true, diagnostics: shown };
}

function seedOf({ seed = '0', weights }: WeightOptions): number {
  const number = wholeOf('--seed', seed, { from: 0 });
  if (weights !== undefined && seed !== '0')
    throw new UsageFailure('--weights and --seed exclude each other');
  return number;
}

/** Ends the command where a link leads out of the project. */
function fileOf({ paths, span }: WeightsDeclaration, { find, show }: Project): string {
  const file = find(paths);
  if (file !== undefined) return file;
  const [path = ''] = paths;
  throw new InputFailure([show(diagnostic('weights/outside-project', { path }, span, throughLink))]);
}

const throughLink = {
  notes: [{ word: 'note' as const, text: 'it is a link that leads out of the project' }],
};

const layouts: readonly Layout[] = ['cnnc', 'torch', 'keras'];

/** `except` and `layout` belong to the file that is declared; the renames beside it to the net. */
function bindOptions(
  { model }: OpenNet,
  declared: WeightsDeclaration | undefined,
  options: WeightOptions,
): BindOptions {
  const written = options.layout ?? (options.weights === undefined ? declared?.layout : undefined);
  const layout = layouts.find((known) => known === written);
  if (written !== undefined && !layout)
    throw new UsageFailure(`--layout is one of ${layouts.join(', ')}, not ${written}`);
  const { moved = movesOf(model), except = [] } = declared ?? {};
  return { moved, except, ...(layout ? { layout } : {}) };
}
