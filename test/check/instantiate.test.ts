import { describe, expect, test } from 'vitest';
import { topological } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { checkText, codes, graphOf, layers, weightPaths } from './support.ts';

const lenet = `export net LeNet5(classes = 10) {
  in digit: f32[32, 32, 1]
  c1 = digit -> conv(6, 5) -> relu -> maxpool(2)
  c2 = c1 -> conv(16, 5) -> relu -> maxpool(2)
  logits = c2 -> flatten -> dense(120) -> relu -> dense(84) -> relu -> dense(classes)
  out digit_class: label(logits) of digits
}
assert LeNet5.params == 61_706
assert LeNet5.logits.C == 10
`;

const resnet = `block ConvRelu(c, k = 3, stride = 1) = conv(c, k, stride = stride, pad = k / 2, bias = false) -> relu
block Shortcut(c, stride) = if in.C == c and stride == 1 { identity } else { ConvRelu(c, 1, stride) }
block Basic(c, stride = 1) = add {
  main: ConvRelu(c, 3, stride) -> ConvRelu(c)
  skip: Shortcut(c, stride)
} -> relu
block Stage(unit: block, c, n, stride) = unit(c, stride) -> repeat(n - 1) { unit(c) }
net ResNet(unit: block = Basic, depth = [2, 2], classes = 10) {
  in image: rgb 32x32
  stem = image -> ConvRelu(16)
  body = stem -> each (n, i) of depth as stage { Stage(unit, 16 * 2^i, n, stride = if i == 0 { 1 } else { 2 }) }
  logits = body -> flatten -> dense(classes)
  out class: label(logits)
}
export net ResNet8 = ResNet(Basic, [1, 1, 1])
`;

describe('whole nets', () => {
  test('LeNet-5 has 61,706 parameters, and its assertions hold', () => {
    const { diagnostics, nets } = checkText(lenet);
    expect(diagnostics).toEqual([]);
    expect(nets.map((net) => [net.name, net.exported, net.facts?.costs.params])).toEqual([
      ['LeNet5', true, 61_706],
    ]);
    expect(nets[0]?.facts?.costs.macs).toBe(117_600 + 240_000 + 48_000 + 10_080 + 840);
  });

  test('a residual net chooses its shortcuts by the incoming channels', () => {
    const { diagnostics, nets } = checkText(resnet);
    expect(diagnostics).toEqual([]);
    const paths = weightPaths(nets[1]?.facts?.graph ?? graphOf(resnet));
    expect(paths).toContain('body.stage[1].stage.unit.skip.shortcut.convRelu.conv.weight');
    expect(paths.filter((path) => path.includes('skip'))).toHaveLength(2);
  });

  test('a net that another stands for gets its arguments', () => {
    const graph = graphOf(resnet);
    expect(graph.name).toBe('ResNet8');
    expect(layers(graph).filter((layer) => layer.includes('add'))).toHaveLength(3);
  });
});

describe('weight paths', () => {
  const net = (body: string, input = 'f32[4]'): string =>
    `net N {\n  in x: ${input}\n  ${body}\n  out z: tensor(y)\n}`;

  test('one layer has no number, several are numbered from 1', () => {
    expect(weightPaths(graphOf(net('y = x -> dense(3, bias = false)')))).toEqual(['y.dense.weight']);
    expect(
      weightPaths(graphOf(net('y = x -> dense(3, bias = false) -> relu -> dense(2, bias = false)'))),
    ).toEqual(['y.dense1.weight', 'y.dense2.weight']);
  });

  test('`as` names the value and its weights', () => {
    const graph = graphOf(net('h = x -> dense(3, bias = false) as squeeze -> relu\n  y = add(h, squeeze)'));
    expect(weightPaths(graph)).toEqual(['h.squeeze.weight']);
  });

  test('repeat and each have indices', () => {
    expect(weightPaths(graphOf(net('y = x -> repeat(2) { dense(4, bias = false) }')))).toEqual([
      'y.repeat[0].dense.weight',
      'y.repeat[1].dense.weight',
    ]);
    expect(
      weightPaths(graphOf(net('y = x -> each n of [3, 2] as stage { dense(n, bias = false) }'))),
    ).toEqual(['y.stage[0].dense.weight', 'y.stage[1].dense.weight']);
  });

  test('labels of two merges in one scope are numbered', () => {
    const merge = 'add { main: dense(4, bias = false)\n  skip: identity }';
    expect(weightPaths(graphOf(net(`y = x -> ${merge} -> ${merge}`)))).toEqual([
      'y.main1.dense.weight',
      'y.main2.dense.weight',
    ]);
  });

  test('an instance used twice has one set of weights, a block written twice has two', () => {
    const block = 'block E(n) = dense(n, bias = false) -> relu\n';
    const shared = graphOf(`${block}${net('let e = E(3)\n  y = add(x -> e, x -> e)')}`);
    expect(weightPaths(shared)).toEqual(['e.dense.weight']);
    expect(layers(shared)).toContain('e.dense@2 dense 3');
    const fresh = graphOf(`${block}${net('y = add(x -> E(3), x -> E(3))')}`);
    expect(weightPaths(fresh)).toEqual(['y.e1.dense.weight', 'y.e2.dense.weight']);
  });
});

describe('preprocessing', () => {
  test('divides exactly, though sizes floor', () => {
    const graph = graphOf(
      'net N {\n  in x: rgb 4x4 scale 1/255 mean [1/2, 1, 7 / 2]\n  y = x -> conv(5 / 2, 1)\n  out z: tensor(y)\n}',
    );
    const constants = topological(graph).flatMap(({ op, attrs }) =>
      op === 'const' ? [(attrs.value as Tensor).data] : [],
    );
    expect(constants).toEqual([Float32Array.of(1 / 255), Float32Array.of(0.5, 1, 3.5)]);
    expect(graph.outputs[0]?.nodes[0]?.type.dims).toEqual([4, 4, 2]);
  });
});

describe('bounds', () => {
  const net = (body: string): string => `net N {\n  in x: f32[4]\n  y = x -> ${body}\n  out z: tensor(y)\n}`;

  test.each([
    ['repeat(1000000) { relu }', 'network/repeat-count'],
    ['repeat(-1) { relu }', 'network/repeat-count'],
    ['repeat(9999) { repeat(9999) { relu } }', 'network/too-large'],
    ['repeat(9999) { repeat(9999) { repeat(9999) { identity } } }', 'network/too-large'],
  ])('%s stops with a message', (body, code) => {
    expect(codes(net(body))).toEqual([code]);
  });

  test.each(['repeat(9999) { repeat(9999) {} }', 'each a of range(9999) { each b of range(9999) {} }'])(
    '%s stops, too: passes count, whatever stands in them',
    (body) => expect(codes(net(body))).toEqual(['syntax/empty', 'network/too-large']),
  );

  test('a block that is handed itself', () => {
    expect(codes(`block F(f: block) = f(f)\n${net('F(F)')}`)).toEqual(['network/blocks-too-deep']);
  });
});
