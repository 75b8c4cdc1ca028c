/** Options given per named axis: `pad(H = (0, 1), C = 16)`, `slice(C = (0, 64))`. */
import type { Attrs } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import { longestStep, type ParamSpec, type Problem } from '../op.ts';
import { axisProblem } from './axes.ts';
import { problem } from './problem.ts';
import { sizesProblem, spatialProblem } from './window.ts';

/** The axes that a person can name, in the order in which types have them. */
export const axisNames = ['L', 'D', 'H', 'W', 'C'] as const;

/** One option per axis, `what` completed by the axis: "Pixels before and after along H". A `range` may be negative: from the end. */
export function axisParams(kind: 'ends' | 'range', what: string): readonly ParamSpec[] {
  const bounds = kind === 'ends' ? { min: 0, max: longestStep } : {};
  return axisNames.map((name) => ({
    ...{ name, kind, default: null, ...bounds },
    doc: `${what} along ${name}: \`(begin, end)\`.`,
  }));
}

/** What stands for every spatial axis. */
export const amountParam: ParamSpec = {
  ...{ name: 'amount', kind: 'border', default: null, min: 0, max: longestStep },
  doc: 'Pixels on each side of every spatial axis.',
};

/**
 * Two numbers per axis of the input, from the options named after axes (one number stands for both) and `amount` for every spatial
 * axis that has none; or the problem that none is written, or for an axis that does not exist.
 */
export function perAxis(
  layer: string,
  options: Attrs,
  input: TensorType,
): readonly (readonly [number, number])[] | Problem {
  const written = axisNames.filter((axis) => options[axis] !== null && options[axis] !== undefined);
  const amount = Array.isArray(options.amount)
    ? (options.amount as (readonly [number, number])[])
    : undefined;
  if (!amount && written.length === 0) return nothingSaid(layer, input);
  const wrong = amount && (spatialProblem(layer, input) ?? sizesProblem(layer, options, input, ['amount']));
  if (wrong) return wrong;
  const unknown = axisProblem(layer, input, written);
  if (unknown) return unknown;
  return input.axes.map((axis, i) => pairOf(options[axis]) ?? amount?.[i] ?? [0, 0]);
}

function pairOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  if (!Array.isArray(value)) return undefined;
  const [first, second = first] = value as number[];
  return first === undefined ? undefined : [first, second ?? first];
}

/** Without any option such a layer would do nothing. */
export function nothingSaid(layer: string, input: TensorType): Problem {
  const axis = input.axes.at(-1) ?? 'C';
  return problem('value/missing-argument', {
    what: layer,
    option: `an axis such as ${axis} = (0, 1)${layer === 'slice' ? '' : ', or a number for all places'}`,
  });
}
