/** Outputs of a run for people and for programs. */
import type { Tensor } from '../compiler/ir/type.ts';
import type { Guess, LabelValue } from '../runtime/output.ts';
import type { Detection } from '../vision/index.ts';
import type { RunOutput } from './running.ts';
import { colors } from './terminal.ts';

/** Longest tensor that JSON output includes. */
const mostNumbers = 4096;

/** `{ name, kind, shape, … }` with what the kind means: a label, boxes, numbers. */
export function outputJson({ output, tensors, value }: RunOutput): unknown {
  const { kind } = output.output;
  const shapes = tensors.map(({ shape }) => shape);
  const base = { name: output.name, kind, shape: shapes[0] ?? [] };
  switch (kind) {
    case 'label': {
      const { label, index, p, top } = value as LabelValue;
      if (Number.isNaN(p)) return { ...base, value: null, problem: noNumbers };
      return { ...base, value: { label, index, p, top: top(5) } };
    }
    case 'labels':
    case 'points':
    case 'detect':
      return { ...base, value };
    default:
      return { ...base, ...numbers(tensors[0]) };
  }
}

function numbers(tensor: Tensor | undefined): object {
  if (!tensor) return {};
  const stats = statsOf(tensor);
  return tensor.data.length <= mostNumbers ? { ...stats, value: [...tensor.data] } : stats;
}

/** A few lines that say what came out. */
export function outputLines({ output, tensors, value }: RunOutput): readonly string[] {
  const name = colors.bold(output.name);
  switch (output.output.kind) {
    case 'label':
      return [name, ...labelLines(value as LabelValue)];
    case 'labels':
      return [name, ...guesses([...(value as readonly Guess[])].sort((a, b) => b.p - a.p).slice(0, 5))];
    case 'detect':
      return [
        `${name}  ${(value as readonly unknown[]).length} found`,
        ...boxes(value as readonly Detection[]),
      ];
    case 'points':
      return [
        name,
        ...(value as readonly { x: number; y: number }[]).map(
          ({ x, y }) => `  ${x.toFixed(3)} ${y.toFixed(3)}`,
        ),
      ];
    default:
      return tensors.map((tensor) => `${name}  ${described(tensor)}`);
  }
}

/** Of scores that are NaN none is the largest: the first class would be as good as any. */
const noNumbers = 'its scores are not numbers (NaN), so there is no label';

function labelLines({ p, top }: LabelValue): readonly string[] {
  return Number.isNaN(p) ? [`  ${noNumbers}`] : guesses(top(5));
}

function guesses(found: readonly Guess[]): readonly string[] {
  const width = Math.max(0, ...found.map(({ label }) => label.length));
  return found.map(({ label, p }) => `  ${label.padEnd(width)}  ${p.toFixed(4)}`);
}

function boxes(found: readonly Detection[]): readonly string[] {
  const width = Math.max(0, ...found.map(({ label }) => label.length));
  return found.map(({ label, score, x, y, width: w, height: h }) => {
    const [left, top, across, down] = [x, y, w, h].map((n) => n.toFixed(1).padStart(7));
    return `  ${label.padEnd(width)}  ${score.toFixed(3)}  x${left}  y${top}  ${across} x ${down}`;
  });
}

function described(tensor: Tensor): string {
  const shape = tensor.shape.join('x') || 'scalar';
  if (tensor.data.length <= 8)
    return `${shape}  [${Array.from(tensor.data, (x) => x.toPrecision(5)).join(', ')}]`;
  const { min, mean, max } = statsOf(tensor);
  return `${shape}  min ${min.toPrecision(4)}  mean ${mean.toPrecision(4)}  max ${max.toPrecision(4)}`;
}

function statsOf({ data }: Tensor): { readonly min: number; readonly mean: number; readonly max: number } {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const x of data) {
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
  }
  return { min, mean: sum / data.length, max };
}
