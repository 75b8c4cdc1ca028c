/** Random nets over random larger inputs: where no padding is named, one pass equals every window on its own; what slides is well typed. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { convolutional, isSliding } from '../../src/compiler/3-check/sliding/convolutional.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import type { Attrs, Graph, Node } from '../../src/compiler/ir/graph.ts';
import { graphOf, inputMap, tryLayer } from '../support/net-builder.ts';
import { difference, onEval } from './sliding.ts';

interface Draft {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
}

const kinds =
  'conv conv dwconv maxpool avgpool relu bn crop slice upsample space_to_depth branches shortcut lrn';

const drafts = fc.record({ kind: fc.constantFrom(...kinds.split(' ')), a: fc.nat(5), b: fc.nat(5) });

function optionsOf({ kind, a, b }: Draft, padded: boolean): Attrs {
  const kernel = 1 + (a % 3);
  const pad = padded && a + b > 6 ? 'same' : 0;
  switch (kind) {
    case 'conv':
      return { channels: 1 + b, kernel, stride: 1 + (b % 2), dilation: 1 + (a % 2), pad };
    case 'dwconv':
      return { kernel, pad };
    case 'maxpool':
    case 'avgpool':
      return { kernel: 1 + (a % 3), stride: 1 + (b % 2), pad };
    case 'crop':
      return {
        amount: [
          [a % 2, b % 2],
          [0, a % 2],
        ],
      };
    case 'slice':
      return { H: [a % 2, -1 - (b % 2)] };
    default:
      return {};
  }
}

function build(draft: Draft, x: Node, path: string, padded: boolean): Node | undefined {
  if (draft.kind === 'branches') {
    const parts = [
      tryLayer('conv', [x], { channels: 2, kernel: 2, stride: 2 }, `${path}.a`),
      tryLayer('maxpool', [x], {}, `${path}.b`),
    ];
    return parts[0] && parts[1] && tryLayer('concat', [parts[0], parts[1]], {}, path);
  }
  if (draft.kind === 'shortcut') {
    const main = tryLayer('dwconv', [x], { kernel: 3 }, `${path}.main`);
    const skip = tryLayer('crop', [x], { amount: 1 }, `${path}.skip`);
    return main && skip && tryLayer('add', [main, skip], {}, path);
  }
  return tryLayer(draft.kind, [x], optionsOf(draft, padded), path);
}

function head(x: Node, kind: number, path: string): Node | undefined {
  const vector = tryLayer(['flatten', 'gap', 'gmp'][kind % 3] ?? 'gap', [x], {}, `${path}.vector`);
  const hidden = vector && tryLayer('dense', [vector], { units: 4 }, `${path}.hidden`);
  const active = hidden && tryLayer('bn', [hidden], {}, `${path}.norm`);
  return active && tryLayer('dense', [active], { units: 3 }, `${path}.scores`);
}

const nets = fc
  .record({
    window: fc.tuple(fc.integer({ min: 5, max: 14 }), fc.integer({ min: 5, max: 14 })),
    more: fc.tuple(fc.nat(6), fc.nat(6)),
    layers: fc.array(drafts, { minLength: 1, maxLength: 6 }),
    padded: fc.boolean(),
    heads: fc.array(fc.nat(5), { minLength: 1, maxLength: 2 }),
  })
  .map(({ window, more, layers, padded, heads }) => {
    const input = inputMap('x', window, 2);
    const maps: Node[] = [input];
    for (const [i, draft] of layers.entries())
      maps.push(build(draft, maps.at(-1) ?? input, `l${i}`, padded) ?? maps.at(-1) ?? input);
    const outputs = heads.flatMap((kind, i) => head(maps.at(-1 - i) ?? input, kind, `h${i}`) ?? []);
    const graph: Graph = graphOf(outputs, [input]);
    const sizes = window.map((n, i) => n + (more[i] ?? 0));
    return Object.defineProperty({ graph, sizes }, fc.toStringMethod, {
      value: () => `${sizes.join('x')}\n${printGraph(graph)}`,
    });
  });

it('random nets slide exactly, or say which layers are padded', () => {
  let exact = 0;
  fc.assert(
    fc.property(nets, ({ graph, sizes }) => {
      const sliding = convolutional(graph, sizes);
      if (!isSliding(sliding)) return;
      expect(verify(sliding.graph)).toEqual([]);
      if (sliding.inexact.length > 0) return;
      exact++;
      expect(difference(graph, sliding, { pass: onEval, alone: onEval })).toBeLessThanOrEqual(1e-5);
    }),
    { numRuns: 150 },
  );
  // Most of them are compared.
  expect(exact).toBeGreaterThan(50);
});
