import { discretize } from '../discretization/node-model.js';
import { buildLattice } from '../grid/lattice.js';
import { halved } from '../grid/thinned.js';
import { stepBack } from '../march/march.js';
import { endMarch, startMarch } from '../march/march-state.js';
import { rangeOf } from '../march/maximum-principle.js';
import { resolveOptions, type HjbOptions } from '../march/options.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Two half steps that change the values by more than this share of their range show a layer. */
const LAYER = 0.005;

/** Values that differ by less than this, relative to the largest, are the same. */
const SAME = 1e-7;

/** From one trial to the next, and down to which share of the step of the problem. */
const SHORTENING = 4;
const SHORTEST = 1e-7;

/** Nodes of an axis up to which the trial is made on the grid itself, with one state, two and three. */
const TRIAL_NODES = [129, 21, 11];

/**
 * The step that a layer at the horizon needs: the longest, of the problem's last one over powers of 4, with which one step of
 * implicit Euler and two half ones agree to half a percent of the range of the value; null where the last step itself is as good.
 * Tried on a coarser grid.
 */
export function layerStep(problem: ControlProblem, options: Omit<HjbOptions, 'keep' | 'scheme'>): number | null {
  const { times, horizon } = problem;
  if (horizon === 'infinite') return null;
  const trial = {
    ...problem,
    states: problem.states.map((axis) => thinned(axis, TRIAL_NODES[problem.states.length - 1])),
  };
  const longest = horizon - times[times.length - 2];
  for (let step = longest; step >= SHORTEST * longest; step /= SHORTENING) {
    const whole = marched(trial, [0, horizon - step, horizon], options);
    const halves = marched(trial, [0, horizon - step, horizon - step / 2, horizon], options);
    if (differ(whole, halves) <= LAYER) return step === longest ? null : step;
  }
  return SHORTEST * longest;
}

function thinned(axis: ControlProblem['states'][number], most: number): ControlProblem['states'][number] {
  let { grid } = axis;
  while (grid.length > most) grid = halved(grid, axis.coordinate);
  return { ...axis, grid };
}

/** V at the second level, from the horizon. */
function marched(
  problem: ControlProblem,
  levels: readonly number[],
  options: Omit<HjbOptions, 'keep' | 'scheme'>,
): Float64Array {
  const times = levels[1] === 0 ? levels.slice(1) : levels;
  const resolved = resolveOptions(
    { ...options, kernel: 'typescript', threads: 1, keep: [], scheme: 'monotone' },
    times,
  );
  const march = startMarch(discretize({ ...problem, times }, buildLattice(problem.states), 'monotone'), resolved);
  try {
    for (let level = times.length - 2; level >= (levels[1] === 0 ? 0 : 1) && march.finite; level -= 1)
      stepBack(march, level);
    return march.V;
  } finally {
    endMarch(march);
  }
}

function differ(a: Float64Array, b: Float64Array): number {
  const [first, second] = [rangeOf(a), rangeOf(b)];
  const range = Math.max(first.high, second.high) - Math.min(first.low, second.low);
  const most = a.reduce((larger, value, i) => Math.max(larger, Math.abs(value - b[i])), 0);
  // Values that are constant but for rounding have no layer.
  const size = Math.max(Math.abs(first.low), Math.abs(first.high));
  return range > 0 && most > SAME * size ? most / range : 0;
}
