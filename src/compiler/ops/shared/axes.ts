/** Options that name axes, and types without some of them. */
import type { Axis, TensorType } from '../../ir/type.ts';
import type { ParamSpec, Problem } from '../op.ts';
import { problem, showList, showSizes } from './problem.ts';

export const axisParam: ParamSpec = {
  name: 'axis',
  kind: 'axis',
  default: 'C',
  doc: 'The axis along which it works; the channels unless written.',
};

/** The type without the named axes; f32. */
export function withoutAxis(type: TensorType, axes: readonly Axis[]): TensorType {
  const kept = type.axes.map((axis, i) => ({ axis, i })).filter(({ axis }) => !axes.includes(axis));
  return { dtype: 'f32', axes: kept.map(({ axis }) => axis), dims: kept.map(({ i }) => type.dims[i] ?? 1) };
}

/** Reports the first named axis that the input does not have; `option` is the one that names it. */
export function axisProblem(
  layer: string,
  input: TensorType,
  axes: readonly Axis[],
  option?: 'axis' | 'axes' | 'from' | 'over',
): Problem | undefined {
  const missing = axes.find((axis) => !input.axes.includes(axis));
  if (missing === undefined) return undefined;
  const last = input.axes.at(-1);
  return problem(
    'shape/no-such-axis',
    { layer, axis: missing, shape: showSizes(input.dims), axes: showList(input.axes) || 'none' },
    {
      at: option === undefined ? 'call' : { option },
      labels: [{ at: { input: 0 }, text: `[${input.axes.join(', ')}]` }],
      fixes:
        option === 'axis' && last !== undefined
          ? [{ title: `axis = ${last}`, set: { option, to: last } }]
          : [],
    },
  );
}

/** The first axis that is named twice. */
export function repeatedAxis(axes: readonly Axis[]): Axis | undefined {
  return axes.find((axis, i) => axes.indexOf(axis) !== i);
}

/** Reports a named axis that the input does not have, or one that is named twice. */
export function axesProblem(
  layer: string,
  input: TensorType,
  axes: readonly Axis[],
  option: 'axes' | 'over' = 'axes',
): Problem | undefined {
  const twice = repeatedAxis(axes);
  if (twice === undefined) return axisProblem(layer, input, axes, option);
  const once = [...new Set(axes)];
  const to = once.length === 1 ? String(once[0]) : `[${once.join(', ')}]`;
  return problem(
    'shape/axis-twice',
    { layer, axis: twice },
    { at: { option }, fixes: [{ title: to, set: { option, to } }] },
  );
}
