/** Where the levels of a problem are too far apart. */
export interface TimeMesh {
  /** Times at which its functions jump, as the last double before and the first one behind, increasing. */
  readonly jumps: readonly Jump[];
  /** Step that a layer at the horizon needs; null where there is none. */
  readonly layer: number | null;
  /** Intervals in which its functions change more than steps can follow, by the level before them, and into how many they are cut. */
  readonly cuts: ReadonlyMap<number, number>;
  /** Levels that follow a function which changes within a step, increasing. */
  readonly levels: readonly number[];
}

export interface Jump {
  readonly before: number;
  readonly behind: number;
}

/** A step of a layer is at most this share of the distance from where the layer begins: ratios of steps stay below 2 on a quarter of the levels. */
const GROWTH = 0.15;

/** The first step before a jump, of the interval that it is in. */
const AFTER_JUMP = 1 / 16;

/**
 * The levels with those that jumps, layers and cuts need. Backwards from the horizon, or from a jump, steps grow with the
 * distance from it, s(tau) = max(s0, growth tau), until they are those of the problem.
 *
 * @param times - levels of the problem, or of a coarser companion
 * @param coarsening - of the companion: 1, 2, 4
 */
export function meshed(times: readonly number[], mesh: TimeMesh, coarsening: number): readonly number[] {
  const { jumps, layer, cuts, levels: followed } = mesh;
  if (jumps.length === 0 && layer === null && cuts.size === 0 && followed.length === 0) return times;
  const horizon = times[times.length - 1];
  const following = followed.filter((_, k) => k % coarsening === 0);
  const anchors = [...times, ...following, ...jumps.flatMap(({ before, behind }) => [before, behind])];
  const levels = [...new Set(anchors)].sort((a, b) => a - b);
  const longest = horizon / (times.length - 1);
  const starts = [
    ...jumps.map(({ before }) => ({ at: before, step: AFTER_JUMP * longest })),
    ...(layer === null ? [] : [{ at: horizon, step: layer * coarsening }]),
  ];
  return levels.flatMap((t, k) => {
    if (k === levels.length - 1) return [t];
    const next = levels[k + 1];
    const parts = Math.ceil(cutsIn(cuts, t, next) / coarsening);
    const start = starts.find(({ at }) => at >= next && at - next < longest * LAYER_REACH);
    return [t, ...(start === undefined ? even(t, next, parts) : graded(t, next, start, GROWTH * coarsening, parts))];
  });
}

/** Lengths of the longest step within which the steps of a layer grow to it: 1 / growth, with some room. */
const LAYER_REACH = 8;

/** The most parts asked for by an interval of the problem that begins in [t, next). */
function cutsIn(cuts: TimeMesh['cuts'], t: number, next: number): number {
  let parts = 1;
  for (const [from, count] of cuts) if (from >= t && from < next) parts = Math.max(parts, count);
  return parts;
}

function even(from: number, to: number, parts: number): number[] {
  return Array.from({ length: parts - 1 }, (_, k) => from + ((k + 1) * (to - from)) / parts);
}

/** Levels between two, whose steps grow from s0 backwards; with tau from the start, n(tau) counts steps. */
function graded(
  from: number,
  to: number,
  { at, step }: { at: number; step: number },
  growth: number,
  least: number,
): number[] {
  const knee = step / growth;
  const countTo = (tau: number): number =>
    tau <= knee ? tau / step : 1 / growth + Math.log(tau / knee) / Math.log1p(growth);
  const [first, last] = [countTo(at - to), countTo(at - from)];
  const parts = Math.max(least, Math.ceil(last - first - 1e-9));
  const back = (n: number): number =>
    n <= 1 / growth ? n * step : knee * Math.exp((n - 1 / growth) * Math.log1p(growth));
  const inner = Array.from({ length: parts - 1 }, (_, k) => at - back(first + ((k + 1) * (last - first)) / parts));
  return inner.filter((t) => t > from && t < to).reverse();
}
