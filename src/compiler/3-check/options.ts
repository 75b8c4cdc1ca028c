/** From written arguments to an operator's options: matched to its parameters by place or name and converted by kind. */
import { textOf } from '../1-parse/source.ts';
import type { Diagnostic, Fix } from '../diagnostics/diagnostic.ts';
import { leaveOut, replaceBy } from '../diagnostics/fixes.ts';
import { foreignWord } from '../2-resolve/foreign/foreign.ts';
import { wordsOf } from '../2-resolve/options.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Attrs, AttrValue } from '../ir/graph.ts';
import type { SymbolicDim } from '../ir/dim.ts';
import type { OpDef, ParamSpec } from '../ops/op.ts';
import { reportTwice, reportUnknownOption } from './apply.ts';
import { optionWithinBounds } from './bounds.ts';
import { tableOf } from './filters.ts';
import { partsMeant } from './slips/item-and-number.ts';
import { inBrackets } from './slips/listed-arguments.ts';
import type { Use } from './problems.ts';
import type { Session } from './session.ts';
import { batchLeftOut, withFewer } from './slips/surplus-options.ts';
import { axisNotes, describe, realOf, type GivenArg, type NumberValue, type Value } from './value.ts';

/** As it is written in the language. */
function calledName({ spelling, name }: OpDef): string {
  return spelling ?? name;
}

/** Arguments by the index of the parameter that they are for. */
function matchOptions(use: Use, session: Session): readonly (GivenArg | undefined)[] | undefined {
  const { def, args } = use;
  const matched: (GivenArg | undefined)[] = [];
  let position = 0;
  let fine = true;
  for (const given of args) {
    const at = given.name === undefined ? position++ : indexOfParam(given.name, def.params);
    const name = def.params[at]?.name;
    if (name === undefined) {
      fine = false;
      // Once is enough: those after it are too many as well.
      if (given.name === undefined && position === def.params.length + 1) tooMany(given, use, session);
      else if (given.name !== undefined)
        reportUnknownOption(
          given,
          def.params.map((param) => param.name),
          calledName(def),
          session,
        );
      continue;
    }
    const first = matched[at];
    if (first) {
      const fixes = onlyKernel(given, args);
      fine = reportTwice(name, { first, again: given, what: calledName(def), fixes }, session);
    }
    matched[at] = given;
  }
  return fine ? matched : undefined;
}

/** `conv(8, 5, kernel = S)`: a filter says all that stands by place before it. */
function onlyKernel({ value, arg }: GivenArg, args: readonly GivenArg[]): readonly Fix[] {
  const before = args.slice(
    0,
    args.findIndex((other) => other.arg === arg),
  );
  const [first] = before;
  if (value.kind !== 'array' || !first || before.some(({ name }) => name !== undefined)) return [];
  return [leaveOut('the other options', { ...arg.span, start: first.arg.span.start, end: arg.span.start })];
}

/** `mean(H, W)`, `reshape(4, 4, 8)`: more than there are. */
function tooMany(given: GivenArg, use: Use, session: Session): void {
  const { params } = use.def;
  const [what, count] = [calledName(use.def), params.length === 0 ? 'none' : params.length];
  const names = params.map(({ name }) => name).join(', ');
  session.report(
    diagnostic('value/too-many-arguments', { what, count }, given.arg.span, {
      notes: names === '' ? [] : [{ word: 'note', text: `${what} has ${names}` }],
      fixes: withFewer(use),
    }),
  );
}

/** Beyond the last for a name that none has. */
function indexOfParam(name: string, params: readonly ParamSpec[]): number {
  let at = 0;
  while (at < params.length && params[at]?.name !== name) at++;
  return at;
}

