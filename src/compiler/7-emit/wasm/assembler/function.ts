/**
 * Builds one function: typed locals, structured control flow, stores and calls; emitting code reads like the code it emits.
 *
 *     const end = f.let(i32.add(a, 1024));
 *     f.loop((again) => {
 *       f.set(acc, f.fma(v128.load32Splat(a), v128.load(b), acc));
 *       f.increment(a, 4);
 *       f.increment(b, 16);
 *       f.branchIf(again, i32.ltU(a, end));
 *     });
 *
 * Locals get their numbers when the function is complete, grouped by type (the encoding wants runs of equal types).
 */
import type { Engine } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import { concatBytes, uleb, vector } from './encode.ts';
import { asI32, createLocal, expr, valueTypeByte } from './expr.ts';
import type { Expr, I32, I32Like, Item, Local, Slot, V128, ValueType } from './expr.ts';
import { flatten, keepOnStack, numberLocals } from './locals.ts';
import { address, f32x4, i32, i32x4 } from './ops.ts';

/** A branch target: the end of a block, or the start of a loop. Valid inside it only. */
export interface Label {
  readonly depth: number;
}

/** A function of the module that can be called. */
export interface FunctionRef<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly index: number;
  readonly name: string;
  readonly params: P;
  readonly result: ValueType | undefined;
}

/** One expression per parameter; numbers stand for i32 constants. */
export type Args<P extends readonly ValueType[]> = {
  readonly [I in keyof P]: P[I] extends 'i32' ? I32Like : Expr<P[I] & ValueType>;
};

/**
 * Vector constants in locals, set where the pool was made: make one before a loop, ask it for constants inside. In V8 a vector
 * constant takes several instructions each time; a local is a register or a memory operand. Equal constants share a local.
 */
export interface ConstantPool {
  /** The number in all four lanes. */
  f32(value: number): V128;
  /** The integer in all four lanes. */
  i32(value: number): V128;
}

const storeOps: Readonly<Record<ValueType, { readonly opcode: readonly number[]; readonly align: number }>> =
  {
    i32: { opcode: [0x36], align: 2 },
    f32: { opcode: [0x38], align: 2 },
    v128: { opcode: [0xfd, 0x0b], align: 4 },
  };

export class FunctionBuilder {
  readonly engine: Engine;
  readonly #params: readonly Local[];
  readonly #locals = new Set<Slot>();
  readonly #code: Item[] = [];
  #depth = 0;
  #fuses: boolean;

  constructor(engine: Engine, params: readonly Local[]) {
    this.engine = engine;
    this.#fuses = engine.relaxed;
    this.#params = params;
  }

  /** New locals; they start as zero. */
  i32(): Local<'i32'> {
    return this.#local('i32');
  }
  f32(): Local<'f32'> {
    return this.#local('f32');
  }
  v128(): Local<'v128'> {
    return this.#local('v128');
  }
  /** `count` new vector locals. */
  v128s(count: number): readonly Local<'v128'>[] {
    return Array.from({ length: count }, () => this.v128());
  }

  /** A new local that holds `value`. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.#local(value.type);
    this.set(local, value);
    return local;
  }

  /** Constants that are set here, whenever they are asked for. */
  constants(): ConstantPool {
    const place: Item[] = [];
    this.#code.push({ kind: 'expr', type: 'v128', code: place });
    const known = new Map<string, Local<'v128'>>();
    const constant = (key: string, value: () => V128): V128 => {
      const found = known.get(key);
      if (found) return found;
      const local = this.v128();
      place.push(value(), 0x21, local.slot);
      known.set(key, local);
      return local;
    };
    return {
      f32: (value) => constant(Object.is(value, -0) ? 'f-0' : `f${value}`, () => f32x4.const(value)),
      i32: (value) => constant(`i${value}`, () => i32x4.const(value)),
    };
  }

  /** local = value */
  set<T extends ValueType>(local: Local<T>, value: Expr<T> | (T extends 'i32' ? number : never)): void {
    this.#code.push(typeof value === 'number' ? asI32(value) : value, 0x21, local.slot);
  }

  /** local += amount */
  increment(local: Local<'i32'>, amount: I32Like): void {
    if (asI32(amount).constant !== 0) this.set(local, i32.add(local, amount));
  }

