/**
 * Element-wise operators in general: the scalar expression of the operator, spelled with TensorFlow.js operations. Operators for which tfjs
 * has a function of its own are in `activation.ts`.
 */
import { opDef } from '../../../ops/index.ts';
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from '../../../ir/scalar.ts';
import type { Code, Expression } from '../../typescript/code.ts';
import { tf, type OpContext, type OpEmitter } from './emitter.ts';

const unaryName: Readonly<Record<UnaryScalar, string>> = {
  neg: 'neg',
  abs: 'abs',
  sqrt: 'sqrt',
  floor: 'floor',
  ceil: 'ceil',
  exp: 'exp',
  log: 'log',
  tanh: 'tanh',
  erf: 'erf',
};

const binaryName: Readonly<Record<BinaryScalar, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div',
  min: 'minimum',
  max: 'maximum',
};

const compareName: Readonly<Record<CompareScalar, string>> = {
  lt: 'less',
  le: 'lessEqual',
  gt: 'greater',
  ge: 'greaterEqual',
  eq: 'equal',
  ne: 'notEqual',
};

export const elementwise: OpEmitter = (op) => {
  const { node } = op;
  const scalar = opDef(node.op).scalar?.(node.attrs, node.inputs.length);
  return scalar ? asTensor(scalarCode(scalar, op), op) : op.input(0);
};

/** The expression over the node's inputs; constants stay plain numbers, which tfjs accepts as operands. */
export function scalarCode(expr: Scalar, op: OpContext): Expression {
  const part = (x: Scalar): Expression => scalarCode(x, op);
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'arg':
      return op.broadcast(expr.index);
    case 'unary':
      return tf(unaryName[expr.op], part(expr.x));
    case 'binary':
      return tf(binaryName[expr.op], part(expr.a), part(expr.b));
    case 'select':
      return tf(
        'where',
        tf(compareName[expr.op], part(expr.left), part(expr.right)),
        part(expr.then),
        part(expr.otherwise),
      );
  }
}

/** A bare argument or number as a tensor of the node's own. */
function asTensor(value: Expression, op: OpContext): Code {
  if (typeof value === 'number') return tf('fill', op.node.type.dims as readonly number[], value);
  return value as Code;
}
