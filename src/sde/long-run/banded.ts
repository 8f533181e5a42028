/** A square matrix whose entries lie within `half` of its diagonal: row i holds columns i - half to i + half. */
export interface Banded {
  readonly size: number;
  readonly half: number;
  readonly entries: Float64Array;
}

export function emptyBanded(size: number, half: number): Banded {
  return { size, half, entries: new Float64Array(size * (2 * half + 1)) };
}

/** Adds to the entry of a row and a column. */
export function addTo({ half, entries }: Banded, row: number, column: number, value: number): void {
  entries[row * (2 * half + 1) + column - row + half] += value;
}

/** L U in place, without pivots: for matrices whose columns are dominated by their diagonal. */
export function factorise({ size, half, entries }: Banded): void {
  const width = 2 * half + 1;
  for (let k = 0; k < size; k += 1) {
    const pivot = entries[k * width + half];
    const last = Math.min(size - 1, k + half);
    for (let i = k + 1; i <= last; i += 1) {
      const at = i * width + k - i + half;
      if (entries[at] === 0) continue;
      const factor = (entries[at] /= pivot);
      const [to, from] = [i * width - i + half, k * width - k + half];
      for (let j = k + 1; j <= last; j += 1) entries[to + j] -= factor * entries[from + j];
    }
  }
}

/** Solves with the factors, in place. */
export function solveFactorised({ size, half, entries }: Banded, x: Float64Array): void {
  const width = 2 * half + 1;
  for (let i = 0; i < size; i += 1) {
    const row = i * width - i + half;
    for (let j = Math.max(0, i - half); j < i; j += 1) x[i] -= entries[row + j] * x[j];
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    const row = i * width - i + half;
    for (let j = Math.min(size - 1, i + half); j > i; j -= 1) x[i] -= entries[row + j] * x[j];
    x[i] /= entries[row + i];
  }
}
