/** Measures what each layer's rounding costs the outputs, and spends the time that integers save where it buys most accuracy. */
import {
  mayBeFine,
  quantizableLayers,
  quantize,
  rangesWith,
  usualPrecisions,
  type Precision,
  type Precisions,
  type Ranges,
} from '../compiler/5-optimize/quantize/index.ts';
import { estimatedNs } from '../compiler/6-plan/estimate.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import { createComparison } from '../quantize/compare.ts';
import { choosePrecisions, type Budget, type LayerNoise } from '../quantize/precision.ts';
import type { Example } from './data.ts';
import type { Calibration } from './quantizing.ts';
import { compileOptimized, engines, loadWasm, ownVariant, type Outputs } from './wasm.ts';

export interface Spending {
  /** So many times as fast as in floats it stays, by the cost model; what is left is spent. */
  readonly speed: number;
  readonly show: (done: number, what: string) => void;
}

/** Examples on which noise is measured: it differs between layers by far more than between examples. */
const mostExamples = 12;

/** The precision of the net's layers, by measured noise on (some of) the examples. */
export async function precisionsFor(
  calibration: Calibration,
  values: Ranges['values'],
  examples: readonly Example[],
  { speed, show }: Spending,
): Promise<Precisions> {
  const { optimized } = calibration;
  const usual = usualPrecisions(optimized);
  const budget = budgetOf(optimized, values, speed);
  if (budget.cost(usual) >= budget.limit) return usual;
  const noiseOf = await noiseMeter(calibration, values, examples.slice(0, mostExamples));
  const layers = [...quantizableLayers(optimized)];
  const noises = new Map<string, LayerNoise>();
  for (const [i, [name, layer]] of layers.entries()) {
    show(i / layers.length, `noise of ${name}`);
    const fine = mayBeFine(layer) ? await noiseOf(name, 'fine') : undefined;
    noises.set(name, { bytes: await noiseOf(name, 'bytes'), fine });
  }
  return choosePrecisions(noises, budget);
}

function budgetOf(optimized: Graph, values: Ranges['values'], speed: number): Budget {
  const engine = engines.relaxed;
  const cost = (layers: Precisions): number =>
    estimatedNs(quantize(optimized, rangesWith(optimized, values, layers)), engine);
  return { cost, limit: estimatedNs(optimized, engine) / speed };
}

/** Noise of the outputs over their power, summed over outputs, where one layer alone is quantised. */
async function noiseMeter(
  calibration: Calibration,
  values: Ranges['values'],
  examples: readonly Example[],
): Promise<(layer: string, precision: Exclude<Precision, 'floats'>) => Promise<number>> {
  const { optimized } = calibration;
  const inFloats = [...quantizableLayers(optimized).keys()].map((name) => [name, 'floats'] as const);
  const exact = await outputsOf(calibration, optimized, examples);
  return async (layer, precision) => {
    const others = Object.fromEntries(inFloats.filter(([name]) => name !== layer));
    const layers: Precisions = precision === 'fine' ? { ...others, [layer]: precision } : others;
    const graph = quantize(optimized, rangesWith(optimized, values, layers));
    const rounded = await outputsOf(calibration, graph, examples);
    const comparison = createComparison();
    exact.forEach((outputs, i) =>
      comparison.add({ values: {}, outputs }, { values: {}, outputs: rounded[i] ?? outputs }),
    );
    return comparison.outputs().reduce((sum, { decibels }) => sum + 10 ** (-decibels / 10), 0);
  };
}

async function outputsOf(
  { weights, show }: Calibration,
  graph: Graph,
  examples: readonly Example[],
): Promise<readonly Outputs[]> {
  const run = await loadWasm(
    compileOptimized(graph, weights, { variant: ownVariant({ wide: 'off' }), show }),
  );
  return examples.map(({ inputs }) => {
    const outputs = run(inputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensors]) => [
        name,
        tensors.map(({ shape, data }) => ({ shape, data: data.slice() })),
      ]),
    );
  });
}
