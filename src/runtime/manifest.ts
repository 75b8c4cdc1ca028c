/**
 * What the runtime must know about a generated program, as plain JSON: where its inputs, outputs and weights lie in linear
 * memory and what they mean. The contract between `emitWasm` and the runtime; the runtime knows nothing else of the compiler.
 *
 * The program imports its memory as `cnnc.memory` (so that weights can stream into it while the code compiles) and exports `warm()`, which
 * touches no memory: to be called early, so that the engine optimises kernels while the weights arrive; `prepare()`: to be called exactly
 * once, when the file of weights has been read to `weights.offset`; it expands them to what `run()` reads, one call per inference.
 * Constants are data segments of the module; inputs are written (before every run: their memory serves other values later) and outputs
 * read at their offsets.
 */
export interface Manifest {
  readonly format: 1;
  readonly net: string;
  /** Exact bytes of memory that the program needs; the memory has the next whole number of 64 KiB pages. */
  readonly memoryBytes: number;
  /**
   * For threads, the memory is shared and the program exports `runTeam(threads, maySleep)` and `work(thread, threads)` too. At most so many
   * threads find work; to end them, set the word at `stop` to 1, count the one at `run` up and wake who sleeps on it.
   */
  readonly threads?: { readonly most: number; readonly run: number; readonly stop: number };
  /** Where the weights file's bytes go, as they are, before `prepare()`. */
  readonly weights: { readonly offset: number; readonly bytes: number };
  readonly inputs: readonly ManifestInput[];
  readonly outputs: readonly ManifestOutput[];
}

/** A tensor in memory: the address of element [i…] is offset + 4·Σ i·stride. All elements are f32; sizes without batch axis. */
export interface Region {
  readonly shape: readonly number[];
  /** Bytes. */
  readonly offset: number;
  /** Elements, one per axis; larger than the shape's where the buffer has a halo. */
  readonly strides: readonly number[];
}

export interface ManifestInput extends Region {
  readonly name: string;
  /** What the program expects: image formats take values 0..255, channels last in the format's order. */
  readonly format: 'rgb' | 'gray' | 'rgba' | 'f32' | 'i32';
  /** How an image of another size is fitted. */
  readonly fit: 'stretch' | 'crop' | 'pad' | 'pad_end';
  readonly doc?: string;
}

/** What an output means; `OutputKind` of the graph without what only the compiler needs. */
export type ManifestKind =
  | { readonly kind: 'tensor' | 'prob' | 'embedding' | 'image' }
  /** `probabilities` where the net itself ends in softmax (or sigmoid, for `labels` and masks of one channel); otherwise the values are logits. */
  | {
      readonly kind: 'label' | 'labels' | 'mask';
      readonly classes?: readonly string[];
      readonly probabilities?: boolean;
    }
  | { readonly kind: 'points'; readonly count: number }
  | {
      readonly kind: 'detect';
      readonly classes: readonly string[];
      readonly branches: readonly { readonly anchors: readonly (readonly [number, number])[] }[];
      readonly nms: { readonly iou: number; readonly score: number; readonly max: number };
    };

export interface ManifestOutput {
  readonly name: string;
  readonly output: ManifestKind;
  /** One, or one per branch of a `detect` output. */
  readonly tensors: readonly Region[];
  readonly doc?: string;
}
