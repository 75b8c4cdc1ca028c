/** Runs a graph on the wasm target, as one engine would. */
import { optimize, plan } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { loadProgram } from '../wasm/support/load-program.ts';

export type Variant = 'simd' | 'relaxed';

export interface Given {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly weights: WeightSource;
}

export interface Ran {
  readonly outputs: Readonly<Record<string, readonly Tensor[]>>;
  /** True where a convolution went through Winograd F(4x4, 3x3), whose transforms cost about two digits. */
  readonly winograd: boolean;
}

export function runWasm(graph: Graph, variant: Variant, { inputs, weights }: Given): Ran {
  const planned = plan(optimize(graph), { relaxed: variant === 'relaxed', wide: false });
  const winograd = planned.steps.some(({ algorithm }) => algorithm === 'winograd-4x4');
  return { outputs: loadProgram(planned, weights).run(inputs), winograd };
}
