/** The benchmark in Chromium: one page for the times, a browser of its own for every cold start. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { HostKind } from '../bench-net.ts';
import type { ColdResult } from '../cold.ts';
import { patience, within } from '../patience.ts';
import { bundlePage } from './bundle.ts';
import { launch } from './chromium.ts';
import { serve } from './serve.ts';
import type {} from './page.ts';

export const chromium: HostKind = {
  name: 'chromium',
  lacks: ['cnnc-wide', 'cnnc-wide-one-thread', 'cnnc-int8-wide', 'onnxruntime-node'],
  open: async (folder) => {
    const served = await serve(folder, await bundlePage(folder));
    const browser = await launch();
    return {
      engine: `Chromium ${browser.version().split('.')[0]}`,
      cold: (peer, options) => coldStart(served.origin, peer, options.threads),
      time: (options) =>
        onPage(browser, served.origin, (page) => page.evaluate((o) => window.bench(o), options)),
      close: async () => {
        await browser.close();
        served.close();
      },
    };
  },
};

async function coldStart(origin: string, peer: string, threads: number): Promise<ColdResult> {
  const browser = await launch();
  try {
    const started = onPage(browser, origin, (page) =>
      page.evaluate(([name, n]) => window.cold(name, { threads: n }), [peer, threads] as const),
    );
    const start = await within(patience, started);
    const peakBytes = await peakOf(browser);
    return { ...start, ...(peakBytes !== undefined && { peakBytes }) };
  } finally {
    await browser.close();
  }
}

async function onPage<Result>(
  browser: Browser,
  origin: string,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(0);
  await page.goto(origin);
  await page.waitForFunction(() => 'bench' in window);
  const crashed = new Promise<never>((_, reject) =>
    page.on('crash', () => reject(new Error('the page crashed'))),
  );
  return Promise.race([use(page), crashed]);
}

/** Peak resident memory of the process that has the page; known on Linux. */
async function peakOf(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo.flatMap(({ type, id }) => (type === 'renderer' ? peakOfProcess(id) : []));
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

function peakOfProcess(id: number): number[] {
  try {
    const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? [] : [Number(kilobytes) * 1024];
  } catch {
    return [];
  }
}
