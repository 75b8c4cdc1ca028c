/**
 * What a benchmarked runtime is. A peer is loaded from files that `prepare.ts` wrote, and then runs from numbers to numbers: inputs and
 * outputs are plain Float32Arrays for everyone, so that copying in and out counts for everyone. The same files run in Node and in a page.
 */

/** Arrays by input name, channels last. */
export type Inputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** One loaded network. */
export interface Runner {
  /** One inference: all outputs in the net's order, channels last. */
  run(inputs: Inputs): readonly Float32Array[] | Promise<readonly Float32Array[]>;
  /** How many threads compute, where the peer says; it may be fewer than asked for. */
  readonly threads?: number;
}

export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A network prepared for the peers; files are read by name. */
export interface Prepared {
  readonly net: string;
  readonly title: string;
  readonly macs: number;
  readonly params: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Name of the class in the emitted TensorFlow.js file. */
  readonly className: string;
}

/** Where a peer finds a prepared network's files. */
export interface Files {
  readonly prepared: Prepared;
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A file as a module (the emitted TensorFlow.js class). */
  module(name: string): Promise<Readonly<Record<string, unknown>>>;
}

export interface LoadOptions {
  readonly threads: number;
}

export interface Peer {
  /** Loading it changes how the engine optimises from then on: it is loaded last, when the others run optimised code. */
  readonly changesEngine?: true;
  /** Largest difference of an output that is accepted, of the largest value; 1e-3 unless said. */
  readonly tolerance?: number;
  load(files: Files, options: LoadOptions): Promise<Runner>;
}
