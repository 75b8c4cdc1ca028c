/**
 * Scalar expressions: what an element-wise operator computes for one element. The same expression is evaluated by the
 * oracle, becomes the epilogue of a convolution in its register tile, or the body of a loop nest, so that every activation
 * fuses without being named anywhere else. `arg i` is the i-th operand; in an epilogue arg 0 is the accumulated value.
 */
export type UnaryScalar = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'exp' | 'log' | 'tanh' | 'erf';
export type BinaryScalar = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';
export type CompareScalar = 'lt' | 'le' | 'gt' | 'ge' | 'eq' | 'ne';

export type Scalar =
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'arg'; readonly index: number }
  | { readonly kind: 'unary'; readonly op: UnaryScalar; readonly x: Scalar }
  | { readonly kind: 'binary'; readonly op: BinaryScalar; readonly a: Scalar; readonly b: Scalar }
  /** `left op right ? then : otherwise`; a comparison with NaN is false (except ne). */
  | {
      readonly kind: 'select';
      readonly op: CompareScalar;
      readonly left: Scalar;
      readonly right: Scalar;
      readonly then: Scalar;
      readonly otherwise: Scalar;
    };
