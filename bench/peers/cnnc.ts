/** The program that cnnc generated, on cnnc's own runtime: relaxed SIMD, which Node and Chromium choose, and wide tiles, which Node alone has. */
import { load, type Manifest, type TensorValue } from '../../src/runtime/index.ts';
import type { Files, Peer, Runner } from './peer.ts';

interface Description {
  readonly manifest: Manifest;
  readonly checksum: string;
}

export const cnnc: Peer = {
  name: 'cnnc',
  title: 'cnnc',
  load: (files) => loadVariant(files, 'relaxed'),
};

export const cnncWide: Peer = {
  name: 'cnnc-wide',
  title: 'cnnc with 256-bit tiles',
  changesEngine: true,
  load: (files) => loadVariant(files, 'wide'),
};

async function loadVariant({ read }: Files, variant: 'relaxed' | 'wide'): Promise<Runner> {
  const { manifest, checksum } = JSON.parse(
    new TextDecoder().decode(await read(`cnnc-${variant}.json`)),
  ) as Description;
  const weights = { source: await read(`cnnc-${variant}.weights`), checksum };
  const build = { manifest, code: await read(`cnnc-${variant}.wasm`), weights };
  const model = await load({ builds: { [variant]: build } });
  return { run: (inputs) => Object.values(model.run(inputs)).map((value) => (value as TensorValue).data) };
}
