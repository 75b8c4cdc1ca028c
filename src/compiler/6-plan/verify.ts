/**
 * What a plan promises, checked: allocations keep to their regions and never overlap while both are alive, buffers lie inside their
 * allocations, and steps touch only what is alive. (That every read sees what its producer wrote is tested by running plans.)
 */
import { accessOf } from './access.ts';
import { alignment } from './arena.ts';
import type { Allocation, Buffer, Expansion, PackedWeight, Plan, Step } from './plan.ts';

/** Everything that is wrong with `plan`, one line each; empty for a good one. */
export function verifyPlan(plan: Plan): readonly string[] {
  return [
    ...plan.allocations.flatMap((allocation) => allocationFaults(allocation, plan)),
    ...overlapFaults(plan),
    ...plan.buffers.flatMap((buffer) => bufferFaults(buffer, plan)),
    ...plan.steps.flatMap((step) => lifetimeFaults(step, plan)),
    ...plan.weights.flatMap((block) => blockFaults(block, plan)),
    ...plan.expansions.flatMap((_, i) => expansionFaults(plan.expansions, i)),
  ];
}

/** A block is final in the file, or an expansion writes it. */
function blockFaults({ offset, bytes, stored }: PackedWeight, plan: Plan): readonly string[] {
  const faults: string[] = [];
  const at = plan.file.offset + stored.offset;
  const isFinal = at === offset && stored.bytes >= bytes;
  const written = plan.expansions
    .filter(({ to }) => to >= offset && to < offset + bytes)
    .reduce((end, expansion) => (expansion.to === end ? end + writtenBytes(expansion) : end), offset);
  if (!isFinal && written < offset + bytes)
    faults.push(`the weights at ${offset} are never brought to their place`);
  if (stored.offset + stored.bytes > plan.file.bytes)
    faults.push(`the weights at ${offset} leave their file`);
  return faults;
}

/** Bytes that an expansion writes. */
function writtenBytes(expansion: Expansion): number {
  if (expansion.kind === 'copy') return expansion.bytes;
  return expansion.count * (expansion.floats + 2 * expansion.integers);
}

/** Nothing is overwritten that a later expansion reads. */
function expansionFaults(expansions: readonly Expansion[], i: number): readonly string[] {
  const expansion = expansions[i];
  if (!expansion) return [];
  const end = expansion.to + writtenBytes(expansion);
  const lost = expansions.slice(i + 1).filter(({ from, bytes }) => from < end && expansion.to < from + bytes);
  const overtakes = expansion.kind !== 'copy' && expansion.from + expansion.bytes < end;
  return [
    ...lost.map(({ from }) => `the weights read at ${from} are overwritten before`),
    ...(overtakes ? [`the integers at ${expansion.from} are overwritten while they are read`] : []),
  ];
}

function allocationFaults({ id, region, offset, bytes }: Allocation, plan: Plan): readonly string[] {
  const begin = { constants: 0, weights: plan.weightsOffset, arena: plan.weightsOffset + plan.bytes.weights }[
    region
  ];
  const faults: string[] = [];
  if (offset % alignment !== 0) faults.push(`allocation #${id} begins at ${offset}`);
  if (offset < begin || offset + bytes > begin + plan.bytes[region])
    faults.push(`allocation #${id} leaves its region`);
  return faults;
}

interface Range {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Allocations and scratch memory that are alive in the same step. */
function overlapFaults(plan: Plan): readonly string[] {
  const ranges: Range[] = [
    ...plan.allocations.map((allocation) => ({ name: `#${allocation.id}`, ...allocation })),
    ...plan.steps.flatMap(({ index, scratch }) =>
      scratch ? [{ name: `scratch of ${index}`, first: index, last: index, ...scratch }] : [],
    ),
  ].sort((a, b) => a.offset - b.offset);
  const faults: string[] = [];
  let open: Range[] = [];
  for (const range of ranges) {
    open = open.filter((other) => other.offset + other.bytes > range.offset);
    for (const other of open)
      if (other.first <= range.last && range.first <= other.last)
        faults.push(`${other.name} and ${range.name} overlap in memory and time`);
    open.push(range);
  }
  return faults;
}

/** Lowest and highest element of the buffer, halo included. */
function bufferFaults(buffer: Buffer, plan: Plan): readonly string[] {
  const allocation = plan.allocations[buffer.allocation];
  if (!allocation) return [`${buffer.label} has no allocation`];
  const reach = (border: 0 | 1): number =>
    buffer.shape.reduce((sum, size, axis) => {
      const halo = buffer.halo[axis]?.[border] ?? 0;
      return sum + (border === 0 ? -halo : size - 1 + halo) * (buffer.strides[axis] ?? 0);
    }, 0);
  const bytes = buffer.elementBytes;
  const [low, high] = [buffer.offset + bytes * reach(0), buffer.offset + bytes * (reach(1) + 1)];
  const inside = low >= allocation.offset && high <= allocation.offset + allocation.bytes;
  return inside ? [] : [`${buffer.label} leaves allocation #${allocation.id}`];
}

/** Steps only touch allocations that are alive. */
function lifetimeFaults(step: Step, plan: Plan): readonly string[] {
  const { reads, write } = accessOf(step.kernel);
  return [...reads, write].flatMap((operand) => {
    const buffer = step.buffers[operand];
    const allocation = buffer && plan.allocations[buffer.allocation];
    const alive = allocation && allocation.first <= step.index && step.index <= allocation.last;
    return alive ? [] : [`step ${step.index} touches ${buffer?.label ?? operand} outside its lifetime`];
  });
}
