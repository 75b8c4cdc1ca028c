/**
 * Every operator misused: one mistake gives one error, which names the operator, the option and the bound. The mistakes follow from the
 * signature of each operator; what only one of them can get wrong is written below. Whatever is offered as a fix mends it.
 */
import { describe, expect, it } from 'vitest';
import { operatorNames, operatorsCalled } from '../../src/compiler/2-resolve/vocabulary.ts';
import type { Diagnostic } from '../../src/compiler/index.ts';
import type { OpDef, ParamSpec } from '../../src/compiler/ops/op.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The option under test as it is written, and what stands beside it: options without defaults, or what gives it a meaning. */
interface Misuse {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  readonly says: readonly string[];
}

const inputs: Readonly<Record<string, string>> = {
  map: 'f32[8, 8, 4]',
  vector: 'f32[4]',
  places: 'i32[6]',
  L: 'f32[8, 4]',
  D: 'f32[8, 8, 8, 4]',
};

const net = (input: keyof typeof inputs, stage: string): string =>
  `filter Edge = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]\nnet N {\n  in x: ${inputs[input]}\n  y = x -> ${stage}\n  out z: tensor(y)\n}\n`;

/** What options without a default need so that the call is complete. */
const completing: Readonly<Record<string, string>> = {
  channels: '4',
  units: '3',
  kernel: '2',
  count: '9',
  parts: '2',
  part: '0',
  axes: '[W, H, C]',
  from: 'H',
  to: 'M',
  dims: '16x16',
  scale: '2',
};

/** The input on which a call of `def` is right; with the axis that an option is called after. */
function inputOf(def: OpDef, option = ''): keyof typeof inputs {
  if (option in inputs) return option;
  if (def.name === 'dense') return 'vector';
  return def.name === 'embedding' ? 'places' : 'map';
}

function call(def: OpDef, option: string, value: string): string {
  const others = def.params
    .filter(
      (p) => p.name !== option && (p.default === undefined || (p.name === 'channels' && def.name === 'conv')),
    )
    .map((p) => `${p.name} = ${completing[p.name] ?? '1'}`);
  const data = def.arity.min > 1 || def.category === 'merge' ? ['x'] : [];
  return `${def.spelling ?? def.name}(${[...data, ...others, `${option} = ${value}`].join(', ')})`;
}

/** Values of another kind than the option's, for each kind. */
const wrongKinds: Readonly<Record<ParamSpec['kind'], readonly string[]>> = {
  int: ['same', 'true', '1.5', '"a"', '[1, 2]', 'relu'],
  float: ['same', 'true', '"a"', '[1, 2]', '2x2'],
  bool: ['1', 'same', '"a"', '[1]'],
  string: ['1', 'true'],
  size: ['same', 'true', '1.5', '"a"', '[1.5, 2]', 'Edge'],
  kernel: ['same', 'true', '1.5', '"a"', '[1.5, 2]'],
  pad: ['C', 'true', '1.5', '"a"', '(1, 2, 3)', '[(0, 1.5), (0, 0)]'],
  border: ['same', 'true', '1.5', '"a"', '(1, 2, 3)'],
  axis: ['1', 'true', '[H, W]'],
  axes: ['1', 'true', '[]', '[1, 2]'],
  dims: ['same', 'true', '1.5', '"a"'],
  ends: ['same', 'true', '1.5', '(1, 2, 3)', '[]'],
  range: ['1', 'same', '(0, 1, 2)', '[]', '(0.5, 1)'],
  floats: ['same', 'true'],
  init: ['1', 'true', 'same'],
  word: ['1', 'true', 'same'],
};

function ofKind(def: OpDef, param: ParamSpec): readonly Misuse[] {
  return wrongKinds[param.kind].map((value) => ({
    name: `${param.name} = ${value}`,
    text: net(inputOf(def, param.name), call(def, param.name, value)),
    code: 'value/expected',
    says: [` for ${param.name} of ${def.spelling ?? def.name}`],
  }));
}

/** Just outside each bound, and far outside. */
function ofBounds(def: OpDef, param: ParamSpec): readonly Misuse[] {
  const { min, above, max, below } = param;
  const whole = param.kind !== 'float';
  const written = (n: number): string => (param.kind === 'dims' ? `[${n}, ${n}]` : String(n));
  const misuse = (n: number, code: string, bound: string): Misuse => ({
    name: `${param.name} = ${n}`,
    text: net(inputOf(def, param.name), call(def, param.name, written(n))),
    code,
    says: [`${param.name} of ${def.spelling ?? def.name} is `, bound],
  });
  const small = (n: number, bound: string): Misuse => misuse(n, 'value/too-small', bound);
  const large = (n: number, bound: string): Misuse => misuse(n, 'value/too-large', bound);
  return [
    min === undefined ? [] : [min - (whole ? 1 : 0.5), -1e9].map((n) => small(n, `at least ${min}`)),
    above === undefined ? [] : [above, -1e9].map((n) => small(n, `above ${above}`)),
    max === undefined ? [] : [max + (whole ? 1 : 0.5), 1e9].map((n) => large(n, 'at most ')),
    below === undefined ? [] : [below, 1e9].map((n) => large(n, `below ${below}`)),
  ].flat();
}

