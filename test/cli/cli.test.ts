/** The command line as people and programs meet it: results, JSON shapes, exit codes, and one clear message for each bad input. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/weights/npy.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const tiny = `/// Sees small things.
export net Tiny {
  /// A picture.
  in image: rgb[H, W] = 8x8 fit stretch scale 1/255
  y = image -> conv(4, 3, pad = 1) -> relu -> gap -> dense(3)
  out thing: label(y) of ["cat", "dog", "owl"]
}
`;

function png(width: number, height: number): Uint8Array {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#c83214';
  context.fillRect(0, 0, width, height / 2);
  return canvas.toBuffer('image/png');
}

/** Weights of Tiny that find a cat; the last layer's are 0 and `largest`. */
function trained(largest = 5): string {
  const path = join(folder, 'tiny.safetensors');
  writeSafetensors(path, [
    { name: 'y.conv.weight', shape: [4, 3, 3, 3], data: new Float32Array(108).fill(0.01) },
    { name: 'y.conv.bias', shape: [4], data: new Float32Array(4) },
    {
      name: 'y.dense.weight',
      shape: [3, 4],
      data: Float32Array.from({ length: 12 }, (_, i) => (i < 4 ? largest : 0)),
    },
    { name: 'y.dense.bias', shape: [3], data: new Float32Array(3) },
  ]);
  return path;
}

let net = '';
let photo = '';
beforeAll(() => {
  net = file('tiny.cnn', tiny);
  photo = file('photo.png', png(13, 9));
});

describe('check', () => {
  it('says that a file is fine, and what its nets cost', async () => {
    const { exit, stdout } = await cnnc('check', net);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/✓ Tiny {2}127 parameters/);
  });

  it('gives diagnostics as JSON with places and fixes, exit code 1', async () => {
    const bad = file('bad.cnn', tiny.replace('gap', 'gapp'));
    const { exit, stdout, json } = await cnnc('check', bad, net, '--json');
    expect(exit).toBe(1);
    expect(stdout).not.toContain('\u001b');
    const { diagnostics } = json() as { diagnostics: Record<string, unknown>[] };
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      file: expect.stringContaining('bad.cnn') as unknown,
      start: { line: 5, column: 47 },
      end: { line: 5, column: 51 },
      notes: expect.anything() as unknown,
      fixes: [{ edits: [{ text: 'gap' }] }],
    });
  });

  it('goes on where one of the files cannot be read', async () => {
    const { exit, json } = await cnnc(
      'check',
      join(folder, 'none.cnn'),
      file('binary.cnn', Uint8Array.of(0xff, 0xfe, 0)),
      net,
      '--json',
    );
    const { diagnostics } = json() as { diagnostics: { code: string }[] };
    expect(exit).toBe(1);
    expect(diagnostics.map(({ code }) => code)).toEqual(['file/unreadable', 'file/not-text']);
  });

  it('has no errors in any file of the stdlib', async () => {
    const files = readdirSync('stdlib').filter((name) => name.endsWith('.cnn'));
    const { exit, stdout } = await cnnc('check', 'stdlib/lenet.cnn');
    expect(files.length).toBeGreaterThan(0);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('61,706 parameters')]);
  });
});

