/** Files of a prepared network, in Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Files, Prepared } from './peers/peer.ts';

export function nodeFiles(folder: string): Files {
  const read = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = readFileSync(join(folder, name));
    // A file of its own buffer: peers take `.buffer`.
    return new Uint8Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
  };
  return {
    prepared: JSON.parse(new TextDecoder().decode(read('prepared.json'))) as Prepared,
    read: async (name) => read(name),
    module: (name) => import(pathToFileURL(join(folder, name)).href),
  };
}
