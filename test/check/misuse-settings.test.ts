/** Settings and losses of `train` as other frameworks have them: one message, and a fix that leaves nothing to say. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const netOf = (output: string): string =>
  `net N {\n  in x: rgb 8x8\n  h = x -> conv(4, 3) -> relu\n  y = h -> gap -> dense(3)\n  out z: ${output}\n}\n`;
const net = netOf('label(y) of ["a", "b", "c"]');
const loss = 'loss = crossentropy(y)';
const inTrain = (lines: readonly string[], of = net): string =>
  `${of}train N {\n  ${lines.join('\n  ')}\n}\n`;

/** The message, its notes, and what the first fix leaves, which is clean, in the braces of `train`. */
function told(text: string): readonly string[] {
  const { found } = onlyOne(text);
  const message = [found.code, found.message, ...found.notes.map((note) => note.text)];
  if (!found.fixes.some(({ edits }) => edits.length > 0)) return message;
  const mended = applyFix(text, found);
  expect(diagnose({ path: 'main.cnn', text: mended }), mended).toEqual([]);
  const lines = mended.slice(mended.indexOf('train N {')).split('\n').slice(1, -2);
  return [...message, ...lines.map((line) => line.trim()).filter((line) => line !== '')];
}

const unknown = (name: string): readonly string[] => [
  'names/unknown-word',
  `${name} is no setting of a train block`,
];
const list = 'there are data, validation, loss, optim, lr, batch, epochs, steps, seed, clip, metrics';

describe('settings with another place', () => {
  it.each([
    [
      'weight_decay = 0.01',
      'weight_decay is an option of the optimiser',
      'optim = sgd(0.1, weight_decay = 0.01)',
    ],
    ['momentum = 0.9', 'momentum is an option of the optimiser', 'optim = sgd(0.1, momentum = 0.9)'],
    ['nesterov = true', 'nesterov is an option of the optimiser', 'optim = sgd(0.1, nesterov = true)'],
  ])('%s', (line, note, optim) => {
    const name = line.split(' ')[0] ?? '';
    expect(told(inTrain([loss, 'optim = sgd(0.1)', line]))).toEqual([...unknown(name), note, loss, optim]);
  });

  it('an optimiser without parentheses gets them', () => {
    const said = told(inTrain([loss, 'optim = sgd', 'momentum = 0.9']));
    expect(said.slice(3)).toEqual([loss, 'optim = sgd(momentum = 0.9)']);
  });

  it('an optimiser that has no such option is left as it is', () => {
    const said = told(inTrain([loss, 'optim = adam(0.1)', 'momentum = 0.9']));
    expect(said).toEqual([...unknown('momentum'), 'momentum is an option of the optimiser']);
  });

  it.each([
    [
      'validation_split = 0.2',
      'a share of the data to validate with is a source of its own',
      [loss, 'validation = split(0.2)'],
    ],
    ['l2 = 1e-4', 'what is added to the loss stands in it', [`${loss} + 1e-4 * l2(**.weight)`]],
    [
      'callbacks = [early_stopping]',
      'a training ends after its `epochs` or `steps`; there are no callbacks',
      [loss],
    ],
    ['patience = 5', 'a training ends after its `epochs` or `steps`; there are no callbacks', [loss]],
    ['verbose = 1', 'how and where it is run is no matter of the net', [loss]],
    ['device = "cuda"', 'how and where it is run is no matter of the net', [loss]],
    ['shuffle = true', 'the examples of every epoch are in another order', [loss]],
    ['steps_per_epoch = 100', 'an epoch is once through the data', [loss]],
    ['label_smoothing = 0.1', 'there is no word for it', [loss]],
    [
      'checkpoint = "best.pt"',
      'the trained weights are a file, which the net is given by `weights Net from "net.safetensors"`',
      [loss],
    ],
  ])('%s', (line, note, lines) => {
    const name = line.split(' ')[0] ?? '';
    expect(told(inTrain([loss, line]))).toEqual([...unknown(name), note, ...lines]);
  });

  it.each([
    ['optimizer = "adam"', 'optim = adam'],
    ['optimizer = Adam(lr = 0.1)', 'optim = adam(lr = 0.1)'],
    ['scheduler = "cosine"', 'lr = cosine'],
    ['batch_size = 32', 'batch = 32'],
  ])('%s', (line, ours) => {
    const name = line.split(' ')[0] ?? '';
    expect(told(inTrain([loss, line]))).toEqual([...unknown(name), list, loss, ours]);
  });
});

describe('settings with a colon', () => {
  it.each([
    [
      ['optimizer: "Adam"', loss],
      ['optim = adam', loss],
    ],
    [
      ['optimizer: "adam"', 'batch_size: 32', 'epochs: 10', loss],
      ['optim = adam', 'batch = 32', 'epochs = 10', loss],
    ],
    [
      ['epochs = 3, learning_rate: 0.1, loss: crossentropy(y)'],
      ['epochs = 3, lr = 0.1, loss = crossentropy(y)'],
    ],
  ])('%j', (lines, ours) =>
    expect(told(inTrain(lines))).toEqual([
      'syntax/unexpected',
      '`:` is not expected here: a setting is `epochs = 5`',
      ...ours,
    ]),
  );
});