/** The options in the form that the operator reads; undefined where one is wrong (reported). */
export function convertOptions(use: Use, session: Session): Attrs | undefined {
  if (use.options) return use.options;
  const matched = matchOptions(use, session);
  if (!matched) return undefined;
  const options: Record<string, AttrValue> = {};
  const rank = Math.max(0, (use.data[0]?.type.axes.length ?? 0) - 1);
  let fine = true;
  let shifted = false;
  const { params } = use.def;
  for (let i = 0; i < params.length; i++) {
    const param = params[i] as ParamSpec;
    const given = matched[i];
    if (!given) {
      if (param.default === undefined) fine = missing(param, use, session);
      continue;
    }
    const value = given.value.kind === 'unknown' ? undefined : convert(given.value, param, rank);
    const place = { what: calledName(use.def), span: given.arg.value.span };
    if (value !== undefined && optionWithinBounds(value, param, place, session)) options[param.name] = value;
    else {
      fine = false;
      if (value !== undefined) continue;
      // An option in the wrong place moves those after it: one message for all.
      if (given.name !== undefined || !shifted) mistyped(given, param, use, session);
      shifted ||= given.name === undefined;
    }
  }
  return fine ? options : undefined;
}

/** Whether a value is of the option's kind, for values of any rank. */
export function takes(param: ParamSpec, value: Value): boolean {
  return convert(value, param, 2) !== undefined;
}

/** Whether an option that stands by its name, in `defaults`, is of its kind and within its bounds for values of any rank; reported. */
export function fitsOption(given: GivenArg, def: OpDef, session: Session): boolean {
  const param = def.params.find(({ name }) => name === given.name);
  if (!param || given.value.kind === 'unknown') return true;
  const value = convert(given.value, param, 2);
  const what = calledName(def);
  if (value !== undefined)
    return optionWithinBounds(value, param, { what, span: given.arg.value.span }, session);
  mistyped(given, param, { def, data: [], origins: [], call: given.arg.value, args: [given] }, session);
  return false;
}

function missing(param: ParamSpec, use: Use, session: Session): false {
  session.report(
    diagnostic('value/missing-argument', { what: calledName(use.def), option: param.name }, use.call.span, {
      notes: [{ word: 'note', text: `${param.name}: ${param.doc}` }],
    }),
  );
  return false;
}

/** `softmax(-1)`: the last axis is the channels. */
function lastAxis({ value, arg }: GivenArg, { kind }: ParamSpec): readonly Fix[] {
  const isLast = (kind === 'axis' || kind === 'axes') && value.kind === 'number' && value.value === -1;
  return isLast ? [replaceBy('C', arg.value.span)] : [];
}

/** `slice(C = 0..64)`: where to begin and where to end are a pair. */
function asPair({ value, arg }: GivenArg, { kind }: ParamSpec): readonly Fix[] {
  const { value: range } = arg;
  if (value.kind !== 'range' || range.kind !== 'range' || (kind !== 'range' && kind !== 'ends')) return [];
  return [replaceBy(`(${textOf(range.from.span)}, ${textOf(range.to.span)})`, range.span)];
}

function axesHaveNames({ kind }: Value, param: ParamSpec): Diagnostic['notes'] {
  if ((param.kind !== 'axis' && param.kind !== 'axes') || kind === 'word') return [];
  return [
    { word: 'note', text: 'axes have names and no numbers: an image has H, W, C, and no axis of the batch' },
  ];
}

function mistyped(given: GivenArg, param: ParamSpec, use: Use, session: Session): void {
  if (given.value.kind === 'unknown') return;
  const { span } = given.arg.value;
  const text = given.value.kind === 'string' ? given.value.value : '';
  const known = wordsOf(param);
  const word = known.includes(text) ? text : foreignWord(text, known);
  const meant = partsMeant(given.arg.value, given.value, session);
  const fixes =
    word !== undefined
      ? [{ title: `${word}, without quotes`, edits: [{ span, text: word }] }]
      : meant.fixes.length > 0
        ? meant.fixes
        : [
            ...(hexadecimal(given) ?? byName(given, use)),
            ...fixedKernel(given, param, use),
            ...lastAxis(given, param),
            ...(param.kind === 'axes' ? [...inBrackets(use), ...batchLeftOut(use)] : []),
            ...asPair(given, param),
          ];
  session.report(
    diagnostic(
      'value/expected',
      {
        expected: `${expectation(param)} for ${param.name} of ${calledName(use.def)}`,
        found: describe(given.value),
      },
      span,
      {
        fixes,
        notes: [
          ...(param.kind === 'int' ? axisNotes(given.value) : axesHaveNames(given.value, param)),
          ...meant.notes,
        ],
      },
    ),
  );
}

