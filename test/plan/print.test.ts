/** The plan's text form, on a net of plain kernels, whose algorithm depends on no engine. */
import { expect, it } from 'vitest';
import { plan, printPlan } from '../../src/compiler/6-plan/index.ts';
import { parseGraph } from '../../src/compiler/ir/parse.ts';

const graph = parseGraph(`graph Tiny {
  in x: f32 = x
  x = input() : 4x4x2
  a = tanh(x)
  b = exp(x)
  both = concat(a, b, axis = "C")
  act = sigmoid(both)
  flat = flatten(act)
  out y: tensor = flat
}`);

it('shows steps, buffers, and the arena over time', () => {
  expect(printPlan(plan(graph, { relaxed: true, wide: false }))).toBe(`plan Tiny for relaxed
memory 448 bytes: constants 0, weights 0, arena 384

steps
  0  a ←    x     nest 4x4x2  nest
  1  b ←    x     nest 4x4x2  nest
  2  act ←  both  nest 4x4x4  nest

buffers
  x     4x4x2  at 0    strides 8 2 1   arena #0
  both  4x4x4  at 128  strides 16 4 1  arena #1
  a     4x4x2  at 128  strides 16 4 1  arena #1
  b     4x4x2  at 136  strides 16 4 1  arena #1
  act   4x4x4  at 128  strides 16 4 1  arena #1
  flat  64     at 128  strides 1       arena #1

arena
  #0  x     0..128    steps -1..1
  #1  both  128..384  steps 0..3
`);
});
