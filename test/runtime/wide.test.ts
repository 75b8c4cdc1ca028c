/**
 * When wide programs are trusted. Node's own V8 gets the flags here, as a program that loads a net would set them; only what the answer
 * must be is tested, whatever this machine's processor.
 */
import { readFileSync } from 'node:fs';
import v8 from 'node:v8';
import wabt from 'wabt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wideKernels } from '../../src/runtime/generated/wide-kernels.ts';
import { checkWide, type Host } from '../../src/runtime/wide.ts';
import type * as Runtime from '../../src/runtime/index.ts';
import { program } from './program.ts';

const pass = '--experimental-wasm-revectorize';

/** This Node, whose flags are recorded; those that `lets` refuses are not set. */
function host(changes: Partial<Host> = {}, lets: (flag: string) => boolean = () => true) {
  const flags: string[] = [];
  const setFlagsFromString = (flag: string): void => {
    flags.push(flag);
    if (lets(flag)) v8.setFlagsFromString(flag);
  };
  const node: Host = {
    arch: 'x64',
    versions: process.versions,
    getBuiltinModule: () => ({ setFlagsFromString }),
    ...changes,
  };
  return { node, flags };
}

let copies = 0;

/** The kernels as bytes that V8 has not compiled before: it keeps optimised code by the bytes of the module. */
function unseenKernels(): string {
  // An empty custom section of one more name.
  const section = [0, 2, 1, 97 + copies++];
  return Buffer.from([...Buffer.from(wideKernels, 'base64'), ...section]).toString('base64');
}

async function base64(wat: string): Promise<string> {
  const { parseWat } = await wabt();
  return Buffer.from(parseWat('check.wat', wat).toBinary({}).buffer).toString('base64');
}

describe('checkWide', () => {
  it('asks nothing of engines that cannot have the pass', () => {
    const { versions } = process;
    const others: readonly Partial<Host>[] = [
      { arch: 'arm64' },
      { versions: { ...versions, v8: '12.4.254.21-node.33' } },
      { versions: { ...versions, v8: '13.5.1' } },
      { versions: { ...versions, deno: '2.5.0' } },
      { versions: { ...versions, bun: '1.3.0' } },
      { versions: { ...versions, electron: '38.0.0' } },
      { versions: { v8: '14.0' } },
      { versions: {} },
    ];
    for (const changes of others) {
      const { node, flags } = host(changes);
      expect(checkWide(node)).toBe(false);
      expect(flags).toEqual([]);
    }
    expect(checkWide(undefined)).toBe(false);
    expect(checkWide(host({ getBuiltinModule: () => undefined }).node)).toBe(false);
  });

  it('takes the flag back where the pass does not act: wide tiles are slower then', () => {
    const { node, flags } = host({}, (flag) => flag !== pass);
    expect(checkWide(node, unseenKernels())).toBe(false);
    expect(flags).toEqual([
      pass,
      '--wasm-sync-tier-up',
      '--no-wasm-sync-tier-up',
      '--no-experimental-wasm-revectorize',
    ]);
  });

  it('takes the flag back where a result is wrong, however fast', async () => {
    const wrong = await base64(`(module (import "cnnc" "memory" (memory 1))
      (func (export "wide") (param i32))
      (func (export "narrow") (param i32)))`);
    const { node, flags } = host();
    expect(checkWide(node, wrong)).toBe(false);
    expect(flags.at(-1)).toBe('--no-experimental-wasm-revectorize');
  });

  it('takes the flag back where the engine rejects the kernels', () => {
    const { node, flags } = host();
    expect(checkWide(node, btoa('not wasm'))).toBe(false);
    expect(flags.at(-1)).toBe('--no-experimental-wasm-revectorize');
  });

  it('leaves the flag set where it says yes, and only there', () => {
    const { node, flags } = host();
    const works = checkWide(node, unseenKernels());
    expect(flags.includes('--no-experimental-wasm-revectorize')).toBe(!works);
    if (works) expect(readFileSync('/proc/cpuinfo', 'utf8')).toMatch(/\bavx2\b/);
  });
});

describe('load', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** The runtime as a fresh process has it, where `process` is the given one. */
  async function runtimeOn(node: Host | undefined): Promise<typeof Runtime> {
    vi.resetModules();
    const fresh = await import('../../src/runtime/index.ts');
    vi.stubGlobal('process', node);
    return fresh;
  }

  /** The test program as all variants: which one runs is all that is asked. */
  function builds() {
    const { simd } = program().builds;
    if (!simd) throw new Error('the test program has no build');
    return { builds: { wide: simd, relaxed: simd, simd } };
  }

  it('falls back silently, and says what it took', async () => {
    for (const node of [undefined, host({ arch: 'arm64' }).node]) {
      const { load, pickVariant, supports } = await runtimeOn(node);
      const model = await load(builds());
      expect(model.variant).toBe(supports('relaxed') ? 'relaxed' : 'simd');
      expect(() => pickVariant(['wide', 'simd'], { variant: 'wide' })).toThrow(/wide tiles; Node 24/);
      vi.unstubAllGlobals();
    }
  });

  it('does not touch flags for wide: off, or where the program has no wide build', async () => {
    const { node, flags } = host();
    const { load } = await runtimeOn(node);
    expect((await load(builds(), { wide: 'off' })).variant).not.toBe('wide');
    expect((await load(program())).variant).toBe('simd');
    expect(flags).toEqual([]);
  });

  it('checks once per process', async () => {
    const { node, flags } = host();
    const { load } = await runtimeOn(node);
    const first = (await load(builds())).variant;
    const asked = flags.length;
    expect(asked).toBeGreaterThan(0);
    expect((await load(builds())).variant).toBe(first);
    expect(flags).toHaveLength(asked);
  });
});
