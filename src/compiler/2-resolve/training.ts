/**
 * The words of `train`: settings, and the sources, optimisers, schedules, augmentations and metrics that stand in them, each with
 * what it takes. Names are checked here in phase 2, values in phase 3 (train-settings.ts); what the words compute is training's business.
 */

/** What stands behind a setting or an option; `amount` is a number or a range, `rates` a number or `first -> last`. */
export type Takes = 'whole' | 'number' | 'rates' | 'amount' | 'flag' | 'text';

export interface WordOption {
  readonly takes: Takes;
  /** Smallest number allowed. */
  readonly least?: number;
  /** The number has to be larger. */
  readonly above?: number;
  /** Largest number allowed. */
  readonly most?: number;
  /** Has to be written. */
  readonly needed?: boolean;
}

/** Options of a word by their names, in the order of their places. */
export type WordOptions = Readonly<Record<string, WordOption>>;
type Words = Readonly<Record<string, WordOptions>>;

const rate = { takes: 'number', least: 0 } as const;
const rates = { takes: 'rates', least: 0 } as const;
const path = { takes: 'text', needed: true } as const;
const amount = { takes: 'amount', needed: true } as const;

export const sources: Words = {
  idx: { path },
  folder: { path },
  npy: { path },
  csv: { path },
  images: { path },
  random: {},
};

const validationSources: Words = {
  idx: { path },
  folder: { path },
  npy: { path },
  csv: { path },
  images: { path },
  split: { share: { ...rate, most: 1, needed: true } },
};

export const optimisers: Words = {
  sgd: { lr: rate, momentum: rate, nesterov: { takes: 'flag' }, weight_decay: rate },
  adam: { lr: rate, beta1: rate, beta2: rate, eps: rate, weight_decay: rate },
  adamw: { lr: rate, beta1: rate, beta2: rate, eps: rate, weight_decay: rate },
  rmsprop: { lr: rate, decay: rate, momentum: rate, eps: rate, weight_decay: rate },
};

/** `cosine` and `linear` go from one rate to another: `cosine(1e-4 -> 1e-6)`. */
export const schedules: Words = {
  cosine: { rates },
  linear: { rates },
  constant: { rate },
  step: { every: { takes: 'whole', least: 1 }, factor: rate },
};

export const augmentations: Words = {
  shift: { amount },
  rotate: { amount },
  flip: {},
  crop: { amount },
  scale: { amount },
  zoom: { amount },
  brightness: { amount },
  contrast: { amount },
  noise: { amount },
  cutout: { amount },
  mixup: { amount },
};

export const metrics: readonly string[] = ['accuracy', 'top5', 'loss', 'iou', 'map', 'mae', 'mse'];

/** The data that a figure of `expect` is measured on: `val.accuracy`. */
export const measuredOn: readonly string[] = ['val', 'train'];

/** Names that a loss has besides the net's values. */
export const lossWords: readonly string[] = ['l1', 'l2', 'target'];

/** A place that takes a word with its options: what the word is, one such as, all of them. */
export interface WordKind {
  readonly what: string;
  readonly article: 'a' | 'an';
  readonly such: string;
  readonly words: Words;
  /** What others call them. */
  readonly foreign?: Readonly<Record<string, string>>;
}

const source = { what: 'source of data', article: 'a', such: 'idx("./mnist")' } as const;
const schedule: WordKind = { what: 'schedule', article: 'a', such: 'cosine(0.1 -> 0)', words: schedules };

/** What a word behind a setting takes: `schedule cosine`, `pad digit to 32x32`. */
export type Behind = Readonly<Record<string, WordKind | 'input' | 'size'>>;

/** One setting of a `train` block: `epochs = 5`. */
export type Setting =
  | { readonly kind: 'word'; readonly word: WordKind; readonly behind: Behind }
  /** A number, or `word` where there is one. */
  | (WordOption & { readonly kind: 'value'; readonly word?: WordKind })
  | { readonly kind: 'metrics' | 'loss' };

export const settings: Readonly<Record<string, Setting>> = {
  data: { kind: 'word', word: { ...source, words: sources }, behind: { pad: 'input', to: 'size' } },
  validation: {
    kind: 'word',
    word: { ...source, words: validationSources },
    behind: { pad: 'input', to: 'size' },
  },
  loss: { kind: 'loss' },
  optim: {
    kind: 'word',
    word: { what: 'optimiser', article: 'an', such: 'sgd(lr = 0.1)', words: optimisers },
    behind: { schedule },
  },
  lr: { kind: 'value', takes: 'number', least: 0, word: schedule },
  batch: { kind: 'value', takes: 'whole', least: 1 },
  epochs: { kind: 'value', takes: 'whole', least: 1 },
  steps: { kind: 'value', takes: 'whole', least: 1 },
  seed: { kind: 'value', takes: 'whole', least: 0 },
  clip: { kind: 'value', takes: 'number', above: 0 },
  metrics: { kind: 'metrics' },
};

/** What other frameworks call augmentations. */
export const foreignAugmentations: Readonly<Record<string, string>> = {
  ...{
    horizontal_flip: 'flip',
    RandomFlip: 'flip',
    RandomHorizontalFlip: 'flip',
    hflip: 'flip',
    mirror: 'flip',
  },
  ...{
    rotation: 'rotate',
    rotation_range: 'rotate',
    RandomRotation: 'rotate',
    RandomCrop: 'crop',
    random_crop: 'crop',
  },
  ...{
    zoom_range: 'zoom',
    RandomZoom: 'zoom',
    translate: 'shift',
    RandomTranslation: 'shift',
    width_shift_range: 'shift',
  },
  ...{ GaussianNoise: 'noise', gaussian_noise: 'noise', RandomErasing: 'cutout', RandomContrast: 'contrast' },
};
