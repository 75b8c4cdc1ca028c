import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  decodeOutput,
  InputError,
  load,
  pickVariant,
  supports,
  UnsupportedError,
  WeightsError,
  type InputValue,
  type LabelValue,
  type Model,
  type TensorValue,
} from '../../src/runtime/index.ts';
import { encodedProgram, program, weights } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-runtime-'));
const raw = new Uint8Array(weights.buffer);
let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/page.bin')
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
    if (request.url === '/broken.bin') {
      response.writeHead(200, { 'content-length': 12 }).write(raw.subarray(0, 5));
      return void setTimeout(() => response.destroy(), 5);
    }
    if (request.url === '/gone.bin') return void response.writeHead(404).end('<html>not found</html>');
    // In two pieces, so that the stream is really one.
    response.write(raw.subarray(0, 5));
    setTimeout(() => response.end(raw.subarray(5, request.url === '/short.bin' ? 8 : undefined)), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, bytes: Uint8Array): URL {
  writeFileSync(join(folder, name), bytes);
  return pathToFileURL(join(folder, name));
}

const numbers = Float32Array.from({ length: 12 }, (_, i) => i);
const added = [0.5, 101, 1, 3.5, 104, 4, 6.5, 107, 7, 9.5, 110, 10];
const tensorOf = (model: Model, image: InputValue): readonly number[] => [
  ...(model.run({ image })['y'] as TensorValue).data,
];

async function failure(
  promise: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string }> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Error);
  return error as { code: string; message: string } & Error;
}

