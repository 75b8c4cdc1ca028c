/**
 * Layers of the same operator with equal options on values of equal types have the same attributes, type and weights: what one
 * came to, those after it share (of the layers of ResNet-152 one in ten is new). Nothing here depends on a place.
 */
import type { Attrs, AttrValue, Node } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import type { OpDef, WeightSpec } from '../../ops/op.ts';
import { numberOf, type Keys } from './keys.ts';

/** What a layer is, wherever it stands. */
export interface LayerFacts {
  readonly attrs: Attrs;
  readonly type: TensorType;
  readonly weights: readonly LayerWeight[];
}

/** A weight, with the attributes of its nodes. */
export interface LayerWeight {
  readonly spec: WeightSpec;
  readonly attrs: Attrs;
}

export type LayerMemory = Map<string, LayerFacts>;

/** What a layer follows from; undefined where an option is too large for a key (fixed kernels). */
export function layerKey(def: OpDef, options: Attrs, data: readonly Node[], keys: Keys): string | undefined {
  let key: string = def.name;
  for (const { name } of def.params) {
    const value = options[name];
    const text = value === undefined ? '' : textOf(value);
    if (text === undefined) return undefined;
    key += `|${text}`;
  }
  for (const node of data) key += `;${numberOf(node.type, keys)}`;
  return key;
}

function textOf(value: AttrValue): string | undefined {
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return String(value);
    case 'string':
      return JSON.stringify(value);
  }
  if (!isList(value)) return undefined;
  const texts = value.map(textOf);
  return texts.includes(undefined) ? undefined : `[${texts.join()}]`;
}

const isList = (value: AttrValue): value is readonly AttrValue[] => Array.isArray(value);
