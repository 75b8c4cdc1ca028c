/** Files that nobody writes by hand: one message that stands alone, and no more on the screen than a person reads. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

it.each([
  ['a text of a megabyte', `let a = "${'a'.repeat(1_000_000)}"`, '1,000,000 characters'],
  [
    'a pipeline of 100,000 layers',
    `let a = x${' -> f'.repeat(100_000)}`,
    '150,000 words, signs and comments',
  ],
])('syntax/too-long: %s', async (_, text, found) => {
  const { exit, stdout } = await cnnc('check', file('long.cnn', text));
  expect(exit).toBe(1);
  expect(stdout).toContain(`error syntax/too-long: this file is too long: it has more than ${found}`);
  expect(stdout.length).toBeLessThan(1000);
  const path = file('long.cnn', text);
  expect((await cnnc('fmt', path)).exit).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it.each([
  [
    'words',
    lines(4000, (i) => `export block B${i}(c = 1) = conv(c, 3) -> bn`),
    '200,000 words, signs and comments',
  ],
  ['characters', `export block B0 = relu\n// ${'x'.repeat(900_000)}`, '2,000,000 characters'],
])('import/too-much: files of too many %s together, said once', async (_, text, found) => {
  for (let i = 0; i < 8; i++) file(`part${i}.cnn`, text);
  const uses = lines(8, (i) => `use { B0 as C${i} } from "./part${i}.cnn"`);
  const blocks = lines(8, (i) => `block D${i} = C${i}`);
  const { exit, stdout } = await cnnc('check', file('parts.cnn', `${uses}\n${blocks}`));
  expect(exit).toBe(1);
  expect(stdout).toContain(
    `error import/too-much: with this import the files are too long together: they have more than ${found}`,
  );
  expect(stdout).toContain('1 error in 1 file');
});

it('50 problems are shown, all are counted, and --json has all', async () => {
  const path = file(
    'asserts.cnn',
    lines(500, (i) => `assert ${i} < 0`),
  );
  const { exit, stdout } = await cnnc('check', path);
  expect(exit).toBe(1);
  expect(stdout.match(/^error assert\/failed/gm)).toHaveLength(50);
  expect(stdout).toContain('… and 450 more (--json prints all)');
  expect(stdout).toContain('500 errors in 1 file');
  const { diagnostics } = (await cnnc('check', path, '--json')).json() as { diagnostics: unknown[] };
  expect(diagnostics).toHaveLength(500);
});

const hog = 'repeat(9999) { repeat(9999) { identity } }';

it.each([
  ['nets', lines(20, (i) => `net N${i} {\n  in x: f32[4]\n  out y: tensor(x -> ${hog})\n}`)],
  [
    'values of training',
    lines(
      20,
      (i) =>
        `net N${i} {\n  in x: f32[4]\n  train_only a = x -> ${hog}\n  out y: tensor(x)\n  train_only out z: tensor(a)\n}`,
    ),
  ],
  [
    'arguments',
    `net N(n) {\n  in x: f32[4]\n  out y: tensor(x -> ${hog})\n}\n${lines(20, (i) => `assert N(${i}).params == 1`)}`,
  ],
])('%s that are large each have a bound together, and one message says so', async (_, text) => {
  const { exit, stdout } = await cnnc('check', file('together.cnn', text));
  expect(exit).toBe(1);
  const found = stdout.match(/^error network\/too-large: .*$/gm) ?? [];
  expect(found.filter((line) => line.includes('this net grows')).length).toBeLessThanOrEqual(2);
  expect(found.at(-1)).toContain('the nets that are checked here together grow past 1,000,000 steps');
});

const base = (i: number): string => `net N${i} {\n  in x: f32[4]\n  out y: tensor(x)\n}`;

it.each([
  ['from the first to the last', lines(9000, (i) => `net N${i} extends N${i + 1} { }`) + `\n${base(9000)}`],
  ['from the last to the first', `${base(0)}\n` + lines(9000, (i) => `net N${i + 1} extends N${i} { }`)],
])('nets that extend each other %s: those up to the bound check, the others say so', async (_, text) => {
  const { exit, stdout } = await cnnc('check', file('extending.cnn', text));
  expect(exit).toBe(1);
  expect(stdout).toContain('8,901 errors, 9,000 warnings in 1 file');
  // Of many problems the errors are shown.
  expect(stdout.match(/^warning/gm)).toBeNull();
  expect(stdout.match(/^error (?!network\/blocks-too-deep)/gm)).toBeNull();
});

it('a message names the first of many nets', async () => {
  const text = `${lines(1000, base)}\nbudget M { }`;
  const { stdout } = await cnnc('check', file('which.cnn', text));
  expect(stdout).toContain('this file has N0, N1, N2,');
  expect(stdout).toContain('N19, …\n');
});

it('a circle of thousands names both ends', async () => {
  const path = file(
    'circle.cnn',
    lines(10_000, (i) => `block B${i} = B${(i + 1) % 10_000}`),
  );
  const { stdout } = await cnnc('check', path);
  expect(stdout).toContain('B9 -> … 9,981 more … -> B9991 -> ');
  expect(stdout.length).toBeLessThan(5000);
});

it('of nets that are well the first are listed', async () => {
  const { exit, stdout } = await cnnc('check', file('nets.cnn', lines(300, base)));
  expect(exit).toBe(0);
  expect(stdout.match(/^✓ /gm)).toHaveLength(200);
  expect(stdout).toContain('… and 100 more nets\n');
});

const net = 'net N {\n  in x: f32[4]\n  y = x -> dense(4)\n  out z: tensor(y)\n}\n';
const many = (count: number, sep: string, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(sep);
const deep = net.replace('dense(4)', 'repeat(2000) { dense(4) }');

/** Each of these took from two seconds to minutes: some list was searched, or some text read, once for each of its own entries. */
it.each([
  ['10,000 renames', net + lines(10_000, (i) => `moved a${i} -> a${i + 1}`), 'weights/moves-nothing'],
  [
    'patterns of many wildcards',
    `${deep}weights N from "w.safetensors" except ${many(2000, ', ', (i) => `**.*.**.*.**.x${i}`)}`,
    'weights/matches-nothing',
  ],
  [
    'a path of thousands of wildcards',
    `${deep}moved ${'**.a.'.repeat(2000)}b -> ${'**.a.'.repeat(2000)}c`,
    'weights/moves-nothing',
  ],
  [
    '20,000 patterns that freeze nothing',
    `${deep}train N {\n  loss = sum(z)\n  freeze ${many(20_000, ', ', (i) => `y.a${i}.**`)}\n}`,
    'train/freezes-nothing',
  ],
  ['carriage returns', '\r'.repeat(900_000), 'syntax/too-long'],
  [
    '10,000 branches, no two alike',
    `net N {\n  in x: f32[4]\n  out y: tensor(x -> add { ${many(10_000, ', ', (i) => `dense(${i + 1})`)} })\n}`,
    'shape/branch-mismatch',
  ],
  [
    '500 inputs with sizes of their own',
    `net N {\n${lines(500, (i) => `  in x${i}: rgb[H${i}, W${i}] = 64x64 where H${i} % 2 == 0`)}\n` +
      `${lines(499, (i) => `  out o${i}: tensor(add { x${i}, x${i + 1} })`)}\n}`,
    'shape/not-for-every-size',
  ],
  [
    'a softmax behind a softmax',
    `net N {\n  in x: f32[8]\n  out y: label(x${' -> softmax'.repeat(15_000)})\n}`,
    'network/softmax-twice',
  ],
  [
    '9,000 values that are replaced, each by the one behind it',
    `net N {\n  in x: f32[4]\n  y0 = x\n${lines(9000, (i) => `  y${i + 1} = y${i} -> relu`)}\n  out z: tensor(y9000)\n}\n` +
      `net M extends N {\n${lines(9000, (i) => `  replace y${i} = y${i + 1} -> relu`)}\n}`,
    'names/used-before',
  ],
  [
    '20,000 options that a block does not have',
    `block B(p = 1) = relu\nnet N {\n  in x: f32[4]\n  out y: tensor(x -> B(${many(20_000, ', ', (i) => `p${i} = ${i}`)}))\n}`,
    'names/unknown-option',
  ],
  [
    '10,000 comments that allow what is no code',
    `${lines(10_000, (i) => `// allow network/dense-twic${i} because x`)}\nlet a = b`,
    'names/unknown',
  ],
  [
    '35,000 arrows without an end',
    `net N { in x: f32[4]\n out y: tensor(${'(x -> '.repeat(35_000)}relu${')'.repeat(35_000)}) }`,
    'syntax/too-deep',
  ],
  ['a name of a megabyte', `let a = ${'n'.repeat(900_000)}`, 'names/unknown'],
  ['a message of a megabyte', `assert 1 == 2, "${'m'.repeat(900_000)}"`, 'assert/failed'],
])('soon said, and shortly: %s', async (_, text, code) => {
  const { stdout } = await cnnc('check', file('soon.cnn', text));
  expect(stdout).toContain(` ${code}: `);
  expect(stdout.length).toBeLessThan(40_000);
});

