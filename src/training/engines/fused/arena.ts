const PAGE = 65536;
/** What WebAssembly can address. */
const MOST_BYTES = 2 ** 32 - PAGE;
/** Kernels read up to this many bytes beyond the end of an array. */
const SLACK = 64;

/** Places in a memory that is opened when all of them are known; 0 is no place. */
export class Arena {
  private end = 64;
  private readonly contents: { readonly place: number; readonly values: readonly number[] }[] = [];

  /** Room for float32 numbers, zeros in the beginning. */
  numbers(length: number): number {
    const place = this.end;
    this.end = Math.ceil((place + 4 * length + SLACK) / 64) * 64;
    return place;
  }

  /** A table of 32-bit integers. */
  integers(values: readonly number[]): number {
    const place = this.numbers(values.length);
    this.contents.push({ place, values });
    return place;
  }

  /** Bytes reserved so far. */
  get bytes(): number {
    return this.end;
  }

  /** Whether WebAssembly can address all of it. */
  get fits(): boolean {
    return this.end <= MOST_BYTES;
  }

  /** The memory with the tables in it; it never grows. */
  open(): WebAssembly.Memory {
    const pages = Math.ceil(this.end / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    for (const { place, values } of this.contents) new Int32Array(memory.buffer, place, values.length).set(values);
    return memory;
  }
}
