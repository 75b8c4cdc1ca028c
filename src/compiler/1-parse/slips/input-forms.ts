/**
 * The kind and the sizes of an input as other tools write them, in our form: `rgb 32x32`, `f32[32, 32, 3]`, `rgb[H, W] = 224x224`.
 * What is not written here is left out: the batch, and the channels of a picture. A size that may vary gets a name.
 */
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Source } from '../source.ts';
import { closingOf, partsOf } from './scan.ts';
import { beginning } from './slip.ts';

/** Channels that an image kind adds to its written sizes. */
export const imageChannels: Readonly<Record<string, number>> = { rgb: 3, rgba: 4, gray: 1 };

/** What stands for any size elsewhere. */
export const anySize = /^(?:\?|\*|:|_|-1|None|none|null|nil|undefined)$/;

export const sizesHaveNames =
  'a size that may vary has a name, and a size to compile for: `rgb[H, W] = 224x224`';

/** Axes by the number of sizes, and what is compiled for where nothing is said. */
const axes = [['C'], ['L', 'C'], ['H', 'W', 'C'], ['D', 'H', 'W', 'C']] as const;
const usual: Readonly<Record<string, number>> = { H: 224, W: 224, L: 100, D: 16 };

interface Written {
  readonly kind: string;
  readonly sizes: readonly string[];
  /** What stands behind `=`: `224x224`, `[224, 224]`. */
  readonly compiledFor?: string | undefined;
}

/** The whole of it; undefined where no kind of input has such sizes. */
export function inputForm(written: Written): string | undefined {
  const kind = kindFor(written);
  const { sizes } = written;
  const places = Object.hasOwn(imageChannels, kind) ? placesOfPicture(kind, sizes) : placesOfNumbers(sizes);
  if (places === undefined) return undefined;
  const names = axes[places.length - (Object.hasOwn(imageChannels, kind) ? 0 : 1)] ?? [];
  const ours = places.map((place, i) => {
    const size = sizes[place] ?? '';
    return anySize.test(size) ? names[i] : size;
  });
  if (ours.some((size) => size === undefined || size === 'C' || !/^[A-Za-z0-9_]+$/.test(size)))
    return undefined;
  const fixed = ours.every((size) => /^\d+$/.test(size ?? ''));
  const isPicture = Object.hasOwn(imageChannels, kind);
  if (fixed) return isPicture ? `${kind} ${ours.join('x')}` : `${kind}[${ours.join(', ')}]`;
  const sized = compiledFor(written, places, ours as readonly string[]);
  return sized === undefined ? undefined : `${kind}[${ours.join(', ')}]${sized}`;
}

/** `rgb 28x28x1` is gray. */
function kindFor({ kind, sizes }: Written): string {
  const last = Number(sizes.at(-1));
  if (sizes.length !== 3 || !Object.hasOwn(imageChannels, kind) || imageChannels[kind] === Number(sizes[0]))
    return kind;
  return Object.keys(imageChannels).find((one) => imageChannels[one] === last) ?? kind;
}

/** Which of the sizes are height and width: neither the batch nor the channels, first or last. */
function placesOfPicture(kind: string, sizes: readonly string[]): readonly number[] | undefined {
  const isChannels = (at: number): boolean => Number(sizes[at]) === imageChannels[kind];
  switch (sizes.length) {
    case 1:
      return /^\d+$/.test(sizes[0] ?? '') ? [0, 0] : undefined;
    case 2:
      return [0, 1];
    case 3:
      return isChannels(2) ? [0, 1] : isChannels(0) ? [1, 2] : undefined;
    case 4:
      return !anySize.test(sizes[0] ?? '') && sizes[0] !== '1'
        ? undefined
        : isChannels(3)
          ? [1, 2]
          : isChannels(1)
            ? [2, 3]
            : undefined;
    default:
      return undefined;
  }
}

/** All of them, but for the batch. */
function placesOfNumbers(sizes: readonly string[]): readonly number[] | undefined {
  if (sizes.length === 0 || sizes.length > 5) return undefined;
  const all = sizes.map((_, i) => i);
  const hasBatch = anySize.test(sizes[0] ?? '') && sizes.length >= 4;
  if (sizes.length === 5 && !hasBatch) return undefined;
  return hasBatch ? all.slice(1) : all;
}

/** ` = 224x224` behind sizes with names; nothing where the others are known elsewhere (`rgb[side, side]`). */
function compiledFor(
  { sizes, compiledFor: given }: Written,
  places: readonly number[],
  ours: readonly string[],
): string | undefined {
  const named = ours.some((size) => Object.hasOwn(usual, size));
  if (given === undefined)
    return named ? ` = ${ours.map((size) => (/^\d+$/.test(size) ? size : usual[size])).join('x')}` : '';
  const numbers = given.replaceAll(/[[\]() ]/g, '').split(/[x,]/);
  if (!numbers.every((number) => /^\d+$/.test(number))) return undefined;
  if (numbers.length === sizes.length) return ` = ${places.map((place) => numbers[place]).join('x')}`;
  return numbers.length === ours.length ? ` = ${numbers.join('x')}` : undefined;
}

/** ` = 64x64` as it stands at an offset, and the sizes in it. */
export const compiledForBehind = (text: string, at: number): readonly (string | undefined)[] =>
  /^[ \t]*=[ \t]*(\d+(?:x\d+)*|\[[\d, ]*\]|\([\d, ]*\))/.exec(text.slice(at, at + 80)) ?? [];

const head = /\bin\s+\w+\s*:\s*\w+\s*\[/g;

/** Where a sign for any size stands among those of an input: whether it is the first, and all of them by names. */
export function sizesAround(
  source: Source,
  at: number,
): { readonly isFirst: boolean; readonly fixes: readonly Fix[] } | undefined {
  const { text } = source;
  const from = beginning(source, head, at);
  if (from === undefined) return undefined;
  const [whole = '', kind = ''] = /^in\s+\w+\s*:\s*(\w+)\s*\[/.exec(text.slice(from, from + 400)) ?? [];
  const open = from + whole.length - 1;
  const close = closingOf(text, open);
  if (close === undefined || close < at) return undefined;
  const sizes = partsOf(text.slice(open + 1, close));
  const [behind = '', given] = compiledForBehind(text, close + 1);
  const ours = inputForm({ kind, sizes, compiledFor: given });
  const start = open - (/\w(\s*)\[$/.exec(whole)?.[1] ?? '').length - kind.length;
  const fixes =
    ours === undefined ? [] : [replaceBy(ours, { source, start, end: close + 1 + behind.length })];
  const isFirst = !partsOf(text.slice(open + 1, at)).some((size) => anySize.test(size));
  return { isFirst, fixes };
}
