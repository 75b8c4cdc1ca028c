/** Outputs of a run as values that conditions can speak about: labels, numbers, lists, and things with fields. */
import type { Guess, LabelValue, MaskValue, TensorValue } from '../../runtime/output.ts';
import type { Detection } from '../../vision/index.ts';
import type { Value as Constant } from '../../compiler/3-check/index.ts';
import type { RunOutput } from '../running.ts';

/** Something with fields; `self` is what it is compared as: a label is compared as its text. */
export interface Thing {
  readonly fields: Readonly<Record<string, Value>>;
  readonly self?: string;
  /** Entries, where it can be indexed. */
  readonly items?: readonly Value[];
}

export type Value = number | string | boolean | readonly Value[] | Thing;

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isThing = (value: Value): value is Thing => typeof value === 'object' && !isList(value);

/** What a condition sees under the output's name. */
export function outputValue({ output, tensors, value }: RunOutput): Value {
  switch (output.output.kind) {
    case 'label': {
      const { label, index, p } = value as LabelValue;
      return { self: label, fields: { label, index, p } };
    }
    case 'labels':
      return guesses(value as readonly Guess[]);
    case 'detect':
      return (value as readonly Detection[]).map((found): Thing => ({
        self: found.label,
        fields: { ...found },
      }));
    case 'points':
      return (value as readonly { x: number; y: number }[]).map((point): Thing => ({ fields: { ...point } }));
    case 'prob':
      return typeof value === 'number' ? value : nested(value as TensorValue);
    case 'mask': {
      const { data, shape, classes } = value as MaskValue;
      return nested({ data: Array.from(data, (i) => classes[i] ?? String(i)), shape });
    }
    default:
      return tensors[0] ? nested(tensors[0]) : [];
  }
}

/** `tags.cat` is the probability of "cat". */
function guesses(found: readonly Guess[]): Thing {
  const items = found.map(({ label, index, p }): Thing => ({ self: label, fields: { label, index, p } }));
  return { fields: Object.fromEntries(found.map(({ label, p }) => [label, p])), items };
}

/** Rows of rows, so that `y[2][0]` is an index like any other. */
function nested(tensor: {
  readonly data: ArrayLike<number | string>;
  readonly shape: readonly number[];
}): Value {
  const build = (axis: number, from: number, size: number): Value => {
    const length = tensor.shape[axis];
    if (length === undefined) return tensor.data[from] ?? 0;
    return Array.from({ length }, (_, i) => build(axis + 1, from + i * (size / length), size / length));
  };
  return build(0, 0, tensor.data.length);
}

/** A constant of the file; undefined for what no output is compared with. */
export function constantValue(constant: Constant): Value | undefined {
  switch (constant.kind) {
    case 'number':
    case 'bool':
    case 'string':
      return constant.value;
    case 'list':
    case 'tuple': {
      const items = constant.items.map(constantValue);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'size':
      return constant.dims;
    case 'array':
      return nested(constant.tensor);
    default:
      return undefined;
  }
}

/** A value as a person reads it, at most a line. */
export function show(value: Value): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) {
    const shown = value.slice(0, 6).map(show).join(', ');
    return `[${shown}${value.length > 6 ? `, … ${value.length} in all` : ''}]`;
  }
  const { self, fields } = value;
  const p = fields['p'] ?? fields['score'];
  const text = Object.entries(fields)
    .slice(0, 6)
    .map(([name, field]) => `${name} ${show(field)}`)
    .join(', ');
  return self === undefined
    ? `{ ${text} }`
    : `${JSON.stringify(self)}${p === undefined ? '' : ` with p ${show(p)}`}`;
}