/** `dwconv(kernel = S)`, `conv(kernel = [[1, 0], [0, 1]])`: a filter has a name, and is the kernel of a `conv`. */
function fixedKernel(
  { value, arg }: GivenArg,
  param: ParamSpec,
  { call, def, data, args }: Use,
): readonly Fix[] {
  if (param.name !== 'kernel' || call.kind !== 'call') return [];
  if (value.kind === 'array' && def.name === 'dwconv')
    return [{ title: `conv(kernel = ${value.name})`, edits: [{ span: call.callee.span, text: 'conv' }] }];
  const table = value.kind === 'list' && param.kind === 'kernel' ? tableOf(value) : undefined;
  const { source } = call.span;
  const axes = (data[0]?.type.axes.length ?? 0) - 1;
  const fits = table && axes > 1 && table.shape.length === axes && args.length === 1;
  if (!fits || /\bKernel\b/.test(source.text)) return [];
  const text = `filter Kernel = ${textOf(arg.value.span)}`;
  const edits = [
    { span: { source, start: 0, end: 0 }, text: `${text}\n` },
    { span: arg.value.span, text: 'Kernel' },
  ];
  return [{ title: text, edits }];
}

/** `0x10` is a size of 0 by 10 here; a whole number is meant. */
function hexadecimal({ arg }: GivenArg): readonly Fix[] | undefined {
  const { span } = arg.value;
  return /^0x\d+$/.test(textOf(span)) ? [replaceBy(String(Number(textOf(span))), span)] : undefined;
}

/** `split(C, 2, 0)`: the option that takes what was written in another's place, by its name. */
function byName({ name, value, arg }: GivenArg, { def, args, data }: Use): readonly Fix[] {
  if (name !== undefined) return [];
  const rank = Math.max(0, (data[0]?.type.axes.length ?? 0) - 1);
  // The others keep their places, or move up by one.
  const taken = args.filter((other) => other.name === undefined).length - 1;
  const isGiven = (p: ParamSpec): boolean => args.some((other) => other.name === p.name);
  if (def.params.slice(taken).some((p) => p.default === undefined && !isGiven(p))) return [];
  const param = def.params
    .slice(taken)
    .find((p) => args.every((other) => other.name !== p.name) && convert(value, p, rank) !== undefined);
  if (!param) return [];
  const { source, start } = arg.span;
  const edits = [{ span: { source, start, end: start }, text: `${param.name} = ` }];
  return [{ title: `${param.name} = ${textOf(arg.span)}`, edits }];
}

/** The value in the canonical form of the kind, or undefined where it does not fit. */
function convert(value: Value, param: ParamSpec, rank: number): AttrValue | undefined {
  switch (param.kind) {
    case 'int':
      return value.kind === 'number' && Number.isInteger(value.value) ? value.value : undefined;
    case 'float':
      return value.kind === 'number' ? realOf(value) : undefined;
    case 'bool':
      return value.kind === 'bool' ? value.value : undefined;
    case 'string':
      return value.kind === 'string' || value.kind === 'word' ? value.value : undefined;
    case 'size':
      return sizes(value);
    case 'kernel':
      return value.kind === 'array' ? value.tensor : sizes(value);
    case 'pad':
      return padding(value, rank);
    case 'border':
      return value.kind === 'word' ? undefined : padding(value, rank);
    case 'axis':
      return value.kind === 'word' ? value.value : undefined;
    case 'axes':
      return words(value);
    case 'dims':
      return wholeNumbers(value);
    case 'ends':
      return value.kind === 'number' && whole(value.value) ? value.value : pairOf(value);
    case 'range':
      return pairOf(value);
    case 'floats':
      return value.kind === 'number' ? [realOf(value)] : numberList(value, realOf);
    case 'init':
    case 'word':
      return wordOf(value, param.words);
  }
}

const whole = (n: number): boolean => Number.isInteger(n);

/** One number for every axis, or one per axis. */
function sizes(value: Value): AttrValue | undefined {
  if (value.kind === 'number') return whole(value.value) ? value.value : undefined;
  return wholeNumbers(value);
}

function wholeNumbers(value: Value): readonly number[] | undefined {
  if (value.kind === 'size') return value.dims;
  const list = value.kind === 'number' ? [value.value] : numberList(value);
  return list?.every(whole) ? list : undefined;
}

