/** The assembler: every encoding is read back by wabt, and what is built is run. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import wabt from 'wabt';
import {
  f32,
  f32x4,
  i32,
  i32x4,
  ModuleBuilder,
  select,
  v128,
  callResult,
} from '../../src/compiler/7-emit/wasm/assembler/index.ts';
import { sleb, uleb } from '../../src/compiler/7-emit/wasm/assembler/encode.ts';
import type { FunctionBuilder, V128, Local } from '../../src/compiler/7-emit/wasm/assembler/index.ts';

const plain = { relaxed: false, wide: false };
const relaxed = { relaxed: true, wide: false };
const features = { simd: true, relaxed_simd: true, bulk_memory: true, threads: true } as const;
const disassembler = await wabt();

function disassemble(bytes: Uint8Array<ArrayBuffer>): string {
  expect(WebAssembly.validate(bytes)).toBe(true);
  const module = disassembler.readWasm(bytes, { readDebugNames: true, ...features });
  return module.toText({ foldExprs: true, inlineExport: false });
}

/** Instructions of the only function, folded, without line breaks. */
function bodyOf(build: (f: FunctionBuilder, p: Local<'i32'>) => void, engine = plain): string {
  const m = new ModuleBuilder(engine);
  m.importMemory({ module: 'env', name: 'memory', pages: 1 });
  m.function({ name: 'k', params: ['i32'] }, build);
  const text = disassemble(m.build()).replace(/\s+/g, ' ');
  return text
    .replace(/^.*\(param i32\) ?/, '')
    .replace(/\)\)\s*$/, '')
    .trim();
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly exports: Readonly<Record<string, (...args: number[]) => number>>;
}

function instantiate(m: ModuleBuilder): Instance {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = m.build();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory, exports: instance.exports as Instance['exports'] };
}

function moduleWithMemory(engine = plain): ModuleBuilder {
  const m = new ModuleBuilder(engine);
  m.importMemory({ module: 'env', name: 'memory', pages: 1 });
  return m;
}

describe('LEB128', () => {
  const decode = (bytes: readonly number[]): bigint =>
    bytes.reduce((value, byte, i) => value | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);

  test('unsigned numbers decode to themselves in the fewest bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
        const bytes = uleb(n);
        expect(decode(bytes)).toBe(BigInt(n));
        expect(bytes.length).toBe(Math.max(1, Math.ceil(n.toString(2).length / 7)));
      }),
    );
  });

  test('signed numbers decode to themselves', () => {
    fc.assert(
      fc.property(fc.integer(), (n) => {
        const bytes = sleb(n);
        expect(BigInt.asIntN(bytes.length * 7, decode(bytes))).toBe(BigInt(n));
      }),
    );
  });

  test('an address above 2³¹ wraps', () => {
    expect(sleb(0xfffffff0)).toEqual(sleb(-16));
  });
});

