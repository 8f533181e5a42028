import { solveByCharacteristics, type DeterministicProblem, type Vector } from '../../../solvers/index.js';
import type { ClosureDraw } from './closure-draws.js';
import type { OpenLoop } from './schedule-candidate.js';

/** Largest interval of constant rate, as a share of the run. */
const LARGEST_INTERVAL = 1 / 16;
const SUBSTEPS = 3;
const OPTIONS = { substeps: SUBSTEPS, tolerance: 1e-3, maximumIterations: 30 };

/** Relative step of central differences. */
const STEP = 1e-5;
/** k h below which a Runge-Kutta step of y' = -k y is accurate enough for a plan; the method is stable up to 2.78. */
const STABLE = 2;

/** What a plan is made for. */
export interface PlannedRun {
  readonly horizon: number;
  readonly rates: { readonly min: number; readonly max: number };
  readonly integral: boolean;
}

/**
 * The rates that minimise the mean over draws of the loss, each as a share of what the draw's run comes to under a plain
 * decay, by characteristics: every draw is a deterministic copy of the closure's states, all under the same rates. In natural
 * states, dx/dt = x(after an update) - x, which is linear in the noise that is forgotten.
 *
 * @param losses - of each draw under the plain decay, > 0
 * @returns values at the middles of the intervals of the plan; null where the solver found nothing finite
 */
export function meanMinimiser(
  draws: readonly ClosureDraw[],
  losses: readonly number[],
  run: PlannedRun,
): OpenLoop | null {
  const times = planTimes(run.horizon);
  const problem = meanProblem(draws, losses, run, largestStep(times));
  const { status, controls } = solveByCharacteristics(problem, {
    intervals: times,
    initial: [run.rates.max],
    ...OPTIONS,
  });
  if (status === 'non_finite') return null;
  return {
    updates: times.slice(1).map((time, k) => (time + times[k]) / 2),
    values: controls.map(([rate]) => rate),
  };
}

/** 0 to T: intervals of 1, 2, 4, ... updates up to T / 16, and the same backwards at the end. */
function planTimes(horizon: number): number[] {
  const largest = Math.max(1, horizon * LARGEST_INTERVAL);
  const lengths: number[] = [];
  let left = horizon / 2;
  for (let length = 1; left > 0; length *= 2) {
    const next = Math.min(length, largest, left);
    lengths.push(next);
    left -= next;
  }
  const all = [...lengths, ...[...lengths].reverse()];
  const times = all.reduce((sums, length) => [...sums, sums[sums.length - 1] + length], [0]);
  times[times.length - 1] = horizon;
  return times;
}

function largestStep(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, k) => time - times[k])) / SUBSTEPS;
}

function meanProblem(
  draws: readonly ClosureDraw[],
  losses: readonly number[],
  { horizon, rates, integral }: PlannedRun,
  step: number,
): DeterministicProblem {
  const copies = draws.map((draw, d) => closureCopy(draw, 1 / (losses[d] * draws.length), rates.max, step));
  const n = draws[0].start.length;
  const total = (x: Vector): number => copies.reduce((sum, copy, d) => sum + copy.loss(x, d * n), 0);
  const gradientOfLoss = (x: Vector, out: Float64Array, factor: number): void =>
    copies.forEach((copy, d) => copy.lossGradient(x, d * n, out, factor));
  return {
    start: draws.flatMap(({ start }) => [...start]),
    horizon,
    controls: [{ name: 'learning rate', lower: rates.min, upper: rates.max }],
    dynamics: (_t, x, [u], out) => copies.forEach((copy, d) => copy.move(x, d * n, u, out)),
    runningCost: integral ? (_t, x) => total(x) / horizon : () => 0,
    terminalCost: integral ? () => 0 : total,
    gradients: {
      terminalCost(x, out) {
        out.fill(0);
        if (!integral) gradientOfLoss(x, out, 1);
      },
      hamiltonian(_t, x, [u], p, inState, inControl) {
        inState.fill(0);
        inControl.fill(0);
        if (integral) gradientOfLoss(x, inState, 1 / horizon);
        copies.forEach((copy, d) => copy.pullBack(x, d * n, u, p, inState, inControl));
      },
    },
  };
}

