/** Training and weights as other tools write them: one message, and fixes that leave a file without errors. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';

const net = `net N {
  in x: rgb 8x8
  a = x -> conv(8, 3)
  logits = a -> gap -> dense(10)
  out y: label(logits) of digits
}
`;
const loss = 'loss = crossentropy(logits)';
/** Its fixes; each leaves no errors. */
const fixes = (text: string): readonly string[] => onlyOne(text).titles;
const inTrain = (line: string, ...others: readonly string[]): string =>
  `${net}train N {\n  ${['data = random', ...others, line].join('\n  ')}\n}\n`;

describe('heads', () => {
  it.each([
    ['train { LOSS }', 'train N'],
    ['train = { LOSS }', 'train N'],
    ['train "N" { LOSS }', 'train N'],
    ['train N = { LOSS }', 'train N'],
    ['training N { LOSS }', 'train N'],
    ['fit N { LOSS }', 'train N'],
    ['compile N { LOSS }', 'train N'],
  ])('%s', (line, title) => expect(fixes(`${net}${line.replace('LOSS', loss)}\n`)).toEqual([title]));

  it.each([
    'N.compile(optimizer = "adam")',
    'model.fit(x, epochs = 10)',
    'train N(data) { epochs = 5 }',
    'train N\n  epochs = 5\n  batch = 3',
  ])('%s is told once', (line) => expect(fixes(`${net}${line}\n`)).toEqual([]));
});

describe('settings', () => {
  it.each([
    ['epochs(5)', 'epochs = 5'],
    ['nb_epoch = 5', 'epochs'],
    ['schedule = cosine', 'lr'],
    ['optim = "adam"', 'adam'],
    ['optim = torch.optim.Adam(net.parameters(), lr = 1e-3)', 'adam(lr = 1e-3)'],
    ['optim = adam(learning_rate = 1e-3)', 'lr'],
    ['optim = sgd(lr = 0.1, nesterov = True)', 'true'],
    ['metrics = ["acc"]', 'accuracy'],
    ['"epochs": 5', 'epochs ='],
    ['assert val.accuracy > 0.9', 'expect'],
    ['phase { epochs = 5 }', 'phase phase1 {'],
    ['phase 2 { epochs = 5 }', 'phase phase2 {'],
    ['phase head epochs = 5', 'phase head { epochs = 5 }'],
    ['phase head\n    epochs = 5', 'phase head { epochs = 5 }'],
    ['metrics = accuracy, top5', 'metrics = [accuracy, top5]'],
    ['epochs = "5"', '5'],
    ['validation = 0.2', 'split(0.2)'],
    ['optim = rmsprop(rho = 0.9)', 'decay'],
    ['freeze N.a.**', 'a.**'],
    ['unfreeze a.**', 'leave unfreeze a.** out'],
    ['phase "head" { epochs = 5 }', 'phase head {'],
    ['stage head { epochs = 5 }', 'phase head {'],
    ['phase head: epochs = 5', 'phase head { epochs = 5 }'],
    ['freeze "a.**"', 'freeze a.**'],
    ['freeze [a.**]', 'freeze a.**'],
    ['freeze(a.**)', 'freeze a.**'],
    ['freeze: a.**', 'freeze a.**'],
    ['augment { flip }', 'augment x { flip }'],
    ['augment x [flip, rotate(3)]', 'augment x { flip, rotate(3) }'],
    ['augment x = { flip }', 'augment x { flip }'],
    ['augment x: flip', 'augment x { flip }'],
    ['augmentation x { flip }', 'augment x { flip }'],
    ['augment x { rotate = 10 }', 'rotate(10)'],
    ['augment x { rotate: 10 }', 'rotate(10)'],
    ['augment x { horizontal_flip }', 'flip'],
    ['augment x { RandomCrop(4) }', 'crop'],
  ])('%s', (line, title) => expect(fixes(inTrain(line, loss))).toEqual([title]));

  it.each([
    ['crossentropy', 'crossentropy(logits)'],
    ['"crossentropy"', 'crossentropy(logits)'],
    ['"categorical_crossentropy"', 'crossentropy(logits)'],
    ['categorical_crossentropy(logits)', 'crossentropy'],
  ])('loss = %s', (given, title) => expect(fixes(inTrain(`loss = ${given}`))).toEqual([title]));

  it('braces of augment that end early are not offered again', () => {
    expect(fixes(inTrain('augment x { flip }(2)', loss))).toEqual([]);
  });

  it('a loss whose target is not known has no fix', () => {
    expect(fixes(inTrain('loss = mse'))).toEqual([]);
  });

  it.each([
    ['"./mnist"', 'idx("./mnist")'],
    ['"./photos"', 'folder("./photos")'],
    ['"./rows.csv"', 'csv("./rows.csv")'],
  ])('data = %s', (given, title) =>
    expect(fixes(`${net}train N {\n  data = ${given}\n  ${loss}\n}\n`)).toEqual([title]),
  );

  it.each([
    ['expect val.accuracy > 90', 'val.accuracy of train is 90, but it has to be at most 1'],
    ['expect 90 < val.top5', 'val.top5 of train is 90, but it has to be at most 1'],
    ['validation = split(10)', 'share of train is 10, but it has to be at most 1'],
  ])('%s', (line, message) => expect(onlyOne(inTrain(line, loss)).found.message).toBe(message));

  it('a loss or an error may be larger', () => {
    const { found } = onlyOne(
      `${inTrain('expect val.loss < 20 and val.mae < 7 and 90% < val.accuracy', loss)}\nlet k = 3`,
    );
    expect(found.code).toBe('names/unused');
  });
});