/** A pipe that nobody writes to, a device without an end, links in a circle: whoever opened them would wait, or read for ever. */
describe.skipIf(process.platform === 'win32')('what is no file', () => {
  const inFolder = (name: string): string => join(folder, name);
  beforeAll(() => {
    for (const name of ['pipe.cnn', 'pipe.txt', 'pipe.safetensors', 'pipe.png', 'pipe.npy'])
      execFileSync('mkfifo', [inFolder(name)]);
    symlinkSync('/dev/zero', inFolder('device.cnn'));
    symlinkSync('circle-b.cnn', inFolder('circle-a.cnn'));
    symlinkSync('circle-a.cnn', inFolder('circle-b.cnn'));
  });

  it.each([
    ['pipe.cnn', 'it is not a regular file'],
    ['device.cnn', 'it is not a regular file'],
    ['circle-a.cnn', 'its links lead in a circle'],
  ])('%s', async (name, reason) => {
    for (const command of ['check', 'fmt', 'summary', 'test', 'graph', 'build']) {
      const to = { graph: ['--svg', inFolder('no.svg')], build: ['--out', inFolder('none')] }[command] ?? [];
      const { exit, stdout, stderr } = await cnnc(command, inFolder(name), ...to);
      expect([command, exit]).toEqual([command, 1]);
      expect(stdout + stderr).toContain(`${name} cannot be read: ${reason}`);
    }
  });

  it.each([
    ['imported', 'use { A } from "./pipe.cnn"', 'import/not-found'],
    ['of class names', 'net N {\n  in x: f32[4]\n  out z: label(x) of "pipe.txt"\n}', 'network/classes-file'],
  ])('a pipe that is %s', async (_, text, code) => {
    const { exit, stdout } = await cnnc('check', file('names-a-pipe.cnn', text));
    expect(exit).toBe(1);
    expect(stdout).toContain(`error ${code}: there is no file `);
  });

  it('a pipe of weights, and of inputs of a test', async () => {
    const picture = net.replace('f32[4]', 'rgb 8x8').replace('y = x', 'y = x -> gap');
    const built = await cnnc(
      'build',
      file('weights.cnn', `${net}weights N from "pipe.safetensors"`),
      '--out',
      inFolder('none'),
    );
    expect(built.exit).toBe(1);
    expect(built.stderr).toContain('it is not a regular file');
    for (const [text, name] of [
      [picture, 'pipe.png'],
      [net, 'pipe.npy'],
    ] as const) {
      const test = `test "pipe" of N {\n  x = "${name}"\n  expect z[0] > 0\n}`;
      const { exit, stdout } = await cnnc('test', file('input.cnn', `${text}${test}`));
      expect(exit).toBe(1);
      expect(stdout).toContain(`${name}, for input x, cannot be read: it is not a regular file`);
    }
  });
});

