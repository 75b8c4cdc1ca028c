/** A profile as an SVG: one bar per step, as long as its time, coloured by its share of the multiply-add limit. */
import type { Profile, StepProfile } from './measure.ts';

const [left, plotWidth, right] = [260, 560, 250];
const [top, barHeight, gap] = [74, 14, 4];

/** From far below the limit to beyond it (algorithms that save multiplications), and what multiplies nothing. */
const grades = [
  { from: 0, colour: '#ff725c', label: 'below 50 % of the limit' },
  { from: 0.5, colour: '#efb118', label: '50–85 %' },
  { from: 0.85, colour: '#6cc5b0', label: '85–100 %' },
  { from: 1.05, colour: '#4269d0', label: 'beyond (fewer products)' },
] as const;
const plain = { colour: '#b8bcc4', label: 'no multiplications' } as const;

/** The chart, steps in the order given. */
export function chart(profile: Profile): string {
  const { steps } = profile;
  const most = Math.max(...steps.map(({ ms }) => ms), 1e-9);
  const height = top + steps.length * (barHeight + gap) + 16;
  const bars = steps.map((step, i) => bar(step, top + i * (barHeight + gap), (step.ms / most) * plotWidth));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + plotWidth + right}" height="${height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="16" y="26" font-size="17" font-weight="600">${escape(title(profile))}</text>
${legend()}
${bars.join('\n')}
</svg>
`;
}

function title({ net, ms, gflops, limit }: Profile): string {
  return `${net}: ${ms.toFixed(2)} ms, ${gflops.toFixed(0)} GFLOPS; multiply-add limit ${limit.toFixed(0)} GFLOPS`;
}

function legend(): string {
  return [...grades, plain]
    .map(({ colour, label }, i) => {
      const x = 16 + i * 165;
      return `<rect x="${x}" y="42" width="12" height="12" fill="${colour}"/><text x="${x + 18}" y="52">${label}</text>`;
    })
    .join('\n');
}

function bar(step: StepProfile, y: number, width: number): string {
  const base = y + barHeight - 3;
  const rate = step.macs > 0 ? ` · ${step.gflops.toFixed(0)} GFLOPS · ${percent(step.ofLimit)}` : '';
  const label = `${time(step.ms)} · ${step.algorithm}${rate}`;
  return `<text x="${left - 8}" y="${base}" text-anchor="end">${escape(shorten(step.path))}</text>
<rect x="${left}" y="${y}" width="${Math.max(1, width).toFixed(1)}" height="${barHeight}" fill="${colourOf(step)}"/>
<text x="${(left + width + 6).toFixed(1)}" y="${base}">${escape(label)}</text>`;
}

function colourOf({ macs, ofLimit }: StepProfile): string {
  if (macs === 0) return plain.colour;
  return (grades.findLast(({ from }) => ofLimit >= from) ?? grades[0]).colour;
}

/** `0.012 ms`, `3.41 ms`. */
export function time(ms: number): string {
  return `${ms.toFixed(ms < 0.1 ? 4 : ms < 10 ? 3 : 1)} ms`;
}

/** `73 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

const longestPath = 40;

function shorten(path: string): string {
  return path.length <= longestPath ? path : `…${path.slice(1 - longestPath)}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
