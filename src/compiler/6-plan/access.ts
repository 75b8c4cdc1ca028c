/**
 * How kernels touch their operands: which they read and write, which of them are plain copies of a block (a concat's parts, a slice), and
 * which operands the output may overwrite. The planner decides about memory from this and never looks at operators.
 */
import type { Epilogue, Index, Kernel, Load, NestKernel, Operand } from '../ir/kernel.ts';

/** The operands that the kernel reads, each once, and the one that it writes. */
export function accessOf(kernel: Kernel): { readonly reads: readonly Operand[]; readonly write: Operand } {
  return {
    reads: [...new Set(readsOf(kernel))],
    write: kernel.kind === 'nest' ? kernel.out.operand : kernel.out,
  };
}

function readsOf(kernel: Kernel): readonly Operand[] {
  switch (kernel.kind) {
    case 'nest':
      return [...kernel.loads, ...kernel.finishLoads].map((load) => load.operand);
    case 'conv':
    case 'depthwise':
      return [
        kernel.x,
        kernel.weight,
        ...(kernel.integer ? [kernel.integer.scale] : []),
        ...(kernel.bias === undefined ? [] : [kernel.bias]),
        ...epilogueReads(kernel.epilogue),
      ];
    case 'pool':
      return [kernel.x, ...epilogueReads(kernel.epilogue)];
    case 'matmul':
      return [kernel.a, kernel.b, ...epilogueReads(kernel.epilogue)];
  }
}

function epilogueReads(epilogue: Epilogue | undefined): readonly Operand[] {
  return epilogue?.operands.map(({ operand }) => operand) ?? [];
}

/** A kernel that copies a block of `from`, beginning at `read`, to the place `write` of the output; `size` per axis. */
export interface BlockCopy {
  readonly from: Operand;
  readonly read: readonly number[];
  readonly write: readonly number[];
  readonly size: readonly number[];
}

/** The kernel as a copy of a block, if it is one. */
export function blockCopy(kernel: Kernel): BlockCopy | undefined {
  if (kernel.kind !== 'nest' || kernel.reduce.length > 0) return undefined;
  const [load, ...others] = kernel.loads;
  const plain = kernel.body.kind === 'arg' && kernel.finish.kind === 'arg';
  if (!load || others.length > 0 || kernel.finishLoads.length > 0 || !plain) return undefined;
  if (load.outside !== undefined) return undefined;
  const read = load.index.map((index, i) => offsetAlong(index, kernel.axes[i]?.name));
  const write = kernel.out.index.map((index, i) => offsetAlong(index, kernel.axes[i]?.name));
  if (read.length !== kernel.axes.length || write.length !== kernel.axes.length) return undefined;
  if (!isNumbers(read) || !isNumbers(write)) return undefined;
  return { from: load.operand, read, write, size: kernel.axes.map((axis) => axis.size) };
}

function isNumbers(values: readonly (number | undefined)[]): values is readonly number[] {
  return values.every((value) => value !== undefined);
}

/** c where the index is `axis + c`. */
function offsetAlong(index: Index, axis: string | undefined): number | undefined {
  if (index.kind !== 'affine' || index.terms.length !== 1) return undefined;
  const [term] = index.terms;
  return term?.axis === axis && term?.coefficient === 1 ? index.constant : undefined;
}

/**
 * Operands that may share memory with the output, because every element is read only for the output element at its own place: operands
 * of an element-wise nest, tensors of an epilogue (6-plan/algorithms promises it).
 */
export function overwritable(kernel: Kernel): readonly Operand[] {
  if (kernel.kind === 'nest') return kernel.reduce.length > 0 ? [] : elementwiseReads(kernel);
  const tensors =
    kernel.epilogue?.operands.filter(({ per }) => per === 'tensor').map(({ operand }) => operand) ?? [];
  const inner = new Set(readsOf({ ...kernel, epilogue: undefined }));
  return tensors.filter((operand) => !inner.has(operand));
}

function elementwiseReads(kernel: NestKernel): readonly Operand[] {
  const loads = [...kernel.loads, ...kernel.finishLoads];
  const atOwnPlace = (load: Load): boolean =>
    load.outside === undefined && JSON.stringify(load.index) === JSON.stringify(kernel.out.index);
  const operands = [...new Set(loads.map((load) => load.operand))];
  return operands.filter((operand) => loads.filter((load) => load.operand === operand).every(atOwnPlace));
}

/** A nest that copies the whole of operand 0 to operand 1, both of `shape`. */
export function copyKernel(shape: readonly number[]): NestKernel {
  const axes = shape.map((size, i) => ({ name: `i${i}`, size }));
  const index = axes.map(({ name }): Index => ({
    kind: 'affine',
    constant: 0,
    terms: [{ axis: name, coefficient: 1 }],
  }));
  return {
    kind: 'nest',
    axes,
    reduce: [],
    combine: 'sum',
    loads: [{ operand: 0, index, outside: undefined }],
    body: { kind: 'arg', index: 0 },
    finishLoads: [],
    finish: { kind: 'arg', index: 0 },
    out: { operand: 1, index },
  };
}
