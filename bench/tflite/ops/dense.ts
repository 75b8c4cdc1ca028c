/** Fully connected layers: the stored [out, in] matrix is the format's own. */
import { ownShape, type TfliteEmitter } from './emitter.ts';
import { biasOf } from './window.ts';

export const dense: TfliteEmitter = (op) =>
  op.emit('FULLY_CONNECTED', [op.input(0), op.weight(1), biasOf(op)], {
    shape: ownShape(op),
    options: { activation: 0 },
  });
