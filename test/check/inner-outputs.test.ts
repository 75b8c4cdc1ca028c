/** Outputs of a net inside another: it is worth its first one, and each has its name. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { graphOf } from './support.ts';

const head = `net Head {
  in image: rgb 8x8
  a = image -> conv(4, 3)
  out first: tensor(a)
  out kind: label(a -> gap -> dense(2))
  out C: tensor(a -> relu)
  train_only out aux: tensor(a -> tanh)
}
`;

const outer = (body: string): string =>
  `${head}net Outer {\n  in x: rgb 8x8\n  in y: rgb 8x8\n  ${body}\n}\n`;

describe('a net inside another', () => {
  it.each([
    ['by a value', 'found = x -> Head\n  out z: tensor(found.kind + (y -> gap -> dense(2)))'],
    [
      'of an instance that is used twice',
      'let look = Head()\n  p = x -> look\n  q = y -> look\n  out z: tensor(p.kind - q.kind)',
    ],
    [
      'handed to a block',
      'found = x -> Head\n  out z: tensor(y -> Read(found))\n}\nblock Read(of) {\n  out add { of.kind, gap -> dense(2) }',
    ],
  ])('has its outputs %s', (_, body) => {
    const text = outer(body);
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
    expect(graphOf(text).outputs[0]?.nodes[0]?.type.dims).toEqual([2]);
  });

  it('an instance that is used twice has one set of weights, also of a later output', () => {
    const text = outer(
      'let look = Head()\n  p = x -> look\n  q = y -> look\n  out z: tensor(p.kind - q.kind)',
    );
    expect(diagnose({ path: 'main.cnn', text: `${text}assert Outer.params == Head.params` })).toEqual([]);
  });

  it('of outputs that nothing reads there are no weights', () => {
    const text = `${outer('out z: tensor((x -> Head) + (y -> conv(4, 3)))')}assert Outer.params == 2 * (4 * 27 + 4)`;
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });

  it.each([
    ['a', 'it has H, W, C, rank, first, kind'],
    ['aux', 'it has H, W, C, rank, first, kind'],
  ])('%s is none: a value of the net, one of training', (name, note) => {
    const [found] = diagnose({
      path: 'main.cnn',
      text: outer(`f = x -> Head\n  out z: tensor(f.${name} + y)`),
    });
    expect(found?.code).toBe('value/no-member');
    expect(found?.notes[0]?.text).toContain(note);
  });

  it('a size has its name before an output', () => {
    const text = outer('f = x -> Head\n  out z: tensor(f -> conv(f.C, 1))\n  out w: tensor(y)');
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});
