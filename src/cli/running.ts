/** How each target runs a net in this process, and what its raw outputs mean. */
import type { Picker } from '../compiler/6-plan/index.ts';
import type { Graph, GraphOutput } from '../compiler/ir/graph.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import type { Ranges } from '../compiler/5-optimize/quantize/index.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import type { OutputValue, Seen } from '../runtime/output.ts';
import { fail, UsageFailure } from './failure.ts';
import type { OpenNet } from './nets.ts';

export type Target = 'wasm' | 'tfjs' | 'eval';

/** One output of a run: the raw tensors and what they mean. */
export interface RunOutput {
  readonly output: GraphOutput;
  readonly tensors: readonly Tensor[];
  readonly value: OutputValue;
}

/** The target of that name; ends the command where there is none. */
export function targetOf(text: string): Target {
  const target = (['wasm', 'tfjs', 'eval'] as const).find((known) => known === text);
  if (target) return target;
  throw new UsageFailure(`--target is wasm, tfjs or eval, not ${text}`);
}

type Results = Readonly<Record<string, readonly Tensor[]>>;
type Inputs = Readonly<Record<string, Tensor>>;

interface RunnerOptions {
  readonly weights: WeightSource;
  /** Whether the wasm target may take 256-bit tiles. */
  readonly wide: 'auto' | 'off';
  /** In 8-bit integers, by these ranges. */
  readonly ranges?: Ranges | undefined;
  /** Algorithms of the wasm target. */
  readonly pick?: Picker | undefined;
}

/** A net that is ready to run on its target, as often as one likes. */
export type Runner = (inputs: Inputs) => Promise<Results>;

/** How each target makes a net ready. */
export const runners: Readonly<Record<Target, (net: OpenNet, options: RunnerOptions) => Promise<Runner>>> = {
  wasm: async ({ graph, project }, { weights, wide, ranges, pick }) => {
    const { compileVariant, loadWasm, ownVariant } = await import('./wasm.ts');
    const variant = ownVariant({ wide });
    const run = await loadWasm(compileVariant(graph, weights, { variant, show: project.show, ranges, pick }));
    return (inputs) => Promise.resolve(run(inputs));
  },
  eval: async ({ graph }, { weights, ranges }) => {
    const { evaluate } = await import('../compiler/ops/evaluate.ts');
    const { inferenceGraph } = await import('./wasm.ts');
    const computed = ranges ? inferenceGraph(graph, ranges) : graph;
    return (inputs) => Promise.resolve(evaluate(computed, inputs, weights));
  },
  tfjs: async ({ graph, file }, { weights }) => {
    const { runTfjs, TfjsMissingError } = await import('../compiler/7-emit/tfjs/run.ts');
    return async (inputs) => {
      try {
        return await runTfjs(graph, inputs, weights, { backend: 'cpu' });
      } catch (error) {
        if (!(error instanceof TfjsMissingError)) throw error;
        const missing = error.message.split(' ')[0] ?? '';
        return fail('build/needs-package', { target: '--target tfjs', package: missing }, file, {
          fixes: [{ title: 'npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-cpu', edits: [] }],
        });
      }
    };
  },
};

/** What the raw outputs mean. */
export async function decode(
  graph: Graph,
  raw: Results,
  seen: Seen | undefined,
): Promise<readonly RunOutput[]> {
  const { decodeOutput } = await import('../runtime/output.ts');
  const { decodeHeads } = await import('../vision/decode-heads.ts');
  const { manifestKind } = await import('./manifest-kind.ts');
  return graph.outputs.map((output) => {
    const tensors = raw[output.name] ?? [];
    const values = tensors.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) }));
    const value = decodeOutput({ output: manifestKind(output) }, values, { seen, detect: decodeHeads });
    return { output, tensors, value };
  });
}
