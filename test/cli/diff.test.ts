/** `cnnc diff`: what changes in a net, and `moved` lines that are right: written into the new file, saved weights fit and mean the same. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolve, instantiate } from '../../src/compiler/index.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { paramsOf, seededWeights } from '../../src/weights/bind.ts';
import { writeNpy } from '../../src/weights/npy.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

interface Diff {
  readonly before: { readonly params: number; readonly layers: number };
  readonly after: { readonly params: number; readonly layers: number };
  readonly layers: readonly {
    readonly kind: string;
    readonly path: string;
    readonly own?: boolean;
    readonly changes?: readonly { readonly what: string; readonly from: string; readonly to: string }[];
  }[];
  readonly weights: {
    readonly total: number;
    readonly fit: number;
    readonly fitMoved: number;
    readonly reshaped: readonly unknown[];
    readonly added: readonly { readonly path: string }[];
    readonly gone: readonly { readonly path: string }[];
    readonly moves: readonly { readonly from: string; readonly to: string }[];
  };
}

async function diff(a: string, b: string, ...args: readonly string[]): Promise<Diff> {
  const { json } = await cnnc('diff', a, b, '--json', ...args);
  return json() as Diff;
}

const net = `export net N {
  in image: rgb 16x16
  stem = image -> conv(4, 3, pad = 1, bias = false) -> bn -> relu
  body = stem -> repeat(2) { conv(4, 3, pad = 1) -> relu }
  y    = body -> gap -> dense(3)
  out z: tensor(y)
}
`;
const before = file('before.cnn', net);
const movedLines = ({ weights }: Diff): string =>
  weights.moves.map(({ from, to }) => `moved ${from} -> ${to}\n`).join('');

describe('diff', () => {
  it('of a net with itself is empty', async () => {
    const found = await diff(before, before);
    expect(found.layers).toEqual([]);
    expect(found.weights).toMatchObject({ total: 11, fit: 11, reshaped: [], added: [], gone: [], moves: [] });
    const { stdout, exit } = await cnnc('diff', before, before, '--exit-code');
    expect([exit, stdout]).toEqual([0, expect.stringContaining('saved weights fit: all 11 tensors')]);
  });

  it('tells what is written otherwise from what follows', async () => {
    const after = file(
      'after.cnn',
      net.replace('conv(4, 3, pad = 1, bias', 'conv(4, 3, stride = 2, pad = 1, bias'),
    );
    const found = await diff(before, after);
    const own = found.layers.filter((layer) => layer.own);
    expect(own.map(({ path }) => path)).toEqual(['stem.conv']);
    expect(own[0]?.changes).toContainEqual({ what: 'stride', from: '1x1', to: '2x2' });
    expect(own[0]?.changes).toContainEqual({ what: 'output', from: '16x16x4', to: '8x8x4' });
    expect(found.layers.length).toBeGreaterThan(4);
    expect(found.weights.fit).toBe(11);
  });

  it('lists weights that are new, gone and reshaped', async () => {
    const text = net
      .replace('repeat(2)', 'repeat(3)')
      .replace('dense(3)', 'dense(5)')
      .replace(' -> bn ->', ' ->');
    const after = file('after.cnn', text);
    const found = await diff(before, after);
    expect(found.weights.added.map(({ path }) => path)).toEqual([
      'body.repeat[2].conv.weight',
      'body.repeat[2].conv.bias',
    ]);
    expect(found.weights.gone).toHaveLength(4);
    expect(found.weights.reshaped).toContainEqual({ path: 'y.dense.weight', from: [3, 4], to: [5, 4] });
    expect(found.layers.filter(({ kind }) => kind === 'added').map(({ path }) => path)).toEqual([
      'body.repeat[2].conv',
      'body.repeat[2].relu',
    ]);
    const { exit, stdout } = await cnnc('diff', before, after, '--exit-code');
    expect([exit, stdout]).toEqual([1, expect.stringContaining('saved weights fill 5 of 9 tensors')]);
  });

  it('proposes moved lines with which saved weights give the same', async () => {
    const text = net
      .replaceAll('stem', 'first')
      .replaceAll('body', 'trunk')
      .replace('conv(4, 3, pad = 1) ->', 'conv(4, 3, pad = 1) as mix ->');
    const found = await diff(before, file('renamed.cnn', text));
    expect(found.weights).toMatchObject({ fit: 2, fitMoved: 11, added: [], gone: [] });
    expect(found.weights.moves).toEqual([
      { from: 'stem', to: 'first' },
      { from: 'body.repeat[0].conv', to: 'trunk.repeat[0].mix' },
      { from: 'body.repeat[1].conv', to: 'trunk.repeat[1].mix' },
    ]);
    const after = file('renamed.cnn', text + movedLines(found));
    expect((await diff(before, after)).weights).toMatchObject({ fit: 11, moves: [] });
    const run = async (path: string): Promise<unknown> => {
      const { json } = await cnnc('run', path, '--weights', savedWeights(), '--input', picture(), '--json');
      return (json() as { outputs: readonly { value: unknown }[] }).outputs[0]?.value;
    };
    expect(await run(after)).toEqual(await run(before));
  });

  it('widens renames to whole blocks where every weight of them goes along', async () => {
    const resnet = readFileSync('stdlib/resnet.cnn', 'utf8');
    const after = file('resnet.cnn', resnet.replaceAll('as stage', 'as part'));
    const found = await diff('stdlib/resnet.cnn', after, '--net', 'ResNet18');
    expect(found.weights.moves).toEqual(
      [0, 1, 2, 3].map((i) => ({ from: `body.stage[${i}]`, to: `body.part[${i}]` })),
    );
    expect(found.weights.fitMoved).toBe(found.weights.total);
  });

  it('compares two nets of one file', async () => {
    const found = await diff('stdlib/vgg.cnn', 'stdlib/vgg.cnn', '--net', 'VGG16', '--net', 'VGG19');
    expect([found.before.params, found.after.params]).toEqual([138_357_544, 143_667_240]);
  });
});

function savedWeights(): string {
  const path = join(folder, 'saved.safetensors');
  const host = { read: () => undefined };
  const { graph } = instantiate(resolve({ path: 'n.cnn', text: net }, host).model, { mode: 'inference' });
  const weights = seededWeights(7);
  writeSafetensors(path, graph ? paramsOf(graph).map((p) => ({ name: paramPath(p), ...weights(p) })) : []);
  return path;
}

function picture(): string {
  const data = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
  return `image=${file('picture.npy', writeNpy({ shape: [16, 16, 3], data }))}`;
}
