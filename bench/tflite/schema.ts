/**
 * The part of the TensorFlow Lite file format that is written here, as data: fields of each table in the order of their ids, numbers of
 * operators and of their options, from schema.fbs, version 3 (https://github.com/google-ai-edge/LiteRT, tflite/converter/schema).
 */

/** How a field is stored; `tables:T` is a vector of tables, `-` an id that is not written. */
export type FieldType =
  '-' | 'bool' | 'byte' | 'int' | 'float' | 'string' | 'ints' | 'data' | 'options' | `tables:${TableName}`;

/** Fields by name, in the order of their ids. The value 0 (or what `fallbacks` says) is not stored. */
export type Fields = Readonly<Record<string, FieldType>>;

export type TableName =
  'Model' | 'OperatorCode' | 'SubGraph' | 'Tensor' | 'Operator' | 'Buffer' | 'SignatureDef' | 'TensorMap';

export const tables: Readonly<Record<TableName, Fields>> = {
  Model: {
    version: 'int',
    operatorCodes: 'tables:OperatorCode',
    subgraphs: 'tables:SubGraph',
    description: 'string',
    buffers: 'tables:Buffer',
    metadataBuffer: '-',
    metadata: '-',
    signatureDefs: 'tables:SignatureDef',
  },
  OperatorCode: { deprecatedBuiltinCode: 'byte', customCode: '-', version: 'int', builtinCode: 'int' },
  SubGraph: {
    tensors: 'tables:Tensor',
    inputs: 'ints',
    outputs: 'ints',
    operators: 'tables:Operator',
    name: 'string',
  },
  Tensor: { shape: 'ints', type: 'byte', buffer: 'int', name: 'string' },
  /** `options` is a union: its kind has the id before it. */
  Operator: { opcodeIndex: 'int', inputs: 'ints', outputs: 'ints', optionsKind: '-', options: 'options' },
  Buffer: { data: 'data' },
  SignatureDef: {
    inputs: 'tables:TensorMap',
    outputs: 'tables:TensorMap',
    signatureKey: 'string',
    deprecatedTag: '-',
    subgraphIndex: 'int',
  },
  TensorMap: { name: 'string', tensorIndex: 'int' },
};

export const tensorType = { FLOAT32: 0, INT32: 2, BOOL: 6 } as const;
export type TensorTypeName = keyof typeof tensorType;

export const padding = { SAME: 0, VALID: 1 } as const;
export const activation = { NONE: 0, RELU: 1, RELU6: 3 } as const;
export type Activation = keyof typeof activation;

/** An operator: its number, and its options with their number in the union `BuiltinOptions`. */
export interface OperatorSchema {
  readonly code: number;
  readonly kind?: number;
  readonly fields?: Fields;
  /** Where not 1: the version that introduced what is used here. */
  readonly version?: number;
}

const window2d = { padding: 'byte', strideW: 'int', strideH: 'int' } as const;
const fused = { activation: 'byte' } as const;
const dilation2d = { dilationW: 'int', dilationH: 'int' } as const;
const pool2d = { ...window2d, filterW: 'int', filterH: 'int', ...fused } as const;
const reducer = { kind: 27, fields: { keepDims: 'bool' } } as const;

