/**
 * Sums of a convolution pixel by pixel, for what a fast algorithm cannot compute. Where an input or a weight is NaN or infinite, or a transform
 * overflows, Winograd's sums and differences are NaN in pixels that the window does not join with it. Such algorithms test what they are
 * about to finish (`notFinite`), and take these sums instead: slow, small, and next to never.
 */
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import { f32x4, i32, select, v128 } from '../assembler/index.ts';
import type {
  FunctionBuilder,
  FunctionRef,
  I32,
  I32Like,
  Local,
  ModuleBuilder,
  V128,
} from '../assembler/index.ts';
import type { Tables } from '../tables.ts';
import { callWith } from './pointers.ts';

/** Where input and weights of a layer lie, all in bytes. */
export interface DirectLayer {
  /** First tap of the first pixel of the output; from one pixel to the next, and from one tap to the next. */
  readonly x: number;
  readonly pixel: ByAxis;
  readonly tap: ByAxis;
  readonly taps: ByAxis;
  readonly inC: number;
  readonly outC: number;
  /**
   * Weights of output channel 0, in panels of so many channels (the last one as narrow as the channels allow). In a panel, the channels of
   * one input channel and tap lie together; the steps from one input channel, plane, row and column of taps to the next count such groups. So do
   * `lead`, what else lies at the head of a panel, and `groups`, all of a panel.
   */
  readonly weights: number;
  readonly panel: number;
  readonly lead: number;
  readonly groups: number;
  readonly steps: ByAxis & { readonly channel: number };
  /** Address of the sums, and of the biases, from which a caller may count channels. */
  readonly sums: number;
  readonly biases: number;
}

interface ByAxis {
  readonly plane: number;
  readonly row: number;
  readonly column: number;
}

/** What equal layers have in common, and what is a layer's own: words of two tables. */
const alike = [
  ...([
    'pixelPlane',
    'pixelRow',
    'pixelColumn',
    'tapPlane',
    'tapRow',
    'tapColumn',
    'planes',
    'rows',
  ] as const),
  ...(['columns', 'inBytes', 'panel', 'outBytes', 'groups', 'lead'] as const),
  ...(['channelStep', 'planeStep', 'rowStep', 'columnStep'] as const),
] as const;
const own = ['alike', 'x', 'weights', 'sums', 'biases'] as const;

type Alike = (typeof alike)[number];
type Own = (typeof own)[number];

/** The table that the sums read, which holds the address of what equal layers share. */
export function directTable(layer: DirectLayer, { table }: Pick<Tables, 'table'>): number {
  const { x, pixel, tap, taps, inC, outC, weights, panel, lead, groups, steps, sums, biases } = layer;
  const shared: Readonly<Record<Alike, number>> = {
    pixelPlane: pixel.plane,
    pixelRow: pixel.row,
    pixelColumn: pixel.column,
    tapPlane: tap.plane,
    tapRow: tap.row,
    tapColumn: tap.column,
    planes: taps.plane,
    rows: taps.row,
    columns: taps.column,
    inBytes: inC * 4,
    panel: panel * 4,
    outBytes: Math.ceil(outC / lanes) * lanes * 4,
    groups,
    lead,
    channelStep: steps.channel,
    planeStep: steps.plane,
    rowStep: steps.row,
    columnStep: steps.column,
  };
  const places: Readonly<Record<Own, number>> = {
    alike: table(Int32Array.from(alike, (name) => shared[name])),
    x,
    weights,
    sums,
    biases,
  };
  return table(Int32Array.from(own, (name) => places[name]));
}

const ownWord = (table: I32Like, name: Own): I32 => i32.load(table, own.indexOf(name) * 4);
const alikeWord = (shared: I32Like, name: Alike): I32 => i32.load(shared, alike.indexOf(name) * 4);

/**
 * Whether any lane of the values (by vector) is NaN or infinite; also where their sum overflows. Neighbouring vectors are joined last: V8 pairs
 * them up to there.
 */
export function notFinite(f: FunctionBuilder, values: readonly (readonly V128[])[]): I32 {
  const sums = values.map((along) => f.let(sumOf(along)));
  const odd = sums.filter((_, i) => i % 2 === 1);
  const even = f.let(sumOf(sums.filter((_, i) => i % 2 === 0)));
  const sum = odd.length > 0 ? f.let(f32x4.add(even, sumOf(odd))) : even;
  // 0 for finite numbers, else NaN.
  return v128.anyTrue(f32x4.sub(sum, sum));
}

function sumOf([first, ...others]: readonly V128[]): V128 {
  return others.reduce<V128>((a, b) => f32x4.add(a, b), first as V128);
}

/** What is summed: pixels from a plane, row and column of the map on, vectors of channels from the bias at an address on. */
export interface DirectCall {
  readonly table: I32;
  readonly plane: I32Like;
  readonly row: I32Like;
  readonly column: I32Like;
  readonly bias: I32;
  readonly height: number;
  readonly width: number;
  readonly vectors: number;
}