function numberList(
  value: Value,
  numberOf: (item: NumberValue) => number = (item) => item.value,
): readonly number[] | undefined {
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  const numbers = value.items.map((item) => (item.kind === 'number' ? numberOf(item) : undefined));
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

/** `same`, `valid`, `1`, `1x2` (both sides per axis), `(0, 1)` (begin, end of every axis), `[(0, 1), (1, 1)]` (per axis). */
function padding(value: Value, rank: number): AttrValue | undefined {
  if (value.kind === 'word')
    return value.value === 'same' || value.value === 'valid' ? value.value : undefined;
  if (value.kind === 'number') return whole(value.value) ? value.value : undefined;
  if (value.kind === 'size') return value.dims.map((n) => [n, n]);
  if (value.kind === 'tuple') {
    const pair = pairOf(value);
    return pair && Array.from({ length: rank }, () => pair);
  }
  if (value.kind !== 'list') return undefined;
  const pairs = value.items.map((item) =>
    item.kind === 'number' && whole(item.value) ? [item.value, item.value] : pairOf(item),
  );
  return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}

/** `(0, 1)`. */
function pairOf(value: Value): readonly number[] | undefined {
  const pair = numberList(value);
  return pair?.length === 2 && pair.every(whole) ? pair : undefined;
}

function words(value: Value): readonly string[] | undefined {
  if (value.kind === 'word') return [value.value];
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  const list = value.items.map((item) => (item.kind === 'word' ? item.value : undefined));
  return list.length > 0 && list.every((word) => word !== undefined) ? list : undefined;
}

function wordOf(value: Value, known: readonly string[] | undefined): string | undefined {
  const text =
    value.kind === 'word' || value.kind === 'string' || value.kind === 'op' ? wordText(value) : undefined;
  return text !== undefined && known?.includes(text) !== false ? text : undefined;
}

/** A word may be spelled like an operator (`reduce = mean`). */
function wordText(value: Extract<Value, { kind: 'word' | 'string' | 'op' }>): string {
  return value.kind === 'op' ? value.name : value.value;
}

function expectation(param: ParamSpec): string {
  switch (param.kind) {
    case 'int':
      return 'a whole number';
    case 'float':
      return 'a number';
    case 'bool':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'size':
      return 'a size such as 3 or 3x3';
    case 'kernel':
      return 'a size such as 3 or 3x3, or a filter,';
    case 'pad':
      return 'a padding such as same, 1, 1x2 or (0, 1)';
    case 'axis':
      return 'the name of an axis such as C or H';
    case 'axes':
      return 'names of axes such as [H, W]';
    case 'dims':
      return 'sizes such as 7x7x512';
    case 'border':
      return 'a border such as 1, 1x2 or (0, 1)';
    case 'ends':
      return 'a number or a pair such as (0, 1)';
    case 'range':
      return 'where to begin and where to end, such as (0, 64),';
    case 'floats':
      return 'a list of numbers';
    case 'init':
    case 'word':
      return `one of ${param.words?.join(', ') ?? 'its words'}`;
  }
}

/** True where an option follows from a named size of an input. */
export function hasSymbolicOption(use: Use): boolean {
  return use.args.some((arg) => dimOf(arg.value) !== undefined);
}

function dimOf(value: Value): SymbolicDim | undefined {
  if (value.kind === 'number') return value.dim;
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  return value.items.map(dimOf).find((dim) => dim !== undefined);
}

/** The options again, with expressions over named sizes in place of the default size's numbers. */
export function symbolicOptions(use: Use, options: Attrs): Attrs {
  if (!hasSymbolicOption(use)) return options;
  const replaced: Record<string, AttrValue> = { ...options };
  let position = 0;
  for (const given of use.args) {
    const name = given.name ?? use.def.params[position++]?.name;
    if (name !== undefined && dimOf(given.value)) replaced[name] = symbolicValue(given.value);
  }
  return replaced;
}

function symbolicValue(value: Value): AttrValue {
  if (value.kind === 'number') return (value.dim ?? value.value) as unknown as AttrValue;
  return value.kind === 'list' || value.kind === 'tuple' ? value.items.map(symbolicValue) : null;
}
