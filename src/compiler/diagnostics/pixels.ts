/** Diagnostics of preprocessing whose numbers do not go together (phase 3). */
import type { DiagnosticEntry } from './diagnostic.ts';

export const pixelDiagnostics = {
  'network/pixels-grow': {
    severity: 'warning',
    message: '`scale {factor}` multiplies: pixels of 0..255 become values of 0..{top}',
    explain:
      'Pixels arrive as 0..255, and `scale` is the factor that they are multiplied by: `scale 1/255` makes them 0..1. Values in the tens of thousands are what no weights were trained with.',
    bad: 'net N {\n  in x: rgb 8x8 scale 255\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 scale 1/255\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
  'network/off-scale': {
    severity: 'warning',
    message: '{word} {found} is not on the scale of the values it is applied to, which are {low}..{high}',
    explain:
      'Wherever the words stand, `scale` (or `range`) is applied first, then `mean` is subtracted, then `std` divides: both are in terms of the scaled values. Without a scale, those are pixels of 0..255.',
    bad: 'net N {\n  in x: rgb 8x8 scale 1/255 mean 127.5\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: rgb 8x8 scale 1/255 mean 0.5\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
