/** The wasm target in this process: optimise, plan, emit, pack; and run through the same runtime that packages carry. */
import type { Diagnostic } from '../compiler/index.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import { optimize } from '../compiler/5-optimize/index.ts';
import { quantize, type Ranges } from '../compiler/5-optimize/quantize/index.ts';
import { memoryProblems, pack, plan, scaleProblems, type Picker } from '../compiler/6-plan/index.ts';
import type { Engine, Plan, WeightsType } from '../compiler/6-plan/plan.ts';
import type { EmittedVariant } from '../compiler/7-emit/package/index.ts';
import { emitWasm } from '../compiler/7-emit/wasm/index.ts';
import {
  checksum,
  load,
  pickVariant,
  type Manifest,
  type TensorValue,
  type Variant,
  type VariantOptions,
} from '../runtime/index.ts';
import { stopOnErrors } from './failure.ts';

/** What each variant may use. */
export const engines: Readonly<Record<Variant, Engine>> = {
  wide: { relaxed: true, wide: true },
  relaxed: { relaxed: true, wide: false },
  simd: { relaxed: false, wide: false },
};

export interface CompileOptions {
  readonly variant: Variant;
  readonly show: (diagnostic: Diagnostic) => Diagnostic;
  /** How the weights file stores numbers; default f32. */
  readonly weightsType?: WeightsType;
  /** No Winograd, no Strassen: sums are those of the direct convolution, in its order. Default false. */
  readonly precise?: boolean;
  /** Chooses algorithms instead of the cost model, where it wants to. */
  readonly pick?: Picker | undefined;
  /** Threads that the program may use; default 1. */
  readonly threads?: number;
  /** Ranges of the values by which the net is computed in 8-bit integers; absent: in floats. */
  readonly ranges?: Ranges | undefined;
}

/** The plan of the net for a variant; ends the command where it does not fit into memory. */
export function planOf(graph: Graph, options: CompileOptions): Plan {
  return planOptimized(inferenceGraph(graph, options.ranges), options);
}

/** What the wasm target computes of a net: optimised, in bytes where there are ranges. */
export function inferenceGraph(graph: Graph, ranges: Ranges | undefined): Graph {
  const optimized = optimize(graph);
  return ranges ? quantize(optimized, ranges) : optimized;
}

function planOptimized(graph: Graph, options: CompileOptions): Plan {
  const { variant, weightsType = 'f32', threads = 1, precise = false, pick } = options;
  const planned = plan(graph, engines[variant], { weightsType, threads, precise, pick });
  stopOnErrors(memoryProblems(planned).map(options.show));
  return planned;
}

/** One variant of the net with its packed weights; ends the command where it does not fit into memory, or a weight into 16 bits. */
export function compileVariant(graph: Graph, weights: WeightSource, options: CompileOptions): EmittedVariant {
  return compileOptimized(inferenceGraph(graph, options.ranges), weights, options);
}

/** The same of a graph that is optimised already. */
export function compileOptimized(
  graph: Graph,
  weights: WeightSource,
  options: CompileOptions,
): EmittedVariant {
  const planned = planOptimized(graph, options);
  const { bytes, manifest } = emitWasm(planned);
  const file = pack(planned, weights);
  stopOnErrors(scaleProblems(planned, file).map(options.show));
  return { variant: options.variant, code: bytes, manifest, weights: file };
}

export type Inputs = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, readonly Tensor[]>>;

/** The program, ready to run: from inputs to raw outputs. */
export async function loadWasm(emitted: EmittedVariant): Promise<(inputs: Inputs) => Outputs> {
  const manifest = rawManifest(emitted.manifest);
  const code = emitted.code as Uint8Array<ArrayBuffer>;
  const weights = { source: emitted.weights, checksum: checksum(emitted.weights) };
  const model = await load({ builds: { [emitted.variant]: { manifest, code, weights } } });
  return (inputs) => {
    const values = model.run(inputs) as Readonly<Record<string, TensorValue>>;
    return Object.fromEntries(
      emitted.manifest.outputs.map(({ name, tensors }) => [
        name,
        tensors.map((_, i) => values[rawName(name, i)] ?? { shape: [], data: new Float32Array(0) }),
      ]),
    );
  };
}

/** The fastest variant that this Node runs. Where it is `wide`, V8's flag for it is set from now on. */
export function ownVariant(options: Pick<VariantOptions, 'wide'> = {}): Variant {
  return pickVariant(['wide', 'relaxed', 'simd'], options);
}

/** Every tensor of every output as an output of its own, undecoded; inputs as numbers. */
function rawManifest(manifest: Manifest): Manifest {
  return {
    ...manifest,
    outputs: manifest.outputs.flatMap(({ name, tensors }) =>
      tensors.map((tensor, i) => ({
        name: rawName(name, i),
        output: { kind: 'tensor' as const },
        tensors: [tensor],
      })),
    ),
  };
}

function rawName(name: string, index: number): string {
  return `${name}#${index}`;
}
