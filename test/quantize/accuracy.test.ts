/** What calibration finds beside ranges brings quantised layers nearer: steps of single channels, and means. Everything is reproducible. */
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import {
  quantize,
  rangeFaults,
  rangesWith,
  valuesToCalibrate,
  valuesWithShares,
  type Precisions,
  type Ranges,
  type ValueRange,
} from '../../src/compiler/5-optimize/quantize/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { inputRoles, paramPath } from '../../src/compiler/ops/build.ts';
import { evaluate, evaluateNode, type WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { calibrate, type Inputs } from '../../src/quantize/calibrate.ts';
import { printRanges, readRanges } from '../../src/quantize/ranges-file.ts';
import { graphOf, inputMap, layer, testWeights } from '../support/net-builder.ts';

const channels = 12;

/** 1×1 → ReLU → depthwise 3×3 → ReLU → 1×1. */
function inverted(): Graph {
  const x = inputMap('x', [9, 9], 5);
  const wide = layer('relu', [layer('conv', [x], { channels, kernel: 1 }, 'expand')], {}, 'expand.relu');
  const deep = layer('relu', [layer('dwconv', [wide], { kernel: 3, pad: 'same' }, 'dw')], {}, 'dw.relu');
  return optimize(graphOf([layer('conv', [deep], { channels: 4, kernel: 1 }, 'project')], [x]));
}

/** The first layer's channels differ a hundredfold in size, the next makes them alike again. */
const weights: WeightSource = (param) => {
  const tensor = testWeights(param);
  const size = { 'expand.weight': 10, 'expand.bias': 10, 'dw.weight': 0.1 }[paramPath(param)];
  const each = tensor.data.length / channels;
  return size === undefined
    ? tensor
    : { ...tensor, data: tensor.data.map((value, i) => value * size ** (Math.floor(i / each) % 3)) };
};

const examples: readonly Inputs[] = Array.from({ length: 12 }, (_, k) => ({
  x: { shape: [9, 9, 5], data: Float32Array.from({ length: 405 }, (_, i) => 1 + Math.sin(k + i / 60)) },
}));
const [calibrating, compared] = [examples.slice(0, 6), examples.slice(6)];

function rangesOf(graph: Graph): Ranges {
  const values = valuesToCalibrate(graph);
  const withShares = valuesWithShares(graph);
  const watched = [...values].map(([name, node]) => ({
    ...(graph.outputs[0] as Graph['outputs'][number]),
    name,
    nodes: [node],
  }));
  const observe = (inputs: Inputs): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(evaluate({ ...graph, outputs: watched }, inputs, weights)).map(([name, [tensor]]) => [
        name,
        tensor?.data ?? new Float32Array(),
      ]),
    );
  const found = calibrate(calibrating, observe, (name) => {
    const group = withShares.get(name);
    const mixing = (): readonly Tensor[] =>
      (group?.mixing ?? []).map((reader) => evaluateNode(inputRoles(reader).weights[0] ?? reader, weights));
    const channels = Number(values.get(name)?.type.dims.at(-1));
    return { channels, shares: group && { ...group, mixing } };
  });
  return { values: found as Ranges['values'] };
}

/** Squared differences to the outputs in floats: the mean of all, and of the mean of each of the four channels. */
function errorOf(graph: Graph, ranges: Ranges): { readonly each: number; readonly mean: number } {
  const inBytes = quantize(graph, ranges);
  const differences = compared.flatMap((inputs) => {
    const [want, got] = [graph, inBytes].map((g) => evaluate(g, inputs, weights)['y0']?.[0]?.data);
    return Array.from(want ?? [], (value, i) => value - (got?.[i] ?? NaN));
  });
  const meanOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const means = [0, 1, 2, 3].map((c) => meanOf(differences.filter((_, i) => i % 4 === c)));
  return { each: meanOf(differences.map((d) => d * d)), mean: meanOf(means.map((d) => d * d)) };
}

/** 1×1 → 1×1 whose input's channels are far from zero and differ little. */
function bottleneck(pad: number): Graph {
  const x = inputMap('x', [9, 9], 5);
  const narrow = layer('conv', [x], { channels, kernel: 1 }, 'narrow');
  return optimize(graphOf([layer('conv', [narrow], { channels: 4, kernel: 1, pad }, 'wide')], [x]));
}

const without = ({ values }: Ranges, part: 'shares' | 'means' | 'origins'): Ranges => ({
  values: Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, ValueRange] => [
      name,
      { ...value, [part]: undefined },
    ]),
  ),
});

const allFloats: Precisions = { expand: 'floats', dw: 'floats', project: 'floats' };

describe('calibration', () => {
  const graph = inverted();
  const ranges = rangesOf(graph);

  it('gives channels steps of their own', () => {
    const named = Object.entries(ranges.values).flatMap(([name, { shares }]) => (shares ? [name] : []));
    expect(named).toEqual(['dw', 'expand', 'x']);
    expect(errorOf(graph, without(ranges, 'shares')).each / errorOf(graph, ranges).each).toBeGreaterThan(100);
  });

  it('takes off the bias what rounding weights costs on average', () => {
    expect(errorOf(graph, without(ranges, 'means')).mean / errorOf(graph, ranges).mean).toBeGreaterThan(1.5);
  });

  it('lets channels that no padding touches begin where they lie', () => {
    const graph = bottleneck(0);
    const ranges = rangesOf(graph);
    expect(ranges.values['narrow']?.origins).toHaveLength(channels);
    const anchored = without({ values: ranges.values }, 'origins').values['narrow'] as ValueRange;
    const plain = { values: { ...ranges.values, narrow: { ...anchored, shares: undefined } } };
    expect(errorOf(graph, plain).each / errorOf(graph, ranges).each).toBeGreaterThan(4);
  });

  it('anchors channels at zero where padding is read', () => {
    const graph = bottleneck(1);
    const ranges = rangesOf(graph);
    expect(ranges.values['narrow']).not.toHaveProperty('origins');
    const origins = Array<number>(channels).fill(-1);
    const wrong = { values: { ...ranges.values, narrow: { range: [-1, 1] as const, origins } } };
    expect(rangeFaults(graph, wrong).broken).toEqual(['narrow']);
  });

  it('gives channels steps of their own that layers in floats compute', () => {
    const mixed = rangesWith(graph, ranges.values, { dw: 'floats' });
    expect(Object.keys(mixed.values)).toEqual(expect.arrayContaining(['dw']));
    expect(mixed.values['dw']?.shares).toEqual(ranges.values['dw']?.shares);
  });

  it('leaves less noise where layers read two digits, and none where all are in floats', () => {
    const [bytes, fine, floats] = [{}, { expand: 'fine', project: 'fine' }, allFloats].map(
      (layers) => errorOf(graph, rangesWith(graph, ranges.values, layers as Precisions)).each,
    ) as [number, number, number];
    expect(bytes / fine).toBeGreaterThan(2);
    expect(floats).toBe(0);
  });

  it('is written to a file and read from it', () => {
    const layers = { expand: 'fine', project: 'floats' } as const;
    const file = { net: 'Net', examples: 6, ranges: { ...ranges, layers } };
    const read = readRanges(printRanges(file));
    const again = 'ranges' in read ? printRanges(read) : read.reason;
    expect(again).toBe(printRanges(file));
    expect('ranges' in read && read.ranges.layers).toEqual(layers);
    expect(again).toMatch(/"shares": \{\n {4}"dw": \[[^\]]+\],\n {4}"expand": \[/);
  });
});
