/** The program that cnnc generated, on cnnc's own runtime; the best variant for the engine, as users get it. */
import {
  checksum,
  load,
  pickVariant,
  type Build,
  type Manifest,
  type TensorValue,
  type Variant,
} from '../../src/runtime/index.ts';
import type { Files, Peer } from './peer.ts';

export const cnnc: Peer = {
  name: 'cnnc',
  title: 'cnnc',
  async load(files) {
    const variant = pickVariant(['relaxed', 'simd']);
    const model = await load({ builds: { [variant]: await readBuild(files, variant) } });
    return { run: (inputs) => Object.values(model.run(inputs)).map((value) => (value as TensorValue).data) };
  },
};

async function readBuild({ read }: Files, variant: Variant): Promise<Build> {
  const manifest = JSON.parse(new TextDecoder().decode(await read(`cnnc.${variant}.json`))) as Manifest;
  const source = await read(`cnnc.${variant}.weights`);
  return {
    manifest,
    code: await read(`cnnc.${variant}.wasm`),
    weights: { source, checksum: checksum(source) },
  };
}