describe('code', () => {
  test('loads and stores fold displacements and constant bases', () => {
    expect(bodyOf((f, p) => f.store(p, 32, v128.load(p, 16)))).toBe(
      '(v128.store offset=32 (local.get 0) (v128.load offset=16 (local.get 0)))',
    );
    expect(bodyOf((f) => f.store(1024, 8, f32.load(i32.const(4), 4)))).toBe(
      '(f32.store offset=1032 (i32.const 0) (f32.load offset=8 (i32.const 0)))',
    );
  });

  test('a negative displacement goes into the base, where it cannot wrap', () => {
    expect(bodyOf((f, p) => f.store(p, 0, v128.load32Splat(p, -8)))).toBe(
      '(v128.store (local.get 0) (v128.load32_splat (i32.add (local.get 0) (i32.const -8))))',
    );
  });

  test('fma is relaxed_madd where the engine has it, mul and add elsewhere', () => {
    const emit = (f: FunctionBuilder, p: Local<'i32'>): void => {
      const x = f.v128();
      f.store(p, 0, f.fma(x, x, x));
    };
    expect(bodyOf(emit, relaxed)).toContain('f32x4.relaxed_madd');
    expect(bodyOf(emit, plain)).toMatch(/f32x4\.add \(f32x4\.mul/);
    const negated = (f: FunctionBuilder, p: Local<'i32'>): void => {
      const x = f.v128();
      f.store(p, 0, f.fnma(x, x, x));
    };
    expect(bodyOf(negated, relaxed)).toContain('f32x4.relaxed_nmadd');
  });

  test('constants fold: x + 0, constant sums, products by powers of two', () => {
    expect(bodyOf((f, p) => f.set(p, i32.add(p, 0)))).toBe('(local.set 0 (local.get 0))');
    expect(bodyOf((f, p) => f.set(p, i32.add(3, 4)))).toBe('(local.set 0 (i32.const 7))');
    expect(bodyOf((f, p) => f.set(p, i32.mul(16, p)))).toBe(
      '(local.set 0 (i32.shl (local.get 0) (i32.const 4)))',
    );
    expect(bodyOf((f, p) => f.set(p, i32.mul(p, 12)))).toBe(
      '(local.set 0 (i32.mul (local.get 0) (i32.const 12)))',
    );
  });

  test('locals declared in any order are grouped by type', () => {
    const text = bodyOf((f, p) => {
      const a = f.v128();
      const b = f.let(i32.add(p, 1));
      const c = f.f32();
      f.store(p, 0, a);
      f.store(b, 16, c);
      f.store(b, 32, p);
    });
    expect(text).toContain('(local i32 f32 v128)');
    expect(text).toContain('(v128.store (local.get 0) (local.get 3))');
    expect(text).toContain('(f32.store offset=16 (local.get 1) (local.get 2))');
  });

  /** Every vector instruction by name, each with the text format's name. */
  const unary: readonly [string, (a: V128) => V128][] = [
    ['v128.not', v128.not],
    ['f32x4.ceil', f32x4.ceil],
    ['f32x4.floor', f32x4.floor],
    ['f32x4.trunc', f32x4.trunc],
    ['f32x4.nearest', f32x4.nearest],
    ['f32x4.abs', f32x4.abs],
    ['f32x4.neg', f32x4.neg],
    ['f32x4.sqrt', f32x4.sqrt],
    ['f32x4.convert_i32x4_s', f32x4.convertI32x4S],
    ['i32x4.trunc_sat_f32x4_s', i32x4.truncSatF32x4S],
    ['i32x4.shl', (a) => i32x4.shl(a, 23)],
    ['i32x4.shr_s', (a) => i32x4.shrS(a, 23)],
    ['i32x4.shr_u', (a) => i32x4.shrU(a, 23)],
    ['f32x4.splat', (a) => f32x4.splat(f32x4.extractLane(a, 2))],
    ['f32x4.extract_lane 2', (a) => f32x4.splat(f32x4.extractLane(a, 2))],
    ['f32x4.replace_lane 3', (a) => f32x4.replaceLane(a, 3, f32.const(1))],
    ['i32x4.splat', (a) => i32x4.splat(i32x4.extractLane(a, 1))],
    ['i32x4.extract_lane 1', (a) => i32x4.splat(i32x4.extractLane(a, 1))],
    ['i32x4.bitmask', (a) => i32x4.splat(i32x4.bitmask(a))],
    ['v128.any_true', (a) => i32x4.splat(v128.anyTrue(a))],
    ['i8x16.shuffle 4 5 6 7 0 1 2 3 16 17 18 19 28 29 30 31', (a) => v128.shuffle32(a, a, [1, 0, 4, 7])],
    ['v128.load32_zero offset=4', () => v128.load32Zero(64, 4 - 64)],
    ['v128.load64_zero', () => v128.load64Zero(0)],
    ['v128.load64_splat', () => v128.load64Splat(0)],
    ['v128.load32_lane offset=4 2', (a) => v128.load32Lane(0, 4, a, 2)],
    ['v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000', () => f32x4.const(1)],
    ['v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff', () => i32x4.const(-1)],
  ];
  test.each(unary)('%s', (name, op) => {
    expect(bodyOf((f, p) => f.store(p, 0, op(f.v128())))).toContain(name);
  });

  const binary: readonly [string, (a: V128, b: V128) => V128][] = [
    ['v128.and ', v128.and],
    ['v128.andnot', v128.andnot],
    ['v128.or', v128.or],
    ['v128.xor', v128.xor],
    ...(
      ['eq', 'ne', 'lt', 'gt', 'le', 'ge', 'add', 'sub', 'mul', 'div', 'min', 'max', 'pmin', 'pmax'] as const
    ).map((name): [string, (a: V128, b: V128) => V128] => [`f32x4.${name} `, f32x4[name]]),
    ['i32x4.eq', i32x4.eq],
    ['i32x4.ne', i32x4.ne],
    ['i32x4.lt_s', i32x4.ltS],
    ['i32x4.gt_s', i32x4.gtS],
    ['i32x4.add', i32x4.add],
    ['i32x4.sub', i32x4.sub],
    ['i32x4.mul', i32x4.mul],
    ['i32x4.min_s', i32x4.minS],
    ['i32x4.max_s', i32x4.maxS],
    ['v128.bitselect', (a, b) => v128.bitselect(a, b, a)],
  ];
  test.each(binary)('%s', (name, op) => {
    expect(bodyOf((f, p) => f.store(p, 0, op(f.v128(), f.v128())))).toContain(name);
  });

  test('scalar instructions', () => {
    const text = bodyOf((f, p) => {
      const x = f.f32();
      for (const op of [f32.abs, f32.neg, f32.ceil, f32.floor, f32.trunc, f32.nearest, f32.sqrt])
        f.set(x, op(x));
      for (const op of [f32.add, f32.sub, f32.mul, f32.div, f32.min, f32.max]) f.set(x, op(x, x));
      for (const op of [f32.eq, f32.ne, f32.lt, f32.gt, f32.le, f32.ge]) f.set(p, op(x, x));
      for (const op of [i32.sub, i32.divU, i32.remU, i32.and, i32.or, i32.xor, i32.shl, i32.shrS, i32.shrU])
        f.set(p, op(p, p));
      for (const op of [
        i32.eq,
        i32.ne,
        i32.ltS,
        i32.ltU,
        i32.gtS,
        i32.gtU,
        i32.leS,
        i32.leU,
        i32.geS,
        i32.geU,
      ])
        f.set(p, op(p, p));
      f.set(p, i32.eqz(i32.truncSatF32S(f32.convertI32S(i32.reinterpretF32(f32.reinterpretI32(p))))));
      f.set(p, select(p, i32.load(p), i32.load8U(p)));
      f.store32Lane(p, 4, f.v128(), 3);
    });
    const names = text.match(/(?:f32|i32)\.(?!const|store)[a-z0-9_]+|select|v128\.store32_lane offset=4 3/g);
    // In the order of the text, where what is read at once is folded into its reader.
    expect(names?.toSorted()).toEqual(
      [
        'f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul f32.div f32.min f32.max',
        'f32.eq f32.ne f32.lt f32.gt f32.le f32.ge i32.sub i32.div_u i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u',
        'i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u',
        'i32.eqz i32.trunc_sat_f32_s f32.convert_i32_s i32.reinterpret_f32 f32.reinterpret_i32 select i32.load i32.load8_u',
      ]
        .join(' ')
        .split(' ')
        .concat('v128.store32_lane offset=4 3')
        .toSorted(),
    );
  });
});

describe('control flow, run', () => {
  const bound = fc.integer({ min: 0, max: 40 });
  test('for counts as a for loop does, with constant and with dynamic bounds', () => {
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 1, max: 7 }), (from, to, step) => {
        const m = moduleWithMemory();
        const count = (dynamic: boolean) =>
          m.function({ name: 'count', params: ['i32', 'i32'], result: 'i32' }, (f, a, b) => {
            const [i, sum] = [f.i32(), f.i32()];
            f.for(i, dynamic ? a : from, dynamic ? b : to, step, () => f.increment(sum, i32.add(i, 100)));
            return sum;
          });
        m.export('constant', count(false));
        m.export('dynamic', count(true));
        let expected = 0;
        for (let i = from; i < to; i += step) expected += i + 100;
        const { exports } = instantiate(m);
        expect([exports.constant?.(from, to), exports.dynamic?.(from, to)]).toEqual([expected, expected]);
      }),
      { numRuns: 50 },
    );
  });

  test('nested blocks, loops and branches reach the labels they name', () => {
    const m = moduleWithMemory();
    // The first n ≥ start that 7 divides, −1 if it is above 100.
    const search = m.function({ name: 'search', params: ['i32'], result: 'i32' }, (f, n) => {
      const found = f.let(i32.const(-1));
      f.block((done) => {
        f.loop((again) => {
          f.branchIf(done, i32.gtU(n, 100));
          f.if(
            i32.eqz(i32.remU(n, 7)),
            () => {
              f.set(found, n);
              f.branch(done);
            },
            () => f.increment(n, 1),
          );
          f.branch(again);
        });
      });
      return found;
    });
    m.export('search', search);
    const { exports } = instantiate(m);
    expect([1, 7, 50, 99].map((n) => exports.search?.(n))).toEqual([7, 7, 56, -1]);
  });

  test('calls pass arguments and give results; procedures store', () => {
    const m = moduleWithMemory();
    const square = m.function({ name: 'square', params: ['f32'], result: 'f32' }, (_f, x) => f32.mul(x, x));
    const put = m.function({ name: 'put', params: ['i32', 'f32'] }, (f, at, x) => f.store(at, 0, x));
    m.export(
      'run',
      m.function({ name: 'run', params: ['f32'] }, (f, x) => f.call(put, 16, callResult('f32', square, x))),
    );
    const { exports, memory } = instantiate(m);
    exports.run?.(3);
    expect(new Float32Array(memory.buffer)[4]).toBe(9);
  });

  test('fill, copy and data segments', () => {
    const m = moduleWithMemory();
    m.data(100, Uint8Array.of(1, 2, 3, 4));
    m.export(
      'run',
      m.function({ name: 'run', params: [] }, (f) => {
        f.copy(200, 100, 4);
        f.fill(102, 0xab, 3);
      }),
    );
    const { exports, memory } = instantiate(m);
    exports.run?.();
    const bytes = new Uint8Array(memory.buffer);
    expect([...bytes.slice(100, 106)]).toEqual([1, 2, 0xab, 0xab, 0xab, 0]);
    expect([...bytes.slice(200, 204)]).toEqual([1, 2, 3, 4]);
  });

  test('a dot product over vectors, fused or not', () => {
    for (const engine of [plain, relaxed]) {
      const m = moduleWithMemory(engine);
      const dot = m.function({ name: 'dot', params: ['i32', 'i32'], result: 'f32' }, (f, a, b) => {
        const [acc, end] = [f.v128(), f.let(i32.add(a, 64))];
        f.loop((again) => {
          f.set(acc, f.fma(v128.load(a), v128.load(b), acc));
          f.increment(b, 16);
          f.branchIf(again, i32.ltU(f.tee(a, i32.add(a, 16)), end));
        });
        const pairs = f.let(f32x4.add(acc, v128.shuffle32(acc, acc, [2, 3, 0, 1])));
        return f32.add(f32x4.extractLane(pairs, 0), f32x4.extractLane(pairs, 1));
      });
      m.export('dot', dot);
      const { exports, memory } = instantiate(m);
      new Float32Array(memory.buffer).set(Array.from({ length: 32 }, (_, i) => i % 16));
      expect(exports.dot?.(0, 64)).toBe(1240);
    }
  });
});