it('of a file of gigabytes no more is read than a text may have', async () => {
  const path = file('sparse.cnn', '');
  truncateSync(path, 5_000_000_000);
  for (const command of ['check', 'fmt', 'summary']) {
    const { exit, stdout, stderr } = await cnnc(command, path);
    expect([command, exit]).toEqual([command, 1]);
    expect(stdout + stderr).toContain('this file is too long: it has more than 1,000,000 characters');
  }
  file('names.txt', 'cat\n'.repeat(300_000));
  const { stdout } = await cnnc(
    'check',
    file('names.cnn', 'net N {\n  in x: f32[4]\n  out z: label(x) of "names.txt"\n}'),
  );
  expect(stdout).toContain('needs a text file with class names, but here is one of more than 1,000,000');
});

it('numbers that a test gives to an input are not made by check', async () => {
  const huge = 'net N {\n  in x: rgb 20000x20000\n  out z: tensor(x -> gap)\n}\n';
  const path = file('huge.cnn', `${huge}test "huge" of N {\n  x = 1\n  expect z[0] > 0\n}`);
  const before = process.memoryUsage().arrayBuffers;
  expect((await cnnc('check', path)).exit).toBe(0);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
});

it('of tens of thousands of unknown names the first are told, and that there are more', async () => {
  const path = file('names.cnn', `let a = [${many(20_000, ', ', (i) => `u${i}`)}]`);
  const { exit, stdout } = await cnnc('check', path);
  expect(exit).toBe(1);
  expect(stdout).toContain('5,001 errors in 1 file');
  const { diagnostics } = (await cnnc('check', path, '--json')).json() as { diagnostics: { code: string }[] };
  expect(diagnostics.map(({ code }) => code).indexOf('names/too-many')).toBe(5000);
});

it('of a text that is not the language nothing more is said', async () => {
  const { stdout } = await cnnc(
    'check',
    file(
      'open.cnn',
      lines(5000, () => 'net N {'),
    ),
  );
  expect(stdout).toContain('error syntax/too-many');
  expect(stdout).toContain('1 error in 1 file');
});

