/** Element-wise operators that TensorFlow.js has under a name of its own, or that read better than their scalar expression. */
import { number } from '../../../ops/shared/attrs.ts';
import { text, type Code } from '../../typescript/code.ts';
import { reshape, tf, type OpEmitter } from './emitter.ts';
import { elementwise } from './scalar.ts';

/** `tf.name(x)`. */
export function unary(name: string): OpEmitter {
  return (op) => tf(name, op.input(0));
}

/** `tf.name(a, b)`, nested to the left for more: `tf.add(tf.add(a, b), c)`. A lone operand is its own result. */
export function merge(name: string): OpEmitter {
  return (op) =>
    op.node.inputs.map((_, i) => op.broadcast(i)).reduce((result, operand) => tf(name, result, operand));
}

export const leakyRelu: OpEmitter = (op) => tf('leakyRelu', op.input(0), number(op.node.attrs, 'slope'));

/** tfjs knows alpha = 1 only. */
export const elu: OpEmitter = (op) => (op.node.attrs.alpha === 1 ? tf('elu', op.input(0)) : elementwise(op));

export const clamp: OpEmitter = (op) =>
  tf('clipByValue', op.input(0), number(op.node.attrs, 'low'), number(op.node.attrs, 'high'));

export const silu: OpEmitter = (op) => tf('mul', op.input(0), tf('sigmoid', op.input(0)));

export const mish: OpEmitter = (op) => tf('mul', op.input(0), tf('tanh', tf('softplus', op.input(0))));

export const hsigmoid: OpEmitter = (op) => hardSigmoid(op.input(0));

export const hswish: OpEmitter = (op) => tf('mul', op.input(0), hardSigmoid(op.input(0)));

export const gelu: OpEmitter = (op) => {
  const x = op.input(0);
  const twiceNormal = tf('add', 1, tf('erf', tf('mul', x, text('Math.SQRT1_2'))));
  return tf('mul', tf('mul', 0.5, x), twiceNormal);
};

function hardSigmoid(x: Code): Code {
  return tf('div', tf('relu6', tf('add', x, 3)), 6);
}

/** One slope per channel, shaped so that it has the rank of x. */
export const prelu: OpEmitter = (op) => {
  const { dims } = op.node.type;
  const ones = Array<number>(dims.length + op.lead - 1).fill(1);
  return tf(
    'prelu',
    op.input(0),
    op.weight(1, (slopes) => reshape(slopes, [...ones, Number(dims.at(-1))], 0)),
  );
};

/** The input itself: dropout and identity at inference. */
export const passThrough: OpEmitter = (op) => op.input(0);
