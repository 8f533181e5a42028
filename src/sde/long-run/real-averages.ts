import { standardErrorOf } from '../../math/estimates.js';
import { mean as meanOf } from '../../math/vectors.js';
import { minibatchDirection } from '../minibatch.js';
import type { SgdModel } from '../model.js';
import { requireFinite } from '../simulation/rate-bounds.js';

const log = Math.log;
const sqrt = Math.sqrt;

export interface LongRunTask {
  readonly model: SgdModel;
  readonly runs: number;
  readonly seed: number;
  readonly center: Float64Array;
  /** Updates that are forgotten, and those that are averaged over. */
  readonly forgotten: number;
  readonly updates: number;
  /** Slowest mode and the updates of one time constant; null where it rotates. */
  readonly mode: readonly number[] | null;
  readonly lag: number;
  /** Hears of every state that counts. */
  readonly visit: (theta: Float64Array) => void;
}

interface Averages {
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  /** Of the slowest mode y: E y, E y^2, E y(n) y(n + lag). */
  readonly mode: readonly [number, number, number];
}

/** Averages over time of long real runs at the rate u(horizon, theta), each from a start of its own noise. */
export function realAverages(task: LongRunTask) {
  const { model, runs, seed, center } = task;
  const n = center.length;
  const all = Array.from({ length: runs }, (_, k) => averagesOf(task, seed, `sde/long/${k}`));
  const mean = center.map((value, i) => value + meanOf(all.map((run) => run.mean[i])));
  const about = (run: Averages, i: number, j: number): number =>
    run.squares[i * n + j] - (mean[i] - center[i]) * run.mean[j] - (mean[j] - center[j]) * run.mean[i] +
    (mean[i] - center[i]) * (mean[j] - center[j]); // prettier-ignore
  const entries = (of: (values: number[]) => number): number[][] =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => of(all.map((run) => about(run, i, j)))));
  return {
    mean: [...mean],
    mean_errors: Array.from(mean, (_, i) => standardErrorOf(all.map((run) => run.mean[i]))),
    covariance: entries(meanOf),
    covariance_errors: entries(standardErrorOf),
    ...rateOf(all, task.mode === null ? NaN : task.lag * model.eta),
  };
}

function averagesOf(task: LongRunTask, seed: number, name: string): Averages {
  const { model, center, forgotten, updates, mode, lag, visit } = task;
  const { horizon, eta, rate } = model;
  const n = center.length;
  const sampler = model.sampler(seed, name);
  const minibatch = minibatchDirection(model);
  const theta = center.slice();
  const [H, mean, squares] = [theta.slice(), new Float64Array(n), new Float64Array(n * n)];
  const past = new Float64Array(lag);
  let [y1, y2, y3] = [0, 0, 0];
  for (let k = 0; k < forgotten + updates; k += 1) {
    const step = eta * rate.value(horizon, theta);
    minibatch(theta, sampler, H);
    for (let i = 0; i < n; i += 1) theta[i] -= step * H[i];
    const y = mode === null ? 0 : theta.reduce((sum, value, i) => sum + mode[i] * (value - center[i]), 0);
    const before = past[k % lag];
    past[k % lag] = y;
    if (k < forgotten) continue;
    [y1, y2, y3] = [y1 + y, y2 + y * y, y3 + y * before];
    visit(theta);
    for (let i = 0; i < n; i += 1) {
      const aside = theta[i] - center[i];
      mean[i] += aside / updates;
      for (let j = 0; j < n; j += 1) squares[i * n + j] += (aside * (theta[j] - center[j])) / updates;
    }
  }
  requireFinite(theta, 'A long run', (forgotten + updates) * eta);
  return { mean, squares, mode: [y1 / updates, y2 / updates, y3 / updates] };
}

/** -ln(correlation over one time constant) / its length, with the jackknife's error over runs. */
function rateOf(all: readonly Averages[], time: number): { rate: number | null; rate_error: number | null } {
  const totals = [0, 1, 2].map((k) => all.reduce((sum, { mode }) => sum + mode[k], 0));
  const rateFrom = ([y, yy, yz]: readonly number[], count: number): number => {
    const m = y / count;
    return -log((yz / count - m * m) / (yy / count - m * m)) / time;
  };
  const rate = rateFrom(totals, all.length);
  const without = all.map(({ mode }) => rateFrom(totals.map((total, k) => total - mode[k]), all.length - 1)); // prettier-ignore
  const center = meanOf(without);
  const error = sqrt(((all.length - 1) / all.length) * without.reduce((sum, value) => sum + (value - center) ** 2, 0));
  return Number.isFinite(rate + error) ? { rate, rate_error: error } : { rate: null, rate_error: null };
}
