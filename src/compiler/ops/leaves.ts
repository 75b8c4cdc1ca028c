/**
 * The leaves of a graph: `input` (attrs: name), `param` (a weight from a file or an initialiser; attrs: name, trainable, init) and `const`
 * (known data; attrs: value). Their types are given where they are made, since there is nothing to derive them from.
 */
import { internal } from '../diagnostics/internal.ts';
import { defineOp, type OpDef } from './op.ts';
import * as read from './shared/attrs.ts';
import { lowering } from './shared/lowering.ts';

function leaf(name: string, doc: string, value: OpDef['eval']): OpDef {
  return defineOp({
    name,
    doc,
    category: 'internal',
    arity: { min: 0, max: 0 },
    params: [],
    type: () => internal(`the type of ${name} must be given`),
    cost: () => ({ macs: 0 }),
    eval: value,
    grad: () => [],
    lower: () => lowering(),
    onnx: undefined,
    samples: [],
  });
}

export const input = leaf('input', 'A value that the caller gives.', (attrs) =>
  internal(`the input ${read.text(attrs, 'name')} has no value of its own`),
);

export const param = leaf('param', 'A weight: read from a file, or initialised.', (attrs) =>
  internal(`the weight ${read.text(attrs, 'name')} has no value of its own`),
);

export const constant = leaf('const', 'Known data.', (attrs) => read.tensor(attrs, 'value'));
