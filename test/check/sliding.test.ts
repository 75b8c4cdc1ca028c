/** Nets of every kind that slide: one pass gives what every window gives on its own, in the interpreter and on wasm. */
import { describe, expect, it } from 'vitest';
import { costs } from '../../src/compiler/index.ts';
import { difference, graphOf, onEval, onWasm, slide } from './sliding.ts';

/** f32 sums of the same products, which kernels may add in another order; the bound of the promise. */
const exact = 1e-5;

/** Of outputs near 1: what padding changes is far above rounding. */
const plain = 1e-3;

const net = (input: string, layers: string): string =>
  `net N {\n  in x: ${input}\n  y = x -> ${layers}\n  out p: tensor(y)\n}`;

interface Case {
  readonly text: string;
  readonly sizes: readonly number[];
  readonly stride: readonly number[];
  readonly places: readonly number[];
}

const cases: Readonly<Record<string, Case>> = {
  'overlapping pools': {
    text: net(
      'f32[23, 23, 3]',
      'conv(8, 3) -> relu -> maxpool(3, stride = 2) -> conv(8, 3) -> avgpool(3, stride = 2) -> flatten -> dense(5)',
    ),
    sizes: [31, 35],
    stride: [4, 4],
    places: [3, 4],
  },
  'overlapping pools at stride 1': {
    text: net(
      'f32[9, 11, 2]',
      'maxpool(3, stride = 1) -> conv(4, 2) -> avgpool(2, stride = 1) -> flatten -> dense(3)',
    ),
    sizes: [11, 12],
    stride: [1, 1],
    places: [3, 2],
  },
  'windows with pixels that they never read': {
    text: net('f32[10, 10, 2]', 'conv(4, 2) -> maxpool(2) -> flatten -> dense(3)'),
    sizes: [15, 14],
    stride: [2, 2],
    places: [3, 3],
  },
  'a pad = same that pads nothing': {
    text: net(
      'f32[12, 12, 2]',
      'conv(4, 1, pad = same) -> conv(6, 2, stride = 2, pad = same) -> maxpool(2, pad = same) -> gap -> dense(3)',
    ),
    sizes: [20, 16],
    stride: [4, 4],
    places: [3, 2],
  },
  'padding along an axis that does not grow': {
    text: net(
      'f32[12, 10, 1]',
      'conv(4, 3x3, pad = 0x1) -> relu -> maxpool(2x3, stride = 2, pad = 0x1) -> conv(6, 3x5, pad = 0x2) -> flatten -> dense(4)',
    ),
    sizes: [20, 10],
    stride: [2, 2],
    places: [5, 1],
  },
  'global average pool, several dense layers, batch norm and dropout between them': {
    text: net(
      'f32[12, 10, 2]',
      'conv(5, 3, bias = false) -> bn -> relu -> maxpool(2) -> conv(6, 3, stride = 2) -> gap -> dense(7, bias = false) -> bn -> relu -> dropout(0.5) -> dense(3)',
    ),
    sizes: [17, 18],
    stride: [4, 4],
    places: [2, 3],
  },
  'both global pools joined': {
    text: net('f32[9, 9, 2]', 'conv(5, 3, stride = 2) -> concat { gap, gmp } -> dense(3)'),
    sizes: [13, 11],
    stride: [2, 2],
    places: [3, 2],
  },
  'means and maxima over named axes': {
    text: net('f32[9, 9, 2]', 'conv(5, 3, stride = 2) -> concat { mean([H, W]), max([H, W]) } -> dense(3)'),
    sizes: [13, 11],
    stride: [2, 2],
    places: [3, 2],
  },
  'activations and dropout between flatten and dense': {
    text: net(
      'f32[9, 8, 2]',
      'conv(4, 3) -> maxpool(2) -> flatten -> dropout(0.3) -> relu -> mul(0.5) -> dense(6) -> relu -> dense(3)',
    ),
    sizes: [15, 12],
    stride: [2, 2],
    places: [4, 3],
  },
  'flatten of a map that is not square, dilated convolutions': {
    text: net(
      'f32[17, 13, 2]',
      'conv(4, 3, dilation = 2) -> relu -> conv(4, 3, dilation = 1x2) -> maxpool(2) -> flatten -> dense(9) -> relu -> dense(2)',
    ),
    sizes: [21, 15],
    stride: [2, 2],
    places: [3, 2],
  },
  'a map of one place that is flattened, and softmax': {
    text: net('f32[10, 10, 2]', 'conv(4, 3, stride = 2) -> relu -> conv(5, 4) -> flatten -> softmax'),
    sizes: [16, 12],
    stride: [2, 2],
    places: [4, 2],
  },
  'a vector that is flattened': {
    text: net('f32[10, 8, 2]', 'conv(4, 3, stride = 2) -> gap -> flatten -> dense(3)'),
    sizes: [16, 12],
    stride: [2, 2],
    places: [4, 3],
  },
  'branches, depthwise convolutions, cropped shortcuts': {
    text: net(
      'f32[14, 14, 3]',
      'conv(6, 3) -> add { main: dwconv(3) -> relu -> conv(6, 3), skip: crop(2) } -> relu -> concat { conv(3, 2, stride = 2), maxpool(2) } -> flatten -> dense(4)',
    ),
    sizes: [18, 20],
    stride: [2, 2],
    places: [3, 4],
  },
  'slices and channels that are padded': {
    text: net(
      'f32[12, 12, 3]',
      'conv(6, 3) -> slice(H = (1, 9), W = (0, -2), C = (1, 5)) -> pad(C = (0, 2)) -> relu -> maxpool(2) -> flatten -> dense(4)',
    ),
    sizes: [16, 18],
    stride: [2, 2],
    places: [3, 4],
  },
  'upsampling before the classifier': {
    text: net('f32[12, 12, 2]', 'conv(4, 3) -> maxpool(2) -> upsample(2) -> conv(4, 3) -> gap -> dense(3)'),
    sizes: [16, 18],
    stride: [2, 2],
    places: [3, 4],
  },
  'a pass-through and a transposed convolution': {
    text: net(
      'f32[16, 16, 2]',
      'conv(4, 3, stride = 2) -> slice(H = (0, 6), W = (0, 6)) -> concat { space_to_depth(2) -> conv(4, 1), conv(4, 2, stride = 2) } -> deconv(3, 2, stride = 2) -> flatten -> dense(3)',
    ),
    sizes: [24, 20],
    stride: [4, 4],
    places: [3, 2],
  },
  'norms over channels': {
    text: net(
      'f32[9, 9, 2]',
      'conv(6, 3) -> ln -> lrn(3) -> prelu -> maxpool(2) -> flatten -> dense(3) -> ln',
    ),
    sizes: [13, 11],
    stride: [2, 2],
    places: [3, 2],
  },
  'a signal': {
    text: net(
      'f32[40, 3]',
      'conv(8, 5, stride = 2) -> bn -> relu -> maxpool(3, stride = 2) -> conv(8, 3) -> flatten -> dense(6) -> relu -> dense(2)',
    ),
    sizes: [65],
    stride: [4],
    places: [7],
  },
  'a volume': {
    text: net(
      'f32[6, 8, 7, 1]',
      'conv(4, 3) -> relu -> maxpool(2, stride = 1x2x2) -> conv(3, 2) -> flatten -> dense(2)',
    ),
    sizes: [8, 10, 9],
    stride: [1, 2, 2],
    places: [3, 2, 2],
  },
  'several heads at different depths': {
    text: `net N {
      in x: f32[14, 14, 3]
      a = x -> conv(6, 3) -> relu -> maxpool(2)
      b = a -> conv(8, 3, stride = 2) -> relu
      out early: tensor(a -> gap -> dense(3))
      out kind: label(b -> flatten -> dense(4))
      out where: points(b -> gap -> dense(8) -> relu -> dense(6), 3)
      out face: embedding(concat { a -> gap, b -> gap } -> dense(5))
      out heat: tensor(b -> conv(2, 1))
    }`,
    sizes: [22, 18],
    stride: [4, 4],
    places: [3, 2],
  },
};

