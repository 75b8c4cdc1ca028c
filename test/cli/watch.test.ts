/** `cnnc check --watch`: every change of a file, or of one that it imports, is seen; deleted and renamed files are survived. */
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

  it('checks what is new, renamed or moved below a folder', async () => {
    const main = file('a.cnn', 'block A = relu\n');
    await start(folder);
    const files = (...names: readonly string[]): Promise<void> =>
      vi.waitFor(
        () =>
          expect(seen.at(-1)?.map((check) => check.file)).toEqual(names.map((name) => join(folder, name))),
        { timeout: 5000, interval: 10 },
      );
    await files('a.cnn');
    file('b.cnn', net);
    await files('a.cnn', 'b.cnn');
    await until([[], ['import/not-found']]);
    mkdirSync(join(folder, 'deep'));
    renameSync(main, join(folder, 'deep', 'c.cnn'));
    await files('b.cnn', 'deep/c.cnn');
    file('deep/c.cnn', 'block C = rel\n');
    await until([['import/not-found'], ['names/unknown']]);
    rmSync(join(folder, 'deep'), { recursive: true });
    await files('b.cnn');
    mkdirSync(join(folder, 'deep'));
    file('deep/c.cnn', 'block C = relu\n');
    await files('b.cnn', 'deep/c.cnn');
    file('deep/c.cnn', 'block C = rel\n');
    await until([['import/not-found'], ['names/unknown']]);
  });

  it('finds an import again whose folder was deleted or was never there', async () => {
    const main = file('n.cnn', net.replace('./blocks', './far/off/blocks'));
    await start(main);
    await until([['import/not-found']]);
    for (const round of [1, 2]) {
      mkdirSync(join(folder, 'far/off'), { recursive: true });
      file('far/off/blocks.cnn', blocks);
      await until([[]]);
      file('far/off/blocks.cnn', blocks.replace('dense(3)', `dense(${round + 5})`));
      await vi.waitFor(
        () => expect(seen.at(-1)?.[0]?.nets[0]?.facts?.costs.params).toBe(5 * (round + 5)),
        5000,
      );
      rmSync(join(folder, 'far'), { recursive: true });
      await until([['import/not-found']]);
    }
  });

  it('sees the names of classes change', async () => {
    const text = 'export net N {\n  in x: f32[4]\n  out y: label(x -> dense(3)) of "names.txt"\n}\n';
    const main = file('n.cnn', text);
    await start(main);
    await until([['network/classes-file']]);
    file('names.txt', 'cat\ndog\n');
    await until([['network/classes-count']]);
    file('names.tmp', 'cat\ndog\nbird\n');
    renameSync(join(folder, 'names.tmp'), join(folder, 'names.txt'));
    await until([[]]);
    file('n.cnn', text.replace('names.txt', 'others.txt'));
    await until([['network/classes-file']]);
    file('others.txt', 'cat\n');
    await until([['network/classes-count']]);
    file('others.txt', 'cat\ndog\nbird\n');
    await until([[]]);
    rmSync(join(folder, 'others.txt'));
    await until([['network/classes-file']]);
  });

  it('does not mix with --json', async () => {
    expect((await cnnc('check', '--watch', '--json', 'n.cnn')).exit).toBe(2);
  });
});
