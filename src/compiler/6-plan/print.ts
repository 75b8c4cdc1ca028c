/**
 * The plan as text for people and for the tests of the planner (`--dump plan`): the regions, every step with its algorithm and buffers,
 * and the map of the arena over time.
 *
 *     1  stem.conv      conv         implicit-gemm   image, stem.conv.weight → stem.conv
 */
import type { FusedPool, Kernel } from '../ir/kernel.ts';
import { accessOf } from './access.ts';
import type { Allocation, Buffer, Plan, Step } from './plan.ts';

/** The plan's text form. */
export function printPlan(plan: Plan): string {
  const { constants, weights, arena, total } = plan.bytes;
  const engine = [plan.engine.relaxed ? 'relaxed' : 'simd', ...(plan.engine.wide ? ['wide'] : [])].join(' ');
  return [
    `plan ${plan.name} for ${engine}`,
    `memory ${total} bytes: constants ${constants}, weights ${weights}, arena ${arena}`,
    '',
    'steps',
    ...table(plan.steps.map(stepRow)),
    '',
    'buffers',
    ...table(usedBuffers(plan).map((buffer) => bufferRow(buffer, plan))),
    '',
    'arena',
    ...table(arenaRows(plan)),
    '',
  ].join('\n');
}

function stepRow(step: Step): readonly string[] {
  const { reads, write } = accessOf(step.kernel);
  const labels = [...new Set(reads.map((operand) => step.buffers[operand]?.label ?? '?'))].join(', ');
  const tuning = Object.entries(step.tuning).map(([key, value]) => `${key}=${value}`);
  const scratch = step.scratch ? [`scratch ${step.scratch.bytes} at ${step.scratch.offset}`] : [];
  return [
    `${step.index}`,
    `${step.buffers[write]?.label ?? '?'} ←`,
    labels,
    kernelText(step.kernel),
    step.algorithm,
    [...tuning, ...scratch].join(' '),
  ];
}

/** The kernel in a few words: `conv 3x3/2 64→128 + epilogue`. */
function kernelText(kernel: Kernel): string {
  const tail = kernel.kind !== 'nest' && kernel.epilogue ? ' + epilogue' : '';
  switch (kernel.kind) {
    case 'nest':
      return `nest ${[...kernel.axes, ...kernel.reduce].map((axis) => axis.size).join('x')}`;
    case 'conv':
      return `conv ${windowText(kernel.window)}${kernel.inC}→${kernel.outC}${tail}${poolText(kernel.pool)}`;
    case 'depthwise':
      return `depthwise ${windowText(kernel.window)}${kernel.channels}${tail}`;
    case 'pool':
      return `${kernel.reduce}pool ${windowText(kernel.window)}${kernel.channels}${tail}`;
    case 'matmul':
      return `matmul ${kernel.m}x${kernel.k}x${kernel.n}${tail}`;
  }
}

function poolText(pool: FusedPool | undefined): string {
  return pool ? ` + ${pool.reduce}pool ${pool.size.join('x')}` : '';
}

function windowText({
  kernel,
  stride,
}: {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
}): string {
  if (kernel.length === 0) return '';
  const steps = [...new Set(stride)];
  return `${kernel.join('x')}${steps.length === 1 && steps[0] === 1 ? '' : `/${steps.join('x')}`} `;
}

/** Buffers of values and of static operands, each address once. */
function usedBuffers(plan: Plan): readonly Buffer[] {
  const seen = new Set<string>();
  return plan.buffers.filter((buffer) => {
    const key = `${buffer.label} ${buffer.offset} ${buffer.shape.join('x')}`;
    return !seen.has(key) && seen.add(key);
  });
}

function bufferRow(buffer: Buffer, plan: Plan): readonly string[] {
  const allocation = plan.allocations[buffer.allocation];
  const halo = buffer.halo.map(([begin, end]) => (begin === end ? `${begin}` : `${begin}+${end}`)).join('x');
  return [
    buffer.label,
    buffer.shape.join('x') || 'scalar',
    `at ${buffer.offset}`,
    `strides ${buffer.strides.join(' ') || '-'}`,
    halo === '' ? '' : `halo ${halo}`,
    `${allocation?.region ?? '?'} #${buffer.allocation}`,
  ];
}

function arenaRows(plan: Plan): readonly (readonly string[])[] {
  const root = (allocation: Allocation): string =>
    plan.buffers.find((buffer) => buffer.allocation === allocation.id)?.label ?? '?';
  return plan.allocations
    .filter((allocation) => allocation.region === 'arena')
    .sort((a, b) => a.offset - b.offset || a.first - b.first)
    .map((allocation) => [
      `#${allocation.id}`,
      root(allocation),
      `${allocation.offset}..${allocation.offset + allocation.bytes}`,
      `steps ${allocation.first}..${allocation.last}`,
      allocation.clear === undefined
        ? ''
        : allocation.clear === 0
          ? 'cleared'
          : `filled with ${allocation.clear}`,
    ]);
}

/** Columns padded to their widest cell, empty ones left out; no blanks at the ends of lines. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const cells = (row: readonly string[]): readonly string[] =>
    row.flatMap((cell, i) => (widths[i] ? [cell.padEnd(widths[i])] : []));
  return rows.map((row) => `  ${cells(row).join('  ')}`.trimEnd());
}
