/**
 * A package built for two threads in real Chromium: on a cross-origin isolated page it has them, with bit-equal results; elsewhere, and where
 * a content security policy forbids its workers, it says one thread and works. The page is an app bundled by esbuild.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnc } from '../cli/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-threads-'));
const out = join(folder, 'net');

const app = `import { load } from './net/index.js';
const photo = Float32Array.from({ length: 416 * 416 * 3 }, (_, i) => (i * 7919) % 256);
globalThis.results = async (threads) => {
  const net = await load({ threads });
  const faces = [net.run({ photo }), net.run({ photo })].map((result) => JSON.stringify(result));
  globalThis.kept = net;
  return { threads: net.threads, faces };
};
globalThis.ready = true;`;

const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'`;

/** Headers of the page by the first part of its path. */
const headers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: {},
  isolated,
  policy: { ...isolated, 'content-security-policy': `${policy}; worker-src blob:` },
  strict: { ...isolated, 'content-security-policy': policy },
};

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const [, kind = ''] = pathname.split('/');
    const name = basename(pathname);
    if (!/^(index\.html|app\.js|weights.*\.bin)$/.test(name)) return void response.writeHead(404).end();
    const type = { html: 'text/html', js: 'text/javascript' }[name.split('.').at(-1) ?? ''];
    response.writeHead(200, { 'content-type': type ?? 'application/octet-stream', ...headers[kind] });
    if (name === 'index.html') response.end('<!doctype html><script type="module" src="app.js"></script>');
    else response.end(readFileSync(join(name === 'app.js' ? folder : out, name)));
  });
  return new Promise((resolved) => server.listen(0, '127.0.0.1', () => resolved(server)));
}

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const args = ['examples/faces/faces.cnn', '--seed', '1', '--threads', '2', '--out', out];
  const { exit, stderr } = await cnnc('build', ...args);
  expect([exit, stderr]).toEqual([0, '']);
  const contents = { contents: app, resolveDir: folder };
  const outfile = join(folder, 'app.js');
  await build({ stdin: contents, bundle: true, minify: true, format: 'esm', outfile, logLevel: 'error' });
  server = await serve();
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(kind: string): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${kind}/index.html`);
  await page.waitForFunction('globalThis.ready');
  return { page, problems };
}

interface Found {
  readonly threads: number;
  /** Of two runs. */
  readonly faces: readonly string[];
}

async function resultsOn(kind: string, threads: number): Promise<Found> {
  const { page, problems } = await open(kind);
  const found = (await page.evaluate(`results(${threads})`)) as Found;
  expect(problems).toEqual([]);
  await page.close();
  return found;
}

describe('in Chromium', () => {
  it('has two threads on an isolated page, and the results of one to the last bit', async () => {
    const one = await resultsOn('isolated', 1);
    const two = await resultsOn('isolated', 2);
    expect([one.threads, two.threads]).toEqual([1, 2]);
    expect(new Set([...one.faces, ...two.faces]).size).toBe(1);
    expect(JSON.parse(one.faces[0] ?? '')).toHaveProperty('faces');
  });

  it('has them under a policy without unsafe-eval that lets workers be made', async () => {
    expect((await resultsOn('policy', 2)).threads).toBe(2);
  });

  it.each(['plain', 'strict'])(
    'says one thread on a page that is %s, with the same results',
    async (kind) => {
      const found = await resultsOn(kind, 2);
      expect(found.threads).toBe(1);
      expect(new Set([...found.faces, ...(await resultsOn('isolated', 2)).faces]).size).toBe(1);
    },
  );

  it('takes no processor time between runs', async () => {
    const { page } = await open('isolated');
    expect(await page.evaluate(`results(2).then(({ threads }) => threads)`)).toBe(2);
    const session = await browser.newBrowserCDPSession();
    const spent = async (): Promise<number> => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return processInfo
        .filter(({ type }) => type === 'renderer')
        .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    };
    // The engine may still optimise for a moment.
    await page.waitForTimeout(2000);
    const before = await spent();
    await page.waitForTimeout(2000);
    // A thread that spins would take two seconds.
    expect((await spent()) - before).toBeLessThan(0.5);
    await page.close();
  });
});