describe('load', () => {
  it('runs with weights from memory, base64 code, a file and the network', async () => {
    for (const [loaded, options] of [
      [program(), {}],
      [encodedProgram(), {}],
      [program(), { weights: file('w.bin', raw) }],
      [program(), { weights: file('w.bin', raw).href }],
      [program(), { weights: `${origin}/w.bin` }],
      [program(), { weights: raw.buffer }],
    ] as const)
      expect(tensorOf(await load(loaded, options), numbers)).toEqual(added);
  });

  it('prepares the weights once in each load', async () => {
    const shared = program();
    const models = [await load(shared), await load(shared)];
    for (const model of [...models, ...models]) expect(tensorOf(model, numbers)).toEqual(added);
  });

  it('reports progress', async () => {
    const seen: [number, number][] = [];
    await load(program(), {
      weights: `${origin}/w.bin`,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(seen.at(-1)).toEqual([12, 12]);
  });

  it('says what is wrong with the weights', async () => {
    const errors = [
      [`${origin}/gone.bin`, 'weights/http', /gone\.bin could not be fetched: HTTP status 404/],
      [`${origin}/short.bin`, 'weights/truncated', /short\.bin is cut short: 8 of 12 bytes/],
      [
        `${origin}/page.bin`,
        'weights/http',
        /page\.bin could not be fetched: the server answered with a page/,
      ],
      [
        `${origin}/broken.bin`,
        'weights/unreachable',
        /broken\.bin could not be fetched after 5 of 12 bytes: /,
      ],
      ['http://127.0.0.1:1/w.bin', 'weights/unreachable', /could not be fetched: /],
      [
        pathToFileURL(join(folder, 'none.bin')),
        'weights/unreachable',
        /none\.bin cannot be read: there is no such file/,
      ],
      [file('long.bin', new Uint8Array(16)), 'weights/wrong-file', /long\.bin is longer than the weights/],
      [file('other.bin', new Uint8Array(12)), 'weights/wrong-file', /other\.bin does not hold the weights/],
      [raw.subarray(0, 8), 'weights/truncated', /the weights is cut short|are cut short|8 of 12/],
    ] as const;
    for (const [source, code, message] of errors) {
      const error = await failure(load(program(), { weights: source }));
      expect(error).toBeInstanceOf(WeightsError);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    }
  });

  it('stops when it is told to, wherever the weights come from', async () => {
    for (const weights of [`${origin}/w.bin`, file('w.bin', raw), raw]) {
      const signal = AbortSignal.abort();
      expect(await failure(load(program(), { weights, signal }))).toHaveProperty('name', 'AbortError');
    }
    const underWay = new AbortController();
    const stopped = load(program(), {
      weights: `${origin}/w.bin`,
      signal: underWay.signal,
      onProgress: () => underWay.abort(),
    });
    expect(await failure(stopped)).toHaveProperty('name', 'AbortError');
  });

  it('says what a page needs whose policy forbids WebAssembly', async () => {
    const compile = vi
      .spyOn(WebAssembly, 'instantiate')
      .mockRejectedValue(
        new WebAssembly.CompileError('Refused to compile or instantiate WebAssembly module'),
      );
    const error = await failure(load(program()));
    compile.mockRestore();
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error).toMatchObject({
      code: 'unsupported/compile',
      message: expect.stringMatching(/Refused to compile[\s\S]*'wasm-unsafe-eval'/) as unknown,
    });
  });

  it('takes the best variant that there is, and says which feature is missing', () => {
    expect(supports('simd')).toBe(true);
    expect(pickVariant(['simd'])).toBe('simd');
    expect(pickVariant(['simd', 'relaxed'])).toBe(supports('relaxed') ? 'relaxed' : 'simd');
    expect(pickVariant(['simd', 'relaxed'], { variant: 'simd' })).toBe('simd');
    expect(() => pickVariant(['simd'], { variant: 'relaxed' })).toThrow(UnsupportedError);
    expect(() => pickVariant(['simd'], { variant: 'relaxed' })).toThrow(
      /this program has no build relaxed; it has simd/,
    );
    expect(() => pickVariant([])).toThrow(/does not support WebAssembly SIMD/);
  });
});

describe('inputs', () => {
  it('writes around the halo and leaves it zero', async () => {
    const model = await load(program());
    expect(tensorOf(model, numbers)).toEqual(added);
    expect(tensorOf(model, [...numbers])).toEqual(added);
    expect(tensorOf(model, { data: numbers, shape: [2, 2, 3] })).toEqual(added);
  });

  it('takes pixels of any size and channels', async () => {
    const model = await load(program());
    const rgba = Uint8ClampedArray.of(10, 20, 30, 255, 40, 50, 60, 255, 70, 80, 90, 255, 100, 110, 120, 255);
    expect(tensorOf(model, { data: rgba, width: 2, height: 2 })).toEqual([
      10.5, 120, 29, 40.5, 150, 59, 70.5, 180, 89, 100.5, 210, 119,
    ]);
    const gray = tensorOf(model, { data: Uint8Array.of(7), width: 1, height: 1 });
    expect(gray.slice(0, 6)).toEqual([7.5, 107, 6, 7.5, 107, 6]);
  });

  it('names the input and what it takes', async () => {
    const model = await load(program());
    const fails = (inputs: Record<string, InputValue>, code: string, message: RegExp): void => {
      const error = (() => {
        try {
          return model.run(inputs);
        } catch (e) {
          return e;
        }
      })();
      expect(error).toBeInstanceOf(InputError);
      expect(error).toMatchObject({ code });
      expect((error as Error).message).toMatch(message);
    };
    fails({}, 'input/missing', /input image is missing: it takes an rgb image or 2x2x3 numbers/);
    fails({ image: numbers, foto: numbers }, 'input/unknown', /Add has no input foto; it has image/);
    fails({ image: [1, 2] }, 'input/wrong-shape', /2x2x3 numbers, which is 12 numbers, not 2/);
    fails({ image: { data: numbers, shape: [3, 4] } }, 'input/wrong-shape', /not 3x4/);
    fails(undefined as unknown as Record<string, InputValue>, 'input/missing', /input image is missing/);
    fails(
      { image: new BigInt64Array(12) as unknown as InputValue },
      'input/not-a-tensor',
      /takes an rgb image or 2x2x3 numbers, not a list of bigints/,
    );
    fails(
      { image: { width: 2, height: 2, data: undefined } as unknown as InputValue },
      'input/not-an-image',
      /0 values are no gray/,
    );
    const unloaded = { naturalWidth: 0, naturalHeight: 0, width: 300, height: 200 };
    fails({ image: unloaded as InputValue }, 'input/not-an-image', /has no pixels: it has not loaded yet/);
    fails({ image: 3 as unknown as InputValue }, 'input/not-a-tensor', /not a number/);
    fails({ image: null as unknown as InputValue }, 'input/not-a-tensor', /not null/);
    fails(
      { image: { data: [1, 2, 3], width: 2, height: 2 } },
      'input/not-an-image',
      /3 values are no gray, RGB or RGBA image of 2x2/,
    );
    const tensor = await load(program({ input: { format: 'f32' } }));
    expect(() => tensor.run({ image: { data: numbers, width: 2, height: 2 } })).toThrow(
      /takes 2x2x3 numbers, not an image/,
    );
  });
});

describe('outputs', () => {
  const kindOf = async (output: Parameters<typeof program>[0] & object): Promise<unknown> =>
    (await load(program(output))).run({ image: numbers })['y'];

  it('gives labels with probabilities, best first', async () => {
    const classes = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const found = (await kindOf({ output: { kind: 'label', classes } })) as LabelValue;
    expect(found).toMatchObject({ label: 'c10', index: 10 });
    expect(found.p).toBeCloseTo(1 / (1 + Math.exp(-3) + Math.exp(-6) + Math.exp(-9)), 5);
    expect(found.top(3).map(({ index }) => index)).toEqual([10, 7, 4]);
    const all = found.top(12).reduce((sum, { p }) => sum + p, 0);
    expect(all).toBeCloseTo(1, 5);
    const probabilities = (await kindOf({ output: { kind: 'label', probabilities: true } })) as LabelValue;
    expect(probabilities).toMatchObject({ label: '10', p: 110 });
  });

  it('gives masks, points, images, embeddings and heads', async () => {
    expect(await kindOf({ output: { kind: 'mask', classes: ['a', 'b', 'c'] } })).toMatchObject({
      shape: [2, 2],
      data: Uint16Array.of(1, 1, 1, 1),
    });
    expect(await kindOf({ output: { kind: 'points', count: 6 } })).toContainEqual({ x: 0.5, y: 101 });
    expect(await kindOf({ output: { kind: 'image' } })).toMatchObject({
      width: 2,
      height: 2,
      data: Uint8ClampedArray.of(0, 101, 1, 255, 4, 104, 4, 255, 6, 107, 7, 255, 10, 110, 10, 255),
    });
    expect(await kindOf({ output: { kind: 'embedding' } })).toEqual(Float32Array.from(added));
    const detect = {
      kind: 'detect',
      classes: ['x'],
      branches: [{ anchors: [[1, 2]] }],
      nms: { iou: 0.5, score: 0.5, max: 9 },
    } as const;
    expect(await kindOf({ output: detect })).toMatchObject({
      heads: [{ shape: [2, 2, 3], anchors: [[1, 2]] }],
    });
    const decoded = await load({
      ...program({ output: detect }),
      detect: (value, kind, seen) => ({ n: value.heads.length, kind, seen }),
    });
    expect(decoded.run({ image: { data: Uint8Array.of(7), width: 1, height: 1 } })['y']).toMatchObject({
      n: 1,
      kind: detect,
      seen: { image: { width: 1, height: 1 }, input: { width: 2, height: 2 }, fit: 'stretch' },
    });
  });

  it('divides a mask of one channel at even odds, of logits and of probabilities', () => {
    const decoded = (probabilities: boolean, ...values: readonly number[]): unknown =>
      decodeOutput(
        { output: { kind: 'mask', probabilities } },
        [{ data: Float32Array.from(values), shape: [1, 2, 1] }],
        { seen: undefined, detect: undefined },
      );
    const halves = { data: Uint16Array.of(0, 1), shape: [1, 2], classes: ['0', '1'] };
    expect(decoded(false, -0.1, 0.1)).toEqual(halves);
    expect(decoded(true, 0.4, 0.6)).toEqual(halves);
  });

  it('gives copies: a later run leaves earlier results alone', async () => {
    const model = await load(program());
    const first = model.run({ image: numbers })['y'] as TensorValue;
    model.run({ image: new Float32Array(12) });
    expect([...first.data]).toEqual(added);
  });
});
