/** Options that name axes, by place and by name, told apart from values and from constant functions of the same name. */
import { expect, test } from 'vitest';
import { showType } from '../../src/compiler/ir/type.ts';
import { graphOf } from './support.ts';

const source = `
net N {
  in x: f32[H, 8, 3] = 8x8x3
  in a: f32[4, 6]
  in b: f32[5, 6]
  s = x -> sum(H)
  t = sum(x, W)
  u = max(x, axes = [H, W])
  m = matmul(a, b -> rename(L, M))
  k = matmul(a, b -> rename(C, K) -> rename(L, C) -> slice(C = (0, 4)) -> rename(C, L), over = L)
  c = x -> conv(max(2, 7) - len([1, 2]), 1)
  out o1: tensor(s)
  out o2: tensor(t)
  out o3: tensor(u)
  out o4: tensor(m)
  out o5: tensor(k)
  out o6: tensor(c)
}`;

test('axes are words where layers take them, numbers stay numbers', () => {
  const graph = graphOf(source);
  const shown = graph.outputs.map(
    ({ nodes: [node] }) => node && `[${node.type.axes.join(', ')}] ${showType(node.type)}`,
  );
  expect(shown).toEqual(['[W, C] 8x3', '[H, C] 8x3', '[C] 3', '[L, M] 4x5', '[C, K] 6x6', '[H, W, C] 8x8x5']);
});
