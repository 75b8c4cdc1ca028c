/** Inputs that only training reads are asked for by training alone: not by the package, its types and README, the summary, TensorFlow.js or ONNX. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { emitOnnx } from '../../src/compiler/7-emit/onnx/index.ts';
import { instantiate, nodeHost, resolve, type Mode } from '../../src/compiler/index.ts';
import { trainedWeights } from '../stdlib/nets.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-training-inputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signature = 'test/newcomer/nets/signature.cnn';

function graphOf(text: string, mode: Mode, net?: string) {
  const { model } = resolve({ path: 'net.cnn', text }, nodeHost(process.cwd()));
  const { graph } = instantiate(model, { mode, ...(net === undefined ? {} : { net }) });
  if (!graph) throw new Error('it has errors');
  return graph;
}

const inputs = (text: string, mode: Mode, net?: string): readonly string[] =>
  graphOf(text, mode, net).inputs.map(({ name }) => name);

describe('inputs that only training reads', () => {
  it('are no inputs of what is built', async () => {
    const [package_, tfjs] = [join(folder, 'package'), join(folder, 'tfjs')];
    const ends = await Promise.all([
      cnnc('build', signature, '--seed', '1', '--out', package_),
      cnnc('build', signature, '--seed', '1', '--target', 'tfjs', '--out', tfjs),
    ]);
    expect(ends.map(({ exit }) => exit)).toEqual([0, 0]);
    const types = readFileSync(join(package_, 'index.d.ts'), 'utf8');
    expect(types).toMatch(/interface Inputs \{[^}]*left[^}]*right[^}]*\}/);
    expect(types).not.toMatch(/\bsame:/);
    const readme = readFileSync(join(package_, 'README.md'), 'utf8');
    expect(readme).toContain('net.run({ left: imageOrCanvas, right: imageOrCanvas })');
    expect(readme).not.toContain('`same`');
    expect(readFileSync(join(tfjs, 'signatures.ts'), 'utf8')).not.toMatch(/\bsame\b/);
    const { load } = (await import(pathToFileURL(join(package_, 'index.js')).href)) as {
      load(): Promise<{ run(inputs: object): { apart: { data: Float32Array } } }>;
    };
    const picture = new Float32Array(48 * 64).fill(200);
    const { apart } = (await load()).run({ left: picture, right: picture });
    expect(apart.data[0]).toBeCloseTo(1e-3, 5);
  });

  it('are no inputs of the summary and of ONNX', async () => {
    const { json } = await cnnc('summary', signature, '--json');
    expect((json() as { inputs: readonly { name: string }[] }).inputs.map(({ name }) => name)).toEqual([
      'left',
      'right',
    ]);
    const bytes = await emitOnnx(graphOf(readFileSync(signature, 'utf8'), 'inference'), trainedWeights);
    const names = Buffer.from(bytes).toString('latin1');
    expect([names.includes('left'), names.includes('same')]).toEqual([true, false]);
  });

  it('are inputs of the training graph, and `train` may name them', async () => {
    expect(inputs(readFileSync(signature, 'utf8'), 'training')).toEqual(['left', 'right', 'same']);
    const text = `net N {
  in x: rgb 8x8
  in target: rgb 6x6
  y = x -> conv(3, 3)
  out z: image(y)
}
train N {
  data = folder("./pairs") pad target to 6x6
  loss = mse(y, target)
  augment target { brightness(0.1) }
  optim = adam(lr = 1e-3)
}
`;
    expect(inputs(text, 'inference')).toEqual(['x']);
    const file = join(folder, 'target.cnn');
    writeFileSync(file, text);
    const { exit, stdout } = await cnnc('check', file);
    expect([exit, stdout.includes('warning')]).toEqual([0, false]);
  });

  it('need not be given by a test', async () => {
    const file = join(folder, 'tests.cnn');
    writeFileSync(
      file,
      `${readFileSync(signature, 'utf8')}test "one hand" { left = 9  right = 9  expect apart < 0.01 }\n`,
    );
    expect(await cnnc('test', file)).toMatchObject({ exit: 0 });
  });
});
