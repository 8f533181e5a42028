import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** One scalar of a summary. */
export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/**
 * The scalars of an Event of TensorFlow (tensorflow/core/util/event.proto): step = 2, summary = 5, of whose values (1) tag = 1,
 * simple_value = 2 and tensor = 8 are read. A tensor of one element is a scalar, whichever of its fields holds it.
 */
export function scalarsOf(record: Uint8Array): Scalar[] {
  const reader = new BinaryReader(record);
  let step = 0;
  const values: { tag: string; value: number }[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 2 && wire === WireType.Varint) step = Number(reader.int64());
    else if (field === 5 && wire === WireType.LengthDelimited) values.push(...summaryValues(reader.bytes()));
    else reader.skip(wire, field);
  }
  return values.map(({ tag, value }) => ({ tag, step, value }));
}

function summaryValues(summary: Uint8Array): { tag: string; value: number }[] {
  const reader = new BinaryReader(summary);
  const values: { tag: string; value: number }[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field !== 1) {
      reader.skip(wire, field);
      continue;
    }
    const { tag, value } = summaryValue(reader.bytes());
    if (value !== null) values.push({ tag, value });
  }
  return values;
}

function summaryValue(bytes: Uint8Array): { tag: string; value: number | null } {
  const reader = new BinaryReader(bytes);
  let [tag, value]: [string, number | null] = ['', null];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) tag = reader.string();
    else if (field === 2 && wire === WireType.Bit32) value = reader.float();
    else if (field === 8) value = scalarTensor(reader.bytes());
    else reader.skip(wire, field);
  }
  return { tag, value };
}

/** DT_FLOAT and DT_DOUBLE of tensorflow/core/framework/types.proto, with the bytes of an element. */
const FLOATS: Readonly<Record<number, number>> = { 1: 4, 2: 8 };

/** dtype = 1, tensor_content = 4, float_val = 5, double_val = 6 of a TensorProto; null of any but one number. */
function scalarTensor(bytes: Uint8Array): number | null {
  const reader = new BinaryReader(bytes);
  let [type, content]: [number, Uint8Array | null] = [0, null];
  let numbers: number[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) type = reader.int32();
    else if (field === 4) content = reader.bytes();
    else if (field === 5) numbers = floats(reader, wire, 4);
    else if (field === 6) numbers = floats(reader, wire, 8);
    else reader.skip(wire, field);
  }
  if (content !== null && content.length > 0)
    numbers = content.length === FLOATS[type] ? elements(content, FLOATS[type]) : [];
  return numbers.length === 1 ? numbers[0] : null;
}

/** Numbers of a repeated field: packed, or one alone. */
function floats(reader: BinaryReader, wire: WireType, size: number): number[] {
  if (wire === WireType.LengthDelimited) return elements(reader.bytes(), size);
  return [size === 4 ? reader.float() : reader.double()];
}

function elements(bytes: Uint8Array, size: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 4 ? view.getFloat32(i * size, true) : view.getFloat64(i * size, true),
  );
}
