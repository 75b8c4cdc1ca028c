/** Tables of the schema as FlatBuffers (https://flatbuffers.dev/internals): what a table points at is written before the table itself. */
import { Builder } from 'flatbuffers';
import {
  schemaOf,
  tables,
  type Fields,
  type FieldType,
  type OperatorName,
  type TableName,
} from './schema.ts';

export type Value = number | boolean | string | readonly number[] | Uint8Array | Options | readonly Table[];
/** Field values by name; what is absent is not stored. */
export interface Table {
  readonly [field: string]: Value | undefined;
}
/** An operator's options, written by the fields of that operator. */
export interface Options {
  readonly operator: OperatorName;
  readonly values: Readonly<Record<string, number | boolean | readonly number[]>>;
}

/** Room for everything but the weights; it grows where that is not enough. */
const slack = 1 << 20;

/** The bytes of a .tflite file; weights are aligned to 16 bytes. */
export function encodeModel(model: Table): Uint8Array {
  const weights = (model.buffers as readonly Table[]).map(
    ({ data }) => (data as Uint8Array | undefined)?.length,
  );
  const builder = new Builder(weights.reduce<number>((sum, n = 0) => sum + n + 32, slack));
  // Zeros are stored too: some fields have another default.
  builder.forceDefaults(true);
  builder.finish(table(builder, 'Model', model), 'TFL3');
  return builder.asUint8Array();
}

function table(builder: Builder, name: TableName, values: Table): number {
  return fieldsOf(builder, tables[name], values);
}

/** Writes the fields, then the table; its offset. */
function fieldsOf(builder: Builder, fields: Fields, values: Table): number {
  const given = Object.entries(fields).flatMap(([name, type], id) => {
    const value = values[name];
    return value === undefined || type === '-'
      ? []
      : [{ id, type, value, at: pointedAt(builder, type, value) }];
  });
  builder.startObject(Object.keys(fields).length);
  for (const { id, type, value, at } of given)
    if (at === undefined) addInline(builder, { id, type, value });
    else {
      builder.addFieldOffset(id, at, 0);
      if (type === 'options')
        builder.addFieldInt8(id - 1, schemaOf((value as Options).operator).kind ?? 0, 0);
    }
  return builder.endObject();
}

/** Offset of a value that lies outside of its table; undefined for one that lies inside. */
function pointedAt(builder: Builder, type: FieldType, value: Value): number | undefined {
  switch (type) {
    case 'string':
      return builder.createString(value as string);
    case 'ints':
      return ints(builder, value as readonly number[]);
    case 'data':
      return data(builder, value as Uint8Array);
    case 'options':
      return optionsTable(builder, value as Options);
    case '-':
    case 'bool':
    case 'byte':
    case 'int':
    case 'float':
      return undefined;
    default:
      return vector(builder, type.slice('tables:'.length) as TableName, value as readonly Table[]);
  }
}

function addInline(
  builder: Builder,
  { id, type, value }: { readonly id: number; readonly type: FieldType; readonly value: Value },
): void {
  if (type === 'float') builder.addFieldFloat32(id, Number(value), 0);
  else if (type === 'int') builder.addFieldInt32(id, Number(value), 0);
  else builder.addFieldInt8(id, Number(value), 0);
}

function ints(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return builder.endVector();
}

function data(builder: Builder, bytes: Uint8Array): number {
  builder.prep(16, bytes.length);
  return builder.createByteVector(bytes);
}

function optionsTable(builder: Builder, { operator, values }: Options): number {
  return fieldsOf(builder, schemaOf(operator).fields ?? {}, values);
}

function vector(builder: Builder, name: TableName, values: readonly Table[]): number {
  const offsets = values.map((value) => table(builder, name, value));
  builder.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}
