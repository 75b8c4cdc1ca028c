/** What conditions of a test see of an output, known from the graph before anything has run: numbers, texts, lists, and things with fields. */
import type { GraphOutput } from '../../ir/graph.ts';
import { shapeOf } from '../../ir/type.ts';
import type { Value } from '../value.ts';

export type Seen =
  | { readonly kind: 'number' | 'bool' | 'unknown' }
  /** `classes`: all texts that it can be, where they are known. */
  | { readonly kind: 'text'; readonly classes: readonly string[] | undefined }
  | SeenList
  | SeenThing;

export interface SeenList {
  readonly kind: 'list';
  /** Undefined where it is another in every run. */
  readonly length: number | undefined;
  readonly item: Seen;
}

/** Something with fields. */
export interface SeenThing {
  readonly kind: 'thing';
  readonly what: { readonly one: string; readonly many: string };
  readonly fields: Readonly<Record<string, Seen>>;
  /** What it is compared as: a label is compared as its text. */
  readonly self?: Seen;
  /** Its entries, where it can be indexed. */
  readonly items?: SeenList;
}

export const unknownSeen: Seen = { kind: 'unknown' };
export const numberSeen: Seen = { kind: 'number' };
export const boolSeen: Seen = { kind: 'bool' };

/** What stands under the output's name. */
export function seenOutput({ output, nodes }: GraphOutput): Seen {
  const [node] = nodes;
  const shape = node ? shapeOf(node.type) : [];
  switch (output.kind) {
    case 'label':
      return labelSeen(classesOf(output, shape.at(-1)));
    case 'labels':
      return guessesSeen(classesOf(output, shape.at(-1)), shape.at(-1) ?? 1);
    case 'detect':
      return listOf(boxSeen(output.classes), undefined);
    case 'points':
      return listOf(pointSeen, output.count);
    case 'prob':
      return shape.every((n) => n === 1) ? numberSeen : nested(shape, numberSeen);
    case 'mask':
      return nested(shape.slice(0, -1), { kind: 'text', classes: classesOf(output, shape.at(-1)) });
    default:
      return nested(shape, numberSeen);
  }
}

/** Classes without names are called by their numbers; of a list that is known elsewhere, names are not known here. */
function classesOf(
  { classes, of }: { readonly classes: readonly string[] | undefined; readonly of: string | undefined },
  count = 1,
): readonly string[] | undefined {
  if (classes || of !== undefined) return classes;
  return Array.from({ length: Math.max(count, 2) }, (_, i) => String(i));
}

function labelSeen(classes: readonly string[] | undefined): SeenThing {
  const self: Seen = { kind: 'text', classes };
  const what = { one: 'a label', many: 'labels' };
  return { kind: 'thing', what, fields: { label: self, index: numberSeen, p: numberSeen }, self };
}

/** `tags.cat` is the probability of "cat". */
function guessesSeen(classes: readonly string[] | undefined, count: number): SeenThing {
  const what = { one: `a list of ${count} labels`, many: 'lists of labels' };
  const fields = Object.fromEntries((classes ?? []).map((name) => [name, numberSeen]));
  return { kind: 'thing', what, fields, items: listOf(labelSeen(classes), count) };
}

function boxSeen(classes: readonly string[]): SeenThing {
  const self: Seen = { kind: 'text', classes };
  const numbers = ['x', 'y', 'width', 'height', 'score', 'index'].map((name) => [name, numberSeen] as const);
  const what = { one: 'a box', many: 'boxes' };
  return { kind: 'thing', what, fields: { label: self, ...Object.fromEntries(numbers) }, self };
}

const pointSeen: SeenThing = {
  kind: 'thing',
  what: { one: 'a point', many: 'points' },
  fields: { x: numberSeen, y: numberSeen },
};

const listOf = (item: Seen, length: number | undefined): SeenList => ({ kind: 'list', length, item });

function nested(shape: readonly number[], leaf: Seen): Seen {
  return shape.reduceRight<Seen>((item, length) => listOf(item, length), leaf);
}

/** A constant; undefined for what no output can be compared with. */
export function seenConstant(value: Value): Seen | undefined {
  switch (value.kind) {
    case 'number':
    case 'bool':
    case 'unknown':
      return { kind: value.kind };
    case 'string':
      return { kind: 'text', classes: [value.value] };
    case 'list':
    case 'tuple':
      return seenItems(value.items.map(seenConstant));
    case 'size':
      return nested([value.dims.length], numberSeen);
    case 'array':
      return nested(value.tensor.shape, numberSeen);
    default:
      return undefined;
  }
}

/** A written list: all its items are of one kind, or nothing is said about them. */
export function seenItems(items: readonly (Seen | undefined)[]): Seen | undefined {
  const [first = unknownSeen] = items;
  if (items.includes(undefined)) return undefined;
  const alike = items.every((item) => item?.kind === first.kind && lengthOf(item) === lengthOf(first));
  return listOf(alike ? first : unknownSeen, items.length);
}

const lengthOf = (seen: Seen): number | undefined => (seen.kind === 'list' ? seen.length : undefined);

/** Entries of a list, or of a thing that has some. */
export function itemsOf(seen: Seen): SeenList | undefined {
  if (seen.kind === 'thing') return seen.items;
  return seen.kind === 'list' ? seen : undefined;
}

/** What a thing is compared as. */
export function plainSeen(seen: Seen): Seen {
  return seen.kind === 'thing' ? (seen.self ?? seen.items ?? seen) : seen;
}

/** "4x3 numbers", "a label", "a list of boxes". */
export function describeSeen(seen: Seen): string {
  switch (seen.kind) {
    case 'number':
      return 'a number';
    case 'bool':
      return 'true or false';
    case 'text':
      return 'a text';
    case 'thing':
      return seen.what.one;
    case 'unknown':
      return 'something with an error';
    case 'list':
      return describeList(seen);
  }
}

function describeList(list: SeenList): string {
  const sizes: (number | undefined)[] = [];
  let leaf: Seen = list;
  for (; leaf.kind === 'list'; leaf = leaf.item) sizes.push(leaf.length);
  const many = {
    number: 'numbers',
    text: 'texts',
    bool: 'conditions',
    thing: leaf.kind === 'thing' ? leaf.what.many : '',
    unknown: 'items',
  }[leaf.kind];
  if (sizes.includes(undefined)) return `a list of ${many}`;
  return sizes.length === 1
    ? `a list of ${sizes[0]} ${sizes[0] === 1 ? many.replace(/e?s$/, '') : many}`
    : `${sizes.join('x')} ${many}`;
}
