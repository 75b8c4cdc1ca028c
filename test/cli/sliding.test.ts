/** Classifiers that slide: `--fully-convolutional`, and `convolutional(net, size)` in the language; both equal every window run on its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/weights/npy.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-slide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** The course's classifier, whose second net is the first in one pass. */
const text = `net N {
  in image: f32[14, 14, 3]
  y = image -> conv(16, 5) -> relu -> maxpool(2) -> flatten -> dense(40) -> relu -> dense(4)
  out p: label(y) of ["car", "person", "bike", "none"]
}
net Sliding = convolutional(N, 28x28)
net Padded {
  in image: f32[14, 14, 3]
  y = image -> conv(8, 3, pad = 1) as wide -> relu -> gap -> dense(4)
  out p: tensor(y)
}
net Norm { in image: f32[14, 14, 3]  out p: tensor(image -> in_norm -> gap) }
net Any = convolutional(N)
assert Sliding.y.H == 8 and Sliding.params == N.params and Any.y.H == 1
`;
const net = file('n.cnn', text);
const image = Float32Array.from({ length: 28 * 28 * 3 }, (_, i) => Math.sin(i * 1.7));

/** The probabilities for an input of `size` x `size` whose corner is at (y, x) of the image. */
async function run(
  size: number,
  [y, x]: readonly [number, number],
  ...args: readonly string[]
): Promise<Float32Array> {
  const data = new Float32Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    const from = ((y + row) * 28 + x) * 3;
    data.set(image.subarray(from, from + size * 3), row * size * 3);
  }
  const input = file('x.npy', writeNpy({ shape: [size, size, 3], data }));
  const ended = await cnnc(
    'run',
    net,
    '--input',
    `image=${input}`,
    '--seed',
    '4',
    '--save',
    folder,
    '--json',
    ...args,
  );
  expect(ended.exit).toBe(0);
  const saved = readNpy(readFileSync(join(folder, 'p.npy')));
  if ('reason' in saved) throw new Error(saved.reason);
  return Float32Array.from(saved.data);
}

describe('sliding', () => {
  it('is one pass that equals every window on its own', async () => {
    const pass = await run(28, [0, 0], '--net', 'N', '--fully-convolutional', '--size', 'image=28x28');
    expect(pass).toHaveLength(8 * 8 * 4);
    for (const [i, j] of [
      [0, 0],
      [3, 5],
      [7, 7],
    ] as const) {
      const alone = await run(14, [2 * i, 2 * j], '--net', 'N');
      const place = pass.subarray((i * 8 + j) * 4, (i * 8 + j + 1) * 4);
      expect(Math.max(...alone.map((p, c) => Math.abs(p - (place[c] ?? NaN))))).toBeLessThan(1e-5);
    }
    expect(await run(28, [0, 0], '--net', 'Sliding')).toEqual(pass);
  });

  it('says what it saves', async () => {
    const args = ['--net', 'N', '--fully-convolutional', '--size', '28x28'];
    const { stdout } = await cnnc('summary', net, ...args);
    expect(stdout).toContain(
      'slides: 64 windows of 14x14 (8x8, 2 apart) in one pass over 28x28\n' +
        '        1,725,440 multiplications instead of 8,714,240 (64 · 136,160): 5.1 times fewer\n',
    );
    const { json } = await cnnc('summary', net, ...args, '--json');
    expect(json()).toMatchObject({
      outputs: [{ kind: 'mask', shape: [8, 8, 4] }],
      params: 17_420,
      sliding: {
        window: [14, 14],
        stride: [2, 2],
        places: [8, 8],
        macs: 1_725_440,
        windowsMacs: 64 * 136_160,
      },
    });
  });

  it('is checked in the language', async () => {
    expect((await cnnc('check', net)).exit).toBe(0);
    const { json } = await cnnc('summary', net, '--net', 'Sliding', '--size', 'image=16x16', '--json');
    expect(json()).toMatchObject({ inputs: [{ shape: [16, 16, 3] }], outputs: [{ shape: [2, 2, 4] }] });
  });

  it('shows what it saves, and which sizes fit, where it is written in the language', async () => {
    const saving = '        1,725,440 multiplications instead of 8,714,240 (64 · 136,160): 5.1 times fewer\n';
    expect((await cnnc('summary', net, '--net', 'Sliding')).stdout).toContain(saving);
    expect((await cnnc('summary', net, '--net', 'Any', '--size', '28x28')).stdout).toContain(saving);
    const odd = await cnnc('summary', net, '--net', 'Any', '--size', '29x28', '--fully-convolutional');
    expect(odd.stdout).toContain('pixels at the end are in no window: 28x28 and 30x28 fit\n');
    const one = await cnnc('summary', net, '--net', 'Any');
    expect(one.stdout).toContain('slides: 1 window of 14x14 in one pass over 14x14\n');
    expect(one.stdout).toContain('multiplications instead of 136,160: as many\n');
    const out = join(folder, 'written');
    const built = await cnnc('build', net, '--net', 'Sliding', '--seed', '1', '--out', out);
    expect(built.stderr).toContain(saving);
  });

  it('names padded layers, and says why a net cannot slide', async () => {
    const slide = (name: string, size: string): ReturnType<typeof cnnc> =>
      cnnc('summary', net, '--net', name, '--fully-convolutional', '--size', size);
    const padded = await slide('Padded', '28x28');
    expect([padded.exit, padded.stderr]).toEqual([
      0,
      expect.stringMatching(/network\/slides-inexactly[\s\S]*padded: y\.wide/),
    ]);
    const norm = await slide('Norm', '28x28');
    expect([norm.exit, norm.stderr]).toEqual([
      1,
      expect.stringMatching(/network\/cannot-slide[\s\S]*in_norm looks at the whole image/),
    ]);
    expect((await slide('N', '10x10')).stderr).toContain('10x10 is smaller than its window 14x14');
    expect((await cnnc('summary', net, '--net', 'N', '--fully-convolutional')).exit).toBe(2);
  });

  it('builds a package', async () => {
    const out = join(folder, 'package');
    const args = ['--net', 'N', '--fully-convolutional', '--size', 'image=28x28', '--seed', '1'];
    const { exit, stderr } = await cnnc('build', net, ...args, '--out', out);
    expect([exit, stderr]).toEqual([0, expect.stringContaining('5.1 times fewer')]);
    expect(readFileSync(join(out, 'index.d.ts'), 'utf8')).toContain('bike');
  });
});
