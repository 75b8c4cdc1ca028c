/** What `cnnc quantize` does between reading and printing: calibrate, run both programs on the examples, compare, and measure. */
import { optimize } from '../compiler/5-optimize/index.ts';
import { median } from '../profile/measure.ts';
import {
  quantizeValues,
  valuesToCalibrate,
  valuesWithShares,
  type Ranges,
} from '../compiler/5-optimize/quantize/index.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import { inputRoles } from '../compiler/ops/build.ts';
import { evaluateNode, type WeightSource } from '../compiler/ops/evaluate.ts';
import { calibrate, type Inputs } from '../quantize/calibrate.ts';
import { createComparison, type Comparison, type Outputs, type Values } from '../quantize/compare.ts';
import type { Example } from './data.ts';
import { fail } from './failure.ts';
import type { OpenNet } from './nets.ts';
import { compileOptimized, loadWasm, ownVariant, type CompileOptions } from './wasm.ts';

/** A net in floats, the values that become bytes where all layers are on bytes. */
export interface Calibration {
  readonly optimized: Graph;
  readonly values: ReadonlyMap<string, Node>;
  readonly weights: WeightSource;
  readonly show: CompileOptions['show'];
}

export function calibrationOf({ graph, project }: OpenNet, weights: WeightSource): Calibration {
  const optimized = optimize(graph);
  const values = valuesToCalibrate(optimized, {});
  if (values.size === 0) fail('quantize/nothing', { net: graph.name }, graph.name);
  return { optimized, values, weights, show: project.show };
}

/** The ranges over the examples; ends the command where a value is no number. */
export async function rangesOver(
  calibration: Calibration,
  examples: readonly Example[],
): Promise<Ranges['values']> {
  const { optimized, values, weights } = calibration;
  const run = await observed(calibration, optimized, values);
  const groups = valuesWithShares(optimized, {});
  const ranges = calibrate(
    examples.map(({ inputs }) => inputs),
    (inputs) => run(inputs).values,
    (value) => {
      const group = groups.get(value);
      const channels = Number(values.get(value)?.type.dims.at(-1) ?? 1);
      if (!group) return { channels };
      const weightsOf = (layer: Node): Tensor => evaluateNode(inputRoles(layer).weights[0] ?? layer, weights);
      return { channels, shares: { ...group, mixing: () => group.mixing.map(weightsOf) } };
    },
  );
  if (!('example' in ranges && 'value' in ranges)) return ranges as Ranges['values'];
  const { value, example } = ranges as { readonly value: string; readonly example: number };
  const file = examples[example]?.files[0] ?? '';
  return fail('quantize/not-finite', { value, file }, file);
}

/** Both programs on the examples. */
export async function compareOn(
  calibration: Calibration,
  ranges: Ranges,
  examples: readonly Example[],
): Promise<Comparison> {
  const { optimized } = calibration;
  const values = valuesToCalibrate(optimized, ranges.layers);
  const { graph, numbers } = quantizeValues(optimized, ranges);
  const inBytes = new Map([...values].map(([name, node]) => [name, numbers(node)]));
  const exact = await observed(calibration, optimized, values);
  const bytes = await observed(calibration, graph, inBytes);
  const comparison = createComparison();
  for (const { inputs } of examples) comparison.add(exact(inputs), bytes(inputs));
  return comparison;
}

const prefix = 'value ';

/** The program with the values as outputs beside its own. */
async function observed(
  { weights, show }: Calibration,
  graph: Graph,
  values: ReadonlyMap<string, Node>,
): Promise<(inputs: Inputs) => { readonly values: Values; readonly outputs: Outputs }> {
  const extra = [...values].map(([name, node]) => ({
    name: prefix + name,
    nodes: [node],
    output: { kind: 'tensor' as const },
    trainOnly: false,
    doc: undefined,
  }));
  const watched = { ...graph, outputs: [...graph.outputs, ...extra] };
  const run = await loadWasm(
    compileOptimized(watched, weights, { variant: ownVariant({ wide: 'off' }), show }),
  );
  return (inputs) => {
    const results = Object.entries(run(inputs));
    const isValue = ([name]: readonly [string, unknown]): boolean => name.startsWith(prefix);
    const first = ([name, tensors]: readonly [string, readonly Tensor[]]): readonly [
      string,
      Float32Array,
    ] => [name.slice(prefix.length), tensors[0]?.data ?? new Float32Array()];
    return {
      values: Object.fromEntries(results.filter(isValue).map(first)),
      outputs: Object.fromEntries(results.filter((entry) => !isValue(entry))),
    };
  };
}

export interface Gain {
  /** Bytes of the weights files. */
  readonly bytes: readonly [number, number];
  /** Milliseconds per inference, medians of alternating runs. */
  readonly ms: readonly [number, number];
}

const [warmRounds, rounds] = [30, 21];

/** Size and speed in floats and in bytes. */
export async function gainOf(
  { optimized, weights, show }: Calibration,
  ranges: Ranges,
  { inputs }: Pick<Example, 'inputs'>,
): Promise<Gain> {
  const options = { variant: ownVariant(), show };
  const emitted = [optimized, quantizeValues(optimized, ranges).graph].map((graph) =>
    compileOptimized(graph, weights, options),
  );
  const runs = await Promise.all(emitted.map(loadWasm));
  const times = runs.map((): number[] => []);
  for (let round = 0; round < warmRounds + rounds; round++) {
    runs.forEach((run, i) => {
      const from = performance.now();
      run(inputs);
      if (round >= warmRounds) times[i]?.push(performance.now() - from);
    });
    // The engine's compiler hands over between turns of the event loop.
    if (round < warmRounds) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const bytes = (i: number): number => emitted[i]?.weights.length ?? 0;
  return { bytes: [bytes(0), bytes(1)], ms: [median(times[0] ?? []), median(times[1] ?? [])] };
}
