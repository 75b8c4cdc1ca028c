/** What weights are to the rest of the compiler: a path per `param` node and a tensor for each. */
import type { Node } from '../compiler/ir/graph.ts';
import type { Tensor } from '../compiler/ir/type.ts';

/** Where weights come from: a file, an initialiser, a training run. */
export type WeightSource = (param: Node) => Tensor;

/** The name of a weight on disk: `stem.conv.weight`. */
export function paramPath(param: Node): string {
  const name = String(param.attrs['name']);
  return param.path === '' ? name : `${param.path}.${name}`;
}
