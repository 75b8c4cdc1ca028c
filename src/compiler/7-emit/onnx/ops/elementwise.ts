/** Element-wise operators: as the one ONNX operator that means the same, or as the scalar expression spelled out. */
import type { Attrs } from '../../../ir/graph.ts';
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from '../../../ir/scalar.ts';
import { opDef } from '../../../ops/index.ts';
import { number } from '../../../ops/shared/attrs.ts';
import type { OnnxAttrs, OnnxContext, OnnxEmitter } from './emitter.ts';

const unaryType: Readonly<Record<UnaryScalar, string>> = {
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  floor: 'Floor',
  ceil: 'Ceil',
  exp: 'Exp',
  log: 'Log',
  tanh: 'Tanh',
  erf: 'Erf',
};

const binaryType: Readonly<Record<BinaryScalar, string>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  min: 'Min',
  max: 'Max',
};

const compareType: Readonly<Record<Exclude<CompareScalar, 'ne'>, string>> = {
  lt: 'Less',
  le: 'LessOrEqual',
  gt: 'Greater',
  ge: 'GreaterOrEqual',
  eq: 'Equal',
};

/** The scalar expression of the operator, one ONNX node per operation. */
export const spelledOut: OnnxEmitter = (op) => {
  const scalar = opDef(op.node.op).scalar?.(op.node.attrs, op.node.inputs.length);
  return scalar ? scalarValue(scalar, op) : op.input(0);
};

function scalarValue(expr: Scalar, op: OnnxContext): string {
  const part = (x: Scalar): string => scalarValue(x, op);
  switch (expr.kind) {
    case 'const':
      return op.floats([expr.value], []);
    case 'arg':
      return op.broadcast(expr.index);
    case 'unary':
      return op.emit(unaryType[expr.op], [part(expr.x)]);
    case 'binary':
      return op.emit(binaryType[expr.op], [part(expr.a), part(expr.b)]);
    case 'select': {
      const operands = [part(expr.left), part(expr.right)];
      const condition =
        expr.op === 'ne'
          ? op.emit('Not', [op.emit('Equal', operands)])
          : op.emit(compareType[expr.op], operands);
      return op.emit('Where', [condition, part(expr.then), part(expr.otherwise)]);
    }
  }
}

/** The ONNX operator that the definition names; one operand. */
export const sameInOnnx: OnnxEmitter = (op) => {
  const onnx = opDef(op.node.op).onnx;
  return onnx
    ? op.emit(onnx.type, [op.input(0)], plainAttrs(onnx.attrs?.(op.node.attrs) ?? {}))
    : spelledOut(op);
};

/** `Type(a, b)`, nested to the left for more. */
export function merge(type: string): OnnxEmitter {
  return (op) =>
    op.node.inputs
      .map((_, i) => op.broadcast(i))
      .reduce((result, operand) => op.emit(type, [result, operand]));
}

export const clamp: OnnxEmitter = (op) =>
  clip(op, number(op.node.attrs, 'low'), number(op.node.attrs, 'high'));

export const relu6: OnnxEmitter = (op) => clip(op, 0, 6);

export const silu: OnnxEmitter = (op) => {
  const x = op.input(0);
  return op.emit('Mul', [x, op.emit('Sigmoid', [x])]);
};

export const passThrough: OnnxEmitter = (op) => op.input(0);

/** One slope per channel, shaped [C, 1, …]. */
export const prelu: OnnxEmitter = (op) => op.emit('PRelu', [op.input(0), op.broadcast(1)]);

function clip(op: OnnxContext, low: number, high: number): string {
  return op.emit('Clip', [op.input(0), op.floats([low], []), op.floats([high], [])]);
}

function plainAttrs(attrs: Attrs): OnnxAttrs {
  return Object.fromEntries(
    Object.entries(attrs).filter(([, value]) => typeof value === 'number'),
  ) as OnnxAttrs;
}
