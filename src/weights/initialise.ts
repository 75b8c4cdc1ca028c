/**
 * Weights before training. Each number is a hash of (seed, path, position), so a net's weights depend neither on the order of
 * its layers nor on what else is in it: adding a layer leaves all others as they were, on every machine.
 * He: He et al. 2015 §2.2; Xavier: Glorot & Bengio 2010 eq. 16; LeCun: LeCun et al. 1998 §4.6.
 */
import { internal } from '../compiler/diagnostics/internal.ts';
import type { Node } from '../compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../compiler/ir/type.ts';
import type { Init } from '../compiler/ops/op.ts';
import { paramPath } from '../compiler/ops/build.ts';

/** The initial value of a `param` node: shape from its type, distribution from `attrs.init`, numbers from seed and path. */
export function initialise(param: Node, seed: number): Tensor {
  const init = param.attrs['init'] as Init | undefined;
  if (!init) internal(`param ${param.path} has no initialiser`);
  const shape = shapeOf(param.type);
  return { shape, data: fill(init, sizeOf(shape), keyOf(seed, paramPath(param))) };
}

/** `count` numbers of the distribution, from the stream of `key`. */
export function fill(init: Init, count: number, key: Key): Float32Array<ArrayBuffer> {
  switch (init.kind) {
    case 'zeros':
      return new Float32Array(count);
    case 'ones':
      return new Float32Array(count).fill(1);
    case 'constant':
      return new Float32Array(count).fill(init.value);
    case 'fixed':
      return Float32Array.from(init.value.data);
    case 'he_normal':
      return normals(count, key, Math.sqrt(2 / init.fanIn));
    case 'lecun_normal':
      return normals(count, key, Math.sqrt(1 / init.fanIn));
    case 'xavier_normal':
      return normals(count, key, Math.sqrt(2 / (init.fanIn + init.fanOut)));
    case 'he_uniform':
      return uniforms(count, key, Math.sqrt(6 / init.fanIn));
    case 'xavier_uniform':
      return uniforms(count, key, Math.sqrt(6 / (init.fanIn + init.fanOut)));
    case 'uniform':
      return uniforms(count, key, Math.sqrt(1 / init.fanIn));
  }
}

/** Two words that select a stream of random numbers. */
export interface Key {
  readonly a: number;
  readonly b: number;
}

/** The stream of a seed and a name. */
export function keyOf(seed: number, name: string): Key {
  let a = mix(seed >>> 0);
  let b = mix(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
  for (let i = 0; i < name.length; i++) {
    a = mix(a ^ name.charCodeAt(i));
    b = mix((b + a) | 0);
  }
  return { a, b };
}

/** 32 random bits: the `counter`-th number of a stream. */
export function randomBits({ a, b }: Key, counter: number): number {
  return mix(mix((counter ^ a) | 0) + b) >>> 0;
}

/** A bijection of 32-bit words with low bias (C. Wellons, "Prospecting for hash functions": lowbias32). */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

/** Uniform in (−bound, bound). */
function uniforms(count: number, key: Key, bound: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = ((randomBits(key, i) + 0.5) * 2 ** -31 - 1) * bound;
  return out;
}

/** Normal with mean 0, by Box and Muller: two numbers from two. */
function normals(count: number, key: Key, deviation: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log((randomBits(key, i) + 0.5) * 2 ** -32));
    const angle = 2 * Math.PI * (randomBits(key, i + 1) + 0.5) * 2 ** -32;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}