it('names of nets and tests are short on a line, without control characters', async () => {
  const long = 'N'.repeat(100_000);
  const path = file('long.cnn', net.replace('N', long));
  expect((await cnnc('check', path)).stdout.length).toBeLessThan(1000);
  expect((await cnnc('summary', path)).stdout.length).toBeLessThan(3000);
  const titled = file(
    'titled.cnn',
    `${net}test "\u001b[2J${long}" of N {\n  x = 1\n  expect z[0] == z[0]\n}`,
  );
  const tested = await cnnc('test', titled);
  expect(tested.exit).toBe(0);
  expect(tested.stdout).toContain('test "␛[2JNNN');
  expect(tested.stdout.length).toBeLessThan(1000);
});

it('of an imported file that is given up nothing is said but that', async () => {
  file('long-import.cnn', `export block B = relu\nlet a = x${' -> f'.repeat(100_000)}`);
  const { exit, json } = await cnnc(
    'check',
    '--json',
    file(
      'imports.cnn',
      'use { B, C } from "./long-import.cnn"\nnet N {\n  in x: f32[4]\n  out y: tensor(x -> B -> C)\n}\n',
    ),
  );
  const codes = (json() as { diagnostics: readonly { code: string }[] }).diagnostics.map(({ code }) => code);
  expect(exit).toBe(1);
  expect(codes).toEqual(['syntax/too-long']);
});

describe('commands beside check', () => {
  const net = 'net N {\n  in x: f32[4]\n  out y: label(x -> dense(3)) of ["a", "b", "c"]\n}\n';

  it('fmt writes a list of more items than a call has room for arguments', async () => {
    const items = Array.from({ length: 70_000 }, (_, i) => i);
    const path = file('list.cnn', `let a = [${items.join(', ')}]\n`);
    const { exit, stderr } = await cnnc('fmt', path);
    expect([exit, stderr]).toEqual([0, '']);
    expect(readFileSync(path, 'utf8').match(/\d+/g)?.map(Number)).toEqual(items);
  });

  it('an empty --out is said to be empty', async () => {
    const { exit, stderr } = await cnnc('build', file('net.cnn', net), '--seed', '1', '--out', '');
    expect(exit).toBe(2);
    expect(stderr).toContain('--out is empty: name the folder to write');
  });

  it('a missing input is told of the file of the net', async () => {
    const path = file('net.cnn', net);
    for (const input of [[], ['--input', 'z=z.npy']]) {
      const { json } = await cnnc('run', path, '--seed', '1', '--json', ...input);
      const [first] = (json() as { diagnostics: readonly { file: string }[] }).diagnostics;
      expect(first?.file).toBe(path);
    }
  });

  it('of thousands of assertions the first that failed are shown, and all are counted', async () => {
    const text = `net N {\n  in x: f32[4]\n  out y: tensor(x -> dense(4))\n}\n${lines(3000, (i) => `assert N.params == ${i % 2 === 0 ? 20 : i}`)}`;
    const path = file('assertions.cnn', text);
    const { exit, stdout } = await cnnc('test', path);
    expect(exit).toBe(1);
    expect(stdout.match(/✗/g)).toHaveLength(50);
    expect(stdout.match(/✓/g)).toHaveLength(150);
    expect(stdout).toContain('… and 2,800 more (--json prints all)');
    expect(stdout).toContain('1500 failed, 1500 passed');
  });

  it('a name of thousands of characters is short in a comparison', async () => {
    const [old, now] = ['M', 'N'].map((letter) =>
      file(
        `${letter}.cnn`,
        `net ${letter.repeat(9000)} {\n  in x: f32[4]\n  out y: tensor(x -> dense(4) -> ${letter === 'M' ? 'relu' : 'tanh'})\n}`,
      ),
    ) as [string, string];
    const { exit, stdout } = await cnnc('diff', old, now);
    expect(exit).toBe(0);
    expect(stdout.length).toBeLessThan(5000);
  });

  it('scores that are NaN have no label', async () => {
    const x = join(folder, 'nan.npy');
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }".padEnd(117) + '\n';
    const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
    const numbers = Float32Array.of(1, NaN, 2, 3);
    writeFileSync(x, Buffer.concat([head, Buffer.from(header), Buffer.from(numbers.buffer)]));
    const args = ['run', file('net.cnn', net), '--seed', '1', '--input', `x=${x}`];
    const why = 'its scores are not numbers (NaN), so there is no label';
    expect((await cnnc(...args)).stdout).toContain(why);
    const { outputs } = (await cnnc(...args, '--json')).json() as { outputs: readonly unknown[] };
    expect(outputs).toEqual([{ name: 'y', kind: 'label', shape: [3], value: null, problem: why }]);
  });
});
