/** Tests as other tools write them: one message each, whose fix leaves a test that checks. */
import { expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

const net = 'net E { in x: rgb 2x2  out z: tensor(x -> gap) }\n';
const head = 'a test begins with its title in quotes and its net';
const alone = 'each condition of a test stands behind its own `expect`';
const equal = 'two values are compared with `==`';
const range = 'what is equal to a range lies in it';
const isEqual = 'here it is `==`';
const within = (condition: string): string => `test "a" of E { x = 1  ${condition} }`;

it.each([
  ['test a of E { x = 1  expect z[0] == 1 }', head, 'test "a" of E'],
  ['test of E { x = 1  expect z[0] == 1 }', head, 'test "E" of E'],
  ['test E { x = 1  expect z[0] == 1 }', head, 'test "E" of E'],
  ['test "a" (E) { x = 1  expect z[0] == 1 }', head, 'test "a" of E'],
  ['test("a", E) { x = 1  expect z[0] == 1 }', head, 'test "a" of E'],
  [within('assert z[0] == 1'), 'what a test wants to be true stands behind `expect`', 'expect'],
  ['test "a" of E {\n  x = 1\n  check z[0] == 1\n}', 'behind `expect`', 'expect'],
  ['test "a" of E { input x = 1  expect z[0] == 1 }', 'is given by its name alone', 'leave input out'],
  ['test "a" of E { x: 1  expect z[0] == 1 }', 'a value is named with `=`', 'write ='],
  [within('expect z[0] == 1, abs(z[1]) < 2'), alone, 'put expect before it'],
  [within('z[0] == 1'), alone, 'put expect before it'],
  [within('expect z[0] approx 1'), equal, '=='],
  [within('expect z[0] to be 1'), equal, '=='],
  [within('expect z[0] is close to 1'), equal, '=='],
  [within('expect z[0] ~= 1'), isEqual, 'write =='],
  [within('expect z[0] ≈ 1'), isEqual, 'write =='],
  [within('expect(z[0]).toBeCloseTo(1, 3)'), isEqual, '(z[0]) == 1'],
  [within('expect z[0].toEqual(1)'), isEqual, 'z[0] == 1'],
  [within('expect z[0] == 1 within 1e-3'), range, '(0.999..1.001)'],
  [within('expect z[0] == 1 with tolerance = 1e-3'), range, '(0.999..1.001)'],
  [within('expect z[0] == 1 +- 0.01'), '`+-` is not a sign of this language', '(0.99..1.01)'],
  [within('expect z[0] == 1 ± 0.01'), '`±` has no meaning', '(0.99..1.01)'],
])('%s', (text, message, fix) => {
  const found = diagnose({ path: 'main.cnn', text: net + text });
  expect(found.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
  const [one] = found;
  expect(one?.fixes.map(({ title }) => title)).toEqual([fix]);
  if (one) expectMended(net + text, one);
});

it('a sign that stands apart from the plus is a sign', () => {
  expect(diagnose({ path: 'main.cnn', text: net + within('expect z[0] == 1 + -0.01') })).toEqual([]);
});
