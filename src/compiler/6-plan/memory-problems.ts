/** Whether a plan fits into the memory that there is; if not, where most is alive and what it is. */
import type { Span } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Allocation, Plan, Step } from './plan.ts';

/** What 32-bit WebAssembly addresses, less one page so that every address is a valid i32 offset. */
const addressable = 2 ** 32 - 65_536;

/** Empty where the plan needs no more than `limitBytes` (by default what WebAssembly can address). */
export function memoryProblems(
  plan: Plan,
  { limitBytes = addressable }: { readonly limitBytes?: number } = {},
): readonly Diagnostic[] {
  if (plan.bytes.total <= limitBytes) return [];
  const most = fullest(plan);
  const args = { net: plan.name, needed: showBytes(plan.bytes.total), limit: showBytes(limitBytes) };
  const span = most?.step.node.span ?? plan.steps.find((step) => step.node.span)?.node.span ?? nowhere(plan);
  const alive = most ? `${showBytes(most.bytes)} are alive here` : undefined;
  const why = `weights ${showBytes(plan.bytes.weights)}, values that are alive at once ${showBytes(plan.bytes.arena)}`;
  const trail = most?.largest ?? '';
  return [
    diagnostic('memory/too-large', args, span, {
      ...(alive === undefined ? {} : { label: alive }),
      notes: [
        { word: 'why', text: why },
        ...(trail === '' ? [] : ([{ word: 'trail', text: trail }] as const)),
      ],
    }),
  ];
}

/** The step in which most bytes of values are alive, and the largest of them; undefined where there are no steps. */
export function fullest(
  plan: Plan,
): { readonly step: Step; readonly bytes: number; readonly largest: string } | undefined {
  const [first, ...others] = plan.steps;
  if (!first) return undefined;
  const start = { step: first, bytes: aliveBytes(plan, first) };
  const most = others.reduce((best, step) => {
    const bytes = aliveBytes(plan, step);
    return bytes > best.bytes ? { step, bytes } : best;
  }, start);
  return { ...most, largest: largestAt(plan, most.step) };
}

function aliveAt({ allocations }: Plan, { index }: Step): readonly Allocation[] {
  return allocations.filter(
    ({ region, first, last }) => region === 'arena' && first <= index && index <= last,
  );
}

function aliveBytes(plan: Plan, step: Step): number {
  return aliveAt(plan, step).reduce((sum, { bytes }) => sum + bytes, step.scratch?.bytes ?? 0);
}

/** The three largest values of a step: `stem.conv 3.2 GB, image 1.6 GB`. */
function largestAt(plan: Plan, step: Step): string {
  const labelOf = (id: number): string =>
    plan.buffers.find((buffer) => buffer.allocation === id)?.label ?? '?';
  return [...aliveAt(plan, step)]
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ id, bytes }) => `${labelOf(id)} ${showBytes(bytes)}`)
    .join(', ');
}

/** Bytes as people say them, in powers of ten. */
export function showBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** For nets that were built without a source. */
function nowhere(plan: Plan): Span {
  return { source: { path: plan.name, text: '' }, start: 0, end: 0 };
}
