/**
 * Transposed convolution as gathering nests, where its weight is not known before the run: output place o = s·q + r is painted by input place i with tap k where
 * i·s + k·d − cut = o. For one residue r per axis those taps form an arithmetic progression, and i falls as k grows; so there is
 * one plain nest for each combination of residues (the s² sub-convolutions of a strided layer).
 */
import { combinations } from '../../ir/combinations.ts';
import { gcd } from '../../ir/gcd.ts';
import type { Epilogue, Index, LoopAxis, NestKernel, Operand, Window } from '../../ir/kernel.ts';
import * as s from '../../ir/scalar-build.ts';
import { spatialAxes } from '../../ir/type.ts';
import { axisIndex } from './broadcast.ts';
import { kernelTail } from './nests.ts';

export interface Deconv {
  /** The window of the convolution from the output back to the input. */
  readonly adjoint: Window;
  readonly inC: number;
  readonly outC: number;
  readonly groups: number;
  readonly bias: Operand | undefined;
  readonly epilogue: Epilogue | undefined;
  readonly out: Operand;
}

/** Outputs s·q + residue for q < count; tap k = firstTap + tapStep·t reads input place q + firstPlace − placeStep·t. */
export interface Residue {
  readonly residue: number;
  readonly count: number;
  readonly taps: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly firstPlace: number;
  readonly placeStep: number;
}

/** x is operand 0 and the weight [in, out/groups, k…] operand 1. */
export function deconvNests(deconv: Deconv): readonly NestKernel[] {
  return residueCombinations(deconv.adjoint).map((chosen) => residueNest(deconv, chosen));
}

/** For a window from large to small: every choice of one residue per axis, which together cover the large side. */
export function residueCombinations(window: Window): readonly (readonly Residue[])[] {
  return combinations(window.kernel.map((_, axis) => residues(window, axis)));
}

function residues(window: Window, axis: number): readonly Residue[] {
  const [stride, dilation] = [window.stride[axis] ?? 1, window.dilation[axis] ?? 1];
  const [size, cut] = [window.input[axis] ?? 1, window.pads[axis]?.[0] ?? 0];
  const tapStep = stride / gcd(stride, dilation);
  return Array.from({ length: Math.min(stride, size) }, (_, residue) => {
    const fits = (k: number): boolean => (residue + cut - k * dilation) % stride === 0;
    const taps = [...Array(window.kernel[axis] ?? 1).keys()].filter(fits);
    const firstTap = taps[0] ?? 0;
    return {
      residue,
      count: Math.ceil((size - residue) / stride),
      taps: taps.length,
      firstTap,
      tapStep,
      firstPlace: (residue + cut - firstTap * dilation) / stride,
      placeStep: (dilation * tapStep) / stride,
    };
  });
}

/** The places of one residue per axis. */
export function residueNest(deconv: Deconv, chosen: readonly Residue[]): NestKernel {
  const { adjoint, groups } = deconv;
  const names = spatialAxes[chosen.length] ?? [];
  const [perIn, perOut] = [deconv.inC / groups, deconv.outC / groups];
  const grouped = (size: number, axis: string): Index =>
    groups === 1 ? axisIndex(axis) : pair({ axis: 'G', coefficient: size }, { axis, coefficient: 1 });
  const groupAxis: readonly LoopAxis[] = groups === 1 ? [] : [{ name: 'G', size: groups }];
  const place = chosen.map((r, i) => axisIndex(names[i] ?? '', adjoint.stride[i], r.residue));
  // A residue that no tap paints still gets its bias: the sum over no taps.
  const painted = chosen.every((r) => r.taps > 0);
  const source = chosen.map((r, i) =>
    pair(
      { axis: names[i] ?? '', coefficient: 1 },
      { axis: `k${names[i]}`, coefficient: -r.placeStep },
      r.firstPlace,
    ),
  );
  const tap = chosen.map((r, i) => axisIndex(`k${names[i]}`, r.tapStep, r.firstTap));
  return {
    kind: 'nest',
    axes: [
      ...chosen.map((r, i) => ({ name: names[i] ?? '', size: r.count })),
      ...groupAxis,
      { name: 'C', size: perOut },
    ],
    reduce: painted
      ? [...chosen.map((r, i) => ({ name: `k${names[i]}`, size: r.taps })), { name: 'I', size: perIn }]
      : [],
    combine: 'sum',
    loads: painted
      ? [
          { operand: 0, index: [...source, grouped(perIn, 'I')], outside: 0 },
          { operand: 1, index: [grouped(perIn, 'I'), axisIndex('C'), ...tap], outside: undefined },
        ]
      : [],
    body: painted ? s.mul(s.arg(0), s.arg(1)) : s.num(0),
    ...kernelTail(deconv, [...place, grouped(perOut, 'C')]),
  };
}

type Term = Extract<Index, { kind: 'affine' }>['terms'][number];

function pair(a: Term, b: Term, constant = 0): Index {
  return { kind: 'affine', constant, terms: [a, b] };
}
