/** What a net is made from, as it is written: `extends ResNet18`, `= ResNet(Basic)`, `= convolutional(LeNet5, 64x64)`. */
import type { Expr, NetItem } from '../1-parse/ast.ts';

export interface NetSource {
  /** The net that it extends or stands for. */
  readonly net: Expr;
  /** The input's size where `convolutional` makes it slide over a larger image. */
  readonly slidesOver: Expr | undefined;
}

/** Undefined for a net with a body of its own. */
export function netSource({ base, alias }: NetItem): NetSource | undefined {
  const written = base ?? alias;
  if (!written) return undefined;
  if (written === alias && written.kind === 'call' && written.callee.kind === 'name') {
    const [net, sizes, ...more] = written.args;
    if (written.callee.name === 'convolutional' && net && sizes && more.length === 0)
      return { net: net.value, slidesOver: sizes.value };
  }
  return { net: written, slidesOver: undefined };
}