export const operators = {
  ABS: { code: 101 },
  ADD: { code: 0, kind: 11, fields: fused },
  ARG_MAX: { code: 56, kind: 40, fields: { outputType: 'byte' } },
  AVERAGE_POOL_2D: { code: 1, kind: 5, fields: pool2d },
  BATCH_MATMUL: { code: 126, kind: 101, fields: { adjX: 'bool', adjY: 'bool' } },
  CAST: { code: 53, kind: 37, fields: { inType: 'byte', outType: 'byte' } },
  CEIL: { code: 104 },
  CONCATENATION: { code: 2, kind: 10, fields: { axis: 'int', ...fused } },
  CONV_2D: { code: 3, kind: 1, fields: { ...window2d, ...fused, ...dilation2d } },
  CONV_3D: {
    code: 132,
    kind: 106,
    fields: {
      padding: 'byte',
      strideD: 'int',
      strideW: 'int',
      strideH: 'int',
      ...fused,
      dilationD: 'int',
      ...dilation2d,
    },
  },
  DEPTH_TO_SPACE: { code: 5, kind: 94, fields: { blockSize: 'int' } },
  DEPTHWISE_CONV_2D: {
    code: 4,
    kind: 2,
    fields: { ...window2d, depthMultiplier: 'int', ...fused, ...dilation2d },
    version: 2,
  },
  DIV: { code: 42, kind: 29, fields: fused },
  ELU: { code: 111 },
  EQUAL: { code: 71 },
  EXP: { code: 47 },
  FLOOR: { code: 8 },
  FULLY_CONNECTED: { code: 9, kind: 8, fields: fused },
  GATHER: { code: 36, kind: 23, fields: { axis: 'int' } },
  GELU: { code: 150, kind: 116, fields: { approximate: 'bool' } },
  GREATER: { code: 61 },
  GREATER_EQUAL: { code: 62 },
  HARD_SWISH: { code: 117 },
  LEAKY_RELU: { code: 98, kind: 75, fields: { alpha: 'float' } },
  LESS: { code: 58 },
  LESS_EQUAL: { code: 63 },
  LOCAL_RESPONSE_NORMALIZATION: {
    code: 13,
    kind: 13,
    fields: { radius: 'int', bias: 'float', alpha: 'float', beta: 'float' },
  },
  LOG: { code: 73 },
  LOGISTIC: { code: 14 },
  LOG_SOFTMAX: { code: 50 },
  MAX_POOL_2D: { code: 17, kind: 5, fields: pool2d },
  MAXIMUM: { code: 55 },
  MEAN: { code: 40, ...reducer },
  MINIMUM: { code: 57 },
  MIRROR_PAD: { code: 100, kind: 77, fields: { mode: 'byte' } },
  MUL: { code: 18, kind: 21, fields: fused },
  NEG: { code: 59 },
  NOT_EQUAL: { code: 72 },
  ONE_HOT: { code: 85, kind: 61, fields: { axis: 'int' } },
  PAD: { code: 34 },
  PADV2: { code: 60 },
  POW: { code: 78 },
  PRELU: { code: 54 },
  REDUCE_MAX: { code: 82, ...reducer },
  REDUCE_MIN: { code: 89, ...reducer },
  RELU: { code: 19 },
  RELU6: { code: 21 },
  RESHAPE: { code: 22, kind: 17, fields: { newShape: 'ints' } },
  RESIZE_BILINEAR: {
    code: 23,
    kind: 15,
    fields: { newHeight: '-', newWidth: '-', alignCorners: 'bool', halfPixelCenters: 'bool' },
    version: 3,
  },
  RESIZE_NEAREST_NEIGHBOR: {
    code: 97,
    kind: 74,
    fields: { alignCorners: 'bool', halfPixelCenters: 'bool' },
    version: 3,
  },
  SELECT_V2: { code: 123 },
  SLICE: { code: 65 },
  SOFTMAX: { code: 25, kind: 9, fields: { beta: 'float' } },
  SPACE_TO_DEPTH: { code: 26, kind: 19, fields: { blockSize: 'int' } },
  SQRT: { code: 75 },
  SQUARE: { code: 92 },
  SUB: { code: 41, kind: 28, fields: fused },
  SUM: { code: 74, ...reducer },
  TANH: { code: 28 },
  TRANSPOSE: { code: 39 },
  TRANSPOSE_CONV: { code: 67, kind: 49, fields: { ...window2d }, version: 3 },
} as const satisfies Readonly<Record<string, OperatorSchema>>;

export type OperatorName = keyof typeof operators;

/** What is known of an operator. */
export function schemaOf(name: OperatorName): OperatorSchema {
  return operators[name];
}
