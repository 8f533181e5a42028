/** A list that grows and is emptied without giving its memory back. */
abstract class GrowingList<Data extends Float64Array | Int32Array> {
  abstract data: Data;
  length = 0;

  protected abstract emptyOf(size: number): Data;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = this.emptyOf(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = value;
    this.length += 1;
  }

  clear(): void {
    this.length = 0;
  }
}

/** Slots of a new list that does not say how many it will need. */
const FIRST_SIZE = 64;

/** A growing list of numbers. */
export class NumberList extends GrowingList<Float64Array> {
  data: Float64Array;

  constructor(size = FIRST_SIZE) {
    super();
    this.data = new Float64Array(size);
  }

  protected emptyOf(size: number): Float64Array<ArrayBuffer> {
    return new Float64Array(size);
  }
}

/** A growing list of whole numbers. */
export class IndexList extends GrowingList<Int32Array> {
  data: Int32Array;

  constructor(size = FIRST_SIZE) {
    super();
    this.data = new Int32Array(size);
  }

  protected emptyOf(size: number): Int32Array<ArrayBuffer> {
    return new Int32Array(size);
  }
}