it('a net is trained in one way', () => {
  const one = 'train N {\n  loss = crossentropy(logits)\n  epochs = 5\n}\n';
  const { found, at, titles } = onlyOne(`${net}${one}${one}`);
  expect([found.code, at]).toEqual(['value/given-twice', 'N']);
  expect(titles).toEqual(['leave the second out', 'train N2, another name of N']);
});

describe('weights', () => {
  const line = 'weights N from "f.safetensors"';
  it.each([
    ['weights = "f.safetensors"', line],
    ['weights "f.safetensors"', line],
    ['weights from "f.safetensors"', line],
    ['N.weights = "f.safetensors"', line],
    ['N.load_weights("f.safetensors")', line],
    ['model.load_weights("f.safetensors")', line],
    ['N.load_state_dict(torch.load("f.safetensors"))', line],
    ['pretrained N from "f.safetensors"', line],
    ['weights N { from = "f.safetensors" }', line],
    [`${line} as torch`, 'layout torch'],
    [`${line} (pytorch)`, 'layout torch'],
    [`${line}, torch`, 'layout torch'],
    [`${line} format keras`, 'layout keras'],
    [`${line} { except logits.** }`, 'except logits.**'],
    ['weights N from ./f.safetensors', '"./f.safetensors"'],
    ['weights N from load("f.safetensors")', '"f.safetensors"'],
    ['weights N from None', 'leave the line out'],
    ['weights N from random', 'leave the line out'],
  ])('%s', (given, title) => expect(fixes(`${net}${given}\n`)).toEqual([title]));

  it('weights from what is no file of the project', () => {
    const [found, ...more] = diagnose({ path: 'main.cnn', text: `${net}weights N from imagenet\n` });
    expect(more).toEqual([]);
    expect(found?.message).toBe(
      '`imagenet` is not expected here: cnnc brings no weights: a file stands here, `from "./net.safetensors"`',
    );
    expect(found?.fixes).toEqual([]);
  });

  it('has no fix where the file has two nets', () => {
    expect(fixes(`${net}net M = N\nweights = "f.safetensors"\n`)).toEqual([]);
  });
});

describe('initialisers', () => {
  it.each([
    ['init = he', 'he_normal'],
    ['init = "he"', 'he_normal, without quotes'],
    ['init = glorot_uniform', 'xavier_uniform'],
    ['bias = False', 'false'],
  ])('%s', (option, title) =>
    expect(fixes(`net N {\n  in x: rgb 8x8\n  out y: tensor(x -> conv(8, 3, ${option}))\n}\n`)).toEqual([
      title,
    ]),
  );

  it('None is no value', () => {
    const { found } = onlyOne('net N {\n  in x: rgb 8x8\n  out y: tensor(x -> conv(8, 3, bias = None))\n}\n');
    expect(found.notes.map(({ text }) => text)).toEqual([
      'there is no empty value: an option that is not wanted is not written',
    ]);
  });
});
