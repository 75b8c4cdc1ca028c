/** Diagnostics of shapes that two places of a net decide (phase 3). What one layer says about its input is in `layers.ts`. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const shapeDiagnostics = {
  'shape/shared-weights': {
    severity: 'error',
    message: '{path} is used at two shapes, but it has one set of weights',
    explain:
      '`let e = Encoder(64)` makes one instance: wherever it is used, it is the same layer with the same weights. Written twice, a block has two sets.',
    bad: 'net N {\n  in a: f32[4]\n  in b: f32[5]\n  let e = dense(3)\n  out z: tensor((a -> e) - (b -> e))\n}',
    good: 'net N {\n  in a: f32[4]\n  in b: f32[4]\n  let e = dense(3)\n  out z: tensor((a -> e) - (b -> e))\n}',
  },
  'shape/net-input': {
    severity: 'error',
    message: 'the net in this place reads {wanted}, but the incoming value is {found}',
    explain:
      'A net inside another is used at the size of the incoming value; fixed sizes and channels have to agree.',
    bad: 'net Small {\n  in a: f32[4]\n  b = a -> dense(3)\n  out c: tensor(b)\n}\nnet N {\n  in x: f32[5]\n  y = x -> Small\n  out z: tensor(y)\n}',
    good: 'net Small {\n  in a: f32[4]\n  b = a -> dense(3)\n  out c: tensor(b)\n}\nnet N {\n  in x: f32[4]\n  y = x -> Small\n  out z: tensor(y)\n}',
  },
  'shape/pool-skips': {
    severity: 'warning',
    message: '{layer}({kernel}, stride = {stride}) never reads some pixels',
    explain: 'A window of 2 that moves on by 3 leaves pixels between two windows that influence nothing.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> maxpool(2, stride = 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> maxpool(2, stride = 2)\n  out z: tensor(y)\n}',
  },
  'shape/floor': {
    severity: 'warning',
    message: 'this {layer} never reads {pixels}',
    explain:
      'The output size floor((n + 2p − f)/s) + 1 rounds down where the stride does not divide what is left: the windows stop before the end. Pad, or choose a size that fits.',
    bad: 'net N {\n  in x: f32[9, 9, 3]\n  y = x -> maxpool(2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[10, 10, 3]\n  y = x -> maxpool(2)\n  out z: tensor(y)\n}',
  },
  'shape/not-for-every-size': {
    severity: 'error',
    message: 'cannot promise that these two have the same {axis}',
    explain:
      'The input admits many sizes, and for some of them the two sizes differ, usually because a stride or a pool rounded down and an upsampling cannot bring back what was lost. Say in `where` which sizes the net admits, or crop the larger value.',
    bad: 'net N {\n  in x: rgb[H, W] = 32x32\n  e = x -> conv(8, 3, pad = same) -> relu\n  d = e -> maxpool(2) -> upsample(2)\n  y = concat { d, e } -> conv(1, 1)\n  out z: mask(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32 where H % 2 == 0, W % 2 == 0\n  e = x -> conv(8, 3, pad = same) -> relu\n  d = e -> maxpool(2) -> upsample(2)\n  y = concat { d, e } -> conv(1, 1)\n  out z: mask(y)\n}',
  },
  'shape/weights-need-size': {
    severity: 'error',
    message: 'the weights of this {layer} would have another shape for another size of the input',
    explain:
      'Weights are trained once, for one shape. `gap` makes a vector whose length does not depend on the size of the map; `flatten` does not.',
    bad: 'net N {\n  in x: rgb[H, W] = 32x32\n  y = x -> conv(4, 3) -> flatten -> dense(10)\n  out z: label(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32\n  y = x -> conv(4, 3) -> gap -> dense(10)\n  out z: label(y)\n}',
  },
  'shape/size-decides-structure': {
    severity: 'error',
    message: 'the structure of the net would depend on the size of its input',
    explain:
      'Every layer is known when the net is compiled. A condition or a number of repetitions may follow from constants and channels, and from sizes only where it comes out the same for every admitted size.',
    bad: 'net N {\n  in x: rgb[H, W] = 32x32\n  y = x -> if in.H > 40 { conv(4, 3, stride = 2) } else { conv(4, 3) }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb[H, W] = 32x32\n  y = x -> if in.C == 3 { conv(4, 3, stride = 2) } else { conv(4, 3) }\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
