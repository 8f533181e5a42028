import type { ArrayMemory } from '../row-pieces.js';

const PAGE = 65536;
/** 4 GiB. */
const MOST_PAGES = 65536;

/** Arrays in WebAssembly memory, one after the other; nothing is given back before all of it is. */
export class WasmMemory implements ArrayMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  // The first bytes stay free: no array begins at 0.
  private end = 16;

  readonly numbers = (length: number): Float64Array => new Float64Array(...this.placed(8 * length, length));
  readonly indices = (length: number): Int32Array => new Int32Array(...this.placed(4 * length, length));

  private placed(bytes: number, length: number): [ArrayBufferLike, number, number] {
    const offset = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    const missing = Math.ceil(this.end / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.memory.grow(missing);
    return [this.memory.buffer, offset, length];
  }
}

/** A number, or an array in this memory, for which its place stands. */
export type Field = number | { readonly byteOffset: number };

/** Writes a block of fields, in the order of ../assembly/layout.ts. */
export function setFields(block: Int32Array, fields: readonly Field[]): void {
  fields.forEach((field, i) => {
    block[i] = typeof field === 'number' ? field : field.byteOffset;
  });
}
