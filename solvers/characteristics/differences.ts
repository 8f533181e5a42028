import type { CostateGradients, DeterministicProblem, FollowedProblem, ResolvedProblem } from './problem.js';
import { follow, type TimeGrid } from './trajectory.js';

/** Relative step of a central difference: the cube root of the rounding unit. */
const STEP = Number.EPSILON ** (1 / 3);

/** The size of a state that hardly moves, relative to that of the largest. */
const QUIET = 1e-3;
const SMALLEST_SIZE = 1e-100;

/**
 * The problem with no running cost as zero and, where it has no gradients, central differences for them, the steps in
 * proportion to the size that each state has under `controls`.
 */
export function withGradients(problem: DeterministicProblem, grid: TimeGrid, controls: Float64Array): ResolvedProblem {
  const complete = { ...problem, runningCost: problem.runningCost ?? ((): number => 0) };
  if (problem.gradients !== undefined) return { ...complete, gradients: problem.gradients, usesDifferences: false };
  const sizes = sizesOf(follow(complete, grid, controls).states);
  return { ...complete, gradients: gradientsByDifferences(complete, sizes), usesDifferences: true };
}

function sizesOf(states: readonly Float64Array[]): number[] {
  const largest = Array.from(states[0], (_, i) => {
    const sizes = states.map((state) => Math.abs(state[i])).filter(Number.isFinite);
    return sizes.reduce((most, size) => Math.max(most, size), 0);
  });
  const overall = Math.max(...largest);
  return largest.map((size) => (overall > SMALLEST_SIZE ? Math.max(size, QUIET * overall) : 1));
}

/**
 * dH/dz by (H(z + h) - H(z - h)) / (2 h), h = 6e-6 of the size of z; one-sided of second order where z +- h would leave
 * the box of a control.
 */
function gradientsByDifferences(problem: FollowedProblem, sizes: readonly number[]): CostateGradients {
  const { dynamics, runningCost, terminalCost, controls, start } = problem;
  const slope = new Float64Array(start.length);
  const box = controls.map(({ lower, upper }) => ({ lower, upper, size: Math.min(upper - lower, 1) || 1 }));
  return {
    hamiltonian: (t, x, u, p, inState, inControl) => {
      const [state, control] = [Float64Array.from(x), Float64Array.from(u)];
      const value = (): number => {
        dynamics(t, state, control, slope);
        return runningCost(t, state, control) + slope.reduce((sum, rate, i) => sum + rate * p[i], 0);
      };
      sizes.forEach((size, i) => (inState[i] = derivative(value, state, i, { ...NO_BOX, size })));
      box.forEach((side, j) => (inControl[j] = derivative(value, control, j, side)));
    },
    terminalCost: (x, out) => {
      const state = Float64Array.from(x);
      const value = (): number => terminalCost(state);
      sizes.forEach((size, i) => (out[i] = derivative(value, state, i, { ...NO_BOX, size })));
    },
  };
}

interface Side {
  readonly lower: number;
  readonly upper: number;
  readonly size: number;
}

const NO_BOX = { lower: -Infinity, upper: Infinity };

/** Derivative of `value` in entry i of `point`, which is moved and put back. */
function derivative(value: () => number, point: Float64Array, i: number, { lower, upper, size }: Side): number {
  const at = point[i];
  const h = STEP * Math.max(Math.abs(at), size);
  const moved = (by: number): number => {
    point[i] = at + by;
    const result = value();
    point[i] = at;
    return result;
  };
  if (at - h >= lower && at + h <= upper) return (moved(h) - moved(-h)) / (2 * h);
  if (at + 2 * h <= upper) return (4 * moved(h) - moved(2 * h) - 3 * moved(0)) / (2 * h);
  return at - 2 * h >= lower ? (3 * moved(0) - 4 * moved(-h) + moved(-2 * h)) / (2 * h) : 0;
}
