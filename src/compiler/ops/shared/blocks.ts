/** Blocks of pixels and the channels that hold them: what `space_to_depth` and `depth_to_space` share. */
import type { Index, LoopAxis } from '../../ir/kernel.ts';
import { spatialAxes } from '../../ir/type.ts';
import type { ParamSpec } from '../op.ts';
import { axisIndex } from './broadcast.ts';

export const blockParam: ParamSpec = {
  name: 'block',
  kind: 'int',
  default: 2,
  min: 1,
  doc: 'Pixels of a block along each axis.',
};

/** Pixels in a block. */
export function blockSize(block: number, rank: number): number {
  return block ** rank;
}

/** Position within a block of its `cell`-th pixel in row-major order. */
export function inBlock(cell: number, block: number, rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, i) => Math.floor(cell / block ** (rank - 1 - i)) % block);
}

/** Loops over the places of the small map (`H`), the pixels of a block (`Hin`) and the channels of one pixel. */
export function blockLoops(small: readonly number[], block: number, channels: number): readonly LoopAxis[] {
  const names = spatialAxes[small.length] ?? [];
  return [
    ...names.map((name, i) => ({ name, size: small[i] ?? 1 })),
    ...names.map((name) => ({ name: `${name}in`, size: block })),
    { name: 'C', size: channels },
  ];
}

/** The same element in the large map and in the deep one, for loops made by `blockLoops`. */
export function blockPlaces(
  loops: readonly LoopAxis[],
  block: number,
): { readonly large: readonly Index[]; readonly deep: readonly Index[] } {
  const rank = (loops.length - 1) / 2;
  const names = loops.slice(0, rank).map(({ name }) => name);
  const channels = loops.at(-1)?.size ?? 1;
  const large = names.map((name): Index => {
    const terms = [
      { axis: name, coefficient: block },
      { axis: `${name}in`, coefficient: 1 },
    ];
    return { kind: 'affine', constant: 0, terms };
  });
  const cells = names.map((name, i) => ({
    axis: `${name}in`,
    coefficient: block ** (rank - 1 - i) * channels,
  }));
  const channel: Index = { kind: 'affine', constant: 0, terms: [...cells, { axis: 'C', coefficient: 1 }] };
  return { large: [...large, axisIndex('C')], deep: [...names.map((name) => axisIndex(name)), channel] };
}
