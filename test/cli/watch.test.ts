/** `cnnc check --watch`: every change of a file, or of one that it imports, is seen; deleted and renamed files are survived. */
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileCheck } from '../../src/cli/checking.ts';
import { watchFiles } from '../../src/cli/watching.ts';
import { cnnc } from './run-cli.ts';

let folder = '';
let stop = new AbortController();
let seen: (readonly FileCheck[])[] = [];
let watching: Promise<void> | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cnnc-watch-')));
  stop = new AbortController();
  seen = [];
});
afterEach(async () => {
  stop.abort();
  await watching;
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const net = 'use { B } from "./blocks.cnn"\nexport net N {\n  in x: f32[4]\n  out y: tensor(x -> B)\n}\n';
const blocks = 'export block B = dense(3)\n';

async function start(...files: readonly string[]): Promise<void> {
  watching = watchFiles(files, { signal: stop.signal, show: (checks) => seen.push(checks) });
  await vi.waitFor(() => expect(seen).toHaveLength(1), 5000);
}

/** Codes of the last check of each file, once it is as expected. */
async function until(expected: readonly (readonly string[])[]): Promise<void> {
  await vi.waitFor(
    () =>
      expect(seen.at(-1)?.map(({ diagnostics }) => diagnostics.map(({ code }) => code))).toEqual(expected),
    { timeout: 5000, interval: 10 },
  );
}

describe('check --watch', () => {
  it('sees changes of the file and of its imports, and checks only what rests on them', async () => {
    const [main, other] = [file('n.cnn', net), file('o.cnn', net.replace('-> B', '-> B -> relu'))];
    const alone = file('alone.cnn', 'block A = relu\n');
    file('blocks.cnn', blocks);
    await start(main, other, alone);
    const before = seen.at(-1)?.[2];
    expect(seen.at(-1)?.[0]?.diagnostics).toEqual([]);
    file('blocks.cnn', blocks.replace('dense(3)', 'dense(3'));
    await vi.waitFor(() => expect(seen.at(-1)?.[0]?.diagnostics[0]?.code).toMatch(/^syntax\//), 5000);
    expect(seen.at(-1)?.[1]?.diagnostics[0]?.code).toMatch(/^syntax\//);
    expect(seen.at(-1)?.[2]).toBe(before);
    file('blocks.cnn', blocks.replace('dense(3)', 'dense(5)'));
    await vi.waitFor(() => expect(seen.at(-1)?.[0]?.nets[0]?.facts?.costs.params).toBe(25), 5000);
  });

  it('survives deleted, renamed and new files', async () => {
    const main = file('n.cnn', net);
    const other = file('blocks.cnn', blocks);
    await start(main);
    await until([[]]);
    renameSync(other, join(folder, 'block.cnn'));
    await until([['import/not-found']]);
    file('blocks.cnn', blocks);
    await until([[]]);
    rmSync(main);
    await until([['file/unreadable']]);
    file('n.cnn', net);
    await until([[]]);
  });

  it('does not mix with --json', async () => {
    expect((await cnnc('check', '--watch', '--json', 'n.cnn')).exit).toBe(2);
  });
});