describe.each(Object.entries(cases))('%s', (_, { text, sizes, stride, places }) => {
  const original = graphOf(text);
  const sliding = slide(original, sizes);

  it('moves window by window', () => {
    expect({ stride: sliding.stride, places: sliding.places }).toEqual({ stride, places });
    expect(sliding.inexact).toEqual([]);
    expect(costs(sliding.graph).params).toBe(costs(original).params);
  });

  it('is one pass that equals every window: interpreter, wasm', () => {
    const alone = onEval;
    expect(difference(original, sliding, { pass: onEval, alone })).toBeLessThanOrEqual(exact);
    for (const relaxed of [false, true])
      expect(difference(original, sliding, { pass: onWasm(relaxed), alone })).toBeLessThanOrEqual(exact);
    expect(difference(original, sliding, { pass: onWasm(true), alone: onWasm(true) })).toBeLessThanOrEqual(
      exact,
    );
  });
});

describe('inside another net', () => {
  const window = `net Window {
    in x: f32[14, 14, 2] scale 1/255
    y = x -> conv(4, 3) -> relu -> maxpool(2) -> flatten -> dense(5) -> relu -> dense(3)
    out p: label(y)
  }
  net One {
    in x: f32[14, 14, 2]
    let part = Window()
    out p: tensor(x -> part)
  }`;
  const using = (net: string, size = '18, 20'): string => `${window}
  net Slides = convolutional(Window)
  net Fixed(n = 18) = convolutional(Window, [n, n + 2])
  net Large {
    in x: f32[${size}, 2]
    let part = ${net}
    out p: tensor(x -> part)
  }`;

  it.each(['Slides()', 'Fixed()', 'Fixed(18)'])('%s is one pass over the value that it is given', (net) => {
    const [one, graph] = [graphOf(window, 'One'), graphOf(using(net), 'Large')];
    const sliding = { ...slide(graphOf(window, 'Window'), [18, 20]), graph };
    for (const pass of [onEval, onWasm(true)])
      expect(difference(one, sliding, { pass, alone: onEval })).toBeLessThanOrEqual(exact);
  });

  it('says which size it needs', () => {
    expect(() => graphOf(using('Fixed()', '20, 20'), 'Large')).toThrow(
      'the net in this place reads 18x20x2, but the incoming value is 20x20x2',
    );
    expect(() => graphOf(using('Slides()', '18, 12'), 'Large')).toThrow(
      'Slides cannot slide over a larger image: 18x12 is smaller than its window 14x14',
    );
    expect(() =>
      graphOf(using('Slides()').replace('Slides = convolutional(Window)', 'Slides = Window'), 'Large'),
    ).toThrow('the net in this place reads 14x14x2, but the incoming value is 18x20x2');
  });
});