describe('summary', () => {
  it('has the layers with their figures', async () => {
    const { exit, json } = await cnnc('summary', net, '--size', 'image=6x10', '--json');
    expect(exit).toBe(0);
    expect(json()).toMatchObject({
      net: 'Tiny',
      inputs: [{ name: 'image', shape: [6, 10, 3] }],
      outputs: [{ name: 'thing', kind: 'label', shape: [3] }],
      params: 127,
      trainable: 127,
      macs: 6 * 10 * 4 * 27 + 12,
      weightBytes: 508,
      arenaBytes: expect.any(Number) as unknown,
    });
    const { layers } = json() as { layers: Record<string, unknown>[] };
    expect(layers.find(({ op }) => op === 'conv')).toEqual({
      path: 'y.conv',
      op: 'conv',
      inputs: ['image'],
      output: [6, 10, 4],
      params: 112,
      trainable: 112,
      macs: 6480,
      memoryBytes: 960,
      receptiveField: [3, 3],
    });
  });

  it('prints a table', async () => {
    const { stdout } = await cnnc('summary', net);
    expect(stdout).toMatch(/y\.conv +conv +8x8x4 +112 +█+ +6,912 +█+ +1\.0 kB +3x3 +image/);
    expect(stdout).toContain('out thing: label 3');
  });

  it('asks which net, and knows near names', async () => {
    const which = await cnnc('summary', 'stdlib/lenet.cnn');
    expect([which.exit, which.stderr]).toEqual([
      1,
      expect.stringMatching(/net\/which[\s\S]*--net LeNet5Rgb/),
    ]);
    const near = await cnnc('summary', 'stdlib/lenet.cnn', '--net', 'Lenet5');
    expect([near.exit, near.stderr]).toEqual([
      1,
      expect.stringMatching(/net\/unknown[\s\S]*did you mean LeNet5\?/),
    ]);
    const family =
      'net House(width) { in x: f32[4]  out y: tensor(x -> dense(width)) }\nfamily House(width) { s = (8), m = (16) }';
    const variants = await cnnc('summary', file('house.cnn', family));
    expect([variants.exit, variants.stderr]).toEqual([
      1,
      expect.stringMatching(/net\/which-variant[\s\S]*--net House\.s\n *--net House\.m/),
    ]);
    const none = await cnnc('summary', file('block.cnn', 'export block B(c) = conv(c)'));
    expect([none.exit, none.stderr]).toEqual([1, expect.stringContaining('net/none')]);
  });

  it('takes only sizes that make sense', async () => {
    expect((await cnnc('summary', net, '--size', 'image=big')).exit).toBe(2);
    expect((await cnnc('summary', net, '--size', 'picture=6x6')).exit).toBe(1);
    expect((await cnnc('summary', net, '--size', '6x6')).exit).toBe(0);
  });
});

interface RunJson {
  readonly weights: string;
  readonly outputs: readonly {
    readonly value: {
      readonly label: string;
      readonly p: number;
      readonly top: readonly { readonly p: number }[];
    };
  }[];
}

