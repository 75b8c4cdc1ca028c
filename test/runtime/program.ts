/** A hand-written program in the form that the compiler emits: y[h, w, c] = x[h, w, c] + weights[c], on inputs with a halo. */
import wabt from 'wabt';
import { checksum } from '../../src/runtime/checksum.ts';
import type { Program } from '../../src/runtime/index.ts';
import type { Manifest, ManifestInput, ManifestKind } from '../../src/runtime/manifest.ts';

const weightsAt = 0;
const xAt = 64;
const yAt = 1024;

const text = `(module
  (import "cnnc" "memory" (memory 1))
  (func (export "warm"))
  (func (export "prepare")
    (f32.store (i32.const ${weightsAt}) (f32.neg (f32.load (i32.const ${weightsAt}))))
    (f32.store (i32.const ${weightsAt + 4}) (f32.neg (f32.load (i32.const ${weightsAt + 4}))))
    (f32.store (i32.const ${weightsAt + 8}) (f32.neg (f32.load (i32.const ${weightsAt + 8})))))
  (func (export "run")
    (local $y i32) (local $x i32) (local $c i32)
    (local.set $y (i32.const 0))
    (loop $rows
      (local.set $x (i32.const 0))
      (loop $columns
        (local.set $c (i32.const 0))
        (loop $channels
          (f32.store
            (i32.add (i32.const ${yAt})
              (i32.mul (i32.const 4)
                (i32.add (local.get $c)
                  (i32.mul (i32.const 3) (i32.add (local.get $x) (i32.mul (i32.const 2) (local.get $y)))))))
            (f32.add
              (f32.load offset=${xAt + 4 * 15}
                (i32.mul (i32.const 4)
                  (i32.add (local.get $c)
                    (i32.add (i32.mul (i32.const 3) (local.get $x)) (i32.mul (i32.const 12) (local.get $y))))))
              (f32.load offset=${weightsAt} (i32.mul (i32.const 4) (local.get $c)))))
          (br_if $channels (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const 3))))
        (br_if $columns (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 2))))
      (br_if $rows (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (i32.const 2))))))`;

const { parseWat } = await wabt();
const code = Uint8Array.from(parseWat('add.wat', text).toBinary({}).buffer);

/** As the file holds them; `prepare` makes 0.5, 100 and −1 of them, if it is called once. */
export const weights = Float32Array.of(-0.5, -100, 1);
const bytes = new Uint8Array(weights.buffer);

/** 2x2x3 with a halo of one pixel: 4 pixels per row, and the first pixel 15 elements in. */
const input: ManifestInput = {
  name: 'image',
  format: 'rgb',
  fit: 'stretch',
  shape: [2, 2, 3],
  offset: xAt + 4 * 15,
  strides: [12, 3, 1],
};

interface Changes {
  readonly output?: ManifestKind;
  readonly input?: Partial<ManifestInput>;
}

/** The program with the given kind of output. */
export function program({ output = { kind: 'tensor' }, input: changed = {} }: Changes = {}): Program {
  const manifest: Manifest = {
    format: 1,
    net: 'Add',
    memoryBytes: 4096,
    weights: { offset: weightsAt, bytes: bytes.length },
    inputs: [{ ...input, ...changed }],
    outputs: [{ name: 'y', output, tensors: [{ shape: [2, 2, 3], offset: yAt, strides: [6, 3, 1] }] }],
  };
  return { builds: { simd: { manifest, code, weights: { source: bytes, checksum: checksum(bytes) } } } };
}

/** The same as base64, as a package carries it. */
export function encodedProgram(): Program {
  const { simd } = program().builds;
  return simd
    ? { builds: { simd: { ...simd, code: Buffer.from(code).toString('base64') } } }
    : { builds: {} };
}
