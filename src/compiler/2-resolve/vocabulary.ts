/**
 * The names that the language itself gives meaning to, besides operators: values, compile-time functions, and words that
 * options take. A declared name of the same spelling wins over words and functions, never over operators used as layers.
 */
import { allOps } from '../ops/index.ts';
import { spatialAxes } from '../ir/type.ts';
import type { OpDef, ParamSpec } from '../ops/op.ts';

/** `in` is the incoming value, `identity` passes it on. */
export const specialValues: ReadonlySet<string> = new Set(['in', 'identity']);

/** Functions of constants. Several are operators too: applied to values they become layers. */
export const constantFunctions: ReadonlySet<string> = new Set([
  'len',
  'sum',
  'min',
  'max',
  'abs',
  'sqrt',
  'exp',
  'log',
  'floor',
  'ceil',
  'round',
  'range',
  'folder',
]);

/** Lists of class names too long to be written, by their lengths; others are constants of std/classes. */
export const classLists: Readonly<Record<string, number>> = { imagenet: 1000, digits: 10 };

/** What a kind of output takes. */
export interface OutputForm {
  /** Whether a value stands first in its parentheses. */
  readonly reads: boolean;
  /** Its options, in the order of their places. */
  readonly options: readonly string[];
  /** Whether `of` can name its classes. */
  readonly classes: boolean;
}

const ofValue: OutputForm = { reads: true, options: [], classes: false };
const ofClasses: OutputForm = { ...ofValue, classes: true };

/** Kinds of typed outputs, written as calls: `out class: label(logits) of imagenet`. */
export const outputKinds: ReadonlyMap<string, OutputForm> = new Map([
  ['tensor', ofValue],
  ['label', ofClasses],
  ['labels', ofClasses],
  ['prob', ofValue],
  ['embedding', ofValue],
  ['points', { ...ofValue, options: ['count'] }],
  ['mask', ofClasses],
  ['image', ofValue],
  ['detect', { reads: false, options: ['classes'], classes: true }],
]);

/** Options of the branches of `detect`, and of its `nms`. */
export const branchOptions: readonly string[] = ['stride'];
export const nmsOptions: readonly string[] = ['iou', 'score', 'max'];

/** Operators as they are written; internal ones cannot be. `max` stands for two: of one value along axes, and of several. */
const bySpelling: ReadonlyMap<string, readonly OpDef[]> = Map.groupBy(
  allOps.filter((def) => def.category !== 'internal'),
  (def) => def.spelling ?? def.name,
);

/** Layers of the language. */
export const operatorNames: ReadonlySet<string> = new Set(bySpelling.keys());

/** The operators that a name can stand for, by the number of values it is applied to; empty for other names. */
export function operatorsCalled(name: string): readonly OpDef[] {
  return bySpelling.get(name) ?? [];
}

const paramsBySpelling: ReadonlyMap<string, readonly ParamSpec[]> = new Map(
  [...bySpelling].map(([name, defs]) => [name, defs.flatMap((def) => def.params)]),
);

/** The options of all operators that a name can stand for. */
export function paramsCalled(name: string): readonly ParamSpec[] {
  return paramsBySpelling.get(name) ?? [];
}

/** Axes of feature maps. */
export const axisWords: readonly string[] = ['C', ...spatialAxes.flat()];

/** Words that options take: `same`, axis names, initialisers, and every operator's own words. */
export const optionWords: ReadonlySet<string> = new Set([
  'same',
  'valid',
  ...axisWords,
  ...allOps.flatMap((def) => def.params.flatMap((param) => param.words ?? [])),
]);

/** True for a name that needs no declaration. */
export function isBuiltin(name: string): boolean {
  return (
    specialValues.has(name) || operatorNames.has(name) || constantFunctions.has(name) || optionWords.has(name)
  );
}

/** Types that parameters may be declared with: `block Stage(unit: block, n: int)`. */
export const paramTypes: readonly string[] = ['int', 'float', 'bool', 'string', 'list', 'block'];
