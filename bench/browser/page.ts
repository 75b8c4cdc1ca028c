/** The benchmark's part in the page. Bundled with the emitted TensorFlow.js class of one network, which `net` stands for. */
import * as net from 'net-under-test';
import type { Files, Prepared } from '../peers/peer.ts';
import { coldStart, runPeers, type NetResult, type RunOptions, type Start } from '../run-peers.ts';

declare global {
  interface Window {
    bench: (options: RunOptions) => Promise<NetResult>;
    cold: (peer: string, options: { readonly threads: number }) => Promise<Start>;
  }
}

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`/net/${name}`);
  if (!response.ok) throw new Error(`${name}: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function files(): Promise<Files> {
  const prepared = JSON.parse(new TextDecoder().decode(await read('prepared.json'))) as Prepared;
  return { prepared, read, module: async () => net };
}

window.bench = async (options) => runPeers(await files(), options);
window.cold = async (peer, options) => coldStart(peer, await files(), options);
