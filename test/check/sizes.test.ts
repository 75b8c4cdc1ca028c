import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, noNamedSizes, type NamedSizes } from '../../src/compiler/3-check/sizes.ts';
import {
  addDims,
  evaluateDim,
  floorDivDim,
  mulDims,
  namedDim,
  sameDim,
  subDims,
  type Dim,
} from '../../src/compiler/ir/dim.ts';
import { applyFix, checkText, codes } from './support.ts';

/** Expressions over H and W as shape rules build them. */
const dims: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Dim>(namedDim('H'), namedDim('W')),
    fc.integer({ min: -9, max: 9 }),
    fc.tuple(tie('dim'), fc.integer({ min: 1, max: 5 })).map(([a, n]) => floorDivDim(a, n)),
    fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie('dim'), fc.integer({ min: -4, max: 4 })).map(([a, n]) => mulDims(a, n)),
  ),
})).dim;

/** The same shape of expression computed with numbers. */
const steps = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant('floor' as const), n: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ op: fc.constant('add' as const), n: fc.integer({ min: -7, max: 7 }) }),
    fc.record({ op: fc.constant('mul' as const), n: fc.integer({ min: -4, max: 4 }) }),
  ),
  { maxLength: 7 },
);

const sizes = fc.record({ H: fc.integer({ min: 1, max: 600 }), W: fc.integer({ min: 1, max: 600 }) });

function named(where: NamedSizes['where'] = []): NamedSizes {
  const state = { ...noNamedSizes(), where };
  const input = undefined as never;
  for (const name of ['H', 'W']) state.sizes.set(name, { name, default: 224, modulus: 1, input });
  return state;
}

