/** Cold starts and times of one network on a host that is none: who is started, who is timed, what is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchNet, type BenchOptions, type HostKind } from '../bench-net.ts';
import { within } from '../patience.ts';
import type { Prepared } from '../peers/peer.ts';
import type { RunOptions } from '../run-peers.ts';

const prepared: Prepared = {
  net: 'a',
  title: 'A',
  macs: 2e9,
  params: 1,
  inputs: [],
  outputs: [],
  className: 'A',
};
const options: BenchOptions = {
  peers: ['cnnc', 'litert'],
  threads: 1,
  rounds: 3,
  budgetMs: 1,
  turnMs: 1,
  cold: true,
};

/** Starts take 30, 10, 20 ms, and 5 less without the reading; `broken` does not start. */
function hostOf({ broken = '' } = {}): { readonly kind: HostKind; readonly timed: string[] } {
  const timed: string[] = [];
  let started = 0;
  const cold = async (peer: string): Promise<{ coldMs: number; startMs: number }> => {
    if (peer === broken) throw new Error('no result within 90 s');
    const coldMs = [30, 10, 20][started++ % 3] ?? 0;
    return { coldMs, startMs: coldMs - 5 };
  };
  const time = async ({ peers }: RunOptions): Promise<Awaited<ReturnType<Host['time']>>> => {
    timed.push(...peers);
    const samples = Object.fromEntries(peers.map((peer) => [peer, [1, 2, 3]]));
    return { samples, errors: {}, failures: {}, threads: {} };
  };
  const open = async (): Promise<Host> => ({ engine: 'none', cold, time, close: async () => undefined });
  return { kind: { name: 'none', lacks: [], open }, timed };
}

type Host = Awaited<ReturnType<HostKind['open']>>;

test('a start is the median of several, with and without the reading of files', async () => {
  const { figures } = await benchNet(hostOf().kind, prepared, options);
  assert.deepEqual(
    figures.peers.map(({ ms, coldMs, startMs }) => [ms, coldMs, startMs]),
    [
      [2, 20, 15],
      [2, 20, 15],
    ],
  );
});

test('who does not start is not timed, and it is said why', async () => {
  const { kind, timed } = hostOf({ broken: 'litert' });
  const { figures } = await benchNet(kind, prepared, options);
  assert.deepEqual(timed, ['cnnc']);
  assert.deepEqual(figures.failures, { litert: 'no result within 90 s' });
});

test('times that were saved stay where starts alone are measured', async () => {
  const { figures: saved } = await benchNet(hostOf().kind, prepared, { ...options, cold: false });
  const { kind, timed } = hostOf();
  const before = {
    ...saved,
    date: '2026-01-01',
    peers: saved.peers.map((peer) => ({ ...peer, ms: 7 })),
    failures: { litert: 'did not start', 'tfjs-wasm': 'not timed' },
  };
  const { figures } = await benchNet(kind, prepared, { ...options, timed: before });
  assert.deepEqual(timed, []);
  assert.equal(figures.date, '2026-01-01');
  assert.deepEqual(figures.failures, { 'tfjs-wasm': 'not timed' });
  assert.deepEqual(
    figures.peers.map(({ ms, coldMs }) => [ms, coldMs]),
    [
      [7, 20],
      [7, 20],
    ],
  );
});

test('nobody is waited for beyond patience', async () => {
  const limit = { ms: 5, message: 'too long' };
  await assert.rejects(within(limit, new Promise(() => undefined)), /too long/);
  assert.equal(await within(limit, Promise.resolve(3)), 3);
});
