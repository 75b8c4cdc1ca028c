/**
 * What a net does to its inputs before the first layer, as text in the metadata of a weights file (`cnnc.input.image`: `scale 0.003921569
 * mean [0.5]`): weights trained on other numbers than the net feeds them give wrong results without any other sign.
 */
import type { Span } from '../compiler/1-parse/source.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import type { WeightFile } from './safetensors.ts';

const none = 'the values as they are';
const keyOf = (input: string): string => `cnnc.input.${input}`;

/** Metadata for a file of weights of `graph` (as written, not optimised): one entry per input. */
export function preprocessingMetadata(graph: Graph): Readonly<Record<string, string>> {
  const texts = preprocessingOf(graph);
  return Object.fromEntries([...texts].map(([input, text]) => [keyOf(input), text]));
}

/** A warning per input whose preprocessing is not the one that the file's metadata names; a file without says nothing. */
export function otherPreprocessing(graph: Graph, file: WeightFile, at: Span): readonly Diagnostic[] {
  const texts = preprocessingOf(graph);
  return graph.inputs.flatMap(({ name, node }) => {
    const here = texts.get(name) ?? none;
    const trained = Object.hasOwn(file.metadata, keyOf(name)) ? file.metadata[keyOf(name)] : undefined;
    if (trained === undefined || trained === here) return [];
    return [
      diagnostic('weights/other-normalisation', { input: name, file: file.path }, node.span ?? at, {
        label: here,
        notes: [
          { word: 'why', text: `the file was written for ${trained}` },
          { word: 'why', text: `the net computes with ${here}` },
        ],
      }),
    ];
  });
}

/** Texts by input. Words follow from what is computed, so that `range 0..1` and `scale 1/255` are the same. */
function preprocessingOf(graph: Graph): ReadonlyMap<string, string> {
  const nodes = topological(graph);
  return new Map(
    graph.inputs.map(({ name }) => {
      const steps = nodes.filter(({ path, op }) => op !== 'const' && isStep(path, name)).map(stepText);
      return [name, steps.filter((step) => step !== '').join(' ') || none];
    }),
  );
}

/** The checker's paths of preprocessing: `image.scale`, `image.order0`. */
function isStep(path: string, input: string): boolean {
  return (
    path.startsWith(`${input}.`) &&
    /^(order\d*|range|range_offset|scale|mean|std)$/.test(path.slice(input.length + 1))
  );
}

const words: Readonly<Partial<Record<Node['op'], string>>> = {
  mul: 'scale',
  add: 'offset',
  sub: 'mean',
  div: 'std',
};

function stepText(node: Node): string {
  if (node.op === 'concat') return `order ${node.inputs.map(channelOf).join('')}`;
  const word = words[node.op];
  const value = node.inputs.find(({ op }) => op === 'const')?.attrs['value'] as Tensor | undefined;
  if (word === undefined || value === undefined) return '';
  const numbers = Array.from(value.data, (x) => String(Number(x.toPrecision(7))));
  return `${word} ${numbers.length === 1 ? numbers.join() : `[${numbers.join(', ')}]`}`;
}

/** Which channel a slice of `order` takes. */
function channelOf({ attrs }: Node): string {
  const [begin = 0] = attrs['begin'] as readonly number[];
  return 'rgba'[begin] ?? '?';
}
