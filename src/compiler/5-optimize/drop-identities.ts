/** What does nothing at inference disappears: identity, dropout, empty padding, merges of one value, reshapes of reshapes. */
import type { AttrValue, Node } from '../ir/graph.ts';
import type { Rule } from '../ir/rewrite.ts';
import { sameType } from '../ir/type.ts';
import type { Pass } from './pass.ts';

const dropNoOps: Rule = {
  name: 'identity(x), dropout(x) → x',
  apply: ({ op, inputs }) => (op === 'identity' || op === 'dropout' ? inputs[0] : undefined),
};

/** Operators that rearrange or cut; with an unchanged type (axes are named) they change nothing. */
const dropSameType: Rule = {
  name: 'reshape(x), transpose(x), slice(x) → x, where the type stays',
  apply: ({ op, inputs: [x], type }) =>
    x && ['reshape', 'flatten', 'rename', 'transpose', 'slice', 'crop'].includes(op) && sameType(x.type, type)
      ? x
      : undefined,
};

const dropSingleMerge: Rule = {
  name: 'concat(x) → x',
  apply: ({ op, inputs, type }) => {
    const [only, ...others] = inputs;
    const merge = ['concat', 'add', 'mul', 'max', 'min'].includes(op);
    return merge && only && others.length === 0 && sameType(only.type, type) ? only : undefined;
  },
};

const dropEmptyPad: Rule = {
  name: 'pad(x, 0) → x',
  apply: ({ op, inputs: [x], attrs }) => (op === 'pad' && isZero(attrs['pads'] ?? 1) ? x : undefined),
};

function isZero(value: AttrValue): boolean {
  return Array.isArray(value) ? value.every((item: AttrValue) => isZero(item)) : value === 0;
}

const joinReshapes: Rule = {
  name: 'reshape(reshape(x)) → reshape(x)',
  apply: (node) => {
    const inner = node.inputs[0];
    if (!inner || !isReshape(node) || !isReshape(inner)) return undefined;
    return { ...node, inputs: inner.inputs };
  },
};

const joinTransposes: Rule = {
  name: 'transpose(transpose(x)) → transpose(x)',
  apply: (node) => {
    const [inner] = node.inputs;
    return node.op === 'transpose' && inner?.op === 'transpose'
      ? { ...node, inputs: inner.inputs }
      : undefined;
  },
};

function isReshape({ op }: Node): boolean {
  return op === 'reshape' || op === 'flatten';
}

export const dropIdentities: Pass = {
  name: 'drop-identities',
  doc: 'Removes what does nothing at inference: dropout, identity, empty padding, reshapes of reshapes.',
  training: false,
  rules: [dropNoOps, dropSameType, dropSingleMerge, dropEmptyPad, joinReshapes, joinTransposes],
};
