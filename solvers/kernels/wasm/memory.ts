import type { ArrayMemory } from '../row-pieces.js';

const PAGE = 65536;
/** 4 GiB. */
const MOST_PAGES = 65536;

/** Bytes of a line of the cache, and between the end of an array and the next. */
const CACHE_LINE = 64;
const GAP = 5 * CACHE_LINE;

/**
 * Arrays in WebAssembly memory, one after the other; nothing is given back before all of it is. The
 * gaps set arrays of 2^k numbers apart: a pass that reads many of them would else find all in the same lines of the cache.
 */
export class WasmMemory implements ArrayMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  // The first bytes stay free: no array begins at 0.
  private end = CACHE_LINE;

  readonly numbers = (length: number): Float64Array => new Float64Array(...this.placed(8 * length, length));
  readonly indices = (length: number): Int32Array => new Int32Array(...this.placed(4 * length, length));

  private placed(bytes: number, length: number): [ArrayBufferLike, number, number] {
    const offset = this.end;
    this.end += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE + GAP;
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
