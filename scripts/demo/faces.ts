/** The face detector of examples/faces, compiled in this process with the weights that face-api publishes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  emitWasm,
  instantiate,
  nodeHost,
  optimize,
  pack,
  plan,
  resolve,
  type Diagnostic,
} from '../../src/compiler/index.ts';
import { print } from '../../src/compiler/diagnostics/print.ts';
import { engines } from '../../src/cli/wasm.ts';
import { load, pickVariant, type Pixels } from '../../src/runtime/index.ts';
import { decodeHeads, type Detection } from '../../src/vision/index.ts';
import { convertTfjs } from '../../src/weights/convert-tfjs.ts';
import { bindWeights } from '../../src/weights/bind.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';

export interface FaceDetector {
  /** Faces on a photo, best first, in its pixels. */
  readonly run: (photo: Pixels) => readonly Detection[];
  /** What was compiled, in one line. */
  readonly summary: string;
}

interface Places {
  readonly root: string;
  readonly faceApi: string;
  /** Where faces.safetensors is written. */
  readonly out: string;
  /** Told what is going on. */
  readonly say: (text: string) => void;
}

/** Compiles the detector; throws with the printed diagnostics where the file or the weights are wrong. */
export async function loadFaces({ root, faceApi, out, say }: Places): Promise<FaceDetector> {
  const started = performance.now();
  const path = 'examples/faces/faces.cnn';
  const { model, diagnostics } = resolve(
    { path, text: readFileSync(join(root, path), 'utf8') },
    nodeHost(root),
  );
  const { graph, diagnostics: more } = instantiate(model, { mode: 'inference' });
  if (!graph) throw failure([...diagnostics, ...more]);
  say('reading the weights');
  const manifest = join(faceApi, 'model', 'tiny_face_detector_model-weights_manifest.json');
  const converted = convertTfjs(manifest, join(root, 'examples/faces/weights-map.json'));
  if (!converted.tensors) throw failure(converted.diagnostics);
  const file = join(out, 'faces.safetensors');
  writeSafetensors(file, converted.tensors);
  const opened = openSafetensors(file);
  if (!opened.file) throw failure(opened.diagnostics);
  const bound = bindWeights(graph, opened.file);
  if (!bound.weights) throw failure(bound.diagnostics);
  say('compiling');
  const variant = pickVariant(['wide', 'relaxed', 'simd']);
  const planned = plan(optimize(graph), engines[variant]);
  const { bytes, manifest: layout } = emitWasm(planned);
  const weights = pack(planned, bound.weights);
  const program = { builds: { [variant]: { manifest: layout, code: bytes } }, detect: decodeHeads };
  const net = await load(program, { weights });
  const ms = (performance.now() - started).toFixed(0);
  warmUp((photo) => net.run({ photo }));
  return {
    run: (photo) => net.run({ photo }).faces as readonly Detection[],
    summary: `${path}: ${(bytes.length / 1000).toFixed(1)} kB of WebAssembly (${variant}), ${(weights.length / 1000).toFixed(0)} kB of weights, compiled in ${ms} ms`,
  };
}

function failure(diagnostics: readonly Diagnostic[]): Error {
  return new Error(diagnostics.map((d) => print(d, { color: false, width: 120 })).join('\n\n'));
}

/** The first runs of a WebAssembly function are in V8's baseline compiler; the table is to show what a service sees. */
function warmUp(run: (photo: Pixels) => unknown): void {
  const blank = { data: new Uint8ClampedArray(64 * 64 * 4), width: 64, height: 64 };
  for (let i = 0; i < 5; i++) run(blank);
}
