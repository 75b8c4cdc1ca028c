/**
 * The outputs of a pair of pixels without sums of pixels or kernels: an infinity or NaN reaches what it reaches in the direct convolution, and
 * nothing else. Next to never needed, so one function of the module.
 */
import { i32 } from '../assembler/index.ts';
import type { FunctionRef, ModuleBuilder } from '../assembler/index.ts';
import type { Tables } from '../tables.ts';
import { directPixel, directTable } from './direct-sums.ts';
import { callWith } from './pointers.ts';
import { wordOf } from './strassen-words.ts';

/** Half the output channels: address of their weights, and how panels hold them. */
export interface DirectHalf {
  readonly weights: number;
  readonly inC: number;
  readonly channels: number;
  /** Channels of a panel. */
  readonly panel: number;
}

/** The table of direct sums whose pixels are addresses and whose channels count from the half's first one. */
export function halfTable(
  { weights, inC, channels, panel }: DirectHalf,
  tables: Pick<Tables, 'table'>,
): number {
  const still = { plane: 0, row: 0, column: 0 };
  return directTable(
    {
      x: 0,
      pixel: still,
      tap: still,
      taps: { plane: 1, row: 1, column: 1 },
      inC,
      outC: channels,
      weights,
      panel,
      lead: 1,
      groups: inC + 1,
      steps: { channel: 1, ...still },
      sums: 0,
      biases: 0,
    },
    tables,
  );
}

/** (table entry, bytes of the half's channels before, vectors, words) → sums without biases of the pair, by half, pixel and vector. */
export function directPair(m: ModuleBuilder): FunctionRef {
  const pixel = directPixel(m);
  const params = ['i32', 'i32', 'i32', 'i32'] as const;
  return m.shared('strassen_direct', () =>
    m.function({ name: 'strassen_direct', params }, (f, entry, channel, vectors, words) => {
      const to = wordOf(f, words, 'sums');
      const half = (table: 'direct1' | 'direct2'): void => {
        const from = f.let(entry);
        f.for(f.i32(), 0, 2, 1, () => {
          const at = f.let(channel);
          f.for(f.i32(), 0, vectors, 1, () => {
            callWith(f, pixel, [i32.load(from), at, to, wordOf(f, words, table)]);
            f.increment(at, 16);
            f.increment(to, 16);
          });
          f.increment(from, wordOf(f, words, 'pixel'));
        });
      };
      half('direct1');
      half('direct2');
    }),
  );
}
