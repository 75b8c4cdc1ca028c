/** Dropout; in inference nothing is dropped and the value passes through. Srivastava et al., JMLR 15 (2014). */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { OpDef } from './op.ts';
import { aliasLowering } from './shared/lowering.ts';

export const dropout: OpDef = {
  ...elementwise({
    name: 'dropout',
    doc: 'Training sets a share of the values to zero at random; inference passes everything through. (Srivastava et al. 2014)',
    category: 'layer',
    params: [
      {
        ...{ name: 'rate', kind: 'float', default: 0.5, min: 0, below: 1 },
        doc: 'Share of the values that are dropped.',
      },
    ],
    scalar: () => s.arg(0),
    onnx: { type: 'Identity' },
  }),
  lower: () => aliasLowering,
};
