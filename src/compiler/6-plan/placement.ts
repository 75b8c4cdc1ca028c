/**
 * Where values live relative to each other. In this order: outputs get dense memory that is theirs alone; reshapes become views of dense
 * memory; the parts of a concat are written straight into it and a slice is read straight out of its source; element-wise results
 * overwrite an operand that nobody needs any more. Where two wishes conflict, a copy is inserted: every wish may be refused.
 */
import type { GraphOutput, Node } from '../ir/graph.ts';
import type { OperandView } from '../ir/kernel.ts';
import { isStatic } from '../ir/rewrite.ts';
import { bytesOf, shapeOf } from '../ir/type.ts';
import { internal } from '../diagnostics/internal.ts';
import { accessOf, blockCopy, copyKernel, overwritable, type BlockCopy } from './access.ts';
import { chooseAlgorithm } from './algorithms/index.ts';
import type { OperandRef, Program, Value, View, Work } from './program.ts';
import { createSharing, isEmpty, spans, type Halo, type Sharing } from './sharing.ts';

export interface Placement {
  /** What remains to be done, copies included, in order. */
  readonly works: readonly Work[];
  readonly sharing: Sharing;
  readonly outputs: readonly { readonly output: GraphOutput; readonly values: readonly Value[] }[];
  /** Roots that hold outputs: kept to the end. */
  readonly kept: ReadonlySet<Value>;
}

interface Placer {
  readonly sharing: Sharing;
  /** Values that belong to the caller of the program. */
  readonly outputs: Set<Value>;
}

/** Decides for the whole program. */
export function place(program: Program): Placement {
  const placer: Placer = { sharing: createSharing(), outputs: new Set() };
  for (const item of program.items) if ('kernel' in item) noteHalos(placer.sharing, item);
  const { outputs, copies } = placeOutputs(program, placer);
  const viewed = program.items.flatMap((item) => ('kernel' in item ? [item] : placeView(item, placer)));
  const copied = [...viewed, ...copies];
  const writers = countWriters(copied);
  const works = copied.filter((work) => !becomesPart(work, writers, placer));
  overwriteOperands(works, placer);
  const kept = new Set([...placer.outputs].map(placer.sharing.rootOf));
  return { works, sharing: placer.sharing, outputs, kept };
}

function noteHalos(sharing: Sharing, work: Work): void {
  for (const { operand, halo, fill } of work.choice.halos) {
    const ref = work.operands[operand];
    if (ref?.kind !== 'value') continue;
    const { value, view } = ref;
    sharing.needHalo(value, view ? aroundView(halo, view, value.shape) : halo, fill);
  }
}

/** The border of a whole that a border of its view lies in: pixels of the whole, of which the view has every `step`-th. */
function aroundView(halo: Halo, { start, step, shape }: OperandView, whole: readonly number[]): Halo {
  return halo.map(([begin, end], axis) => {
    const [first, apart, count] = [start[axis] ?? 0, step[axis] ?? 1, shape[axis] ?? 1];
    const last = first + apart * (count - 1 + end);
    return [Math.max(0, apart * begin - first), Math.max(0, last - ((whole[axis] ?? 1) - 1))];
  });
}

/** The dynamic value that is operand `index` of the work. */
export function valueAt(work: Work, index: number): Value | undefined {
  const ref = work.operands[index] ?? internal(`${work.node.op} has no operand ${index}`);
  return ref.kind === 'value' ? ref.value : undefined;
}

/** An output is the node's own value where that can be dense memory of its own, else a copy made at the end. */
function placeOutputs(
  program: Program,
  placer: Placer,
): { readonly outputs: Placement['outputs']; readonly copies: readonly Work[] } {
  const copies: Work[] = [];
  const valueFor = (node: Node): Value => {
    const value = program.valueOf.get(node);
    const own = value && !value.input && isEmpty(placer.sharing.haloOf(value)) ? value : undefined;
    const kept = own ?? {
      label: `${value?.label ?? node.op} output`,
      shape: shapeOf(node.type),
      dtype: node.type.dtype,
      input: undefined,
    };
    if (!own) copies.push(copyWork(node, isStatic(node) ? { kind: 'static', node } : refTo(value), kept));
    placer.outputs.add(kept);
    placer.sharing.makeDense(kept);
    return kept;
  };
  const memo = new Map<Node, Value>();
  const outputs = program.graph.outputs.map((output) => ({
    output,
    values: output.nodes.map((node) => {
      const value = memo.get(node) ?? valueFor(node);
      memo.set(node, value);
      return value;
    }),
  }));
  return { outputs, copies };
}

function refTo(value: Value | undefined): OperandRef {
  return value ? { kind: 'value', value } : internal('an output was not computed');
}

/** `to` = `from`, element by element, on behalf of `node`. */
function copyWork(node: Node, from: OperandRef, to: Value): Work {
  const kernel = copyKernel(to.shape);
  const engine = { relaxed: false, wide: false };
  const choice = chooseAlgorithm(kernel, engine, { precise: false, staticWeights: false });
  return { node, kernel, choice, cut: undefined, operands: [from, { kind: 'value', value: to }] };
}

/**
 * A reshape shares the memory of its source where that is dense; else the source is copied to dense memory first. A value that needs a
 * halo itself cannot be a view: it is copied out of one.
 */
