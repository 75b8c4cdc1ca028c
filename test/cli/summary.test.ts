/** `cnnc summary`: the layers of YOLOv2 are the 75 of the course's table, and rows are sorted by what they cost. */
import { describe, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

interface Row {
  readonly path: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: readonly number[];
  readonly params: number;
  readonly macs: number;
  readonly memoryBytes: number;
}

async function layers(...args: readonly string[]): Promise<readonly Row[]> {
  const { json } = await cnnc('summary', ...args, '--json');
  return (json() as { layers: readonly Row[] }).layers;
}

/** The course's table: kernel and channels of every convolution, pools, the pass-through (Redmon & Farhadi 2017, Darknet-19 and head). */
function courseTable(): readonly string[] {
  const rows = ['input 608x608x3 0'];
  let [size, channels] = [608, 3];
  const conv = (k: number, c: number, from = channels): void => {
    rows.push(`conv ${size}x${size}x${c} ${k * k * from * c}`, `bn ${size}x${size}x${c} ${4 * c}`);
    rows.push(`leaky_relu ${size}x${size}x${c} 0`);
    channels = c;
  };
  const pool = (): void => {
    size /= 2;
    rows.push(`maxpool ${size}x${size}x${channels} 0`);
  };
  conv(3, 32);
  pool();
  conv(3, 64);
  pool();
  for (const [c, n] of [
    [128, 3],
    [256, 3],
    [512, 5],
  ] as const) {
    for (let i = 0; i < n; i++) conv(i % 2 === 0 ? 3 : 1, i % 2 === 0 ? c : c / 2);
    if (c < 512) pool();
  }
  // The finest map goes on, and around: 38x38x512 -> 64 channels -> 19x19x256.
  pool();
  for (let i = 0; i < 5; i++) conv(i % 2 === 0 ? 3 : 1, i % 2 === 0 ? 1024 : 512);
  conv(3, 1024);
  conv(3, 1024);
  size = 38;
  conv(1, 64, 512);
  size = 19;
  rows.push('space_to_depth 19x19x256 0', 'concat 19x19x1280 0');
  conv(3, 1024, 1280);
  rows.push(`conv 19x19x425 ${1024 * 425 + 425}`);
  return rows;
}

describe('summary of YOLOv2', () => {
  it("has the 75 layers of the course's table with shapes and parameters", async () => {
    const rows = await layers('stdlib/yolo.cnn', '--net', 'YOLOv2');
    const found = rows.map(({ op, output, params }) => `${op} ${output.join('x')} ${params}`);
    expect(found).toHaveLength(75);
    expect([...found].sort()).toEqual([...courseTable()].sort());
    expect(rows.reduce((sum, { params }) => sum + params, 0)).toBe(50_983_561);
  });

  it('connects them: a chain but for the pass-through, whose concat has two inputs', async () => {
    const rows = await layers('stdlib/yolo.cnn', '--net', 'YOLOv2');
    const byPath = new Map(rows.map((row) => [row.path, row]));
    const concat = rows.find(({ op }) => op === 'concat');
    expect(concat?.inputs.map((path) => byPath.get(path)?.op)).toEqual(['space_to_depth', 'leaky_relu']);
    expect(rows.filter(({ inputs }) => inputs.length !== 1).map(({ op }) => op)).toEqual(['input', 'concat']);
    const users = rows.flatMap(({ inputs }) => inputs);
    const twice = rows.filter(({ path }) => users.filter((user) => user === path).length === 2);
    expect(twice.map(({ op, output }) => [op, output])).toEqual([['leaky_relu', [38, 38, 512]]]);
  });
});

describe('summary --sort', () => {
  it('puts the largest first', async () => {
    for (const [sort, figure] of [
      ['macs', 'macs'],
      ['params', 'params'],
      ['memory', 'memoryBytes'],
    ] as const) {
      const values = (await layers('stdlib/lenet.cnn', '--net', 'LeNet5', '--sort', sort)).map(
        (row) => row[figure],
      );
      expect(values).toEqual([...values].sort((a, b) => b - a));
    }
    expect((await cnnc('summary', 'stdlib/lenet.cnn', '--net', 'LeNet5', '--sort', 'size')).exit).toBe(2);
  });
});
