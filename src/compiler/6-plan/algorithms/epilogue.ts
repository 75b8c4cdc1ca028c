/**
 * How a kernel finishes its register tile: cheap epilogues run in registers, expensive ones in a loop over a scratch copy of the
 * tile, because a dozen inlined exponentials are kilobytes of code per tile.
 */
import type { Epilogue } from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { lanes } from './tile.ts';

/** Operations of an expression that is still worth a copy for every register of a tile: hard-swish has six. */
const cheapOperations = 8;

/** Whether the epilogue goes through scratch memory instead of registers. */
export function isExpensive(epilogue: Epilogue | undefined): boolean {
  return epilogue !== undefined && operations(epilogue.expr) > cheapOperations;
}

/** Scratch for the largest tile: 8 pixels × 8 vectors hold every tile that fits the registers of a wide engine. */
export const finishScratchBytes = 8 * 8 * lanes * 4;

/** The scratch that a kernel with this epilogue needs, in bytes. */
export function epilogueScratch(epilogue: Epilogue | undefined): number {
  return isExpensive(epilogue) ? finishScratchBytes : 0;
}

/** Vector instructions, roughly; transcendental functions count as many. */
function operations(expr: Scalar): number {
  switch (expr.kind) {
    case 'const':
    case 'arg':
      return 0;
    case 'unary':
      return operations(expr.x) + (['exp', 'log', 'tanh', 'erf'].includes(expr.op) ? 20 : 1);
    case 'binary':
      return operations(expr.a) + operations(expr.b) + 1;
    case 'select':
      return [expr.left, expr.right, expr.then, expr.otherwise].reduce((sum, e) => sum + operations(e), 2);
  }
}
