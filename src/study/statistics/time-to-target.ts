/** When a run came to the target; of a censored one how far it was followed without coming to it. */
export interface ArrivalTime {
  readonly time: number;
  readonly isCensored: boolean;
}

export interface TimeToTarget {
  /** Kaplan-Meier median; null where fewer than half of the runs come to the target. */
  readonly median: number | null;
  /** Mean time restricted to the horizon, the area under the Kaplan-Meier curve. */
  readonly restricted_mean: number;
  readonly reached: number;
  readonly runs: number;
}

/** The first score along a run that is at most the target, at its cost; the whole cost, censored, where there is none. */
export function arrivalTime(
  curve: readonly { readonly grad_evals: number; readonly loss: number | null }[],
  target: number,
  whole: number,
): ArrivalTime {
  const first = curve.find(({ loss }) => loss !== null && loss <= target);
  return first === undefined ? { time: whole, isCensored: true } : { time: first.grad_evals, isCensored: false };
}

/**
 * Time to the target with right-censored runs, by the product-limit estimate (Kaplan & Meier 1958)
 *
 *     S(t) = prod_{t_i <= t} (1 - d_i / n_i),   d_i arrivals at t_i, n_i runs not yet arrived or lost before t_i,
 *
 * its median inf{t: S(t) <= 1/2}, and the restricted mean int_0^horizon S(t) dt.
 *
 * @param horizon - in the unit of the times; the latest of them where it is not given
 */
export function timeToTarget(
  arrivals: readonly ArrivalTime[],
  horizon = Math.max(...arrivals.map(({ time }) => time)),
): TimeToTarget {
  const times = [...new Set(arrivals.filter(({ isCensored }) => !isCensored).map(({ time }) => time))].sort(
    (a, b) => a - b,
  );
  let [surviving, last, area] = [1, 0, 0];
  let median: number | null = null;
  for (const time of times.filter((t) => t <= horizon)) {
    area += surviving * (time - last);
    last = time;
    const atRisk = arrivals.filter((arrival) => arrival.time >= time).length;
    const arrived = arrivals.filter((arrival) => arrival.time === time && !arrival.isCensored).length;
    surviving *= 1 - arrived / atRisk;
    if (median === null && surviving <= 0.5 + 1e-12) median = time;
  }
  area += surviving * (horizon - last);
  const reached = arrivals.filter(({ isCensored }) => !isCensored).length;
  return { median, restricted_mean: area, reached, runs: arrivals.length };
}
