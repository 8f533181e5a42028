import { solveByCharacteristics, type DeterministicProblem, type Vector } from '../../../solvers/index.js';
import type { ModelDraw } from './model-draw.js';
import type { OpenLoop } from './schedule-candidate.js';

/** Largest interval of constant rate, as a share of the run. */
const LARGEST_INTERVAL = 1 / 16;
const SUBSTEPS = 3;
const OPTIONS = { substeps: SUBSTEPS, tolerance: 1e-3, maximumIterations: 30 };

/** What a plan is made for. */
export interface PlannedRun {
  readonly horizon: number;
  readonly rates: { readonly min: number; readonly max: number };
  readonly integral: boolean;
}

/**
 * The rates that minimise the mean over draws of the loss, each as a share of what the draw's run comes to under a plain
 * decay, by characteristics: every draw is a deterministic copy of the model's states, all under the same rates.
 *
 * @param losses - of each draw under the plain decay, > 0
 * @returns values at the middles of the intervals of the plan; null where the solver found nothing finite
 */
export function meanMinimiser(
  draws: readonly ModelDraw[],
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

/** A draw, and what its run comes to under a plain decay. */
export interface PlannedDraw {
  readonly draw: ModelDraw;
  readonly loss: number;
}

/**
 * The minimiser of the mean over some draws, and the plans of each of them. They are of one model, the one with most draws,
 * because every copy in the mean has the same states.
 */
export function plansOf(
  draws: readonly PlannedDraw[],
  run: PlannedRun,
  count: number,
): { readonly name: string; readonly plan: OpenLoop }[] {
  const sizes = [...new Set(draws.map(({ draw }) => draw.start.length))];
  const groups = sizes.map((n) => draws.filter(({ draw }) => draw.start.length === n));
  const largest = groups.reduce((most, group) => (group.length > most.length ? group : most));
  const stride = Math.max(1, Math.floor(largest.length / count));
  const thinned = largest.filter((_, i) => i % stride === 0 && i / stride < count);
  const plan = (name: string, some: readonly PlannedDraw[]) => {
    const found = meanMinimiser(
      some.map(({ draw }) => draw),
      some.map(({ loss }) => loss),
      run,
    );
    return found === null ? [] : [{ name, plan: found }];
  };
  return [...plan('mean_minimiser', thinned), ...thinned.flatMap((one, i) => plan(`draw_${i}`, [one]))];
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
  draws: readonly ModelDraw[],
  losses: readonly number[],
  { horizon, rates, integral }: PlannedRun,
  step: number,
): DeterministicProblem {
  const parts = draws.map((draw, d) => draw.part({ weight: 1 / (losses[d] * draws.length), peak: rates.max, step }));
  const n = draws[0].start.length;
  const total = (x: Vector): number => parts.reduce((sum, part, d) => sum + part.loss(x, d * n), 0);
  const addGradient = (x: Vector, out: Float64Array, factor: number): void =>
    parts.forEach((part, d) => part.lossGradient(x, d * n, out, factor));
  return {
    start: draws.flatMap(({ start }) => [...start]),
    horizon,
    controls: [{ name: 'learning rate', lower: rates.min, upper: rates.max }],
    dynamics: (_t, x, [u], out) => parts.forEach((part, d) => part.move(x, d * n, u, out)),
    runningCost: integral ? (_t, x) => total(x) / horizon : () => 0,
    terminalCost: integral ? () => 0 : total,
    gradients: {
      terminalCost(x, out) {
        out.fill(0);
        if (!integral) addGradient(x, out, 1);
      },
      hamiltonian(_t, x, [u], p, inState, inControl) {
        inState.fill(0);
        inControl.fill(0);
        if (integral) addGradient(x, inState, 1 / horizon);
        parts.forEach((part, d) => part.pullBack(x, d * n, u, p, inState, inControl));
      },
    },
  };
}
