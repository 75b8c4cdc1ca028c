/** The page of a drawing in Chromium: its blocks open and close at a click, its buttons can be reached, and it reports no errors. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDiagram, drawHtml } from '../../src/diagram/index.ts';
import { graphOf } from '../stdlib/nets.ts';

/** A page on a busy machine; the layout of all layers alone takes a second. */
const patient = { timeout: 60_000 };

let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'cnnc-page-'));
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await browser.close();
});

test('blocks of GoogLeNet open and close', async () => {
  const file = join(folder, 'googlenet.html');
  const graph = graphOf('stdlib/googlenet.cnn', { net: 'GoogLeNet' });
  writeFileSync(file, await drawHtml(buildDiagram(graph, () => ({ params: 0, macs: 0 }))));
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(pathToFileURL(file).href);
  const tiles = page.locator('.tile');
  await expect.poll(() => tiles.count(), patient).toBeGreaterThan(5);
  const atFirst = await tiles.count();
  await page.locator('[data-group="i3.inception1"]').first().click();
  await expect.poll(() => tiles.count(), patient).toBeGreaterThan(atFirst);
  // A click waits until nothing lies over the button.
  await page.getByText('Open all').click(patient);
  await expect.poll(() => tiles.count(), patient).toBeGreaterThan(70);
  await page.getByText('Close all').click(patient);
  await expect.poll(() => tiles.count(), patient).toBeLessThan(atFirst);
  await page.getByText('Fit').click(patient);
  expect(errors).toEqual([]);
});
