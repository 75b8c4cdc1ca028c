/**
 * The file between `cnnc quantize` and `cnnc build --quantize`: the ranges of a net's values, as JSON that a person can read and change.
 */
import type { Range, Ranges } from '../compiler/5-optimize/quantize/index.ts';

export interface RangesFile {
  /** The net that was calibrated. */
  readonly net: string;
  /** On how many examples. */
  readonly examples: number;
  readonly ranges: Ranges;
}

/** The file's text; one line per value, three digits more than bytes can tell apart. */
export function printRanges({ net, examples, ranges }: RangesFile): string {
  const lines = Object.entries(ranges).map(
    ([name, [lo, hi]]) => `    ${JSON.stringify(name)}: [${rounded(lo)}, ${rounded(hi)}]`,
  );
  return `{
  "format": 1,
  "net": ${JSON.stringify(net)},
  "examples": ${examples},
  "ranges": {
${lines.join(',\n')}
  }
}
`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
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
  if (json['format'] !== 1) return { reason: `has the format ${String(json['format'])}, not 1` };
  const wrong = Object.entries(json['ranges']).find(([, range]) => !isRange(range));
  if (wrong) return { reason: `gives ${JSON.stringify(wrong[0])} no range [least, most]` };
  const { net, examples } = json;
  return {
    net: typeof net === 'string' ? net : '',
    examples: typeof examples === 'number' ? examples : 0,
    ranges: json['ranges'] as Ranges,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRange(value: unknown): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [lo, hi] = value as readonly unknown[];
  return typeof lo === 'number' && typeof hi === 'number' && lo <= hi;
}
