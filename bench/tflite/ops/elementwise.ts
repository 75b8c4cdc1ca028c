/** Element-wise operators: as the one operator of the format that means the same, or as the scalar expression spelled out. */
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from '../../../src/compiler/ir/scalar.ts';
import { opDef } from '../../../src/compiler/ops/index.ts';
import { number } from '../../../src/compiler/ops/shared/attrs.ts';
import type { OperatorName } from '../schema.ts';
import { ownShape, same, type TensorId, type TfliteContext, type TfliteEmitter } from './emitter.ts';

const unaryName: Readonly<Record<Exclude<UnaryScalar, 'erf'>, OperatorName>> = {
  neg: 'NEG',
  abs: 'ABS',
  sqrt: 'SQRT',
  floor: 'FLOOR',
  ceil: 'CEIL',
  exp: 'EXP',
  log: 'LOG',
  tanh: 'TANH',
};

const binaryName: Readonly<Record<BinaryScalar, OperatorName>> = {
  add: 'ADD',
  sub: 'SUB',
  mul: 'MUL',
  div: 'DIV',
  min: 'MINIMUM',
  max: 'MAXIMUM',
};

const compareName: Readonly<Record<CompareScalar, OperatorName>> = {
  lt: 'LESS',
  le: 'LESS_EQUAL',
  gt: 'GREATER',
  ge: 'GREATER_EQUAL',
  eq: 'EQUAL',
  ne: 'NOT_EQUAL',
};

/** The operator of that name on the only input. */
export function unary(name: OperatorName): TfliteEmitter {
  return (op) => same(op, name, op.input(0));
}

/** The scalar expression of the operator, one operator of the format per operation. */
export const spelledOut: TfliteEmitter = (op) => {
  const scalar = opDef(op.node.op).scalar?.(op.node.attrs, op.node.inputs.length);
  return scalar ? full(op, scalarValue(scalar, op)) : op.input(0);
};

/** A value that depends on none of the larger operands still has the node's shape. */
function full(op: TfliteContext, value: TensorId): TensorId {
  const shape = ownShape(op);
  if (op.shapeOf(value).join() === shape.join()) return value;
  const zeros = op.floats(Array<number>(shape.reduce((product, n) => product * n, 1)).fill(0), shape);
  return op.emit('ADD', [value, zeros], { shape, options: { activation: 0 } });
}

function scalarValue(expr: Scalar, op: TfliteContext): TensorId {
  const part = (x: Scalar): TensorId => scalarValue(x, op);
  switch (expr.kind) {
    case 'const':
      return op.floats([expr.value]);
    case 'arg':
      return op.broadcast(expr.index);
    case 'unary':
      return expr.op === 'erf' ? erf(op, part(expr.x)) : same(op, unaryName[expr.op], part(expr.x));
    case 'binary':
      return binary(op, binaryName[expr.op], [part(expr.a), part(expr.b)]);
    case 'select': {
      const operands = [part(expr.left), part(expr.right)];
      const shape = joined(op, operands);
      const condition = op.emit(compareName[expr.op], operands, { shape, type: 'BOOL' });
      const values = [condition, part(expr.then), part(expr.otherwise)];
      return op.emit('SELECT_V2', values, { shape: joined(op, values) });
    }
  }
}

export function binary(op: TfliteContext, name: OperatorName, operands: readonly TensorId[]): TensorId {
  const fuses = ['ADD', 'SUB', 'MUL', 'DIV'].includes(name);
  return op.emit(name, operands, {
    shape: joined(op, operands),
    ...(fuses && { options: { activation: 0 } }),
  });
}

/** Shape of operands broadcast together. */
function joined(op: TfliteContext, operands: readonly TensorId[]): readonly number[] {
  const shapes = operands.map((operand) => op.shapeOf(operand));
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((shape) => shape.at(i - rank) ?? 1)));
}

/** 2·gelu(√2·x) / (√2·x) − 1; near zero, where that loses its digits, 2·x/√π. */
function erf(op: TfliteContext, x: TensorId): TensorId {
  const shape = op.shapeOf(x);
  const scaled = binary(op, 'MUL', [x, op.floats([Math.SQRT2])]);
  const gelu = op.emit('GELU', [scaled], { shape, options: { approximate: false } });
  const quotient = binary(op, 'DIV', [binary(op, 'MUL', [gelu, op.floats([2])]), scaled]);
  const far = binary(op, 'SUB', [quotient, op.floats([1])]);
  const near = binary(op, 'MUL', [x, op.floats([2 / Math.sqrt(Math.PI)])]);
  const isNear = op.emit('LESS', [same(op, 'ABS', x), op.floats([1e-3])], { shape, type: 'BOOL' });
  return op.emit('SELECT_V2', [isNear, near, far], { shape });
}

/** `NAME(a, b)`, nested to the left for more. */
export function merge(name: OperatorName): TfliteEmitter {
  return (op) =>
    full(
      op,
      op.node.inputs
        .map((_, i) => op.broadcast(i))
        .reduce((result, operand) => binary(op, name, [result, operand])),
    );
}

export const relu: TfliteEmitter = (op) => op.activated('RELU');
export const relu6: TfliteEmitter = (op) => op.activated('RELU6');

export const leakyRelu: TfliteEmitter = (op) =>
  op.emit('LEAKY_RELU', [op.input(0)], {
    shape: ownShape(op),
    options: { alpha: number(op.node.attrs, 'slope') },
  });

/** The format knows alpha = 1 only. */
export const elu: TfliteEmitter = (op) => (op.node.attrs.alpha === 1 ? unary('ELU')(op) : spelledOut(op));

export const gelu: TfliteEmitter = (op) =>
  op.emit('GELU', [op.input(0)], { shape: ownShape(op), options: { approximate: false } });

export const silu: TfliteEmitter = (op) => {
  const x = op.input(0);
  return binary(op, 'MUL', [x, same(op, 'LOGISTIC', x)]);
};

/** One slope per channel. */
export const prelu: TfliteEmitter = (op) =>
  op.emit('PRELU', [op.input(0), op.broadcast(1)], { shape: ownShape(op) });

export const passThrough: TfliteEmitter = (op) => op.input(0);
