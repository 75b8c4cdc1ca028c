/**
 * Whose cache holds which bytes of a root's memory: who writes them first, and who has them when nobody needs them any more. Ranges of rows are
 * ranges of bytes; what threads share otherwise (columns, channels) lies mixed, as does what several have read.
 */
import { bytesOf } from '../../ir/type.ts';
import type { Index, Kernel, NestKernel, Operand } from '../../ir/kernel.ts';
import { accessOf } from '../access.ts';
import { geometryOf } from '../geometry.ts';
import type { Value, Work } from '../program.ts';
import type { Sharing } from '../sharing.ts';
import type { Cut } from './cut.ts';

/** A thread by number, or several of them. */
export type Owner = number | 'several';

/** Bytes up to `to` from the end of the stretch before; the last one ends with the memory. */
export interface Stretch {
  readonly to: number;
  readonly owner: Owner;
}

/** Stretches in order, at least one. */
export type Owners = readonly Stretch[];

/** The owners at both ends of the memory's life. */
export interface Tenure {
  readonly born: Owners;
  readonly left: Owners;
}

/** All of `bytes` with one owner. */
export function ownedBy(owner: Owner, bytes: number): Tenure {
  const whole = [{ to: bytes, owner }];
  return { born: whole, left: whole };
}

/** Memory whose n-th place belongs to the n-th thread. */
export function byParts(places: readonly number[], bytes: number): Tenure {
  const parts = places.map((_, owner) => ({ to: places[owner + 1] ?? bytes, owner }));
  return { born: parts, left: parts };
}

/** By root, given with the bytes of its memory, who writes and leaves it. Inputs are written by the first thread. */
export function tenures(
  works: readonly Work[],
  sharing: Sharing,
  roots: ReadonlyMap<Value, number>,
): ReadonlyMap<Value, Tenure> {
  const open = new Map([...roots].map(([root, bytes]) => [root, fresh(root, bytes)]));
  for (const work of works) {
    const { reads, write } = accessOf(work.kernel);
    for (const operand of [...reads, write]) {
      const ref = work.operands[operand];
      if (ref?.kind !== 'value') continue;
      const root = sharing.rootOf(ref.value);
      const tenure = open.get(root);
      if (!tenure) continue;
      for (const touch of touches(work, operand, ref, sharing))
        touched(tenure, touch, operand === write ? 'write' : 'read');
    }
  }
  return new Map(
    [...open].map(([root, { born, left }]) => [root, { born: stretches(born), left: stretches(left) }]),
  );
}

interface Touch {
  readonly from: number;
  readonly to: number;
  readonly owner: Owner;
}

/** Pieces in order that cover the memory. */
type Pieces = { from: number; to: number; owner: Owner | undefined }[];

interface Open {
  born: Pieces;
  left: Pieces;
}

function fresh(root: Value, bytes: number): Open {
  const piece = { from: 0, to: bytes, owner: root.input ? 0 : undefined };
  return { born: [piece], left: [piece] };
}

function touched(open: Open, touch: Touch, kind: 'read' | 'write'): void {
  open.born = painted(open.born, touch, (old) => old ?? touch.owner);
  open.left = painted(open.left, touch, (old) =>
    kind === 'write' || old === undefined || old === touch.owner ? touch.owner : 'several',
  );
}

function painted(pieces: Pieces, { from, to }: Touch, change: (owner: Owner | undefined) => Owner): Pieces {
  return pieces.flatMap((piece) => {
    const [begin, end] = [Math.max(from, piece.from), Math.min(to, piece.to)];
    if (begin >= end) return [piece];
    return [
      { ...piece, to: begin },
      { from: begin, to: end, owner: change(piece.owner) },
      { ...piece, from: end },
    ].filter((part) => part.from < part.to);
  });
}

/** Borders that no kernel touches belong to the rows beside them. */
function stretches(pieces: Pieces): Owners {
  const joined: { to: number; owner: Owner | undefined }[] = [];
  for (const { to, owner } of pieces) {
    const last = joined.at(-1);
    if (!last) joined.push({ to, owner });
    else if (owner === undefined || owner === last.owner) last.to = to;
    else if (last.owner === undefined) Object.assign(last, { to, owner });
    else joined.push({ to, owner });
  }
  return joined.map(({ to, owner }) => ({ to, owner: owner ?? 0 }));
}

/** Which bytes of the root's memory each thread touches of an operand. */
function touches(
  { kernel, cut }: Work,
  operand: Operand,
  { value, view }: Extract<Work['operands'][number], { kind: 'value' }>,
  sharing: Sharing,
): readonly Touch[] {
  const geometry = geometryOf(value, sharing);
  const bytes = bytesOf(value.dtype);
  const shape = view?.shape ?? value.shape;
  const strides = geometry.strides.map((stride, axis) => stride * (view?.step[axis] ?? 1));
  const start = (view?.start ?? []).reduce(
    (sum, at, axis) => sum + at * (geometry.strides[axis] ?? 1),
    geometry.origin,
  );
  const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 1), 1);
  const whole = { from: bytes * start, to: bytes * (start + reach) };
  if (!cut) return [{ ...whole, owner: 0 }];
  const axis = axisOf(kernel, cut, operand);
  if (axis === undefined || shape.slice(0, axis).some((size) => size > 1))
    return [{ ...whole, owner: 'several' }];
  const size = Math.max(...cut.ranges.map(({ to }) => to));
  const at = (place: number): number => {
    if (place === size) return whole.to;
    return bytes * (start + Math.round((place / size) * (shape[axis] ?? 1)) * (strides[axis] ?? 1));
  };
  return apart(cut.ranges.map(({ from, to }, owner) => ({ from: at(from), to: at(to), owner })));
}

/** What neighbours share is of several. */
function apart(ranges: readonly Touch[]): readonly Touch[] {
  return ranges.flatMap((range, i) => {
    const [before, after] = [ranges[i - 1], ranges[i + 1]];
    const from = Math.max(range.from, before?.to ?? range.from);
    const to = Math.min(range.to, after?.from ?? range.to);
    return [
      { ...range, from, to },
      { from: Math.max(from, to), to: range.to, owner: 'several' },
    ];
  });
}

/** The axis of an operand along which threads share it; undefined where each takes all of it, or parts that lie mixed. */
function axisOf(kernel: Kernel, { axis }: Cut, operand: Operand): number | undefined {
  if (axis === 'channels' || kernel.kind === 'matmul') return undefined;
  if (kernel.kind === 'nest') return nestAxis(kernel, axis, operand);
  if (kernel.kind !== 'pool' && [kernel.weight, kernel.bias].includes(operand)) return undefined;
  return axis;
}

function nestAxis(kernel: NestKernel, axis: number, operand: Operand): number | undefined {
  const name = kernel.axes[axis]?.name;
  const of = [...kernel.loads, ...kernel.finishLoads, kernel.out].find((load) => load.operand === operand);
  const moves = (index: Index): boolean =>
    index.kind === 'table' ? index.axis === name : index.terms.some((term) => term.axis === name);
  const at = of?.index.findIndex(moves) ?? -1;
  return at === -1 ? undefined : at;
}
