import { describe, expect, it } from 'vitest';
import type { Source } from '../../src/compiler/1-parse/source.ts';
import { applyFix } from '../../src/compiler/diagnostics/json.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { bindWeights, paramsOf, type BindOptions, type Bound } from '../../src/weights/bind.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { readSafetensors } from '../../src/weights/safetensors.ts';
import { safetensorsChunks, type NamedTensor } from '../../src/weights/write-safetensors.ts';
import { smallNet } from './graphs.ts';

function tensor(name: string, shape: readonly number[], start = 0): NamedTensor {
  const count = shape.reduce((product, n) => product * n, 1);
  return { name, shape, data: Float32Array.from({ length: count }, (_, i) => start + i) };
}

const whole = [
  tensor('stem.conv.weight', [5, 3, 3, 3]),
  tensor('stem.conv.bias', [5], 0.5),
  tensor('logits.dense.weight', [2, 120]),
];

function bind(tensors: readonly NamedTensor[], options: BindOptions = {}, graph: Graph = smallNet()): Bound {
  const { file } = readSafetensors(Buffer.concat(safetensorsChunks(tensors)), 'f.safetensors');
  if (!file) throw new Error('the test file does not read');
  return bindWeights(graph, file, options);
}

function valuesOf(bound: Bound, path: string, graph: Graph = smallNet()): readonly number[] {
  const found = paramsOf(graph).find((node) => paramPath(node) === path);
  return found && bound.weights ? [...bound.weights(found).data] : [];
}

const without = (name: string): readonly NamedTensor[] => whole.filter((t) => t.name !== name);

describe('bindWeights', () => {
  it('gives every param its tensor', () => {
    const bound = bind(whole);
    expect(bound.diagnostics).toEqual([]);
    expect(valuesOf(bound, 'stem.conv.bias')).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  });

  it('counts what fits and says what does not, and which name is near', () => {
    const bound = bind([
      ...without('stem.conv.weight').slice(0, 1),
      tensor('stem.covn.weight', [5, 3, 3, 3]),
      tensor('logits.dense.weight', [10, 120]),
    ]);
    expect(bound.weights).toBeUndefined();
    expect(bound.diagnostics.map((d) => d.code)).toEqual(['weights/do-not-fit']);
    const [problem] = bound.diagnostics;
    expect(problem?.message).toBe('1 of the 3 weights of Small fit f.safetensors');
    expect(problem?.notes[0]?.text).toBe(
      'stem.conv.weight 5x3x3x3 is not in the file; the file has stem.covn.weight 5x3x3x3\n' +
        'logits.dense.weight is 2x120 in the net and 10x120 in the file',
    );
  });

  it('proposes `moved` for a renamed layer, as a fix to the file that asked', () => {
    const source: Source = { path: 'a.cnn', text: 'weights Small from "f.safetensors"\nnet Small {}' };
    const at = { source, start: 0, end: source.text.indexOf('\n') };
    const renamed = [...without('stem.conv.weight'), tensor('stem.conv1.weight', [5, 3, 3, 3])];
    const fix = bind(renamed, { at }).diagnostics[0]?.fixes[0];
    expect(fix?.title).toBe('moved stem.conv1 -> stem.conv');
    expect(fix && applyFix(source, fix)).toBe(
      'weights Small from "f.safetensors"\nmoved stem.conv1 -> stem.conv\nnet Small {}',
    );
    const moved = [{ from: 'stem.conv1', to: 'stem.conv' }];
    expect(bind(renamed, { moved }).diagnostics).toEqual([]);
  });

  it('warns about tensors that nothing reads, but not about step counters', () => {
    const bound = bind([...whole, tensor('aux.dense.weight', [2, 2]), tensor('bn.num_batches_tracked', [])]);
    expect(bound.weights).toBeDefined();
    expect(bound.diagnostics.map((d) => [d.code, d.notes[0]?.text])).toEqual([
      ['weights/unused', 'aux.dense.weight 2x2'],
    ]);
  });

  it('keeps initial values where `except` says so, and warns where it matches nothing', () => {
    const bound = bind(without('logits.dense.weight'), { except: ['logits.**'], seed: 7 });
    expect(bound.diagnostics).toEqual([]);
    const values = valuesOf(bound, 'logits.dense.weight');
    expect(values).toHaveLength(240);
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.05);
    expect(bind(whole, { except: ['head'] }).diagnostics.map((d) => d.code)).toEqual([
      'weights/matches-nothing',
    ]);
  });

  it('finds NaN and infinity, and says where', () => {
    const bad = tensor('stem.conv.bias', [5]);
    bad.data[3] = NaN;
    bad.data[4] = -Infinity;
    const bound = bind([...without('stem.conv.bias'), bad]);
    expect(bound.weights).toBeUndefined();
    expect(bound.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'weights/not-finite: stem.conv.bias in f.safetensors holds NaN (2 of 5 values, the first at 3)',
    ]);
  });

  it('takes floats only', () => {
    const header = (
      name: string,
      dtype: string,
      shape: readonly number[],
      from: number,
      bytes: number,
    ): string => `"${name}":${JSON.stringify({ dtype, shape, data_offsets: [from, from + bytes] })}`;
    const text = `{${[
      header('logits.dense.weight', 'I8', [2, 120], 0, 240),
      header('stem.conv.bias', 'F16', [5], 240, 10),
      header('stem.conv.weight', 'BF16', [5, 3, 3, 3], 250, 270),
    ].join(',')}}`;
    const bytes = new Uint8Array(8 + text.length + 520);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(new TextEncoder().encode(text), 8);
    const { file } = readSafetensors(bytes, 'q.safetensors');
    const found = file ? bindWeights(smallNet(), file).diagnostics : [];
    expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'weights/not-floats: logits.dense.weight in q.safetensors holds I8 values; weights must be F32, F16, BF16 or F64',
    ]);
  });

  it('reads PyTorch layers behind a flatten: channels first becomes channels last', () => {
    const values = valuesOf(bind(whole, { layout: 'torch' }), 'logits.dense.weight');
    // Row o of the file is o·120 + c·24 + p; ours has p·5 + c.
    const expected = Array.from({ length: 240 }, (_, i) => {
      const [o, p, c] = [Math.floor(i / 120), Math.floor((i % 120) / 5), i % 5];
      return o * 120 + c * 24 + p;
    });
    expect(values).toEqual(expected);
    expect(valuesOf(bind(whole, { layout: 'torch' }), 'stem.conv.weight')).toEqual([...whole[0]!.data]);
  });

  it('reads Keras kernels and names', () => {
    const keras = [
      tensor('stem.conv.kernel', [3, 3, 3, 5]),
      tensor('stem.conv.bias', [5]),
      tensor('logits.dense.kernel', [120, 2]),
    ];
    const bound = bind(keras, { layout: 'keras' });
    expect(bound.diagnostics).toEqual([]);
    // ours [o, i, y, x] = theirs [y, x, i, o]
    expect(valuesOf(bound, 'stem.conv.weight').slice(0, 4)).toEqual([0, 15, 30, 45]);
    expect(valuesOf(bound, 'logits.dense.weight').slice(0, 3)).toEqual([0, 2, 4]);
  });
});
