/** Passes a value through: the empty branch of a residual block. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { OpDef } from './op.ts';
import { aliasLowering } from './shared/lowering.ts';

export const identity: OpDef = {
  ...elementwise({
    name: 'identity',
    doc: 'Passes its input through.',
    category: 'shape',
    scalar: () => s.arg(0),
    onnx: { type: 'Identity' },
  }),
  lower: () => aliasLowering,
};
