/** Which layers become integer ones. */
import { describe, expect, it } from 'vitest';
import { topological, type Node } from '../../src/compiler/ir/graph.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';
import { quantized } from './support.ts';

const chain = (length: number): readonly string[] => {
  const x = inputMap('x', [5, 5], 4);
  let y = x;
  for (let i = 0; i < length; i++) y = layer('conv', [y], { channels: 4, kernel: 1 }, `c${i}`);
  const layers = topological(quantized(graphOf([y], [x]))).filter(({ op }) => op.endsWith('conv'));
  return layers.map(({ op }) => op);
};

describe('layers in integers', () => {
  it('are all of a shallow net', () => expect(chain(19)).toEqual(Array(19).fill('qconv')));

  it('are all but the first three of a deep one', () =>
    expect(chain(20)).toEqual([...Array<string>(3).fill('conv'), ...Array<string>(17).fill('qconv')]));
});

describe('the results of layers', () => {
  const x = inputMap('x', [5, 5], 4);
  const conv = (from: Node, path: string): Node => layer('conv', [from], { channels: 4, kernel: 1 }, path);
  const first = conv(x, 'first');
  const residual = layer('add', [conv(first, 'second'), first], {}, 'sum');
  const typesOf = (end: Node): readonly string[] =>
    topological(quantized(graphOf([conv(end, 'third')], [x])))
      .filter(({ op }) => op === 'qconv')
      .map(({ path, type }) => `${path} ${type.dtype}`);

  it('stay in numbers where a linear layer adds them, and so does the sum', () =>
    expect(typesOf(residual)).toEqual(['first f32', 'second f32', 'third f32']));

  it('are bytes where an activation follows the sum', () =>
    expect(typesOf(layer('relu', [residual], {}, 'relu'))).toEqual(['first u8', 'second u8', 'third f32']));
});
