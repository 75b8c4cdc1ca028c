/**
 * Builds a module: functions (equal ones are stored once), one memory, exports, data segments, names.
 * Functions are numbered as they are defined, so a callee is defined before its callers and recursion cannot happen.
 */
import type { Engine } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import { concatBytes, section, sized, sleb, uleb, utf8, vector, type Bytes } from './encode.ts';
import { createLocal, valueTypeByte, type Expr, type Local, type ValueType } from './expr.ts';
import { FunctionBuilder, type FunctionRef } from './function.ts';
import { i32 } from './ops.ts';

/** Name, parameter types in order and the result's type (none: a procedure). */
export interface Signature<P extends readonly ValueType[]> {
  readonly name: string;
  readonly params: P;
  readonly result?: ValueType;
}

/** A function that does the work itself, and nothing where its first argument is `skip`. */
export interface Kernel {
  readonly ref: FunctionRef<readonly 'i32'[]>;
  readonly codeBytes: number;
}

/** What is no address: those of kernels are multiples of four. */
export const skip = -1;

/** The parameters as locals. */
export type ParamLocals<P extends readonly ValueType[]> = {
  readonly [I in keyof P]: Local<P[I] & ValueType>;
};

/** A memory of exactly `pages` pages of 64 KiB, imported; `shared` for threads. */
export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  readonly pages: number;
  readonly shared?: boolean;
}

/** Any bytes as a string of as many characters, one to one: a key for maps. */
const asText = new TextDecoder('latin1');

interface Definition {
  readonly ref: FunctionRef;
  readonly type: number;
  readonly body: Uint8Array;
}

export class ModuleBuilder {
  readonly engine: Engine;
  readonly #types: string[] = [];
  readonly #typeBytes: Bytes[] = [];
  readonly #functions: Definition[] = [];
  readonly #byContent = new Map<string, FunctionRef>();
  readonly #byKey = new Map<string, FunctionRef>();
  readonly #kernels = new Set<FunctionRef>();
  readonly #exports = new Map<string, FunctionRef>();
  readonly #data: Bytes[] = [];
  #memory: MemoryImport | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  importMemory(memory: MemoryImport): void {
    this.#memory = memory;
  }

  /**
   * Defines a function; `build` writes its body and returns its result's expression (nothing for a procedure). If a function with the same
   * type and code exists already, that one is returned.
   */
  function<const P extends readonly ValueType[]>(
    signature: Signature<P>,
    build: (f: FunctionBuilder, ...params: ParamLocals<P>) => Expr | void,
  ): FunctionRef<P> {
    const params = signature.params.map((type) => createLocal(type));
    const f = new FunctionBuilder(this.engine, params);
    const result = build(f, ...(params as unknown as ParamLocals<P>)) ?? undefined;
    if (result?.type !== signature.result)
      internal(`${signature.name} must give ${signature.result ?? 'nothing'}`);
    return this.#define(signature, f.finish(result)) as FunctionRef<P>;
  }

  /**
   * A procedure that does arithmetic itself, to be optimised before it is needed (see warm.ts). Its first argument is an address; nothing
   * happens where that is `skip`. It leaves at the end only, which is also where it skips to.
   */
  kernel<const P extends readonly 'i32'[]>(
    signature: Signature<P>,
    build: (f: FunctionBuilder, ...params: ParamLocals<P>) => void,
  ): FunctionRef<P> {
    const ref = this.function<P>(signature, (f, ...params) =>
      f.block((end) => {
        f.branchIf(end, i32.eq(params[0] as Local<'i32'>, skip));
        build(f, ...params);
      }),
    );
    this.#kernels.add(ref as FunctionRef);
    return ref;
  }

  /** The function called `key`, built on first use: for kernels that several steps share. */
  shared<P extends readonly ValueType[]>(key: string, build: () => FunctionRef<P>): FunctionRef<P> {
    const known = this.#byKey.get(key);
    if (known) return known as FunctionRef<P>;
    const ref = build();
    this.#byKey.set(key, ref);
    return ref;
  }

  export(name: string, target: FunctionRef): void {
    this.#exports.set(name, target);
  }

  /** Bytes that are at `offset` in memory when the module is instantiated. */
  data(offset: number, bytes: Uint8Array): void {
    this.#data.push(concatBytes([[0x00, 0x41, ...sleb(offset), 0x0b], uleb(bytes.length), bytes]));
  }

  /** The kernels so far. */
  kernels(): readonly Kernel[] {
    return [...this.#kernels].map((ref) => ({
      ref: ref as Kernel['ref'],
      codeBytes: this.#functions[ref.index]?.body.length ?? 0,
    }));
  }

  /** Number of functions and bytes of code so far. */
  get size(): { readonly functions: number; readonly codeBytes: number } {
    const codeBytes = this.#functions.reduce((sum, { body }) => sum + body.length, 0);
    return { functions: this.#functions.length, codeBytes };
  }

  /** The binary. With `names`, functions keep their names for profilers and disassemblers. */
  build(options: { readonly names?: boolean } = {}): Uint8Array<ArrayBuffer> {
    const code = this.#functions.map(({ body }) => concatBytes([uleb(body.length), body]));
    const exported = [...this.#exports].map(([name, ref]) => [...utf8(name), 0x00, ...uleb(ref.index)]);
    const sections = [
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, this.#typeBytes),
      section(2, this.#memory ? [encodeMemory(this.#memory)] : []),
      section(
        3,
        this.#functions.map(({ type }) => uleb(type)),
      ),
      section(7, exported),
      section(10, code),
      section(11, this.#data),
      options.names ? this.#names() : [],
    ];
    return concatBytes(sections);
  }

  #define(signature: Signature<readonly ValueType[]>, body: Uint8Array): FunctionRef {
    const type = this.#type(signature);
    const key = `${type}:${asText.decode(body)}`;
    const known = this.#byContent.get(key);
    if (known) return known;
    const { name, params, result } = signature;
    const ref: FunctionRef = { index: this.#functions.length, name, params, result };
    this.#functions.push({ ref, type, body });
    this.#byContent.set(key, ref);
    return ref;
  }

  #type({ params, result }: Signature<readonly ValueType[]>): number {
    const key = `${params.join()}>${result ?? ''}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const results = result ? [[valueTypeByte[result]]] : [];
    this.#typeBytes.push([0x60, ...vector(params.map((p) => [valueTypeByte[p]])), ...vector(results)]);
    return this.#types.push(key) - 1;
  }

  /** The custom section `name`, subsection 1: function names. */
  #names(): Bytes {
    const names = this.#functions.map(({ ref }) => [...uleb(ref.index), ...utf8(ref.name)]);
    return sized(0, concatBytes([utf8('name'), sized(1, vector(names))]));
  }
}

function encodeMemory({ module, name, pages, shared }: MemoryImport): Bytes {
  // A shared memory must have a maximum; an exact size is both.
  return [...utf8(module), ...utf8(name), 0x02, shared ? 0x03 : 0x01, ...uleb(pages), ...uleb(pages)];
}