describe('padding', () => {
  const padded: Readonly<
    Record<
      string,
      {
        text: string;
        sizes: readonly number[];
        layers: readonly string[];
        unpadded: readonly number[] | string;
      }
    >
  > = {
    'explicit padding': {
      text: net('f32[10, 10, 2]', 'conv(4, 3, pad = 1) -> relu -> maxpool(2) -> flatten -> dense(3)'),
      sizes: [14, 14],
      layers: ['y.conv'],
      unpadded: [12, 12],
    },
    'padding at one end': {
      text: net('f32[10, 10, 2]', 'conv(4, 2, pad = (0, 1)) -> relu -> maxpool(2) -> flatten -> dense(3)'),
      sizes: [14, 14],
      layers: ['y.conv'],
      unpadded: [11, 11],
    },
    'pad = same, whose odd pixel lies elsewhere at another size': {
      text: net(
        'f32[10, 10, 2]',
        'conv(4, 3, stride = 2, pad = same) -> relu -> conv(4, 3, stride = 2, pad = same) -> gap -> dense(3)',
      ),
      sizes: [19, 18],
      layers: ['y.conv1', 'y.conv2'],
      unpadded: [15, 15],
    },
    'padded pools': {
      text: net(
        'f32[11, 11, 2]',
        'conv(4, 3) -> maxpool(3, stride = 2, pad = 1) -> avgpool(3, stride = 1, pad = 1) -> gap -> dense(3)',
      ),
      sizes: [15, 15],
      layers: ['y.maxpool', 'y.avgpool'],
      unpadded: [17, 17],
    },
    'a pad layer that mirrors': {
      text: net(
        'f32[10, 10, 2]',
        'pad(2, mode = reflect) -> conv(4, 3) -> relu -> maxpool(2) -> flatten -> dense(3)',
      ),
      sizes: [14, 14],
      layers: ['y.pad'],
      unpadded: [14, 14],
    },
    'a residual net, whose shortcut holds the padding': {
      text: net(
        'f32[10, 10, 2]',
        'conv(4, 3) -> add { conv(4, 3, pad = 1), identity } -> maxpool(2) -> flatten -> dense(3)',
      ),
      sizes: [14, 14],
      layers: ['y.conv2'],
      unpadded: 'y.add',
    },
    interpolation: {
      text: net(
        'f32[10, 10, 2]',
        'conv(4, 3, stride = 2) -> resize(scale = 2) -> conv(3, 3) -> gap -> dense(3)',
      ),
      sizes: [14, 14],
      layers: ['y.resize'],
      unpadded: 'y.resize',
    },
    'transposed convolutions that overlap': {
      text: net('f32[10, 10, 2]', 'conv(4, 3, stride = 2) -> deconv(3, 3, stride = 2) -> gap -> dense(3)'),
      sizes: [14, 14],
      layers: ['y.deconv'],
      unpadded: 'y.deconv',
    },
  };

  it.each(Object.entries(padded))('%s is named, and differs', (_, { text, sizes, layers, unpadded }) => {
    const original = graphOf(text);
    const sliding = slide(original, sizes);
    expect(sliding.inexact.map(({ path }) => path)).toEqual(layers);
    expect('op' in sliding.unpadded ? sliding.unpadded.path : sliding.unpadded).toEqual(unpadded);
    expect(difference(original, sliding, { pass: onEval, alone: onEval })).toBeGreaterThan(plain);
  });

  it.each(Object.entries(padded))('%s changes nothing over one window', (_, { text }) => {
    const original = graphOf(text);
    const window = original.inputs[0]?.node.type.dims.slice(0, -1).map(Number) ?? [];
    const sliding = slide(original, window);
    expect(sliding.inexact).toEqual([]);
    for (const pass of [onEval, onWasm(true)])
      expect(difference(original, sliding, { pass, alone: onEval })).toBeLessThanOrEqual(exact);
  });

  it('left out as the fix says slides exactly, with the same weights', () => {
    for (const { text, unpadded } of Object.values(padded)) {
      if (typeof unpadded === 'string') continue;
      const bare = text
        .replace(/f32\[\d+, \d+/, `f32[${unpadded.join(', ')}`)
        .replace(/, pad = (same|1|\(0, 1\))/g, '')
        .replace('pad(2, mode = reflect) -> ', '');
      const [before, original] = [graphOf(text), graphOf(bare)];
      expect(costs(original).params).toBe(costs(before).params);
      const sliding = slide(
        original,
        unpadded.map((n) => n + 8),
      );
      expect(sliding.inexact).toEqual([]);
      expect(difference(original, sliding, { pass: onEval, alone: onEval })).toBeLessThanOrEqual(exact);
    }
  });
});
