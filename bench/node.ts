/** The benchmark in Node: one process for the times of a network, one for every cold start. */
import type { HostKind } from './bench-net.ts';
import { runChild } from './child.ts';
import type { ColdResult } from './cold.ts';
import type { NetResult } from './run-peers.ts';

export const node: HostKind = {
  name: 'node',
  // It loads its WebAssembly through a script element.
  lacks: ['litert'],
  open: async (folder) => ({
    engine: `Node ${process.versions.node}`,
    cold: (peer, options) => runChild<ColdResult>('cold.ts', [folder, peer, JSON.stringify(options)]),
    time: (options) => runChild<NetResult>('run-net.ts', [folder, JSON.stringify(options)]),
    close: async () => undefined,
  }),
};
