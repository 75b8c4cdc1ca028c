/** The benchmark in Chromium: one page for the times, a fresh one for every cold start. */
import { chromium, type Browser, type Page } from 'playwright-core';
import type { BenchOptions } from '../main.ts';
import { median } from '../measure.ts';
import type { BenchNet } from '../nets.ts';
import type { Prepared } from '../peers/peer.ts';
import { folderOf } from '../prepare.ts';
import { figuresOf, type NetFigures, type PeerFigures } from '../report/results.ts';
import { bundlePage } from './bundle.ts';
import { serve } from './serve.ts';
import type {} from './page.ts';

/** Starts per peer. */
const coldStarts = 3;
/** Peers that no browser runs. */
const nodeOnly = ['cnnc-wide', 'onnxruntime-node'];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];

export async function benchInBrowser(
  net: BenchNet,
  { title, macs, params }: Prepared,
  options: BenchOptions,
): Promise<{ readonly figures: NetFigures; readonly engine: string }> {
  const folder = folderOf(net);
  const served = await serve(folder, await bundlePage(folder));
  const browser = await chromium.launch({ executablePath, args });
  try {
    const peers = options.peers.filter((name) => !nodeOnly.includes(name));
    const { samples, errors, failures } = await onPage(browser, served.origin, (page) =>
      page.evaluate((given) => window.bench(given), { ...options, peers }),
    );
    const figures: PeerFigures[] = [];
    for (const timed of figuresOf(samples, errors))
      figures.push(
        options.cold ? { ...timed, coldMs: await cold(browser, served.origin, timed.peer, options) } : timed,
      );
    return {
      figures: { net: net.name, title, macs, params, peers: figures, failures },
      engine: `Chromium ${browser.version().split('.')[0]}`,
    };
  } finally {
    await browser.close();
    served.close();
  }
}

async function cold(
  browser: Browser,
  origin: string,
  peer: string,
  { threads }: BenchOptions,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < coldStarts; i++)
    times.push(
      await onPage(browser, origin, (page) =>
        page.evaluate(([name, n]) => window.cold(name, { threads: n }), [peer, threads] as const),
      ),
    );
  return median(times);
}

/** A page with a cache of its own. */
async function onPage<Result>(
  browser: Browser,
  origin: string,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    await page.goto(origin);
    await page.waitForFunction(() => 'bench' in window);
    return await use(page);
  } finally {
    await context.close();
  }
}
