/** The ranges that `--quantize` names, checked against the net that they are for. */
import { optimize } from '../compiler/5-optimize/index.ts';
import { rangeFaults, type Ranges } from '../compiler/5-optimize/quantize/index.ts';
import { readRanges } from '../quantize/ranges-file.ts';
import { fail } from './failure.ts';
import type { OpenNet } from './nets.ts';
import { readText } from './project.ts';

export interface QuantizeOptions {
  /** A file that `cnnc quantize` wrote. */
  readonly quantize?: string;
}

/** How options describe `--quantize`. */
export const quantizeOption = [
  '--quantize <ranges>',
  'in 8-bit integers, by the ranges that cnnc quantize wrote',
] as const;

/** The ranges, or undefined where none are asked for; ends the command where they are not this net's. */
export function rangesFor({ graph }: OpenNet, { quantize: file }: QuantizeOptions): Ranges | undefined {
  if (file === undefined) return undefined;
  const read = readRanges(readText(file, file));
  if ('reason' in read) return fail('quantize/unreadable', { file, reason: read.reason }, file);
  const { missing, unknown, broken } = rangeFaults(optimize(graph), read.ranges);
  if (broken[0] !== undefined)
    fail(
      'quantize/unreadable',
      { file, reason: `gives ${broken[0]} a range, shares, origins or means that cannot be its own` },
      file,
    );
  if (missing.length + unknown.length > 0)
    fail('quantize/other-net', { file, made: read.net, net: graph.name }, file, {
      notes: [
        ...some(missing).map((name) => ({ word: 'note' as const, text: `${name} has no range` })),
        ...some(unknown).map((name) => ({ word: 'note' as const, text: `the net has no value ${name}` })),
      ],
      fixes: [{ title: `cnnc quantize ${graph.name}'s file again: it changed since`, edits: [] }],
    });
  return read.ranges;
}

/** The first few: the point is made by then. */
function some(names: readonly string[]): readonly string[] {
  return names.slice(0, 3);
}