/** Left out, unknown, twice, one too many. */
function ofCall(def: OpDef): readonly Misuse[] {
  const name = def.spelling ?? def.name;
  const data = def.arity.min > 1 || def.category === 'merge' ? ['x'] : [];
  const given = (extra: string): string => {
    const needed = def.params.filter(
      (p) => p.default === undefined || (p.name === 'channels' && name === 'conv'),
    );
    const args = needed.map((p) => `${p.name} = ${completing[p.name] ?? '1'}`);
    return net(inputOf(def), `${name}(${[...data, ...args, extra].join(', ')})`);
  };
  const missing = def.params.filter((p) => p.default === undefined);
  const [first] = def.params.filter((p) => p.kind === 'bool');
  return [
    ...missing.map((param) => ({
      name: `without ${param.name}`,
      text: net(
        inputOf(def),
        `${name}(${def.params
          .filter((p) => p !== param && p.default === undefined)
          .map((p) => `${p.name} = ${completing[p.name] ?? '1'}`)
          .join(', ')})`,
      ),
      code: 'value/missing-argument',
      says: [`${name} needs ${param.name}`],
    })),
    {
      name: 'an option that it has not',
      text: given('colour = 3'),
      code: 'names/unknown-option',
      says: [name, 'colour'],
    },
    ...(first === undefined
      ? []
      : [
          {
            name: `${first.name} twice`,
            text: given(`${first.name} = true, ${first.name} = true`),
            code: 'value/given-twice',
            says: [`${first.name} of ${name}`],
          },
        ]),
  ];
}

const defs = [...operatorNames].flatMap((name) => operatorsCalled(name));

function expectOne({ text, code, says }: Misuse): void {
  const diagnostics = diagnose({ path: 'main.cnn', text });
  expect(
    diagnostics.map((d) => d.code),
    text,
  ).toEqual([code]);
  const [only] = diagnostics as [Diagnostic];
  expect(only.severity).toBe('error');
  for (const words of says) expect(only.message).toContain(words);
  expectMended(text, only);
}

/** Words that no option takes for a value; more than any operator has options. */
const words = ['C', 'H', 'W', 'D', 'L', 'same', 'valid', 'C', 'H', 'W'];

/** …and all axes of the input, for the operator that takes them all. */
const placesOf = (def: OpDef): readonly string[] =>
  def.name === 'transpose' ? ['W', 'H', 'C'] : words.slice(0, def.params.length + 1);

/** One argument more than there are places. */
function tooMany(def: OpDef): Misuse {
  const name = def.spelling ?? def.name;
  const data = def.arity.min > 1 || def.category === 'merge' ? ['x'] : [];
  const args = [...data, ...placesOf(def)];
  return {
    name: 'an argument too many',
    text: net(inputOf(def), `${name}(${args.join(', ')})`),
    code: 'value/too-many-arguments',
    says: [`there are more options than ${name} has`],
  };
}

/** Options with a default that a call without others is still not complete without. */
const neededToo = ['conv channels', 'resize scale'];

const ranks: readonly string[] = ['f32', 'f32[4]', 'f32[8, 4]', 'f32[8, 8, 4]', 'f32[8, 8, 8, 4]'];

describe.each(defs.map((def) => [def.spelling ?? def.name, def] as const))(
  '%s of a value of any rank',
  (name, def) => {
    it.each(ranks)('%s: nothing is said, or one thing', (input) => {
      const needed = (p: ParamSpec): boolean =>
        p.default === undefined || neededToo.includes(`${name} ${p.name}`);
      const required = def.params.filter(needed);
      const args = required.map((p) => `${p.name} = ${completing[p.name] ?? '1'}`);
      const data = def.arity.min > 1 || def.category === 'merge' ? ['x'] : [];
      const text = `net N {\n  in x: ${input}\n  y = x -> ${name}(${[...data, ...args].join(', ')})\n  out z: tensor(y)\n}\n`;
      const found = diagnose({ path: 'main.cnn', text }).filter(({ severity }) => severity === 'error');
      expect(
        found.slice(1).map((d) => d.message),
        text,
      ).toEqual([]);
      const [first] = found;
      if (!first) return;
      expect(first.message).not.toMatch(/NaN|undefined|Infinity/);
      expectMended(text, first);
    });
  },
);

describe.each(defs.map((def) => [def.spelling ?? def.name, def] as const))('%s', (_, def) => {
  const misuses = [
    ...ofCall(def),
    // What stands behind a merge's values is one more of them.
    ...(def.params.length === 0 && def.arity.max > 1 ? [] : [tooMany(def)]),
    ...def.params.flatMap((param) => [...ofKind(def, param), ...ofBounds(def, param)]),
  ];
  it.each(misuses.map((misuse) => [misuse.name, misuse] as const))('%s', (_, misuse) => expectOne(misuse));
});
