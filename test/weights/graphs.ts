/** Small graphs for the tests of weights, built by hand so that they need no other phase. */
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { featureMap, type TensorType } from '../../src/compiler/ir/type.ts';

interface NodeParts {
  readonly op: Node['op'];
  readonly inputs?: readonly Node[];
  readonly attrs?: Node['attrs'];
  readonly type: TensorType;
  readonly path?: string;
}

export function node({ op, inputs = [], attrs = {}, type, path = '' }: NodeParts): Node {
  return { op, inputs, attrs, type, path, span: undefined };
}

/** A weight of the given shape; the initialiser is he_normal with the fan-in of the shape unless given. */
export function param(path: string, name: string, dims: readonly number[], init: object = {}): Node {
  const fanIn = dims.slice(1).reduce((product, n) => product * n, 1);
  const attrs = { name, trainable: true, init: { kind: 'he_normal', fanIn, fanOut: dims[0] ?? 1, ...init } };
  return node({ op: 'param', attrs, type: { dtype: 'f32', axes: dims.map((_, i) => `A${i}`), dims }, path });
}

/** image 4x6x3 -> conv(5, 3, pad = 1) -> relu -> flatten -> dense(2), the conv with a bias. */
export function smallNet(): Graph {
  const image = node({ op: 'input', attrs: { name: 'image' }, type: featureMap([4, 6], 3) });
  const conv = node({
    op: 'conv',
    inputs: [
      image,
      param('stem.conv', 'weight', [5, 3, 3, 3]),
      param('stem.conv', 'bias', [5], { kind: 'zeros' }),
    ],
    type: featureMap([4, 6], 5),
    path: 'stem.conv',
  });
  const relu = node({ op: 'relu', inputs: [conv], type: conv.type });
  const flat = node({ op: 'flatten', inputs: [relu], type: featureMap([], 120) });
  const drop = node({ op: 'dropout', inputs: [flat], type: flat.type });
  const dense = node({
    op: 'dense',
    inputs: [drop, param('logits.dense', 'weight', [2, 120])],
    type: featureMap([], 2),
    path: 'logits.dense',
  });
  return {
    name: 'Small',
    inputs: [{ name: 'image', node: image, format: 'rgb', fit: 'stretch', doc: undefined }],
    outputs: [{ name: 'y', nodes: [dense], output: { kind: 'tensor' }, trainOnly: false, doc: undefined }],
  };
}
