/**
 * Measures what the cost model estimates: whole programs in which every layer takes its n-th variant, step by step, so that each variant is
 * timed where it will run, with the caches as the layers before leave them and weights that come from memory. A few programs at a time
 * take turns with the model's own, and a variant counts by its ratio to the model's choice in the same turns.
 */
import type { Choice } from '../compiler/6-plan/algorithms/algorithm.ts';
import { plan, type Engine, type Picker, type Plan } from '../compiler/6-plan/index.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import { median, type ProfileOptions } from '../profile/measure.ts';
import { settled } from './settled.ts';
import { signatureOf } from './signature.ts';
import { sameChoice, type ChosenAlgorithm, type MeasuredChoice } from './tuning-file.ts';
import { loadWarm, timeRuns, timeSteps, type Loaded } from './turns.ts';

export interface TuneOptions extends Pick<ProfileOptions, 'weights' | 'inputs'> {
  readonly engine: Engine;
  /** About how long it may take: a part of it is kept for measuring the result. */
  readonly budgetMs: number;
  /** Called with the part that is done, 0..1, and what is measured next. */
  readonly progress: (done: number, what: string) => void;
}

export interface LayerResult {
  readonly layer: string;
  /** Layers of that signature. */
  readonly count: number;
  readonly model: MeasuredChoice;
  /** The model's own where no other is faster by `leastGain`. */
  readonly best: MeasuredChoice;
  /** Variants that were measured. */
  readonly variants: number;
}

export interface TuneResult {
  /** Slowest first. */
  readonly layers: readonly LayerResult[];
  /** Milliseconds of a whole inference, both in turns; medians. */
  readonly net: { readonly model: number; readonly tuned: number };
}

/** Variants of a layer that are measured, and how much worse than the best estimate they may be estimated. */
const mostVariants = 32;
const worstEstimate = 2.5;
/** Less than this is noise. */
const leastGain = 0.03;
/** Programs that take turns with the model's, and their memory in bytes. */
const mostLoaded = 4;
const loadedBytes = 1 << 30;
/** Part of the budget after which no further variant is begun. */
const variantsShare = 0.5;

type Layers = ReadonlyMap<string, readonly Choice[]>;

/** Measures the variants of every layer of an optimised graph until the budget is spent, and then what they gain together. */
export async function tune(optimised: Graph, given: TuneOptions): Promise<TuneResult> {
  const { graph, weights } = settled(optimised, given.weights);
  const options = { ...given, weights };
  const { engine, progress } = options;
  const load = (planned: Plan): Promise<Loaded> => loadWarm(planned, { ...options, warm: 'all' });
  const layers = layersOf(graph, engine);
  const planWith = (picks: Layers, turn: number): Plan =>
    plan(graph, engine, { pick: turnPicker(picks, turn) });
  const model = await load(planWith(layers, 0));
  const ratios = await measureVariants(layers, model, (turn) => planWith(layers, turn), options);
  progress(1, 'the fastest together');
  const fastest = resultsOf(model, await timeSteps([model]), ratios);
  const results = await confirmed(fastest, model, (picked) => load(planWith(bestOf(layers, picked), 0)));
  const tuned = planWith(bestOf(layers, results), 0);
  if (results.every(({ model: own, best }) => best === own)) {
    const [ms = NaN] = await timeRuns([model]);
    return { layers: results, net: { model: ms, tuned: ms } };
  }
  return { layers: results, net: await timeNets(model.plan, tuned, load) };
}

/** Both programs twice, because where the system puts their pages makes a few percent; the better one of each counts. */
async function timeNets(
  model: Plan,
  tuned: Plan,
  load: (planned: Plan) => Promise<Loaded>,
): Promise<TuneResult['net']> {
  const programs: Loaded[] = [];
  for (const planned of [model, tuned, model, tuned]) programs.push(await load(planned));
  const [a = NaN, b = NaN, c = NaN, d = NaN] = await timeRuns(programs);
  return { model: Math.min(a, c), tuned: Math.min(b, d) };
}

/**
 * The least of many measurements is partly luck: the fastest variants are measured once more, together, and keep their place only where they
 * are faster again.
 */
async function confirmed(
  results: readonly LayerResult[],
  model: Loaded,
  load: (results: readonly LayerResult[]) => Promise<Loaded>,
): Promise<readonly LayerResult[]> {
  const tuned = await load(results);
  const [before = [], after = []] = await timeSteps([model, tuned]);
  const [own, others] = [sumByLayer(model.plan, before), sumByLayer(tuned.plan, after)];
  return results.map((result): LayerResult => {
    const [was, is] = [own.get(result.layer)?.ms ?? NaN, others.get(result.layer)?.ms ?? NaN];
    const kept = { ...result.model, ms: was };
    const isFaster = result.best !== result.model && is <= was * (1 - leastGain);
    return { ...result, model: kept, best: isFaster ? { ...result.best, ms: is } : kept };
  });
}

