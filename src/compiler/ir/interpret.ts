/**
 * Runs loop nests as they are written, in double precision (unfused ones in single): the meaning of the kernel IR, against which the
 * operators' lowerings and the targets' code are tested. Slow on purpose: no layout, no vectors.
 */
import { internal, unreachable } from '../diagnostics/internal.ts';
import type { Index, Load, LoopAxis, NestKernel } from './kernel.ts';
import { compileScalar } from './scalar-eval.ts';
import type { Tensor } from './type.ts';

type Place = Readonly<Record<string, number>>;

/** Executes one nest over its operands; the output operand's data is written in place. */
export function interpretNest(nest: NestKernel, operands: readonly Tensor[]): void {
  const precision = nest.unfused ? 'single' : 'double';
  const [body, finish] = [compileScalar(nest.body, precision), compileScalar(nest.finish, precision)];
  const out = operandOf(operands, nest.out.operand);
  const place: Record<string, number> = {};
  forEach(nest.axes, place, () => {
    let acc = identityOf(nest.combine);
    forEach(nest.reduce, place, () => {
      const value = body(nest.loads.map((load) => read(load, operands, place)));
      acc = nest.reduce.length === 0 ? value : combine(nest.combine, acc, value);
    });
    const args = [acc, ...nest.finishLoads.map((load) => read(load, operands, place))];
    const coordinates = nest.out.index.map((index) => indexAt(index, place));
    const at = offsetOf(out.shape, coordinates);
    if (at === undefined) internal(`a nest stores outside its output at [${coordinates.join(', ')}]`);
    out.data[at] = finish(args);
  });
}

function forEach(axes: readonly LoopAxis[], place: Record<string, number>, visit: () => void): void {
  const [first, ...rest] = axes;
  if (!first) return visit();
  for (let i = 0; i < first.size; i++) {
    place[first.name] = i;
    forEach(rest, place, visit);
  }
}

function read(load: Load, operands: readonly Tensor[], place: Place): number {
  const tensor = operandOf(operands, load.operand);
  const coordinates = load.index.map((index) => indexAt(index, place));
  const at = offsetOf(tensor.shape, coordinates);
  const value = at === undefined ? load.outside : tensor.data[at];
  return (
    value ?? internal(`a nest loads operand ${load.operand} outside its shape at [${coordinates.join(', ')}]`)
  );
}

/** The coordinate that an index stands for. */
export function indexAt(index: Index, place: Place): number {
  const valueOf = (axis: string): number => place[axis] ?? internal(`a nest uses the unknown axis ${axis}`);
  if (index.kind === 'table')
    return index.values[valueOf(index.axis)] ?? internal('a nest looks beyond its table');
  return index.terms.reduce(
    (sum, { axis, coefficient }) => sum + coefficient * valueOf(axis),
    index.constant,
  );
}

/** Row-major offset, or undefined outside the shape. */
function offsetOf(shape: readonly number[], coordinates: readonly number[]): number | undefined {
  if (coordinates.length !== shape.length)
    internal(`${coordinates.length} coordinates for a tensor of ${shape.length} axes`);
  let offset = 0;
  for (let i = 0; i < shape.length; i++) {
    const [size, at] = [shape[i] ?? 0, coordinates[i] ?? 0];
    if (at < 0 || at >= size) return undefined;
    offset = offset * size + at;
  }
  return offset;
}

function operandOf(operands: readonly Tensor[], operand: number): Tensor {
  return operands[operand] ?? internal(`a nest names operand ${operand}, and there are ${operands.length}`);
}

function identityOf(how: NestKernel['combine']): number {
  switch (how) {
    case 'sum':
      return 0;
    case 'prod':
      return 1;
    case 'max':
      return -Infinity;
    case 'min':
      return Infinity;
    default:
      return unreachable(how);
  }
}

function combine(how: NestKernel['combine'], a: number, b: number): number {
  switch (how) {
    case 'sum':
      return a + b;
    case 'prod':
      return a * b;
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
    default:
      return unreachable(how);
  }
}
