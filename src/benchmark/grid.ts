/** A fixed rate and what decides of it; null where a run has no finite figure. */
export interface GridPoint {
  readonly rate: number;
  readonly loss: number | null;
}

/** Digits of a rate that is added: those of the grid's own, without the noise of the division. */
const DIGITS = 12;

/**
 * The rate to try beyond the end of a grid at which its best rate lies, so that in the end both ends are worse than what lies
 * between them: as far from that end as its neighbour, r_1^2 / r_2 or r_n^2 / r_(n-1) for rates r_1 < ... < r_n. Where no
 * rate has a finite loss it is the one below all.
 *
 * @returns null where the best rate is no end; for a single rate too, which is no grid
 */
export function rateBeyond(grid: readonly GridPoint[]): number | null {
  if (grid.length < 2) return null;
  const sorted = [...grid].sort((a, b) => a.rate - b.rate);
  const best = sorted.reduce((k, { loss }, i) => (finite(loss) < finite(sorted[k].loss) ? i : k), 0);
  if (best === 0) return beyond(sorted[0].rate, sorted[1].rate);
  const last = sorted.length - 1;
  return best === last ? beyond(sorted[last].rate, sorted[last - 1].rate) : null;
}

function finite(loss: number | null): number {
  return loss ?? Infinity;
}

function beyond(end: number, neighbour: number): number {
  return Number(((end * end) / neighbour).toPrecision(DIGITS));
}
