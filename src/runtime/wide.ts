/**
 * Wide programs: register tiles of 6×16 that V8's revectorisation pass (behind a flag of the process) turns into 256-bit code. Where it does
 * not, those tiles spill and are slower than narrow ones, and the pass is experimental. So it is trusted only after a check, once per
 * process: V8 optimises a tile of each kind, and the wide one must give what plain JavaScript gives and be clearly faster.
 */
import { wideKernels, wideLayout } from './generated/wide-kernels.ts';

/** What is needed of `process`. */
export interface Host {
  readonly arch?: string;
  readonly versions?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(id: string): unknown;
}

interface V8 {
  setFlagsFromString(flag: string): void;
}

/** The first V8 whose pass pairs fused multiply-adds: Node 24's. */
const firstV8 = [13, 6] as const;
/** Tiles per measurement: some tens of microseconds of optimised code. */
const turns = 100;
/** Measurements per tile: V8 optimises both within the first ten; a busy machine may need the rest for a fair one. */
const rounds = { least: 20, most: 100 } as const;
/** How much faster the wide tile must be. It is 1.4 times as fast in 256-bit registers, 0.7 times in 128-bit ones. */
const margin = 1.15;

let known: boolean | undefined;

/** True where wide programs are right and faster; the flag stays set then. Blocks for some tens of milliseconds the first time. */
export function wideWorks(): boolean {
  known ??= checkWide((globalThis as { process?: Host }).process);
  return known;
}

/** The check itself; never throws. Leaves the flag as the answer is. */
export function checkWide(host: Host | undefined, kernels: string = wideKernels): boolean {
  const v8 = v8Of(host);
  if (!v8) return false;
  let works = false;
  try {
    v8.setFlagsFromString('--experimental-wasm-revectorize');
    // Optimised code is there when the call that asked for it ends, not when another thread finds the time.
    v8.setFlagsFromString('--wasm-sync-tier-up');
    works = race(kernels);
  } catch {
    works = false;
  }
  v8.setFlagsFromString('--no-wasm-sync-tier-up');
  if (!works) v8.setFlagsFromString('--no-experimental-wasm-revectorize');
  return works;
}

/** Node's V8 if it is one that may have the pass: x86-64, new enough, and neither Deno, Bun nor Electron, who only speak of `process`. */
function v8Of(host: Host | undefined): V8 | undefined {
  const { v8 = '', node, deno, bun, electron } = host?.versions ?? {};
  if (host?.arch !== 'x64' || !node || deno || bun || electron) return undefined;
  const [major = 0, minor = 0] = v8.split('.').map(Number);
  if (major < firstV8[0] || (major === firstV8[0] && minor < firstV8[1])) return undefined;
  return host.getBuiltinModule?.('node:v8') as V8 | undefined;
}

/** Runs both tiles in turns; true where every result of the wide one is right and its best time is clearly better per multiply-add. */
function race(kernels: string): boolean {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const code = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { cnnc: { memory } });
  const { wide, narrow } = exports as Readonly<Record<'wide' | 'narrow', (turns: number) => void>>;
  const floats = new Float32Array(memory.buffer);
  const expected = prepare(floats);
  const at = wideLayout.c / 4;
  const result = floats.subarray(at, at + expected.length);
  let [wideMs, narrowMs] = [Infinity, Infinity];
  for (let round = 0; round < rounds.most; round++) {
    narrowMs = Math.min(
      narrowMs,
      timeOf(() => narrow(2 * turns)),
    );
    result.fill(NaN);
    wideMs = Math.min(
      wideMs,
      timeOf(() => wide(turns)),
    );
    if (!expected.every((value, i) => Object.is(value, result[i]))) return false;
    if (round >= rounds.least && wideMs * margin < narrowMs) return true;
  }
  return false;
}

/** Writes the operands, small whole numbers: every sum is exact, in whatever order it is taken. Returns max(0, bias + a · b). */
function prepare(floats: Float32Array): Float32Array {
  const { rows, steps, a, b, bias, c } = wideLayout;
  for (let i = 0; i < c / 4; i++) floats[i] = ((i * 37) % 17) - 8;
  return Float32Array.from({ length: rows * 16 }, (_, i) => {
    const [row, column] = [i >> 4, i & 15];
    let sum = floats[bias / 4 + column]!;
    for (let k = 0; k < steps; k++)
      sum += floats[a / 4 + row * steps + k]! * floats[b / 4 + k * 16 + column]!;
    return Math.max(0, sum);
  });
}

function timeOf(action: () => void): number {
  const from = performance.now();
  action();
  return performance.now() - from;
}