  /** Assigns and gives the value: `f.branchIf(again, i32.ltU(f.tee(p, i32.add(p, 16)), end))`. */
  tee<T extends ValueType>(local: Local<T>, value: Expr<T>): Expr<T> {
    return { kind: 'expr', type: value.type, code: [value, 0x22, local.slot] };
  }

  /** Reads a word for nothing, so that its cache line is on the way. */
  touch(base: I32Like, offset: number): void {
    this.#code.push(i32.load(base, offset), 0x1a);
  }

  /** Writes `value` (4 or 16 bytes, by its type) at base + offset. */
  store(base: I32Like, offset: number, value: Expr): void {
    const { opcode, align } = storeOps[value.type];
    const at = address(base, offset, align);
    this.#code.push(at.base, value, ...opcode, ...at.memarg);
  }

  /** Writes one 32-bit lane of a vector. */
  store32Lane(base: I32Like, offset: number, value: V128, lane: number): void {
    const at = address(base, offset, 2);
    this.#code.push(at.base, value, 0xfd, 0x5a, ...at.memarg, lane);
  }

  /** Writes one byte of a vector. */
  store8Lane(base: I32Like, offset: number, value: V128, lane: number): void {
    const at = address(base, offset, 0);
    this.#code.push(at.base, value, 0xfd, 0x58, ...at.memarg, lane);
  }

  /** Writes one 64-bit half of a vector. */
  store64Lane(base: I32Like, offset: number, value: V128, half: number): void {
    const at = address(base, offset, 3);
    this.#code.push(at.base, value, 0xfd, 0x5b, ...at.memarg, half);
  }

  /** Fills `bytes` bytes at `base` with the byte `value`. */
  fill(base: I32Like, value: number, bytes: I32Like): void {
    this.#code.push(asI32(base), asI32(value), asI32(bytes), 0xfc, 0x0b, 0x00);
  }

  /** Copies `bytes` bytes; the regions may overlap. */
  copy(to: I32Like, from: I32Like, bytes: I32Like): void {
    this.#code.push(asI32(to), asI32(from), asI32(bytes), 0xfc, 0x0a, 0x00, 0x00);
  }

  /** Atomically: the word at base + offset becomes `value`. Atomic accesses are sequentially consistent and must be aligned. */
  atomicStore(base: I32Like, offset: number, value: I32Like): void {
    const at = address(base, offset, 2);
    this.#code.push(at.base, asI32(value), 0xfe, 0x17, ...at.memarg);
  }

  /** Atomically: adds `amount` to the word; gives what it was before. */
  atomicAdd(base: I32Like, offset: number, amount: I32Like): Local<'i32'> {
    const at = address(base, offset, 2);
    return this.let(expr('i32', [at.base, asI32(amount), 0xfe, 0x1e, ...at.memarg]));
  }

  /** Sleeps until notified, unless the word is not `expected` (any more). Traps where sleeping is forbidden (a page's main thread). */
  atomicWait(base: I32Like, offset: number, expected: I32): void {
    const at = address(base, offset, 2);
    // No time limit: −1 as i64. The result (why it woke up) is dropped: the caller looks at the word again.
    this.#code.push(at.base, expected, 0x42, 0x7f, 0xfe, 0x01, ...at.memarg, 0x1a);
  }

  /** Wakes everyone who sleeps on the word. */
  atomicNotify(base: I32Like, offset: number): void {
    const at = address(base, offset, 2);
    this.#code.push(at.base, i32.const(-1), 0xfe, 0x00, ...at.memarg, 0x1a);
  }

  /** From here on nothing is fused: what follows gives the same bits on every engine. */
  unfused(): void {
    this.#fuses = false;
  }

  /** Whether multiplications and additions are fused. */
  get fuses(): boolean {
    return this.#fuses;
  }

  /** Whole numbers, towards zero. NaN and numbers beyond an i32 give anything on relaxed engines. */
  trunc(a: V128): V128 {
    return this.engine.relaxed ? i32x4.relaxedTruncF32x4S(a) : i32x4.truncSatF32x4S(a);
  }