describe('sizes as expressions', () => {
  test('evaluate to what the numbers give', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 999 }), (ops, H) => {
        let dim: Dim = namedDim('H');
        let value = H;
        for (const { op, n } of ops) {
          dim = op === 'floor' ? floorDivDim(dim, n) : op === 'add' ? addDims(dim, n) : mulDims(dim, n);
          value = op === 'floor' ? Math.floor(value / n) : op === 'add' ? value + n : value * n;
        }
        // Adding 0 makes −0 to 0.
        expect(evaluateDim(dim, { H }) + 0).toBe(value + 0);
      }),
    );
  });

  test('sums, differences and products agree with evaluation', () => {
    fc.assert(
      fc.property(dims, dims, sizes, (a, b, at) => {
        const [x, y] = [evaluateDim(a, at), evaluateDim(b, at)];
        expect(evaluateDim(addDims(a, b), at)).toBe(x + y);
        expect(evaluateDim(subDims(a, b), at)).toBe(x - y);
        expect(evaluateDim(mulDims(a, b), at) - x * y).toBeCloseTo(0);
      }),
    );
  });

  test('the same normal form means the same value', () => {
    fc.assert(
      fc.property(dims, dims, sizes, (a, b, at) => {
        if (sameDim(a, b)) expect(evaluateDim(a, at)).toBe(evaluateDim(b, at));
      }),
    );
  });

  test('the solver is right wherever it says equal, and its counter-examples differ', () => {
    fc.assert(
      fc.property(dims, dims, sizes, (a, b, at) => {
        const decision = decide(a, b, named());
        if (!decision.equal) {
          const [x, y] = [evaluateDim(a, decision.example), evaluateDim(b, decision.example)];
          expect([x, y]).toEqual(decision.values);
          expect(x).not.toBe(y);
          return;
        }
        const [x, y] = [evaluateDim(a, at), evaluateDim(b, at)];
        // Sizes below 1 are another error, at another place.
        if (x > 0 && y > 0) expect(x).toBe(y);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[Dim, Dim]>([
    [subDims(namedDim('H'), mulDims(namedDim('W'), 2)), subDims(namedDim('W'), 3)],
    [subDims(namedDim('H'), 2), subDims(namedDim('H'), mulDims(namedDim('W'), 2))],
    [subDims(namedDim('W'), 1), subDims(namedDim('W'), namedDim('H'))],
  ])('sizes that leave nothing at the defaults are looked at where they leave something (%#)', (a, b) => {
    const decision = decide(a, b, named());
    expect(decision.equal).toBe(false);
    if (!decision.equal) expect(Math.min(...decision.values)).toBeGreaterThan(0);
  });
});

const unet = (where: string, levels: number): string => {
  const lines: string[] = [
    'net U {',
    `  in image: rgb[H, W] = 64x64${where}`,
    '  e0 = image -> conv(4, 3, pad = same)',
  ];
  for (let i = 1; i <= levels; i++) lines.push(`  e${i} = e${i - 1} -> maxpool(2) -> conv(4, 3, pad = 1)`);
  lines.push(`  d${levels} = e${levels} -> relu`);
  for (let i = levels - 1; i >= 0; i--) lines.push(`  d${i} = concat { d${i + 1} -> upsample(2)\n e${i} }`);
  return [...lines, '  out mask: mask(d0 -> conv(1, 1))', '}'].join('\n');
};

describe('nets of any size', () => {
  test('a U-Net of four levels needs sizes that 16 divides, and the fix says so', () => {
    const { diagnostics } = checkText(unet('', 4));
    expect(diagnostics.map((d) => d.code)).toEqual(['shape/not-for-every-size']);
    expect(diagnostics[0]?.notes[0]?.text).toMatch(
      /they differ when H is no multiple of 16: H = \d+ gives \d+ and \d+/,
    );
    const fixed = applyFix(unet('', 4), diagnostics[0]!);
    expect(fixed).toContain('= 64x64 where H % 16 == 0, W % 16 == 0');
    expect(codes(fixed)).toEqual([]);
  });

  test('a divisor that is too small is raised', () => {
    const text = unet(' where H % 2 == 0, W % 16 == 0', 3);
    const { diagnostics } = checkText(text);
    expect(diagnostics.map((d) => d.code)).toEqual(['shape/not-for-every-size']);
    const fixed = applyFix(text, diagnostics[0]!);
    expect(fixed).toContain('where H % 8 == 0, W % 16 == 0');
    expect(codes(fixed)).toEqual([]);
  });

  test('odd sizes only, where that is what fits', () => {
    const net = (where: string): string => `net N {
  in x: f32[L, 4] = 33${where}
  down = x -> maxpool(3, stride = 2)
  up = down -> upsample(2)
  y = concat { up, x -> slice(L = (0, -1)) }
  out z: tensor(y)
}`;
    expect(codes(net(' where L % 2 == 1'))).toEqual([]);
    expect(codes(net(''))).toEqual(['shape/not-for-every-size']);
  });

  test('sizes may be asked for in arithmetic', () => {
    const net = (size: string): string =>
      `net N {
  in x: rgb[H, W] = 32x32 where H % 4 == 0, W % 4 == 0
  y = x -> maxpool(4) -> conv(in.C, 1)
  z = add { y, x -> avgpool(${size}) -> conv(3, 1) }
  out o: tensor(z)
}`.replace('in.C', 'x.C');
    expect(codes(net('4'))).toEqual([]);
    expect(codes(net('x.H / 8'))).toEqual([]);
    expect(codes(net('x.H / 16'))).toEqual(['shape/branch-mismatch']);
  });

  test('two inputs share a name of a size', () => {
    const net = `net N {
  in a: rgb[H, W] = 32x32
  in b: gray[H, W] = 32x32
  y = concat { a, b }
  out o: tensor(y)
}`;
    expect(codes(net)).toEqual([]);
    expect(codes(net.replace('gray[H, W]', 'gray[G, W]'))).toEqual(['shape/not-for-every-size']);
    expect(
      codes(net.replace('gray[H, W]', 'gray[G, W]').replace('32x32\n  y', '32x32 where G == H\n  y')),
    ).toEqual([]);
  });
});
