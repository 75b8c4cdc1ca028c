/** The program that cnnc generated, on cnnc's own runtime: relaxed SIMD, which Node and Chromium choose, and wide tiles, which Node alone has. */
import { load, type Build, type Manifest, type TensorValue } from '../../src/runtime/index.ts';
import type { Files, LoadOptions, Peer, Runner } from './peer.ts';

interface Description {
  readonly manifest: Manifest;
  readonly checksum: string;
}

export const cnnc: Peer = {
  name: 'cnnc',
  title: 'cnnc',
  load: (files, options) => loadVariant(files, 'relaxed', options),
};

export const cnncWide: Peer = {
  name: 'cnnc-wide',
  title: 'cnnc with 256-bit tiles',
  changesEngine: true,
  load: (files, options) => loadVariant(files, 'wide', options),
};

async function loadVariant(
  { read }: Files,
  variant: 'relaxed' | 'wide',
  { threads }: LoadOptions,
): Promise<Runner> {
  const source = await read(`cnnc-${variant}.weights`);
  const build = async (name: string): Promise<Build> => {
    const { manifest, checksum } = JSON.parse(
      new TextDecoder().decode(await read(`${name}.json`)),
    ) as Description;
    return { manifest, code: await read(`${name}.wasm`), weights: { source, checksum } };
  };
  const builds = { [variant]: await build(`cnnc-${variant}`) };
  const threaded = threads > 1 ? { [variant]: await build(`cnnc-${variant}.threads`) } : {};
  const model = await load({ builds, threaded }, { threads });
  return {
    run: (inputs) => Object.values(model.run(inputs)).map((value) => (value as TensorValue).data),
    threads: model.threads,
  };
}
