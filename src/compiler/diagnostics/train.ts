/** Diagnostics of training blocks: what can be known before a step is taken. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const trainDiagnostics = {
  'train/freezes-nothing': {
    severity: 'error',
    message: 'freeze {pattern} matches no weight of {net}',
    explain:
      'A pattern names weights by their path: `stem.**` is everything below `stem`, `**.bias` every bias. One that matches nothing would train what should stay.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = mean(square(y))\n  freeze stem.**\n}',
    good: 'net N {\n  in x: f32[4]\n  stem = x -> dense(8) -> relu\n  y = stem -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = mean(square(y))\n  freeze stem.**\n}',
  },
  'train/no-loss': {
    severity: 'warning',
    message: 'train {net} has no loss: there is nothing to make smaller',
    explain:
      'Training changes weights so that the loss gets smaller; without a `loss` nothing says what the outputs should become. Cross-entropy goes with a `label`, `bce` with a `prob` or a `mask`, `mse` with numbers. One in each phase will do as well.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y)\n}\ntrain N {\n  epochs = 2\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y)\n}\ntrain N {\n  loss = crossentropy(y)\n  epochs = 2\n}',
  },
  'train/loss-shape': {
    severity: 'error',
    message: 'a loss is one number, but this is {found}',
    explain:
      'Training makes one number smaller. Losses such as `crossentropy`, `mse` and `bce` make one of scores and what is wanted; `sum` and `mean` make one of any value. Losses can be added, and weighted by numbers.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y)\n}\ntrain N {\n  loss = y\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y)\n}\ntrain N {\n  loss = crossentropy(y)\n}',
  },
  'train/no-gradient': {
    severity: 'error',
    message: 'no gradient of the loss reaches a weight of {net}: training would change nothing',
    explain:
      'Training moves each weight against the gradient of the loss. A loss that is a constant, that depends on inputs alone, whose every weight is frozen, or that sees the weights only through `argmax` has none: the chosen class does not move when a weight moves a little. Compute the loss from the scores that were chosen from.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  best = y -> argmax\n  out z: label(y)\n  out b: tensor(best)\n}\ntrain N {\n  loss = mse(best, 1)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  best = y -> argmax\n  out z: label(y)\n  out b: tensor(best)\n}\ntrain N {\n  loss = crossentropy(y)\n}',
  },
  'train/frozen-bn-moves': {
    severity: 'warning',
    message: 'freeze {pattern} holds the weights of batch norms whose statistics go on moving',
    explain:
      'A batch norm has a weight and a bias, which `freeze` holds, and running statistics, which every batch moves. With the one frozen and the other not, layers that should stay as they were give other values after training. Freeze the layer as a whole: `stem.**` takes the statistics too.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  stem = x -> conv(4, 3, bias = false) -> bn -> relu\n  y = stem -> gap -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = mean(square(y))\n  freeze stem.**.weight\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  stem = x -> conv(4, 3, bias = false) -> bn -> relu\n  y = stem -> gap -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = mean(square(y))\n  freeze stem.**\n}',
  },
  'train/classes-count': {
    severity: 'error',
    message: '{data} has {found} classes, and {output} tells {classes} apart',
    explain:
      'In a folder of pictures for training each folder is one class. The net has one score per class: as many as there are folders. Change the last layer, or the folder (an empty folder is no class).',
    bad: undefined,
    good: undefined,
  },
} as const satisfies Record<string, DiagnosticEntry>;
