/** The program that cnnc generated, on cnnc's own runtime: the variant with relaxed SIMD, which Node and Chromium choose. */
import { load, type Manifest, type TensorValue } from '../../src/runtime/index.ts';
import type { Peer } from './peer.ts';

interface Description {
  readonly manifest: Manifest;
  readonly checksum: string;
}

export const cnnc: Peer = {
  name: 'cnnc',
  title: 'cnnc',
  async load({ read }) {
    const { manifest, checksum } = JSON.parse(
      new TextDecoder().decode(await read('cnnc.json')),
    ) as Description;
    const weights = { source: await read('cnnc.weights'), checksum };
    const model = await load({ builds: { relaxed: { manifest, code: await read('cnnc.wasm'), weights } } });
    return { run: (inputs) => Object.values(model.run(inputs)).map((value) => (value as TensorValue).data) };
  },
};
