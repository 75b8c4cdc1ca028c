/** Groups of channels: what the grouped layers share. */
import { concreteDim } from '../../ir/dim.ts';
import type { Attrs } from '../../ir/graph.ts';
import { channelsOf, type TensorType } from '../../ir/type.ts';
import type { Problem } from '../op.ts';
import * as read from './attrs.ts';
import { problem, showList, showSizes } from './problem.ts';

/** Reports groups that do not divide the input's or the layer's channels, with the nearest number that divides both. */
export function groupsProblem(layer: string, attrs: Attrs, input: TensorType): Problem | undefined {
  const groups = read.number(attrs, 'groups');
  const inC = concreteDim(channelsOf(input));
  const outC = read.number(attrs, 'channels');
  const bad = inC % groups !== 0 ? { channels: inC, side: 'input' } : { channels: outC, side: 'output' };
  if (bad.channels % groups === 0) return undefined;
  const common = divisorsOf(inC).filter((g) => outC % g === 0);
  const nearest = common.reduce((best, g) => (Math.abs(g - groups) < Math.abs(best - groups) ? g : best), 1);
  return problem(
    'shape/groups-divide',
    { groups, layer, ...bad },
    {
      at: { option: 'groups' },
      label: `${inC} channels in, ${outC} out`,
      labels: [{ at: { input: 0 }, text: showSizes(input.dims) }],
      notes: [
        {
          word: 'why',
          text: `each group gets ${inC}/${groups} input channels and makes ${outC}/${groups} output channels; both must be whole`,
        },
      ],
      fixes: [
        {
          title: `groups = ${nearest} (${common.length === 1 ? 'no other number divides both' : `both are divisible by ${showList(common.map(String))}`})`,
          set: { option: 'groups', to: String(nearest) },
        },
      ],
    },
  );
}

/** The divisors of a whole number, the smallest first. */
export function divisorsOf(n: number): readonly number[] {
  const [small, large]: [number[], number[]] = [[], []];
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue;
    small.push(d);
    if (d * d !== n) large.push(n / d);
  }
  return [...small, ...large.reverse()];
}
