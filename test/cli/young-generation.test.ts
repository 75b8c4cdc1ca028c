/** The young generation stays as it is, or ends at 2 × 8 MB, however much lives on after that. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, '../../src/cli/young-generation.ts')).href;

/** Megabytes that one half holds after 100 MB of objects that live on. */
function halfAfterGrowth(first: string): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { boundYoungGeneration, holdYoungGeneration } from ${JSON.stringify(module)};
    ${first}
    const living = [];
    for (let i = 0; i < 1_000_000; i++) living.push({ a: i, b: i, c: i, d: i, e: i, f: i, g: i, h: i });
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    console.log(living.length && Math.round((young.space_used_size + young.space_available_size) / 2 ** 20));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

test('left alone, V8 goes further', () => {
  expect(halfAfterGrowth('')).toBeGreaterThan(8);
});

test('held, the halves stay as they are at the start of Node', () => {
  expect(halfAfterGrowth('holdYoungGeneration();')).toBe(1);
});

test('bounded, the halves are of 8 MB', () => {
  expect(halfAfterGrowth('boundYoungGeneration();')).toBe(8);
});
