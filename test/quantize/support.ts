/** Nets of quantisable layers, their ranges on given inputs, and the programs of a quantised graph on every kind of engine. */
import fc from 'fast-check';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import {
  mayBeFine,
  quantizableLayers,
  quantize,
  valuesToCalibrate,
  valuesWithShares,
  type Precisions,
  type Range,
  type Ranges,
} from '../../src/compiler/5-optimize/quantize/index.ts';
import type { Engine } from '../../src/compiler/6-plan/plan.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { shapeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { graphOf, inputMap, layer, testInputs, testWeights, tryLayer } from '../support/net-builder.ts';

/** `wide` is what the emitter makes for 256-bit registers; it computes the same without V8's pass. */
export const engines: readonly Engine[] = [
  { relaxed: false, wide: false },
  { relaxed: true, wide: false },
  { relaxed: true, wide: true },
];

/** The least and largest of every value that will be bytes, its channels' means, and steps and origins of their own where they may have some. */
export function rangesOn(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  layers?: Precisions,
): Ranges {
  const values = [...valuesToCalibrate(graph, layers)];
  const observed = {
    ...graph,
    outputs: values.map(([name, node]) => ({
      name,
      nodes: [node],
      output: { kind: 'tensor' as const },
      trainOnly: false,
      doc: undefined,
    })),
  };
  const results = evaluate(observed, inputs, testWeights);
  const withShares = valuesWithShares(graph, layers);
  const found = Object.fromEntries(
    values.map(([name, { type }]) => {
      const [data, channels] = [results[name]?.[0]?.data ?? new Float32Array(), Number(type.dims.at(-1))];
      const [range, means, group] = [rangeOf(data), meansOf(data, channels), withShares.get(name)];
      const shares = group && means.map((_, c) => 1 / (1 + (c % 3)));
      const origins = group?.mayHaveOrigins ? means.map((mean, c) => (c % 4) * mean + range[0]) : undefined;
      return [name, { range, means, shares, origins }];
    }),
  );
  return { values: found, layers };
}

function meansOf(data: Float32Array, channels: number): readonly number[] {
  const sums = new Array<number>(channels).fill(0);
  data.forEach((value, i) => (sums[i % channels]! += value));
  return sums.map((sum) => (sum * channels) / data.length);
}

function rangeOf(data: ArrayLike<number>): Range {
  let [lo, hi] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) [lo, hi] = [Math.min(lo, data[i] ?? 0), Math.max(hi, data[i] ?? 0)];
  return [lo, hi];
}

/** Optimised and quantised by the ranges of one input. */
export function quantized(graph: Graph, layers?: Precisions): Graph {
  const optimised = optimize(graph);
  return quantize(optimised, rangesOn(optimised, testInputs(optimised, 'calibration'), layers));
}

/** Two digits for every so-manieth layer that may have them. */
export function everyFine(graph: Graph, every: number): Precisions {
  const able = [...quantizableLayers(optimize(graph))].filter(([, layer]) => mayBeFine(layer));
  return Object.fromEntries(able.filter((_, i) => i % every === 0).map(([name]) => [name, 'fine']));
}

/** One choice of the generator below. */
interface Stage {
  readonly op: 'conv' | 'dwconv' | 'maxpool' | 'concat' | 'residual';
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: boolean;
  readonly after: 'none' | 'relu' | 'relu6' | 'leaky_relu' | 'hswish';
}

const anyStage: fc.Arbitrary<Stage> = fc.record({
  op: fc.constantFrom('conv', 'conv', 'dwconv', 'maxpool', 'concat', 'residual'),
  channels: fc.integer({ min: 1, max: 40 }),
  kernel: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  pad: fc.boolean(),
  after: fc.constantFrom('none', 'relu', 'relu6', 'leaky_relu'),
});

/** Chains of one to three dimensions in which every layer has an integer form, ending in a map or in a vector. */
export const quantizableNets: fc.Arbitrary<Graph> = fc
  .record({
    rank: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 5, max: 9 }),
    channels: fc.integer({ min: 1, max: 21 }),
    stages: fc.array(anyStage, { minLength: 1, maxLength: 5 }),
    dense: fc.boolean(),
  })
  .map(({ rank, size, channels, stages, dense }) => {
    const sizes = Array.from({ length: rank }, (_, i) => size + i).map((n) => (rank === 3 ? n - 2 : n));
    const x = inputMap('x', sizes, channels);
    const last = stages.reduce((node, stage, i) => staged(node, stage, `s${i}`) ?? node, x);
    const end = layer('conv', [last], { channels: 6, kernel: 1 }, 'end');
    const y = dense ? layer('dense', [layer('flatten', [end], {}, 'flat')], { units: 9 }, 'dense') : end;
    return graphOf([y], [x]);
  });

function staged(x: Node, stage: Stage, path: string): Node | undefined {
  const { op, channels, kernel, stride, dilation, pad } = stage;
  const window = { kernel, stride, pad: pad ? 'same' : 0 };
  const activated = (node: Node | undefined): Node | undefined =>
    node && stage.after !== 'none' ? tryLayer(stage.after, [node], {}, `${path}.${stage.after}`) : node;
  const conv = (from: Node, name: string, options: object): Node | undefined =>
    tryLayer('conv', [from], { ...window, channels, dilation, ...options }, `${path}.${name}`);
  switch (op) {
    case 'conv':
      return activated(conv(x, 'conv', {}));
    case 'dwconv':
      return activated(tryLayer('dwconv', [x], { ...window, dilation }, `${path}.dw`));
    case 'maxpool':
      return tryLayer('maxpool', [x], window, `${path}.pool`);
    case 'concat': {
      const [a, b] = ['a', 'b'].map((name) =>
        conv(x, name, { kernel: name === 'a' ? 1 : 3, pad: 'same', stride: 1 }),
      );
      return a && b && tryLayer('concat', [a, activated(b) ?? b, a], {}, `${path}.concat`);
    }
    case 'residual': {
      const inside = conv(x, 'inside', { channels: shapeOf(x.type).at(-1), pad: 'same', stride: 1 });
      return inside && activated(tryLayer('add', [inside, x], {}, `${path}.add`));
    }
  }
}
