/**
 * The file between `cnnc quantize` and `cnnc build --quantize`: the ranges of a net's values, as JSON that a person can read and change.
 */
import type { Precisions, Range, Ranges, ValueRange } from '../compiler/5-optimize/quantize/index.ts';

export interface RangesFile {
  /** The net that was calibrated. */
  readonly net: string;
  /** On how many examples. */
  readonly examples: number;
  readonly ranges: Ranges;
}

/** The file's text; one line per value, three digits more than bytes can tell apart. */
export function printRanges({ net, examples, ranges }: RangesFile): string {
  const section = (
    name: string,
    numbers: (value: ValueRange) => readonly number[] | undefined,
    digits: number,
  ): string => {
    const lines = Object.entries(ranges.values).flatMap(([value, known]) => {
      const list = numbers(known);
      return list
        ? [`    ${JSON.stringify(value)}: [${list.map((x) => Number(x.toPrecision(digits))).join(', ')}]`]
        : [];
    });
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
  };
  const layers = Object.entries(ranges.layers ?? {}).map(
    ([name, precision]) => `    ${JSON.stringify(name)}: ${JSON.stringify(precision)}`,
  );
  return `{
  "format": 3,
  "net": ${JSON.stringify(net)},
  "examples": ${examples},
${ranges.layers ? `  "layers": {\n${layers.join(',\n')}\n  },\n` : ''}${section('ranges', ({ range }) => range, 6)},
${section('shares', ({ shares }) => shares, 3)},
${section('origins', ({ origins }) => origins, 5)},
${section('means', ({ means }) => means, 4)}
}
`;
}

/** What the text says, or a sentence part that says why it says nothing: "is not JSON". */
export function readRanges(text: string): RangesFile | { readonly reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: 'is not JSON, or cut short' };
  }
  if (!isObject(json) || !isObject(json['ranges'])) return { reason: 'has no ranges' };
  if (json['format'] !== 3) return { reason: `has the format ${String(json['format'])}, not 3` };
  const wrong = Object.entries(json['ranges']).find(([, range]) => !isRange(range));
  if (wrong) return { reason: `gives ${JSON.stringify(wrong[0])} no range [least, most]` };
  const { net, examples, layers, shares = {}, origins = {}, means = {} } = json;
  if (layers !== undefined && !isPrecisions(layers))
    return { reason: 'has layers that are neither "floats" nor "fine"' };
  for (const [name, lists] of Object.entries({ shares, origins, means }))
    if (!isObject(lists) || !Object.values(lists).every(isNumbers))
      return { reason: `has ${name} that are no lists of numbers` };
  const listed = (lists: unknown, name: string): readonly number[] | undefined => (lists as Lists)[name];
  return {
    net: typeof net === 'string' ? net : '',
    examples: typeof examples === 'number' ? examples : 0,
    ranges: {
      layers,
      values: Object.fromEntries(
        Object.entries(json['ranges'] as Readonly<Record<string, Range>>).map(([name, range]) => [
          name,
          {
            range,
            shares: listed(shares, name),
            origins: listed(origins, name),
            means: listed(means, name),
          },
        ]),
      ),
    },
  };
}

type Lists = Readonly<Record<string, readonly number[]>>;

function isPrecisions(layers: unknown): layers is Precisions {
  return isObject(layers) && Object.values(layers).every((how) => how === 'floats' || how === 'fine');
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((x) => typeof x === 'number');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRange(value: unknown): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [lo, hi] = value as readonly unknown[];
  return typeof lo === 'number' && typeof hi === 'number' && lo <= hi;
}