/** Every layer with its variants, the model's choice first. */
function layersOf(graph: Graph, engine: Engine): Layers {
  const layers = new Map<string, readonly Choice[]>();
  plan(graph, engine, {
    pick: (kernel, _, variants) => {
      const layer = signatureOf(kernel);
      if (layer !== undefined && !layers.has(layer)) layers.set(layer, worthMeasuring(variants()));
      return undefined;
    },
  });
  return layers;
}

function worthMeasuring([model, ...others]: readonly Choice[]): readonly Choice[] {
  if (!model) return [];
  const limit = worstEstimate * Math.min(model.cost, ...others.map(({ cost }) => cost));
  return [model, ...others.filter(({ algorithm, cost }) => algorithm !== 'nest' && cost <= limit)].slice(
    0,
    mostVariants,
  );
}

/** Every layer takes its variant number `turn`, from the start again where it has fewer. */
function turnPicker(layers: Layers, turn: number): Picker {
  return (kernel, _, offered) => {
    const variants = layers.get(signatureOf(kernel) ?? '') ?? [];
    const wanted = variants[turn % variants.length];
    return wanted && offered().find((choice) => sameChoice(choice, wanted));
  };
}

/** Per layer and choice: times as parts of the model's. */
type Ratios = Map<string, { readonly choice: ChosenAlgorithm; readonly ratios: number[] }[]>;

/** Measures the programs of all turns but the first (the model's), in groups that fit into memory. */
async function measureVariants(
  layers: Layers,
  model: Loaded,
  planOf: (turn: number) => Plan,
  options: TuneOptions,
): Promise<Ratios> {
  const turns = Math.max(1, ...[...layers.values()].map((variants) => variants.length));
  const end = performance.now() + variantsShare * options.budgetMs;
  const inTime = (): boolean => performance.now() < end;
  const ratios: Ratios = new Map();
  let turn = 1;
  while (turn < turns && inTime()) {
    const group: Loaded[] = [];
    let bytes = 0;
    do {
      options.progress((turn - 1) / (turns - 1), `variant ${turn + 1} of ${turns}`);
      const planned = planOf(turn++);
      group.push(await loadWarm(planned, { ...options, warm: 'kernels' }));
      bytes += planned.bytes.total;
    } while (turn < turns && group.length < mostLoaded && bytes < loadedBytes && inTime());
    const [reference = [], ...times] = await timeSteps([model, ...group]);
    const before = sumByLayer(model.plan, reference);
    for (const [i, { plan: planned }] of group.entries())
      addRatios(ratios, sumByLayer(planned, times[i] ?? []), before);
  }
  return ratios;
}

type Sums = ReadonlyMap<string, MeasuredChoice & { readonly count: number }>;

/** The steps' times by layer. */
function sumByLayer({ steps }: Plan, times: readonly number[]): Sums {
  const sums = new Map<string, MeasuredChoice & { readonly count: number }>();
  steps.forEach(({ kernel, algorithm, tuning }, i) => {
    const layer = signatureOf(kernel);
    if (layer === undefined) return;
    const { ms = 0, count = 0 } = sums.get(layer) ?? {};
    sums.set(layer, { algorithm, tuning, ms: ms + (times[i] ?? 0), count: count + 1 });
  });
  return sums;
}

function addRatios(ratios: Ratios, times: Sums, reference: Sums): void {
  for (const [layer, { algorithm, tuning, ms }] of times) {
    const choice = { algorithm, tuning };
    const known = ratios.get(layer) ?? [];
    const same = known.find((other) => sameChoice(other.choice, choice));
    const ratio = ms / (reference.get(layer)?.ms ?? NaN);
    if (same) same.ratios.push(ratio);
    else known.push({ choice, ratios: [ratio] });
    ratios.set(layer, known);
  }
}

/** The fastest choice of every layer; the model's where it is not clearly slower. */
function resultsOf(
  model: Loaded,
  [times = []]: readonly (readonly number[])[],
  ratios: Ratios,
): readonly LayerResult[] {
  return [...sumByLayer(model.plan, times)]
    .map(([layer, { count, ...own }]): LayerResult => {
      const others = (ratios.get(layer) ?? [])
        .filter(({ choice }) => !sameChoice(choice, own))
        .map(({ choice, ratios: all }) => ({ ...choice, ms: own.ms * median(all) }));
      const fastest = others.reduce<MeasuredChoice>((a, b) => (b.ms < a.ms ? b : a), own);
      const best = fastest.ms <= own.ms * (1 - leastGain) ? fastest : own;
      return { layer, count, model: own, best, variants: others.length + 1 };
    })
    .sort((a, b) => b.model.ms - a.model.ms);
}

/** The best choice of every layer alone. */
function bestOf(layers: Layers, results: readonly LayerResult[]): Layers {
  return new Map(
    results.map(({ layer, best }) => [
      layer,
      (layers.get(layer) ?? []).filter((choice) => sameChoice(choice, best)),
    ]),
  );
}