/** One draw's states at an offset among those of all draws. */
interface ClosureCopy {
  loss(x: Vector, offset: number): number;
  lossGradient(x: Vector, offset: number, out: Float64Array, factor: number): void;
  move(x: Vector, offset: number, u: number, out: Float64Array): void;
  /** Adds p' df/dx and p' df/du. */
  pullBack(x: Vector, offset: number, u: number, p: Vector, inState: Float64Array, inControl: Float64Array): void;
}

function closureCopy({ start, flow, filter }: ClosureDraw, weight: number, peak: number, step: number): ClosureCopy {
  const n = start.length;
  const covariance = Array<number>(n * n).fill(0);
  const logs = new Float64Array(n);
  const [f, above, below, at] = [0, 1, 2, 3].map(() => new Float64Array(n));
  const speeds = new Float64Array(n).fill(1);
  const fieldAt = (x: Float64Array, u: number, out: Float64Array): void => {
    for (let i = 0; i < n; i += 1) logs[i] = Math.log(Math.max(x[i], Number.MIN_VALUE));
    flow(logs, u, 1);
    for (let i = 0; i < n; i += 1) out[i] = speeds[i] * (Math.exp(logs[i]) - x[i]);
  };
  const lossAt = (x: Float64Array): number =>
    weight *
    filter.predictedLoss({ mean: Array.from(x, (value) => Math.log(Math.max(value, Number.MIN_VALUE))), covariance });
  const load = (x: Vector, offset: number): Float64Array => {
    for (let i = 0; i < n; i += 1) at[i] = x[offset + i];
    return at;
  };
  slowStiffStates(fieldAt, Float64Array.from(start), { peak, step, speeds });
  return {
    loss: (x, offset) => lossAt(load(x, offset)),
    lossGradient(x, offset, out, factor) {
      const y = load(x, offset);
      for (let i = 0; i < n; i += 1) {
        const [value, h] = [y[i], STEP * y[i]];
        y[i] = value + h;
        const up = lossAt(y);
        y[i] = value - h;
        out[offset + i] += (factor * (up - lossAt(y))) / (2 * h);
        y[i] = value;
      }
    },
    move(x, offset, u, out) {
      fieldAt(load(x, offset), u, f);
      out.set(f, offset);
    },
    pullBack(x, offset, u, p, inState, inControl) {
      const y = load(x, offset);
      const pulled = (h: number): number => {
        let sum = 0;
        for (let j = 0; j < n; j += 1) sum += (p[offset + j] * (above[j] - below[j])) / (2 * h);
        return sum;
      };
      for (let i = 0; i < n; i += 1) {
        const [value, h] = [y[i], STEP * y[i]];
        y[i] = value + h;
        fieldAt(y, u, above);
        y[i] = value - h;
        fieldAt(y, u, below);
        y[i] = value;
        inState[offset + i] += pulled(h);
      }
      const h = STEP * u;
      fieldAt(y, u + h, above);
      fieldAt(y, u - h, below);
      inControl[0] += pulled(h);
    },
  };
}

/**
 * States that are forgotten faster than the plan's largest step can follow are slowed, with the same balance: a plan over
 * thousands of updates does not depend on whether noise is forgotten in 5 of them or in 20.
 */
function slowStiffStates(
  fieldAt: (x: Float64Array, u: number, out: Float64Array) => void,
  x: Float64Array,
  { peak, step, speeds }: { readonly peak: number; readonly step: number; readonly speeds: Float64Array },
): void {
  const [above, below] = [new Float64Array(x.length), new Float64Array(x.length)];
  // The first state falls by a power of itself: fast at its start alone, where the intervals are short.
  for (let i = 1; i < x.length; i += 1) {
    const [value, h] = [x[i], STEP * x[i]];
    x[i] = value + h;
    fieldAt(x, peak, above);
    x[i] = value - h;
    fieldAt(x, peak, below);
    x[i] = value;
    const k = Math.abs(above[i] - below[i]) / (2 * h);
    speeds[i] = Math.min(1, STABLE / Math.max(k * step, Number.MIN_VALUE));
  }
}
