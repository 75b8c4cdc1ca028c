/** Options given per named axis: `pad(H = (0, 1), C = 16)`, `slice(C = (0, 64))`. */
import type { Attrs } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import type { ParamSpec, Problem } from '../op.ts';
import { axisProblem } from './axes.ts';

/** The axes that a person can name, in the order in which types have them. */
export const axisNames = ['L', 'D', 'H', 'W', 'C'] as const;

/** One option per axis, `what` completed by the axis: "Pixels before and after along H". */
export function axisParams(what: string): readonly ParamSpec[] {
  return axisNames.map((name) => ({
    name,
    kind: 'ints',
    default: null,
    doc: `${what} along ${name}: \`(begin, end)\`.`,
  }));
}

/**
 * Two numbers per axis of the input, from the options named after axes (one number stands for both) and `common` for every spatial
 * axis that has none; or the problem that a named axis does not exist.
 */
export function perAxis(
  layer: string,
  options: Attrs,
  input: TensorType,
  common: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] | Problem {
  const written = axisNames.filter((axis) => options[axis] !== null && options[axis] !== undefined);
  const unknown = axisProblem(layer, input, written);
  if (unknown) return unknown;
  return input.axes.map((axis, i) => pairOf(options[axis]) ?? common[i] ?? [0, 0]);
}

function pairOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  if (!Array.isArray(value)) return undefined;
  const [first, second = first] = value as number[];
  return first === undefined ? undefined : [first, second ?? first];
}