describe('run', () => {
  const run = async (...args: string[]): Promise<RunJson> => {
    const ended = await cnnc('run', net, '--input', `image=${photo}`, '--json', ...args);
    expect(ended.stderr).toBe('');
    expect(ended.exit).toBe(0);
    return ended.json() as RunJson;
  };

  it('gives the same on every target, fitting the picture', async () => {
    const [wasm, plain, tfjs] = [
      await run('--seed', '5'),
      await run('--seed', '5', '--target', 'eval'),
      await run('--seed', '5', '--target', 'tfjs'),
    ];
    const probabilities = ({ outputs }: RunJson): readonly number[] =>
      outputs[0]?.value.top.map(({ p }) => p) ?? [];
    expect(probabilities(wasm)).toHaveLength(3);
    for (const [i, p] of probabilities(plain).entries()) {
      expect(probabilities(wasm)[i]).toBeCloseTo(p, 5);
      expect(probabilities(tfjs)[i]).toBeCloseTo(p, 5);
    }
    expect(wasm.weights).toBe('initial values of seed 5');
  });

  it('saves outputs as .npy', async () => {
    await run('--seed', '5', '--save', join(folder, 'saved'));
    const saved = readNpy(readFileSync(join(folder, 'saved/thing.npy')));
    expect('shape' in saved ? [saved.shape, saved.data.reduce((a, b) => a + b, 0)] : saved).toEqual([
      [3],
      expect.closeTo(1, 5),
    ]);
  });

  it('reads numbers from .npy, a batch of one too', async () => {
    for (const shape of [
      [8, 8, 3],
      [1, 8, 8, 3],
    ]) {
      const numbers = file('x.npy', writeNpy({ shape, data: new Float32Array(192).fill(100) }));
      expect((await cnnc('run', net, '--input', `image=${numbers}`, '--seed', '1')).exit).toBe(0);
    }
  });

  it('says on stderr that it used initial values, and prints the best classes', async () => {
    const { stdout, stderr } = await cnnc('run', net, '--input', photo);
    expect(stderr).toContain('no weights given: running with initial values of seed 0');
    expect(stdout).toMatch(/^thing\n {2}(cat|dog|owl) {2}0\.\d{4}\n/);
  });

  it('has nothing to say of weights where a net has none', async () => {
    const edges = fileURLToPath(new URL('../../examples/edges.cnn', import.meta.url));
    const ran = await cnnc('run', edges, '--input', `picture=${photo}`);
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
    const { json } = await cnnc('run', edges, '--input', `picture=${photo}`, '--json');
    expect(json()).toMatchObject({ weights: 'no weights' });
  });

  const wrong = async (code: string, message: RegExp, ...args: string[]): Promise<void> => {
    const { exit, stderr, stdout } = await cnnc('run', net, '--seed', '1', ...args);
    expect(stderr, code).toContain(code);
    expect(stderr).toMatch(message);
    expect([exit, stdout]).toEqual([1, '']);
  };

  it('has a clear message for every bad input', async () => {
    const text = file('photo.jpg', 'this is no photo');
    await wrong(
      'input/unreadable',
      /photo\.jpg, for input image, is not a picture that can be decoded/,
      '--input',
      `image=${text}`,
    );
    await wrong('input/unreadable', /is empty/, '--input', `image=${file('empty.png', '')}`);
    await wrong('input/unreadable', /cannot be read: there is no such file/, '--input', 'image=none.png');
    await wrong('input/unreadable', /is not a NumPy file/, '--input', `image=${file('bad.npy', 'xx')}`);
    const small = file('small.npy', writeNpy({ shape: [4, 4, 3], data: new Float32Array(48) }));
    await wrong(
      'input/wrong-shape',
      /takes an rgb picture or 8x8x3 numbers \(\.npy\), but .*small\.npy holds 4x4x3/,
      '--input',
      `image=${small}`,
    );
    await wrong(
      'input/unknown',
      /Tiny has no input imag[\s\S]*did you mean image\?/,
      '--input',
      `imag=${photo}`,
    );
    await wrong('input/missing', /input image is missing: it takes an rgb picture or 8x8x3 numbers/);
    await wrong('file/not-written', /cannot be written: /, '--input', photo, '--save', join(photo, 'x'));
  });

  it('keeps usage errors apart: exit code 2', async () => {
    for (const args of [['--target', 'gpu'], ['--seed', '-1'], ['--bogus'], ['--input', '=x']])
      expect((await cnnc('run', net, '--input', photo, ...args)).exit).toBe(2);
    const messages: readonly (readonly [args: readonly string[], message: string])[] = [
      [['run', net, '--input', photo, '--seed', ''], '--seed takes a whole number from 0, not'],
      [['run', net, '--input', photo, '--input', `image=${photo}`], '--input gives image twice'],
      [['run', net, '--input', photo, '--target', 'eval', '--tuning', 't'], '--tuning is for --target wasm'],
      [['build', net, '--out', 'o', '--target', 'tfjs', '--tuning', 't'], '--tuning is for --target wasm'],
      [
        ['build', net, '--out', 'o', '--threads', '17'],
        '--threads takes a whole number from 1 to 16, not 17',
      ],
      [['summary', net, '--size', '8x8', '--size', 'image=16x16'], '--size gives image twice'],
      [['summary', net, '--sort', 'constructor'], '--sort is macs, params, memory, not constructor'],
      [['profile', net, '--runs', '0x10'], '--runs takes a whole number from 1, not 0x10'],
      [['tune', net, '--budget', 'Infinity'], '--budget takes a number of seconds above 0, not Infinity'],
      [['quantize', net, '--data', '.', '--speed', '1e999'], '--speed takes a number above 0, not 1e999'],
      [['diff', net, net, '--net', 'A', '--net', 'B', '--net', 'C'], '--net is given twice at most'],
      [
        ['weights', 'convert', 'm', '--map', 'm', '--out', 'o', '--net', 'A'],
        '--net is which net of the file',
      ],
    ];
    for (const [args, message] of messages) {
      const { exit, stderr } = await cnnc(...args);
      expect([exit, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    expect((await cnnc('run')).exit).toBe(2);
    expect((await cnnc('fly')).exit).toBe(2);
    const asJson = await cnnc('run', '--json');
    expect([asJson.exit, asJson.json()]).toMatchObject([
      2,
      { error: { code: 'usage', message: expect.stringContaining('missing') as unknown } },
    ]);
  });
});

describe('weights', () => {
  it('fill the net from --weights, or from the file that the .cnn names, with moved and except', async () => {
    const weights = trained();
    const { outputs } = (
      await cnnc('run', net, '--weights', weights, '--input', photo, '--json')
    ).json() as RunJson;
    expect(outputs[0]?.value.label).toBe('cat');
    const renamed = `${tiny.replace('conv(4, 3, pad = 1)', 'conv(4, 3, pad = 1) as first')}weights Tiny from "./tiny.safetensors" except y.dense.bias\nmoved y.conv -> y.first\n`;
    const named = file('named.cnn', renamed.replace('y = image', 'y = image'));
    const ended = await cnnc('run', named, '--input', photo, '--json');
    expect(ended.stderr).toBe('');
    const moved = ended.json() as RunJson | { diagnostics: unknown };
    expect(moved).toMatchObject({ outputs: [{ value: { label: 'cat' } }] });
  });

  it('that do not fit are listed', async () => {
    const { exit, stderr } = await cnnc(
      'run',
      'stdlib/lenet.cnn',
      '--net',
      'LeNet5',
      '--weights',
      trained(),
      '--input',
      photo,
    );
    expect(exit).toBe(1);
    expect(stderr).toMatch(/weights\/do-not-fit: 0 of the 10 weights of LeNet5 fit .*tiny\.safetensors/);
    expect(stderr).toMatch(/c1\.conv\.weight 6x1x5x5 is not in the file/);
  });

  it('of a bad file give one message', async () => {
    const bytes = readFileSync(trained());
    const cases = [
      ['weights/truncated', bytes.subarray(0, -10)],
      ['weights/not-safetensors', Buffer.from('PK')],
      ['weights/damaged', Buffer.from(bytes.toString('latin1').replace('[0,16]', '[0,12]'), 'latin1')],
    ] as const;
    for (const [code, content] of cases) {
      const ended = await cnnc('weights', 'ls', file('broken.safetensors', content));
      expect([ended.exit, ended.stderr]).toEqual([1, expect.stringContaining(code)]);
    }
    expect((await cnnc('weights', 'ls', 'none.safetensors', '--json')).json()).toMatchObject({
      diagnostics: [{ code: 'weights/unreadable' }],
    });
  });

  it('ls lists them', async () => {
    const { stdout, exit } = await cnnc('weights', 'ls', trained());
    expect(exit).toBe(0);
    expect(stdout).toMatch(/y\.conv\.weight {3}F32 {3}4x3x3x3\n/);
    expect(stdout).toContain('4 tensors, 127 numbers');
  });

  it('convert from tfjs, whole or not at all', async () => {
    const manifest = file(
      'm.json',
      JSON.stringify([{ paths: ['m.bin'], weights: [{ name: 'k', shape: [2, 3], dtype: 'float32' }] }]),
    );
    file('m.bin', new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer));
    const out = join(folder, 'converted.safetensors');
    const ended = await cnnc(
      'weights',
      'convert',
      manifest,
      '--map',
      file('map.json', '{"d.weight": "k"}'),
      '--out',
      out,
      '--json',
    );
    expect(ended.json()).toEqual({ file: out, tensors: [{ name: 'd.weight', shape: [3, 2] }], unused: [] });
    const { file: opened } = openSafetensors(out);
    const entry = opened?.entries.get('d.weight');
    expect(entry && [...(opened?.read(entry) ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
    opened?.close();
    const noted = join(folder, 'noted.safetensors');
    const map = file('map.json', '{"d.weight": "k"}');
    await cnnc('weights', 'convert', manifest, '--map', map, '--like', net, '--out', noted);
    expect((await cnnc('weights', 'ls', noted, '--json')).json()).toMatchObject({
      metadata: { source: 'tensorflow.js', 'cnnc.input.image': expect.any(String) as string },
    });
    const lost = join(folder, 'lost.safetensors');
    const failed = await cnnc(
      'weights',
      'convert',
      manifest,
      '--map',
      file('map.json', '{"d.weight": "q"}'),
      '--out',
      lost,
    );
    expect([failed.exit, failed.stderr]).toEqual([1, expect.stringContaining('weights/unmapped')]);
    expect(existsSync(lost)).toBe(false);
    const notMap = await cnnc('weights', 'convert', manifest, '--map', manifest, '--out', lost);
    expect(notMap.stderr).toContain('weights/bad-map');
    const notManifest = await cnnc('weights', 'convert', net, '--map', file('map.json', '{}'), '--out', lost);
    expect(notManifest.stderr).toContain('weights/bad-manifest');
    expect((await cnnc('weights', 'convert', manifest, '--out', lost)).exit).toBe(2);
  });
});

describe('build', () => {
  interface Built {
    load(): Promise<{ run(inputs: object): { thing: { label: string; p: number } } }>;
  }

  it('writes a package that runs as `cnnc run` does', async () => {
    const out = join(folder, 'package');
    const ended = await cnnc('build', net, '--seed', '5', '--out', out, '--json');
    expect(ended.json()).toMatchObject({ net: 'Tiny', target: 'wasm', out });
    const { load } = (await import(pathToFileURL(join(out, 'index.js')).href)) as Built;
    const data = new Uint8Array(8 * 8 * 3).fill(77);
    const { thing } = (await load()).run({ image: { data, width: 8, height: 8 } });
    const x = file('same.npy', writeNpy({ shape: [8, 8, 3], data: new Float32Array(192).fill(77) }));
    const { outputs } = (
      await cnnc('run', net, '--seed', '5', '--input', x, '--json', '--target', 'eval')
    ).json() as RunJson;
    expect(thing.label).toBe(outputs[0]?.value.label);
    expect(thing.p).toBeCloseTo(outputs[0]?.value.p ?? 0, 5);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('Sees small things.');
    expect(statSync(out).mode & 0o055).toBe(0o055);
  });

  it('stores weights in 16 bits where it is told to, and says which do not fit', async () => {
    const built = async (type: string): Promise<{ readonly bytes: number; readonly p: number }> => {
      const out = join(folder, `package-${type}`);
      expect((await cnnc('build', net, '--seed', '5', '--out', out, '--weights-type', type)).exit).toBe(0);
      const { load } = (await import(pathToFileURL(join(out, 'index.js')).href)) as Built;
      const data = new Uint8Array(8 * 8 * 3).fill(77);
      const { thing } = (await load()).run({ image: { data, width: 8, height: 8 } });
      const sizes = readdirSync(out).filter((name) => name.endsWith('.bin'));
      return { bytes: statSync(join(out, sizes[0] ?? '')).size, p: thing.p };
    };
    const [floats, integers] = [await built('f32'), await built('i16')];
    // Biases, and the first layer that is most of this net, are floats.
    expect(integers.bytes).toBeLessThan(floats.bytes);
    expect(integers.p).toBeCloseTo(floats.p, 4);
    const text =
      'export net Wide {\n  in x: f32[16]\n  y = x -> dense(8, bias = false)\n  out z: tensor(y)\n}\n';
    const weights = join(folder, 'wide.safetensors');
    const data = new Float32Array(8 * 16).fill(3e38);
    writeSafetensors(weights, [{ name: 'y.dense.weight', shape: [8, 16], data }]);
    const large = ['build', file('wide.cnn', text), '--weights', weights, '--out', join(folder, 'large')];
    const tooLarge = await cnnc(...large, '--weights-type', 'i16');
    expect([tooLarge.exit, tooLarge.stderr]).toEqual([
      1,
      expect.stringMatching(/weights\/beyond-i16: y\.dense\.weight of Wide has numbers that 16-bit integers/),
    ]);
    const flags = ['build', net, '--seed', '5', '--out', folder, '--weights-type'];
    expect((await cnnc(...flags, 'f8')).exit).toBe(2);
    const former = await cnnc(...flags, 'f16');
    expect([former.exit, former.stderr]).toEqual([2, expect.stringMatching(/--weights-type is f32 or i16/)]);
  });

  it('replaces its own folder, and no other', async () => {
    const out = join(folder, 'again');
    for (const seed of ['1', '2'])
      expect((await cnnc('build', net, '--seed', seed, '--out', out)).exit).toBe(0);
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'thesis.txt'), 'precious');
    const refused = await cnnc('build', net, '--seed', '1', '--out', mine);
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining('build/folder-in-use')]);
    expect(readdirSync(mine)).toEqual(['thesis.txt']);
    const onFile = await cnnc('build', net, '--seed', '1', '--out', photo);
    expect([onFile.exit, onFile.stderr]).toEqual([1, expect.stringContaining('file/not-written')]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('--check says what is out of date, and writes nothing', async () => {
    const out = join(folder, 'checked');
    const build = (...more: readonly string[]): ReturnType<typeof cnnc> =>
      cnnc('build', net, '--out', out, ...more);
    const absent = await build('--seed', '1', '--check');
    expect([absent.exit, absent.stderr]).toEqual([1, expect.stringContaining('index.js is missing')]);
    expect(existsSync(out)).toBe(false);
    await build('--seed', '1');
    expect((await build('--seed', '1', '--check')).exit).toBe(0);
    const readme = readFileSync(join(out, 'README.md'), 'utf8');
    writeFileSync(join(out, 'README.md'), `${readme}by hand`);
    writeFileSync(join(out, 'old.js'), '');
    const changed = await build('--seed', '1', '--check');
    expect([changed.exit, changed.stderr]).toEqual([1, expect.stringContaining('build/out-of-date')]);
    expect(changed.stderr.match(/\S+ (differs|is missing|is written no more)/g)).toEqual([
      'README.md differs',
      'old.js is written no more',
    ]);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe(`${readme}by hand`);
    expect((await build('--seed', '2', '--check')).stderr).toMatch(/weights\S* differs/);
    expect((await cnnc('build', net, '--check')).exit).toBe(2);
  });

  it('writes TypeScript on TensorFlow.js with the weights as a file', async () => {
    const out = join(folder, 'tfjs');
    expect((await cnnc('build', net, '--seed', '5', '--out', out, '--target', 'tfjs')).exit).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'package.json',
      'tiny.js',
      'tiny.ts',
      'weights.safetensors',
    ]);
    const { file: weights } = openSafetensors(join(out, 'weights.safetensors'));
    expect([...(weights?.entries.keys() ?? [])]).toEqual([
      'y.conv.bias',
      'y.conv.weight',
      'y.dense.bias',
      'y.dense.weight',
    ]);
    weights?.close();
  });

  it('stops where the file does not check', async () => {
    const failing = file('assert.cnn', `${tiny}assert Tiny.params == 1\n`);
    const out = join(folder, 'never');
    const { exit, stderr } = await cnnc('build', failing, '--seed', '1', '--out', out);
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/^error assert\//)]);
    expect(existsSync(out)).toBe(false);
  });

  it('says where most memory is alive when a net cannot fit', async () => {
    const huge = file(
      'huge.cnn',
      'export net Huge {\n  in x: f32[20_000, 20_000, 1]\n  out y: tensor(x -> conv(4, 3))\n}',
    );
    const { exit, stderr } = await cnnc('build', huge, '--seed', '1', '--out', join(folder, 'huge'));
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/memory\/too-large: Huge needs [\d.]+ GB[\s\S]*huge\.cnn:3:/),
    ]);
    expect(existsSync(join(folder, 'huge'))).toBe(false);
  });

  it('dumps what is between the phases', async () => {
    const { stdout, exit } = await cnnc(
      'build',
      net,
      '--dump',
      'graph',
      '--dump',
      'after:fuse-elementwise',
      '--dump',
      'plan',
      '--dump',
      'wat',
    );
    expect(exit).toBe(0);
    for (const part of ['relu', 'plan Tiny for ', '(module', '(export "run"']) expect(stdout).toContain(part);
    const wrong = await cnnc('build', net, '--dump', 'after:fuse-elementwis');
    expect([wrong.exit, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('did you mean fuse-elementwise?'),
    ]);
    expect((await cnnc('build', net)).exit).toBe(2);
  });

  it('dumps the plan that the other options make', async () => {
    const dumped = async (...options: string[]): Promise<string> =>
      (await cnnc('build', net, '--dump', 'plan', ...options)).stdout;
    expect(await dumped()).toMatch(/^plan Tiny for relaxed\n/);
    expect(await dumped('--deterministic')).toContain('plan Tiny for simd');
    expect(await dumped('--wide')).toContain('plan Tiny for relaxed wide');
  });
});

