/** The program that cnnc generated, on cnnc's own runtime: relaxed SIMD, which Node and Chromium choose, and wide tiles, which Node alone has. */
import { load, type Build, type Manifest, type TensorValue } from '../../src/runtime/index.ts';
import type { Files, LoadOptions, Peer, Runner } from './peer.ts';

interface Description {
  readonly manifest: Manifest;
  readonly checksum: string;
}

export const cnnc: Peer = { load: (files, options) => loadVariant(files, 'relaxed', options) };

export const cnncWide: Peer = {
  changesEngine: true,
  load: (files, options) => loadVariant(files, 'wide', options),
};

/** What several threads are compared with: the program for one thread, in the same run. */
export const cnncOneThread: Peer = { load: (files) => loadVariant(files, 'relaxed', { threads: 1 }) };

export const cnncWideOneThread: Peer = {
  changesEngine: true,
  load: (files) => loadVariant(files, 'wide', { threads: 1 }),
};

/**
 * In 8-bit integers, calibrated on the very inputs that are timed. Random weights do not forgive: errors of some percent of the largest
 * output are what bytes make of a deep net of noise.
 */
export const cnncInt8: Peer = {
  tolerance: 0.3,
  load: (files, options) => loadVariant(files, 'int8', options),
};

export const cnncInt8Wide: Peer = {
  tolerance: 0.3,
  changesEngine: true,
  load: (files, options) => loadVariant(files, 'int8-wide', options),
};

async function loadVariant(
  { read }: Files,
  name: 'relaxed' | 'wide' | 'int8' | 'int8-wide',
  { threads }: LoadOptions,
): Promise<Runner> {
  const variant = name.endsWith('wide') ? 'wide' : 'relaxed';
  const build = async (file: string): Promise<Build> => {
    const { manifest, checksum } = JSON.parse(
      new TextDecoder().decode(await read(`${file}.json`)),
    ) as Description;
    const weights = { source: await read(`${file}.weights`), checksum };
    return { manifest, code: await read(`${file}.wasm`), weights };
  };
  const builds = { [variant]: await build(`cnnc-${name}`) };
  const threaded = threads > 1 ? { [variant]: await build(`cnnc-${name}.threads`) } : {};
  const model = await load({ builds, threaded }, { threads });
  return {
    run: (inputs) => Object.values(model.run(inputs)).map((value) => (value as TensorValue).data),
    threads: model.threads,
  };
}
