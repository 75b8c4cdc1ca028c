/**
 * Example inputs from a folder: every picture or `.npy` file in it and below, in order of name. A net with several inputs wants a folder for
 * each, called like the input, with as many files; the first ones belong together, and so on.
 */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Graph, GraphInput } from '../compiler/ir/graph.ts';
import { takes } from '../compiler/ir/takes.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import { fileReason } from '../weights/bytes.ts';
import { fail } from './failure.ts';
import { readInput } from './inputs.ts';

export interface Example {
  /** The files that it is made of. */
  readonly files: readonly string[];
  /** One tensor per input. */
  readonly inputs: Readonly<Record<string, Tensor>>;
}

const kinds: ReadonlySet<string> = new Set(
  ['npy', 'jpg', 'jpeg', 'png', 'webp', 'avif', 'gif', 'bmp'].map((kind) => `.${kind}`),
);

/** At most `most` examples, evenly spread over those of the folder; ends the command where there are none or one does not fit. */
export async function readExamples(graph: Graph, folder: string, most: number): Promise<readonly Example[]> {
  const columns = graph.inputs.map((input) =>
    filesOf(input, graph.inputs.length === 1 ? folder : join(folder, input.name)),
  );
  const count = columns[0]?.length ?? 0;
  const uneven = columns.findIndex((files) => files.length !== count);
  if (uneven > 0)
    fail(
      'quantize/uneven-data',
      {
        first: graph.inputs[0]?.name ?? '',
        firstCount: count,
        second: graph.inputs[uneven]?.name ?? '',
        secondCount: columns[uneven]?.length ?? 0,
      },
      folder,
    );
  const taken = Math.min(most, count);
  const examples: Example[] = [];
  for (let i = 0; i < taken; i++) {
    const at = Math.floor((i * count) / taken);
    const files = columns.map((column) => column[at] ?? '');
    const tensors = await Promise.all(
      graph.inputs.map(
        async (input, k) => [input.name, (await readInput(input, files[k] ?? '')).tensor] as const,
      ),
    );
    examples.push({ files, inputs: Object.fromEntries(tensors) });
  }
  return examples;
}

/** The files for one input. */
function filesOf(input: GraphInput, folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    return fail('file/unreadable', { file: folder, reason: fileReason(error) }, folder);
  }
  const files = names.filter((name) => kinds.has(extname(name).toLowerCase())).sort();
  if (files.length === 0)
    fail('quantize/no-data', { folder, input: input.name, takes: takes(input) }, folder);
  return files.map((name) => join(folder, name));
}
