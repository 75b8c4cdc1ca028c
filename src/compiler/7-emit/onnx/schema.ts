/**
 * The part of the ONNX file format that cnnc reads and writes, as a protobuf schema: field names and numbers from onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Encoding is protobufjs'.
 */
import type { INamespace, Type } from 'protobufjs';

/** Element types of tensors (onnx.TensorProto.DataType). */
export const dataType = { float: 1, int32: 6, int64: 7 } as const;

/** Kinds of attribute values (onnx.AttributeProto.AttributeType). */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian elements, row-major. */
  readonly rawData: Uint8Array;
}

export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

export interface ValueInfoProto {
  readonly name: string;
  readonly docString?: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue: number }[] };
    };
  };
}

export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
}

export interface ModelProto {
  readonly irVersion: number;
  readonly producerName: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto;
}

type FieldTable = Readonly<Record<string, readonly [id: number, type: string, rule?: 'repeated']>>;

const messages: Readonly<Record<string, FieldTable>> = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    floats: [7, 'float', 'repeated'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'], docString: [3, 'string'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
};

/** The bytes of an .onnx file. */
export async function encodeModel(model: ModelProto): Promise<Uint8Array> {
  return (await modelType()).encode(model).finish();
}

/** The model in the bytes of an .onnx file; fields that the schema does not list are skipped. Throws where the bytes are no protobuf. */
export async function decodeModel(bytes: Uint8Array): Promise<ModelProto> {
  const type = await modelType();
  return type.toObject(type.decode(bytes), { longs: Number, arrays: true }) as ModelProto;
}

async function modelType(): Promise<Type> {
  const { default: protobuf } = await import('protobufjs/light.js');
  const nested = Object.fromEntries(
    Object.entries(messages).map(([name, table]) => [name, { fields: fieldsOf(table) }]),
  );
  const schema: INamespace = { nested };
  return protobuf.Root.fromJSON(schema).lookupType('ModelProto');
}

function fieldsOf(table: FieldTable): Record<string, { id: number; type: string; rule?: string }> {
  return Object.fromEntries(
    Object.entries(table).map(([name, [id, type, rule]]) => [name, { id, type, ...(rule && { rule }) }]),
  );
}
