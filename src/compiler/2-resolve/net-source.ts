/** What a net is made from, as it is written: `extends ResNet18`, `= ResNet(Basic)`, `= convolutional(LeNet5, 64x64)`. */
import type { Expr, NetItem } from '../1-parse/ast.ts';

export interface NetSource {
  /** The net that it extends or stands for. */
  readonly net: Expr;
  /** Where `convolutional` makes it slide over a larger image, whose size may be left open. */
  readonly sliding: WrittenSliding | undefined;
}

/** `convolutional(net, sizes)`. */
export interface WrittenSliding {
  readonly net: Expr;
  /** Absent: as large as its window, or as is asked for. */
  readonly sizes: Expr | undefined;
}

/** Undefined for a net with a body of its own. */
export function netSource({ base, alias }: NetItem): NetSource | undefined {
  const written = base ?? alias;
  if (!written) return undefined;
  if (written === alias && written.kind === 'call' && written.callee.kind === 'name') {
    const [net, sizes, ...more] = written.args;
    if (written.callee.name === 'convolutional' && net && more.length === 0)
      return { net: net.value, sliding: { net: net.value, sizes: sizes?.value } };
  }
  return { net: written, sliding: undefined };
}
