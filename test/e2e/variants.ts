/** The hand-written program of the runtime's tests as the package emitter takes it, with every kind of output. */
import type { EmittedVariant } from '../../src/compiler/7-emit/package/index.ts';
import type { ManifestKind } from '../../src/runtime/manifest.ts';
import type { Variant } from '../../src/runtime/index.ts';
import { program, weights } from '../runtime/program.ts';

export const kinds = {
  tensor: { kind: 'tensor' },
  prob: { kind: 'prob' },
  embedding: { kind: 'embedding' },
  image: { kind: 'image' },
  points: { kind: 'points', count: 6 },
  label: { kind: 'label', classes: ['a', "it's"] },
  labels: { kind: 'labels', classes: ['a'] },
  mask: { kind: 'mask' },
  detect: {
    kind: 'detect',
    classes: ['face'],
    branches: [{ anchors: [[1, 1]] }],
    nms: { iou: 0.4, score: 0.5, max: 10 },
  },
} as const satisfies { readonly [Kind in ManifestKind['kind']]: ManifestKind };

export function variantOf(output: ManifestKind, name: Variant = 'simd'): EmittedVariant {
  const { simd } = program({ output, input: { doc: 'A photo.\n\n*/ evil `${1}`' } }).builds;
  if (!simd || typeof simd.code === 'string') throw new Error('the test program has no bytes');
  return { variant: name, code: simd.code, manifest: simd.manifest, weights: new Uint8Array(weights.buffer) };
}
