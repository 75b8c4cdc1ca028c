/** `cnnc test`: tests are run and compared, assertions and budgets are counted, and each failure points at its condition. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/weights/npy.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly {
    readonly results: readonly {
      readonly name: string;
      readonly passed: boolean;
      readonly weights?: string;
      readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
    }[];
    readonly diagnostics: readonly { readonly code: string }[];
  }[];
}

async function report(...args: readonly string[]): Promise<Report & { readonly exit: number }> {
  const { exit, json } = await cnnc('test', ...args, '--json');
  return { exit, ...(json() as Report) };
}

/** How each statement of a text came out: `passed`, or the code of what is wrong. */
async function outcomes(text: string): Promise<Record<string, string>> {
  const { files } = await report(file('case.cnn', text));
  return Object.fromEntries(
    (files[0]?.results ?? []).map(({ name, passed, diagnostics }) => [
      name,
      passed ? 'passed' : diagnostics.map(({ code }) => code).join(),
    ]),
  );
}

const halve = `net Halve {
  in x: f32[4]
  y = x * 0.5
  out half: tensor(y)
}
`;
const which = `net Which {
  in x: f32[3]
  out animal: label(x) of ["cat", "dog", "owl"]
}
`;

describe('test', () => {
  it('compares numbers, labels and probabilities', async () => {
    const text = `${halve}${which}
let ones = [1, 1, 1, 1]
test "list" of Halve { x = [2, 4, 6, -8]  expect half == [1, 2, 3, -4]  expect half[-1] == -4 and max(half) == 3 }
test "other list" of Halve { x = [2, 4, 6, -8]  expect half == [1, 2, 3, -5] }
test "constant" of Halve { x = ones  expect sum(half) == 2  expect half[0] == (0.4..0.6) }
test "one number" of Halve { x = -1  expect mean(half) == -0.5  expect count(half) == 4 }
test "second expect fails" of Halve { x = 1  expect half[0] == 0.5  expect not half[0] > 0.4 }
test "label" of Which { x = [0, 1, 5]  expect animal == "owl" with p > 0.9  expect animal.index == 2 }
test "other label" of Which { x = [0, 1, 5]  expect animal == "cat" }
test "not so sure" of Which { x = [0, 1, 5]  expect animal == "owl" with p > 0.99 }`;
    expect(await outcomes(text)).toEqual({
      list: 'passed',
      'other list': 'test/failed',
      constant: 'passed',
      'one number': 'passed',
      'second expect fails': 'test/failed',
      label: 'passed',
      'other label': 'test/failed',
      'not so sure': 'test/failed',
    });
  });

  it('finds class 1 of a mask of one channel where it is more likely than not', async () => {
    const text = `net Halves {
  in x: f32[1, 2, 1]
  out mask: mask(x) of ["no", "yes"]
}
test "halves" of Halves { x = [[[-3], [3]]]  expect mask[0][0] == "no" and mask[0][1] == "yes" }`;
    expect(await outcomes(text)).toEqual({ halves: 'passed' });
  });

  it('runs tests of the variants of a family', async () => {
    const text = `net Sum(n = 1, by = 1.0) {
  in x: f32[2]
  out y: tensor(x * by * n)
}
family Sum(n, by) { twice = (2, 1.0), half = (1, 0.5) }
test "the net" of Sum { x = [2, 4]  expect y == [2, 4] }
test "twice" of Sum.twice { x = [2, 4]  expect y == [4, 8] }
test "half" of Sum.half { x = [2, 4]  expect y == [1, 2] }
test "half of another" of Sum.half { x = [2, 4]  expect y == [4, 8] }`;
    expect(await outcomes(text)).toEqual({
      'the net': 'passed',
      twice: 'passed',
      half: 'passed',
      'half of another': 'test/failed',
    });
  });

  it('says what was found, at the condition that is false', async () => {
    const text = `${which}test "a cat" { x = [0, 1, 5]  expect animal.p < 2 and animal == "cat" }`;
    const { exit, stdout } = await cnnc('test', file('found.cnn', text));
    expect(exit).toBe(1);
    expect(stdout).toContain('✗ test "a cat"');
    expect(stdout).toContain('animal == "cat" does not hold');
    expect(stdout).toMatch(/\^{15} found "owl" with p 0\.97/);
    expect(stdout).toContain('1 failed');
  });

  it('fails what the checker finds wrong without running it, and what only a run shows', async () => {
    const text = `${halve}${which}
net Boxes {
  in x: f32[8, 8, 3]
  out boxes: detect(classes = 1) of ["face"] { branch x -> conv(5, 1) nms { score = 1 } }
}
test "no field" of Which { x = 1  expect animal.size == 3 }
test "wrong count" of Halve { x = [1, 2]  expect half[0] == 1 }
test "missing" of Halve { expect half[0] == 1 }
test "no file" of Halve { x = "none.npy"  expect half[0] == 1 }
test "no box" of Boxes { x = 1  expect boxes.count == 0  expect boxes[0].score > 0.5 }
test "not even then" of Boxes { x = 1  expect not boxes[0] == "face" with score > 0.5 }
test "good" of Halve { x = 1  expect half[0] == 0.5 }`;
    expect(await outcomes(text)).toEqual({
      'no field': 'value/no-member',
      'wrong count': 'test/input-value',
      missing: 'test/missing-input',
      'no file': 'input/unreadable',
      'no box': 'test/failed',
      'not even then': 'test/failed',
      good: 'passed',
    });
  });

  it('computes with constants of the file and of others', async () => {
    const text = `use { coco } from "std/classes"
net Halve {
  in x: f32[2, 2]
  out half: tensor(x * 0.5)
}
let ones = [[1, 1], [2 / 2, 3 - 2]]
let halves = [[0.5, 0.5], [0.5, 0.5]]
filter Table = [[2, 4], [6, 8]]
test "constants" { x = ones  expect half == halves and count(coco) == 80  expect half[0] == (halves[0]) }
test "table" { x = Table  expect half == [[1, 2], [3, 4]] }`;
    expect(await outcomes(text)).toEqual({ constants: 'passed', table: 'passed' });
  });

  it('counts assertions and budgets, those of the plan too', async () => {
    const text = `${halve}
assert Halve.params == 0
assert Halve.params == 1
budget Halve { macs <= 1k, peak <= 1 MB }
budget Halve { peak <= 10 B }
budget Halve { download <= 10 B }`;
    expect(await outcomes(text)).toEqual({
      'assert Halve.params == 0': 'passed',
      'assert Halve.params == 1': 'assert/failed',
      'budget Halve { macs <= 1k, peak <= 1 MB }': 'passed',
      'budget Halve { peak <= 10 B }': 'assert/over-budget',
      'budget Halve { download <= 10 B }': 'assert/over-budget',
    });
  });

  it('reads files beside the .cnn file, and the weights that it names', async () => {
    const canvas = createCanvas(6, 6);
    const context = canvas.getContext('2d');
    context.fillStyle = '#ff0000';
    context.fillRect(0, 0, 6, 6);
    file('red.png', canvas.toBuffer('image/png'));
    file('three.npy', writeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) }));
    const tensors = [{ name: 'y.dense.weight', shape: [1, 3], data: Float32Array.of(1, 10, 100) }];
    writeSafetensors(join(folder, 'w.safetensors'), tensors);
    const path = file(
      'files.cnn',
      `net Sum { in x: f32[3]  y = x -> dense(1, bias = false)  out s: tensor(y) }
net Mean { in image: rgb 2x2 scale 1/255  y = image -> gap  out m: tensor(y) }
weights Sum from "./w.safetensors"
test "numbers" of Sum { x = "three.npy"  expect s == [321] }
test "picture" of Mean { image = "red.png"  expect m == [1, 0, 0] }`,
    );
    const { exit, passed, files } = await report(path);
    expect([exit, passed]).toEqual([0, 2]);
    expect(files[0]?.results[0]?.weights).toContain('w.safetensors');
    const seeded = await report(path, '--seed', '3', '--only', 'numbers');
    expect(seeded).toMatchObject({ exit: 1, passed: 0, failed: 1 });
    expect(seeded.files[0]?.results[0]?.weights).toBe('initial values of seed 3');
  });

  it('tests nets that are imported, on every target', async () => {
    const path = file(
      'imported.cnn',
      'use { LeNet5 } from "std/lenet"\ntest "any" of LeNet5 { digit = 0  expect digit_class.p > 0.05 }',
    );
    for (const target of ['wasm', 'eval', 'tfjs'])
      expect(await report(path, '--target', target)).toMatchObject({ exit: 0, passed: 1 });
  });

  it('runs nothing in a file with errors, and goes on with the next', async () => {
    const bad = file('bad.cnn', `${halve}y = \ntest "t" { x = 1  expect half[0] == 0.5 }`);
    const good = file('good.cnn', `${halve}test "t" { x = 1  expect half[0] == 0.5 }`);
    const { exit, passed, failed, files } = await report(bad, good, join(folder, 'none.cnn'));
    expect([exit, passed, failed]).toEqual([1, 1, 0]);
    expect(files.map(({ diagnostics }) => diagnostics.length > 0)).toEqual([true, false, true]);
  });

  it('does not pass an assertion about a net that is broken', async () => {
    const broken = 'net Odd { in x: f32[1]  out y: tensor(x -> dens(1)) }';
    const text = `${halve}${broken}\nassert Odd.params < 10\nassert Halve.params == 1`;
    expect(await outcomes(text)).toEqual({ 'assert Halve.params == 1': 'assert/failed' });
  });

  it('fails a test that is wrong by itself, and runs the others', async () => {
    const text = `${halve}
assert Halve.params == 1
test "no such input" of Halve { w = 1  expect half[0] == 0.5 }
test "good" of Halve { x = 1  expect half[0] == 0.5 }`;
    expect(await outcomes(text)).toEqual({
      'assert Halve.params == 1': 'assert/failed',
      'no such input': 'names/unknown-word',
      good: 'passed',
    });
    const { exit, passed, failed } = await report(file('only.cnn', text), '--only', 'good');
    expect([exit, passed, failed]).toEqual([0, 1, 0]);
  });

  it('passes for the whole stdlib', { timeout: 120_000 }, async () => {
    const { exit, passed } = await report('stdlib');
    expect(exit).toBe(0);
    expect(passed).toBeGreaterThan(15);
  });
});