  /** a · b + c: one fused instruction on relaxed engines, a multiplication and an addition elsewhere. */
  fma(a: V128, b: V128, c: V128): V128 {
    return this.#fuses ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /** c − a · b, likewise. */
  fnma(a: V128, b: V128, c: V128): V128 {
    return this.#fuses ? f32x4.relaxedNmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
  }

  /** Calls a function without result. */
  call<P extends readonly ValueType[]>(callee: FunctionRef<P>, ...args: Args<P>): void {
    if (callee.result !== undefined) internal(`the result of ${callee.name} would be lost`);
    this.#code.push(...callItems(callee, args));
  }

  /** { body }: branching to the label leaves the block. */
  block(body: (end: Label) => void): void {
    this.#structured(0x02, body);
  }

  /** Branching to the label repeats the body; falling out of it leaves the loop. */
  loop(body: (again: Label) => void): void {
    this.#structured(0x03, body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#code.push(condition);
    this.#structured(0x04, () => {
      then();
      if (otherwise) {
        this.#code.push({ kind: 'close' }, 0x05, { kind: 'open', loop: false });
        otherwise();
      }
    });
  }

  /**
   * for (i = from; i < to; i += step): unsigned, `to` read again in each turn (keep it in a local or a constant), i = last value + step
   * afterwards. Constant bounds need no test before the first turn; a single turn needs no loop.
   */
  for(i: Local<'i32'>, from: I32Like, to: I32Like, step: number, body: () => void): void {
    const [first, limit] = [asI32(from), asI32(to)];
    this.set(i, first);
    if (first.constant === undefined || limit.constant === undefined) {
      this.if(i32.ltU(i, limit), () => this.#turns(i, limit, step, body));
      return;
    }
    const turns = Math.max(0, Math.ceil((limit.constant - first.constant) / step));
    if (turns === 1) {
      body();
      this.increment(i, step);
    } else if (turns > 1) this.#turns(i, limit, step, body);
  }

  branch(to: Label): void {
    this.#code.push(0x0c, ...uleb(this.#depth - to.depth));
  }

  branchIf(to: Label, condition: I32): void {
    this.#code.push(condition, 0x0d, ...uleb(this.#depth - to.depth));
  }

  /** Leaves the function with its result. */
  return(value?: Expr): void {
    if (value) this.#code.push(value);
    this.#code.push(0x0f);
  }

  /** The encoded body with its locals, without the byte count. `result` is left on the stack. */
  finish(result: Expr | undefined): Uint8Array {
    const code = keepOnStack(flatten(result ? [...this.#code, result] : this.#code));
    const params = this.#params.map((param) => param.slot);
    const { numberOf, counts } = numberLocals(code, params);
    const runs = counts
      .filter(({ count }) => count > 0)
      .map(({ type, count }) => [...uleb(count), valueTypeByte[type]]);
    const indexOf = (slot: Slot): number =>
      (this.#locals.has(slot) || params.includes(slot) ? numberOf.get(slot) : undefined) ??
      internal('a local of another function');
    const out: number[] = [];
    for (const item of code) {
      if (typeof item === 'number') out.push(item);
      else if (item.kind === 'slot') out.push(...uleb(indexOf(item)));
    }
    out.push(0x0b);
    return concatBytes([vector(runs), out]);
  }

  #turns(i: Local<'i32'>, limit: I32, step: number, body: () => void): void {
    this.loop((again) => {
      body();
      this.branchIf(again, i32.ltU(this.tee(i, i32.add(i, step)), limit));
    });
  }

  #structured(opcode: number, body: (label: Label) => void): void {
    this.#code.push(opcode, 0x40, { kind: 'open', loop: opcode === 0x03 });
    this.#depth += 1;
    body({ depth: this.#depth });
    this.#depth -= 1;
    this.#code.push({ kind: 'close' }, 0x0b);
  }

  #local<T extends ValueType>(type: T): Local<T> {
    const local = createLocal(type);
    this.#locals.add(local.slot);
    return local;
  }
}

/** The value of a call to a function with a result (an expression, although the callee may write memory: evaluate it once). */
export function callResult<T extends ValueType, P extends readonly ValueType[]>(
  type: T,
  callee: FunctionRef<P>,
  ...args: Args<P>
): Expr<T> {
  if (callee.result !== type) internal(`${callee.name} gives ${callee.result ?? 'nothing'}, not ${type}`);
  return { kind: 'expr', type, code: callItems(callee, args) };
}

function callItems(callee: FunctionRef, args: readonly (Expr | number)[]): Item[] {
  return [...args.map((arg) => (typeof arg === 'number' ? asI32(arg) : arg)), 0x10, ...uleb(callee.index)];
}
