/** A static server for the page: its bundle, the prepared network, and the peers' WebAssembly. Isolated, so that threads are allowed. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Served {
  readonly origin: string;
  close(): void;
}

const require = createRequire(import.meta.url);
const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
};
const page = '<!doctype html><title>cnnc bench</title><script type="module" src="/page.js"></script>';

export async function serve(folder: string, bundle: ReadonlyMap<string, Uint8Array>): Promise<Served> {
  const folders: Readonly<Record<string, string>> = {
    net: folder,
    tfjs: dirname(require.resolve('@tensorflow/tfjs-backend-wasm')),
    ort: dirname(require.resolve('onnxruntime-web')),
    litert: fileURLToPath(new URL('../wasm', import.meta.resolve('@litertjs/core'))),
  };
  const find = async (path: string): Promise<Uint8Array | string | undefined> => {
    if (path === '/') return page;
    const [first = '', ...rest] = path.slice(1).split('/');
    const inside = folders[first];
    if (inside !== undefined) return readFile(join(inside, basename(rest.join('/'))));
    return bundle.get(path.slice(1));
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    find(path)
      .catch(() => undefined)
      .then((content) => {
        response.writeHead(content === undefined ? 404 : 200, {
          'content-type':
            types[path.split('.').at(-1) ?? ''] ?? (path === '/' ? 'text/html' : 'application/octet-stream'),
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        });
        response.end(content);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}