describe('fmt and graph', () => {
  it('formats in place, or only says so', async () => {
    const loose = file('loose.cnn', tiny.replace('conv(4, 3, pad = 1)', 'conv( 4,3 , pad=1 )'));
    expect((await cnnc('fmt', '--check', loose)).exit).toBe(1);
    expect(readFileSync(loose, 'utf8')).toContain('conv( 4,3');
    expect((await cnnc('fmt', loose, '--json')).json()).toEqual({ changed: [loose], diagnostics: [] });
    expect(readFileSync(loose, 'utf8')).toContain('conv(4, 3, pad = 1)');
    expect((await cnnc('fmt', '--check', loose)).exit).toBe(0);
    const broken = file('broken.cnn', 'net {');
    const ended = await cnnc('fmt', broken, loose);
    expect([ended.exit, ended.stderr]).toEqual([1, expect.stringContaining('syntax/')]);
    expect(readFileSync(broken, 'utf8')).toBe('net {');
  });

  it('draws a net as SVG, PNG and HTML', async () => {
    const [svg, png, html] = ['n.svg', 'n.png', 'n.html'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const ended = await cnnc(
      'graph',
      net,
      '--svg',
      svg,
      '--png',
      png,
      '--html',
      html,
      '--detail',
      'all',
      '--json',
    );
    expect(ended.json()).toEqual({ net: 'Tiny', files: [svg, png, html] });
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[\s\S]*8×8×4|8x8x4/);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(html, 'utf8')).toContain('Tiny');
    expect((await cnnc('graph', net)).exit).toBe(2);
    expect((await cnnc('graph', net, '--svg', svg, '--direction', 'up')).exit).toBe(2);
    expect((await cnnc('graph', net, '--svg', svg, '--columns', '2')).exit).toBe(0);
    expect((await cnnc('graph', net, '--svg', svg, '--columns', '0')).exit).toBe(2);
  });

  it('refuses what is too large to be drawn, and writes nothing', async () => {
    const outputs = Array.from({ length: 600 }, (_, i) => `  out y${i}: tensor(x -> dense(${i + 1}))`);
    const wide = file('wide.cnn', `net Wide {\n  in x: f32[4]\n${outputs.join('\n')}\n}\n`);
    const svg = join(folder, 'wide.svg');
    const { exit, stderr } = await cnnc('graph', wide, '--svg', svg);
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/graph\/too-large: Wide is .* 1201 tiles/)]);
    expect(existsSync(svg)).toBe(false);
  });
});