describe('losses', () => {
  const scores = 'crossentropy takes the scores before a softmax and has its own';

  it.each([
    ['crossentropy(softmax(y))', 'crossentropy(y)'],
    ['crossentropy(y -> softmax)', 'crossentropy(y)'],
    ['0.5 * crossentropy(softmax(y)) + l2(**.weight)', '0.5 * crossentropy(y) + l2(**.weight)'],
  ])('%s', (given, ours) =>
    expect(told(inTrain([`loss = ${given}`]))).toEqual([
      'network/softmax-twice',
      'softmax is applied twice',
      scores,
      `loss = ${ours}`,
    ]),
  );

  it('a value that is a softmax', () => {
    const text = inTrain([loss]).replace('dense(3)', 'dense(3) -> softmax');
    const { found, titles } = onlyOne(text);
    expect([found.code, applyFix(text, found), titles]).toEqual([
      'network/softmax-twice',
      inTrain([loss]),
      ['leave softmax out'],
    ]);
  });

  it('a sigmoid before bce', () => {
    expect(
      told(
        inTrain(
          ['loss = bce(sigmoid(y), z)'],
          netOf('tensor(y)').replace('out', 'in z: f32[3]\n  out').replace('out z', 'out w'),
        ),
      ),
    ).toEqual([
      'network/softmax-twice',
      'sigmoid is applied twice',
      'bce takes the scores before a sigmoid and has its own',
      'loss = bce(y, z)',
    ]);
  });

  it('log_softmax changes nothing there', () => {
    expect(diagnose({ path: 'main.cnn', text: inTrain(['loss = crossentropy(log_softmax(y))']) })).toEqual(
      [],
    );
  });

  it('none at all', () => {
    const message = 'train N has no loss: there is nothing to make smaller';
    expect(told(inTrain(['epochs = 2']))).toEqual(['train/no-loss', message, loss, 'epochs = 2']);
    expect(told(inTrain(['epochs = 2, batch = 3']))).toEqual([
      'train/no-loss',
      message,
      loss,
      'epochs = 2, batch = 3',
    ]);
    expect(told(inTrain(['epochs = 2'], netOf('tensor(y)')))).toEqual([
      'train/no-loss',
      message,
      'other outputs are compared with an input that only training reads: `loss = mse(y, wanted)`',
    ]);
  });

  it.each(['target', 'y_true', 'labels'])('mse(y, %s)', (name) => {
    const text = inTrain([`loss = mse(y, ${name})`], netOf('tensor(y)'));
    expect(told(text)).toEqual([
      'names/unknown',
      `nothing here is called ${name}`,
      'what a loss compares with is an input of the net, which only training reads',
      `loss = mse(y, ${name})`,
    ]);
    const { found } = onlyOne(text);
    expect(applyFix(text, found)).toBe(text.replace('rgb 8x8\n', `rgb 8x8\n  in ${name}: f32[3]\n`));
  });

  it('the target of a label comes with the data', () => {
    expect(told(inTrain(['loss = crossentropy(y, labels)']))).toEqual([
      'names/unknown',
      'nothing here is called labels',
      'the target of a label comes with the data: crossentropy is given the scores alone',
      loss,
    ]);
  });
});

describe('rates and weights', () => {
  it.each(['cosine', 'linear'])('%s(0.1, 0.001)', (name) =>
    expect(told(inTrain([loss, `lr = ${name}(0.1, 0.001)`]))).toEqual([
      'value/too-many-arguments',
      `there are more options than ${name} has: 1`,
      `${name} goes from one rate to another: ${name}(first -> last)`,
      loss,
      `lr = ${name}(0.1 -> 0.001)`,
    ]),
  );

  it.each(['all', 'everything', 'N'])('freeze %s', (given) =>
    expect(told(inTrain([loss, `freeze ${given}`]))).toEqual([
      'train/freezes-nothing',
      `freeze ${given} matches no weight of N`,
      'what is frozen is not trained: of all weights nothing would be left to train',
      loss,
      'freeze h.**',
    ]),
  );

  it.each(['*', '**'])('freeze %s', (given) =>
    expect(told(inTrain([loss, `freeze ${given}`]))).toEqual([
      'train/no-gradient',
      'no gradient of the loss reaches a weight of N: training would change nothing',
      `the loss depends on no trainable weight that ${given} leaves unfrozen, so no step would change one`,
      loss,
      'freeze h.**',
    ]),
  );

  it('clip = 0', () => {
    expect(told(inTrain([loss, 'clip = 0']))).toEqual([
      'value/too-small',
      'clip of train is 0, but it has to be above 0',
    ]);
  });
});
