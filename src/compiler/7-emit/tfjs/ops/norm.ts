/** Normalisations. */
import type { Node } from '../../../ir/graph.ts';
import { bnIndices } from '../../../ops/bn.ts';
import { number, texts } from '../../../ops/shared/attrs.ts';
import { print, text, type Code } from '../../typescript/code.ts';
import { reshape, tf, type OpContext, type OpEmitter } from './emitter.ts';

/** With the running statistics; the four vectors of a layer travel together. */
export const bn: OpEmitter = (op) => {
  const at = bnIndices(op.node.attrs);
  const eps = number(op.node.attrs, 'eps');
  const layer = layerOf(op.node);
  if (layer !== undefined) {
    const vectors = op.helper('readBatchNorm', text('read'), layer, Number(op.node.type.dims.at(-1)));
    return op.helper('batchNorm', op.input(0), op.entry(layer, vectors), eps);
  }
  const optional = (index: number | undefined): Code =>
    index === undefined ? text('undefined') : op.weight(index);
  const [offset, scale] = [optional(at.shift), optional(at.scale)];
  return tf('batchNorm', op.input(0), op.weight(at.mean), op.weight(at.variance), offset, scale, eps);
};

/** The path whose four weights the node reads just as they are stored; undefined where some are left out or computed. */
function layerOf(node: Node): string | undefined {
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  const [, first] = node.inputs;
  const stored = node.inputs
    .slice(1)
    .map(
      (weight, i) => weight.op === 'param' && weight.path === first?.path && weight.attrs.name === names[i],
    );
  return stored.length === names.length && stored.every(Boolean) ? first?.path : undefined;
}

export const ln: OpEmitter = (op) => normalise(op, texts(op.node.attrs, 'axes'));

export const inNorm: OpEmitter = (op) =>
  normalise(
    op,
    op.node.type.axes.filter((axis) => axis !== 'C'),
  );

/** (x − mean) / √(variance + ε) · weight + bias with the sample's own statistics over some axes. */
function normalise(op: OpContext, over: readonly string[]): Code {
  const { attrs, type } = op.node;
  const axes = over.map((axis) => type.axes.indexOf(axis) + op.lead);
  const moments = print(op.local('moments', tf('moments', op.input(0), axes, true)));
  const deviation = tf('sqrt', tf('add', text(`${moments}.variance`), number(attrs, 'eps')));
  const normal = tf('div', tf('sub', op.input(0), text(`${moments}.mean`)), deviation);
  const scaled = attrs.scale === true ? tf('mul', normal, op.broadcast(1)) : normal;
  return attrs.shift === true ? tf('add', scaled, op.broadcast(attrs.scale === true ? 2 : 1)) : scaled;
}

/** tfjs' own for windows with a middle channel; otherwise the average of the squares over the channels, times the window. */
export const lrn: OpEmitter = (op) => {
  const { attrs } = op.node;
  const [k, alpha, beta] = ['k', 'alpha', 'beta'].map((name) => number(attrs, name));
  const size = number(attrs, 'size');
  if (size % 2 === 1) {
    const radius = (size - 1) / 2;
    return throughMap(op, (map) =>
      tf('localResponseNormalization', map, radius, k ?? 1, alpha ?? 1, beta ?? 1),
    );
  }
  return throughMap(op, (map) => {
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const squares = tf('transpose', tf('square', map), [0, 1, 3, 2]);
    const padded = tf('pad', squares, [
      [0, 0],
      [0, 0],
      [before, after],
      [0, 0],
    ]);
    const sums = tf('mul', tf('transpose', tf('avgPool', padded, [1, size], 1, 'valid'), [0, 1, 3, 2]), size);
    return tf('div', map, tf('pow', tf('add', tf('mul', sums, alpha ?? 1), k ?? 1), beta ?? 1));
  });
};

/** A 2-D map as it is; other ranks as maps of height 1 and back. */
function throughMap({ node, input, lead }: OpContext, compute: (map: Code) => Code): Code {
  const dims = node.type.dims.map(Number);
  if (dims.length === 3) return compute(input(0));
  return reshape(compute(reshape(input(0), asMap(node), lead)), dims, lead);
}

function asMap({ type }: Node): readonly number[] {
  const dims = type.dims.map(Number);
  return [1, dims.slice(0, -1).reduce((product, n) => product * n, 1), dims.at(-1) ?? 1];
}