/** Emits the sums without biases, by pixel and vector. */
export function emitDirectSums(f: FunctionBuilder, m: ModuleBuilder, call: DirectCall): readonly V128[][] {
  const { plane, row, column, bias, height, width, vectors } = call;
  const table = f.let(call.table);
  const channel = i32.sub(bias, ownWord(table, 'biases'));
  callWith(f, directTile(m), [table, plane, row, column, channel, height, width, vectors]);
  const sums = f.let(ownWord(table, 'sums'));
  return Array.from({ length: height * width }, (_, i) =>
    Array.from({ length: vectors }, (_, j) => v128.load(sums, (i * vectors + j) * 16)),
  );
}

/**
 * `sums`, which end what a fast algorithm computed, where all of them are finite: those of the `tested` values are then finite as well. Else the
 * direct ones. The code between must not need more registers for it: `sums` are locals that are written once more.
 */
export function mendSums(
  f: FunctionBuilder,
  m: ModuleBuilder,
  {
    tested,
    sums,
    call,
  }: {
    readonly tested: readonly (readonly V128[])[];
    readonly sums: readonly (readonly Local<'v128'>[])[];
    readonly call: () => DirectCall;
  },
): void {
  f.if(notFinite(f, tested), () =>
    emitDirectSums(f, m, call()).forEach((pixel, i) =>
      pixel.forEach((sum, j) => f.set(sums[i]?.[j] as Local<'v128'>, sum)),
    ),
  );
}

/** (table, plane, row, column, bytes of the channels before, height, width, vectors) → sums by pixel and vector; one function of the module. */
function directTile(m: ModuleBuilder): FunctionRef {
  const pixel = directPixel(m);
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.shared('direct_tile', () =>
    m.function({ name: 'direct_tile', params }, (f, ...locals) => {
      const [table, plane, row, column, channel, height, width, vectors] = locals;
      const x = f.let(ownWord(table, 'x'));
      const shared = f.let(ownWord(table, 'alike'));
      f.increment(x, i32.mul(alikeWord(shared, 'pixelPlane'), plane));
      f.increment(x, i32.mul(alikeWord(shared, 'pixelRow'), row));
      f.increment(x, i32.mul(alikeWord(shared, 'pixelColumn'), column));
      const to = f.let(ownWord(table, 'sums'));
      f.for(f.i32(), 0, height, 1, () => {
        const from = f.let(x);
        f.for(f.i32(), 0, width, 1, () => {
          const at = f.let(channel);
          f.for(f.i32(), 0, vectors, 1, () => {
            callWith(f, pixel, [from, at, to, table]);
            f.increment(at, 16);
            f.increment(to, 16);
          });
          f.increment(from, alikeWord(shared, 'pixelColumn'));
        });
        f.increment(x, alikeWord(shared, 'pixelRow'));
      });
    }),
  );
}

/** The words of an axis of the window. */
interface Axis {
  readonly count: Alike;
  readonly tap: Alike;
  readonly step: Alike;
}

const axes: readonly Axis[] = [
  { count: 'planes', tap: 'tapPlane', step: 'planeStep' },
  { count: 'rows', tap: 'tapRow', step: 'rowStep' },
  { count: 'columns', tap: 'tapColumn', step: 'columnStep' },
];

/** (first tap, bytes of the channels before, sum, table) → the sum of one vector of channels of one pixel; one function of the module. */
export function directPixel(m: ModuleBuilder): FunctionRef {
  const params = ['i32', 'i32', 'i32', 'i32'] as const;
  return m.shared('direct_pixel', () =>
    m.function({ name: 'direct_pixel', params }, (f, x, channel, to, table) => {
      const shared = f.let(ownWord(table, 'alike'));
      const word = (name: Alike): Local<'i32'> => f.let(alikeWord(shared, name));
      const [panel, outBytes] = [word('panel'), word('outBytes')];
      const before = f.let(i32.mul(i32.divU(channel, panel), panel));
      const left = f.let(i32.sub(outBytes, before));
      const group = f.let(select(i32.ltU(left, panel), left, panel));
      const weights = f.let(
        i32.add(
          ownWord(table, 'weights'),
          i32.add(i32.sub(channel, before), i32.mul(before, word('groups'))),
        ),
      );
      f.increment(weights, i32.mul(group, word('lead')));
      const step = (name: Alike): Local<'i32'> => f.let(i32.mul(word(name), group));
      const channelStep = step('channelStep');
      const sum = f.v128();
      const taps = (from: I32, weight: I32, [axis, ...inner]: readonly Axis[]): void => {
        const [at, weightAt] = [f.let(from), f.let(weight)];
        if (!axis) {
          const end = f.let(i32.add(at, word('inBytes')));
          f.loop((again) => {
            f.set(sum, f.fma(v128.load32Splat(at), v128.load(weightAt), sum));
            f.increment(weightAt, channelStep);
            f.increment(at, 4);
            f.branchIf(again, i32.ltU(at, end));
          });
          return;
        }
        f.for(f.i32(), 0, word(axis.count), 1, () => {
          taps(at, weightAt, inner);
          f.increment(at, word(axis.tap));
          f.increment(weightAt, i32.mul(alikeWord(shared, axis.step), group));
        });
      };
      taps(x, weights, axes);
      f.store(to, 0, sum);
    }),
  );
}