describe('the standard library', () => {
  it.each(['std/lenet', 'std/lenet.cnn'])('is there by name: %s', async (file) => {
    const { exit, json } = await cnnc('summary', file, '--net', 'LeNet5', '--json');
    expect([exit, (json() as { params: number }).params]).toEqual([0, 61_706]);
  });

  it('proposes near names', async () => {
    const { exit, stdout } = await cnnc('check', 'std/resnit');
    expect([exit, stdout]).toEqual([1, expect.stringContaining('did you mean std/resnet?')]);
    expect((await cnnc('check', 'std/qqqqqq')).stdout).toContain('the stdlib has alexnet, ');
  });
});

describe('explain and help', () => {
  it('explains codes, and proposes near ones', async () => {
    const known = await cnnc('explain', 'shape/nothing-left');
    expect([known.exit, known.stdout]).toEqual([0, expect.stringMatching(/Wrong[\s\S]*Right/)]);
    const near = await cnnc('explain', 'shape/nothing-lef');
    expect([near.exit, near.stderr]).toEqual([
      2,
      expect.stringContaining('did you mean shape/nothing-left?'),
    ]);
    expect((await cnnc('explain', '--json')).json()).toBeInstanceOf(Array);
    const inherited = await cnnc('explain', 'constructor');
    expect([inherited.exit, inherited.stderr]).toEqual([
      2,
      expect.stringContaining('there is no diagnostic constructor'),
    ]);
  });

  it('has help with examples for every command, exit code 0', async () => {
    for (const command of ['check', 'summary', 'run', 'build', 'fmt', 'graph']) {
      const { exit, stdout } = await cnnc(command, '--help');
      expect([exit, stdout]).toEqual([0, expect.stringMatching(/Usage: cnnc[\s\S]*Examples\n {2}cnnc /)]);
    }
    expect((await cnnc('--help')).stdout).toContain('Exit codes: 0 done');
    expect((await cnnc('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
