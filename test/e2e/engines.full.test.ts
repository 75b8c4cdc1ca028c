/** A deterministic build gives the same bits in Node and in real Chromium: convolutions, transposed ones, pools, exp, tanh, softmax. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { cnnc } from '../cli/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-engines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = `net Mixed {
  in image: rgb[H, W] = 32x32 fit stretch scale 1/255
  a = image -> conv(16, 3, pad = 1) -> silu -> conv(16, 3, pad = 1) -> tanh -> maxpool(2)
  b = a -> dwconv(3, pad = 1) -> sigmoid -> deconv(12, 2, stride = 2) -> gelu -> lrn(5)
  y = b -> avgpool(2) -> conv(24, 1) -> mish -> gap -> dense(10) -> softmax
  out p: tensor(y)
}
`;

/** Runs the package on a fixed input: the outputs' bits. */
const run = `async (load) => {
  const net = await load();
  let state = 1;
  const image = Float32Array.from({ length: 32 * 32 * 3 }, () => (state = (state * 48271) % 2147483647) % 256);
  return { variant: net.variant, bits: [...new Uint32Array(Float32Array.from(net.run({ image }).p.data).buffer)] };
}`;

interface Result {
  readonly variant: string;
  readonly bits: readonly number[];
}

function serve(at: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://x').pathname) || 'index.html';
    const type = name.endsWith('.js')
      ? 'text/javascript'
      : name.endsWith('.html')
        ? 'text/html'
        : 'application/octet-stream';
    const file = createReadStream(join(at, name));
    file.on('error', () => response.writeHead(404).end());
    file.on('open', () => response.writeHead(200, { 'content-type': type }));
    file.pipe(response);
  });
  return new Promise((resolved) => server.listen(0, '127.0.0.1', () => resolved(server)));
}

it('gives the same bits in Node and in Chromium', async () => {
  const [net, out] = [join(folder, 'mixed.cnn'), join(folder, 'mixed')];
  writeFileSync(net, source);
  const { exit, stderr } = await cnnc('build', net, '--seed', '3', '--deterministic', '--out', out, '--json');
  expect([exit, stderr]).toEqual([0, '']);
  const { load } = (await import(pathToFileURL(join(out, 'index.js')).href)) as { load: unknown };
  const inNode = (await (0, eval)(run)(load)) as Result;
  expect(inNode.variant).toBe('simd');
  expect(new Set(inNode.bits).size).toBeGreaterThan(5);
  writeFileSync(
    join(out, 'index.html'),
    `<!doctype html><script type="module">import { load } from './index.js'; globalThis.result = () => (${run})(load); globalThis.ready = true;</script>`,
  );
  const server = await serve(out);
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction('globalThis.ready');
    expect(await tab.evaluate('result()')).toEqual(inNode);
  } finally {
    await browser.close();
    server.close();
  }
});
