/** The oracle of element-wise operators: a scalar expression at every place, operands broadcast over named axes. */
import type { Scalar } from '../../ir/scalar.ts';
import { compileScalar } from '../../ir/scalar-eval.ts';
import { shapeOf, sizeOf, type Tensor, type TensorType } from '../../ir/type.ts';
import { broadcastStrides } from './broadcast.ts';
import { forEachPlace } from './loops.ts';

/** out[place] = expr(inputs[place]…), in double precision, rounded once. */
export function mapElements(
  expr: Scalar,
  inputs: readonly Tensor[],
  types: { readonly inputs: readonly TensorType[]; readonly output: TensorType },
): Tensor {
  const shape = shapeOf(types.output);
  const f = compileScalar(expr);
  const args = new Float64Array(inputs.length);
  const data = new Float32Array(sizeOf(shape));
  const strides = types.inputs.map((type) => broadcastStrides(type, types.output));
  let at = 0;
  forEachPlace(shape, strides, (offsets) => {
    for (let k = 0; k < inputs.length; k++) args[k] = inputs[k]?.data[offsets[k] ?? 0] ?? NaN;
    data[at++] = f(args);
  });
  return { shape, data };
}
