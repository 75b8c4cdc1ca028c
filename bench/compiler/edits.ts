/** Edits of large nets as a person makes them: one place is changed, checked, and changed back; also in a file that is imported. */

export interface Edited {
  /** A file of the standard library, with all its nets. */
  readonly file: string;
  /** The nets of a file that imports it, where that one is checked. */
  readonly imported?: readonly string[];
  /** What is done, and the text before and after. */
  readonly edits: readonly (readonly [what: string, from: string, to: string])[];
}

export const editedFiles: readonly Edited[] = [
  {
    file: 'resnet',
    edits: [
      ['another stride in the stem', 'conv(64, 7, stride = 2', 'conv(64, 7, stride = 1'],
      ['another number of channels in the stem', 'conv(64, 7, stride = 2', 'conv(48, 7, stride = 2'],
      [
        'the stride moved inside a block',
        'ConvBN(c, 1) -> relu -> ConvBN(c, 3, stride)',
        'ConvBN(c, 1, stride) -> relu -> ConvBN(c, 3)',
      ],
      ['a mismatch in a block', 'ConvBN(4 * c, 1)\n', 'ConvBN(2 * c, 1)\n'],
      ['fewer blocks', 'ResNet(Bottleneck, [3, 8, 36, 3])', 'ResNet(Bottleneck, [3, 8, 30, 3])'],
      [
        'another head',
        'logits = body -> gap -> dense(classes)\n  out class: label(logits) of imagenet',
        'logits = body -> gap -> dense(512) -> relu -> dense(classes)\n  out class: label(logits) of imagenet',
      ],
      ['a typo', '-> relu -> ConvBN(c, 3, stride)', '-> relux -> ConvBN(c, 3, stride)'],
      ['a comment above everything', 'export block ConvBN', '// A comment.\nexport block ConvBN'],
      ['an empty line in the middle', 'export net ResNet18', '\nexport net ResNet18'],
      [
        'a space in a block',
        'ConvBN(c, 3, stride) -> relu -> ConvBN(c)',
        'ConvBN(c, 3, stride)  -> relu -> ConvBN(c)',
      ],
      ['a digit of an assertion', 'ResNet20.trainable == 269_722', 'ResNet20.trainable == 269_721'],
      ['one more line in a block', '} -> relu\n\nblock Cifar', '} -> relu\n  -> dropout(0.1)\n\nblock Cifar'],
    ],
  },
  {
    file: 'inception',
    edits: [
      ['another number of channels in a branch', 'b1: Conv(384)\n', 'b1: Conv(380)\n'],
      ['one block more', 'ReductionB4 -> repeat(3)', 'ReductionB4 -> repeat(4)'],
      [
        'another stride of a pool',
        'block Half = maxpool(3, stride = 2)',
        'block Half = maxpool(3, stride = 3)',
      ],
      ['one more layer in a loop', 'repeat(7) { B4 }', 'repeat(7) { B4 -> relu }'],
      ['a constant of every layer', 'bn(eps = 0.001)', 'bn(eps = 0.002)'],
      ['a comment above everything', '/// Convolution without', '// A comment.\n/// Convolution without'],
      ['an empty line in the middle', 'export net InceptionV4', '\nexport net InceptionV4'],
      ['a typo', 'b1: Conv(256)\n', 'b1: Comv(256)\n'],
      ['another head', 'dropout(0.2) -> dense(classes)', 'dropout(0.3) -> dense(classes)'],
    ],
  },
  {
    file: 'resnet',
    imported: ['ResNet50', 'ResNet152'],
    edits: [
      ['another number of channels in the stem', 'conv(64, 7, stride = 2', 'conv(48, 7, stride = 2'],
      ['a comment above everything', 'export block ConvBN', '// A comment.\nexport block ConvBN'],
      ['one more line in a block', '} -> relu\n\nblock Cifar', '} -> relu\n  -> dropout(0.1)\n\nblock Cifar'],
    ],
  },
  {
    file: 'inception',
    imported: ['InceptionV4'],
    edits: [
      ['another number of channels in a branch', 'b1: Conv(384)\n', 'b1: Conv(380)\n'],
      ['one block more', 'ReductionB4 -> repeat(3)', 'ReductionB4 -> repeat(4)'],
      ['one more layer in a loop', 'repeat(7) { B4 }', 'repeat(7) { B4 -> relu }'],
      ['a constant of every layer', 'bn(eps = 0.001)', 'bn(eps = 0.002)'],
      ['a comment above everything', '/// Convolution without', '// A comment.\n/// Convolution without'],
    ],
  },
];
