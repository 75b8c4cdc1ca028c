/** Kernels that compute parts of a map: operands that are views, and epilogues over them. */
import type { Epilogue, Operand, OperandView } from '../../ir/kernel.ts';

/** Operand numbers of views, from `first` on. */
export function createViews(first: Operand): {
  readonly all: readonly OperandView[];
  readonly of: (view: OperandView) => Operand;
} {
  const all: OperandView[] = [];
  return { all, of: (view) => first + all.push(view) - 1 };
}

/** The epilogue of a part: what has the output's shape is read where the part lies. */
export function placed(epilogue: Epilogue, place: (of: Operand) => Operand): Epilogue {
  const operands = epilogue.operands.map(({ operand, per }) => ({
    operand: per === 'tensor' ? place(operand) : operand,
    per,
  }));
  return { ...epilogue, operands };
}
