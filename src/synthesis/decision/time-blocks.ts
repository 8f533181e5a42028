/** Updates at the end of a run that are looked at one by one, where rates fall fastest. */
const SINGLE = 60;
/** Most blocks before them. */
const BLOCKS = 140;

/** A stretch of updates under one rate, that of its middle. */
export interface TimeBlock {
  readonly first: number;
  readonly updates: number;
  readonly middle: number;
}

/** A run of T updates in at most 200 blocks: equal ones, and single updates at the end. */
export function timeBlocks(horizon: number): TimeBlock[] {
  const single = Math.min(SINGLE, horizon);
  const length = Math.max(1, Math.ceil((horizon - single) / BLOCKS));
  const blocks: TimeBlock[] = [];
  for (let first = 0; first < horizon;) {
    const updates = first < horizon - single ? Math.min(length, horizon - single - first) : 1;
    blocks.push({ first, updates, middle: first + (updates - 1) / 2 });
    first += updates;
  }
  return blocks;
}