function placeView({ node, value, of }: View, placer: Placer): readonly Work[] {
  const { sharing, outputs } = placer;
  const works: Work[] = [];
  const root = sharing.rootOf(of);
  const shareable = isEmpty(sharing.haloOf(root)) && !(outputs.has(value) && root.input);
  const source = shareable ? of : { ...of, label: `${of.label} dense`, input: undefined };
  if (!shareable) works.push(copyWork(node, { kind: 'value', value: of }, source));
  sharing.makeDense(sharing.rootOf(source));
  const bordered = !isEmpty(sharing.haloOf(value));
  const view = bordered ? { ...value, label: `${value.label} dense`, input: undefined } : value;
  sharing.share(view, { kind: 'view', of: source });
  if (bordered) works.push(copyWork(node, { kind: 'value', value: view }, value));
  return works;
}

type Writers = ReadonlyMap<Value, number>;

/** Number of kernels that write each value. */
function countWriters(works: readonly Work[]): Writers {
  const count = new Map<Value, number>();
  for (const work of works) {
    const value = valueAt(work, accessOf(work.kernel).write);
    if (value) count.set(value, (count.get(value) ?? 0) + 1);
  }
  return count;
}

/** True where a copy of a block need not be made, because source or destination has become part of the other. */
function becomesPart(work: Work, writers: Writers, placer: Placer): boolean {
  const copy = blockCopy(work.kernel);
  const from = copy && valueAt(work, copy.from);
  const to = valueAt(work, accessOf(work.kernel).write);
  if (!copy || !from || !to || from === to || from.dtype !== to.dtype) return false;
  return (
    writtenInPlace(copy, from, to, placer) || (writers.get(to) === 1 && readInPlace(copy, from, to, placer))
  );
}

/** The producer of `from` writes into `to`: a concat's part. */
function writtenInPlace(copy: BlockCopy, from: Value, to: Value, { sharing, outputs }: Placer): boolean {
  const whole = copy.read.every((at) => at === 0) && sameShape(copy.size, from.shape);
  const free = !from.input && !outputs.has(from) && !sharing.isDense(from) && !sharing.shareOf(from);
  const halo = sharing.haloOf(from);
  if (!whole || !free || !spans(from, { of: to }, halo) || !sharing.accepts(to, halo)) return false;
  sharing.share(from, { kind: 'part', of: to, at: copy.write });
  return true;
}

/** Users of `to` read it out of `from`: a slice. */
function readInPlace(copy: BlockCopy, from: Value, to: Value, { sharing, outputs }: Placer): boolean {
  const whole = copy.write.every((at) => at === 0) && sameShape(copy.size, to.shape);
  const free = !outputs.has(to) && !sharing.isDense(to) && !sharing.shareOf(to);
  const halo = sharing.haloOf(to);
  if (!whole || !free || !spans(to, { of: from }, halo) || !sharing.accepts(from, halo)) return false;
  sharing.share(to, { kind: 'part', of: from, at: copy.read });
  return true;
}

/** Element-wise results take the memory of an operand that is not needed afterwards. */
function overwriteOperands(works: readonly Work[], placer: Placer): void {
  const uses = { lastRead: lastReads(works), writers: countWriters(works) };
  for (const [at, work] of works.entries()) {
    const out = valueAt(work, accessOf(work.kernel).write);
    for (const operand of overwritable(work.kernel)) {
      const value = valueAt(work, operand);
      if (!value || !out || !mayOverwrite({ value, out, work, at }, uses, placer)) continue;
      placer.sharing.share(out, { kind: 'same', of: placer.sharing.rootOf(value) });
      break;
    }
  }
}

/** The last work that reads each value. */
function lastReads(works: readonly Work[]): ReadonlyMap<Value, number> {
  const last = new Map<Value, number>();
  for (const [i, work] of works.entries())
    for (const operand of accessOf(work.kernel).reads) {
      const value = valueAt(work, operand);
      if (value) last.set(value, i);
    }
  return last;
}

interface Overwrite {
  readonly value: Value;
  readonly out: Value;
  readonly work: Work;
  readonly at: number;
}

interface Uses {
  readonly lastRead: ReadonlyMap<Value, number>;
  readonly writers: Writers;
}

/** The operand's memory holds nothing that is still needed, suits the result, and nothing has been written for the result before. */
function mayOverwrite(
  { value, out, work, at }: Overwrite,
  uses: Uses,
  { sharing, outputs }: Placer,
): boolean {
  if (sharing.shareOf(out) || value === out || !sameShape(value.shape, out.shape)) return false;
  if (bytesOf(value.dtype) !== bytesOf(out.dtype)) return false;
  const root = sharing.rootOf(value);
  const isRoot = value === root || sharing.shareOf(value)?.kind === 'same';
  // Values that this one has overwritten itself are dead already.
  const others = sharing.partsOf(root);
  if (!isRoot || root.input || [value, ...others].some((member) => outputs.has(member))) return false;
  const { reads: operands } = accessOf(work.kernel);
  const reads = operands.map((operand) => valueAt(work, operand));
  // One value may be two operands: the window's input, which is read around each place, and a tensor of the epilogue.
  const overwritten = overwritable(work.kernel);
  const around = operands.some((operand, i) => reads[i] === value && !overwritten.includes(operand));
  const dead = others.every((member) => (uses.lastRead.get(member) ?? -1) <= at && !reads.includes(member));
  const written = [out, ...sharing.partsOf(out)].reduce((sum, v) => sum + (uses.writers.get(v) ?? 0), 0);
  if (around || !dead || uses.lastRead.get(value) !== at || written !== 1) return false;
  return sharing.accepts(out, sharing.haloOf(root)) && sharing.accepts(root, sharing.haloOf(out));
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
