/** What is made of measurements: medians and ratios, merging of runs, the page and the chart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from '../report/chart.ts';
import { markdown } from '../report/markdown.ts';
import { figuresOf, merged, ratiosTo, type NetFigures, type Results } from '../report/results.ts';

const net = (name: string, ours: number, failures = {}): NetFigures => ({
  net: name,
  title: name.toUpperCase(),
  date: '2026-01-01',
  macs: 2e9,
  params: 1,
  peers: figuresOf({ cnnc: [ours, ours], litert: [3 * ours, 5 * ours] }, { cnnc: 0, litert: 1e-7 }),
  failures,
});

const results = (nets: readonly NetFigures[], engine = 'Node 24'): Results => ({
  engine,
  machine: 'a machine',
  threads: 2,
  rounds: 9,
  nets,
  downloads: [{ peer: 'cnnc', bytes: 1, gzipBytes: 1, files: [] }],
});

test('ratios are medians of ratios within rounds', () => {
  assert.equal(net('a', 10).peers.find(({ peer }) => peer === 'litert')?.ratio, 4);
});

test('merging replaces what was measured again and keeps the rest, in order', () => {
  const saved = results([net('a', 1), net('c', 3)]);
  const both = merged(saved, results([net('b', 2), net('a', 9)]), ['a', 'b', 'c']);
  assert.deepEqual(
    both.nets.map(({ net, peers }) => [net, peers[0]?.ms]),
    [
      ['a', 9],
      ['b', 2],
      ['c', 3],
    ],
  );
  assert.equal(both.downloads.length, 1);
});

test('downloads stay those of the first network of the table', () => {
  const sized = (name: string, bytes: number): Results => ({
    ...results([net(name, 1)]),
    downloads: [{ peer: 'cnnc', bytes, gzipBytes: 1, files: [] }],
  });
  const bytes = (saved: Results, now: Results): number | undefined =>
    merged(saved, now, ['a', 'b']).downloads[0]?.bytes;
  assert.equal(bytes(sized('a', 10), sized('b', 20)), 10);
  assert.equal(bytes(sized('b', 20), sized('a', 10)), 10);
});

test('the page names the days on which its networks were measured', () => {
  const saved = results([net('a', 1), net('b', 1)]);
  const both = merged(saved, results([{ ...net('b', 2), date: '2026-02-03' }]), ['a', 'b']);
  assert.match(markdown(saved, 'chart.svg'), /^2026-01-01, a machine/m);
  assert.match(markdown(both, 'chart.svg'), /^2026-01-01 to 2026-02-03, a machine/m);
});

test('what was measured earlier of starts stays beside new times', () => {
  const one = net('a', 1);
  const cold = {
    ...one,
    peers: one.peers.map((peer) => ({ ...peer, coldMs: 7, startMs: 6, peakBytes: 5e6 })),
  };
  const both = merged(results([cold]), results([net('a', 9)]), ['a']);
  assert.deepEqual(
    both.nets[0]?.peers.map(({ ms, coldMs, startMs, peakBytes }) => [ms, coldMs, startMs, peakBytes]),
    [
      [9, 7, 6, 5e6],
      [36, 7, 6, 5e6],
    ],
  );
  assert.match(markdown(both, 'chart.svg'), /\| A \| 7 \/ 6 \/ 5 \| 7 \/ 6 \/ 5 \|/);
});

test('ratios to another of our programs, in the page too', () => {
  const wide = {
    ...net('a', 10),
    peers: figuresOf({ cnnc: [10, 10], 'cnnc-wide': [5, 4], litert: [30, 20] }, {}),
  };
  assert.equal(ratiosTo('cnnc-wide', wide).get('litert'), 5.5);
  assert.equal(ratiosTo('litert', net('b', 1)).get('cnnc-wide'), undefined);
  assert.match(markdown(results([wide]), 'chart.svg'), /than `cnnc-wide`[^#]*\| A \| 5\.50 × \|/);
});

test('figures of another engine are not merged', () => {
  const now = results([net('a', 1)], 'Node 26');
  assert.equal(merged(results([net('b', 1)]), now, ['a', 'b']), now);
});

test('the page says who had fewer threads and who could not run what; the chart has a bar per figure', () => {
  const one = net('a', 10, { 'tfjs-wasm': 'no such kernel' });
  const figures = results([
    { ...one, peers: one.peers.map((peer) => ({ ...peer, threads: 1 })) },
    { ...net('b', 10), peers: one.peers.map((peer) => ({ ...peer, threads: peer.peer === 'cnnc' ? 2 : 1 })) },
  ]);
  const page = markdown(figures, 'chart.svg');
  assert.match(page, /A on tfjs-wasm: no such kernel/);
  assert.match(page, /^- cnnc ran on one thread: A$/m);
  assert.match(page, /^- litert ran on one thread: every network$/m);
  assert.match(page, /\| A \| 4\.00 × \|/);
  assert.equal(chart(figures).match(/class="bar"/g)?.length, 2);
});