describe('modules', () => {
  test('equal functions are stored once; keys build once', () => {
    const m = moduleWithMemory();
    const add = (name: string, n: number) =>
      m.function({ name, params: ['i32'], result: 'i32' }, (_f, x) => i32.add(x, n));
    expect(add('a', 1).index).toBe(add('b', 1).index);
    expect(add('c', 2).index).not.toBe(add('a', 1).index);
    let built = 0;
    const build = () => {
      built += 1;
      return add('d', 9);
    };
    expect(m.shared('d', build)).toBe(m.shared('d', build));
    expect(built).toBe(1);
    expect(m.size.functions).toBe(3);
  });

  test('names survive for profilers, and only when asked for', () => {
    const m = moduleWithMemory();
    m.function({ name: 'gemm_6x8', params: [] }, () => {});
    expect(disassemble(m.build({ names: true }))).toContain('$gemm_6x8');
    expect(disassemble(m.build())).not.toContain('gemm');
  });

  test('a shared memory is imported with its maximum', () => {
    const m = new ModuleBuilder(plain);
    m.importMemory({ module: 'env', name: 'memory', pages: 3, shared: true });
    expect(disassemble(m.build())).toContain('(memory (;0;) 3 3 shared)');
  });

  test('a function that promises a result must give it', () => {
    const m = moduleWithMemory();
    expect(() => m.function({ name: 'f', params: [], result: 'i32' }, () => {})).toThrow(/must give i32/);
  });
});
