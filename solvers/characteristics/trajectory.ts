import type { FollowedProblem, ResolvedProblem } from './problem.js';

/** Times at which the control changes, and Runge-Kutta steps between two of them. */
export interface TimeGrid {
  /** 0 = t_0 < ... < t_N = T. */
  readonly times: readonly number[];
  readonly substeps: number;
}

/** x(t) under piecewise constant controls. */
export interface Trajectory {
  readonly cost: number;
  /** One state for each Runge-Kutta step and the last. */
  readonly states: readonly Float64Array[];
}

/** d cost / d u of every interval and control, and the costates d cost / d x(t) for each Runge-Kutta step and the last. */
export interface Sensitivity {
  readonly gradient: Float64Array;
  readonly costates: readonly Float64Array[];
}

/** Weights and nodes of the classical Runge-Kutta method: stage i starts from x + NODES[i] h k_{i-1}. */
const WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6];
const NODES = [0, 1 / 2, 1 / 2, 1];
/** NODES[i + 1] / WEIGHTS[i]: the share of stage i + 1 in the costate of stage i. */
const CARRIED = [3, 3 / 2, 3, 0];

interface Workspace {
  readonly points: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
}

function workspace(n: number): Workspace {
  const vectors = (): Float64Array[] => WEIGHTS.map(() => new Float64Array(n));
  return { points: vectors(), slopes: vectors() };
}

/** States and cost, both by the classical Runge-Kutta method; `controls` holds m numbers for each interval. */
export function follow(problem: FollowedProblem, grid: TimeGrid, controls: Float64Array): Trajectory {
  const work = workspace(problem.start.length);
  const states = [Float64Array.from(problem.start)];
  let cost = 0;
  forEachStep(problem, grid, controls, (t, h, u) => {
    const x = states[states.length - 1];
    runStages(problem, t, h, x, u, work);
    const next = x.slice();
    work.slopes.forEach((slope, i) => addMultiple(next, h * WEIGHTS[i], slope));
    work.points.forEach((point, i) => (cost += h * WEIGHTS[i] * problem.runningCost(t + NODES[i] * h, point, u)));
    states.push(next);
  });
  return { cost: cost + problem.terminalCost(states[states.length - 1]), states };
}

/**
 * The exact gradient of the cost that `follow` computes, by its own steps backwards (Hager 2000): with p the costate at
 * the end of a step, stage i = 4..1 has
 *   p_i = p + (NODES_{i+1} / WEIGHTS_i) v_{i+1},   v_i = h WEIGHTS_i H_x(t_i, x_i, u, p_i),
 * and the step adds v_1 + ... + v_4 to p and h WEIGHTS_i H_u to the gradient.
 */
export function sensitivity(
  problem: ResolvedProblem,
  grid: TimeGrid,
  controls: Float64Array,
  { states }: Trajectory,
): Sensitivity {
  const [n, m] = [problem.start.length, problem.controls.length];
  const work = workspace(n);
  const gradient = new Float64Array(controls.length);
  const costate = new Float64Array(n).fill(NaN);
  problem.gradients.terminalCost(states[states.length - 1], costate);
  const costates = [costate.slice()];
  const steps: (() => void)[] = [];
  let index = 0;
  forEachStep(problem, grid, controls, (t, h, u, interval) => {
    const x = states[index];
    index += 1;
    steps.push(() => {
      runStages(problem, t, h, x, u, work);
      pullBack(problem, { t, h, u, work, costate, gradient: gradient.subarray(interval * m, (interval + 1) * m) });
      costates.push(costate.slice());
    });
  });
  for (const step of steps.reverse()) step();
  return { gradient, costates: costates.reverse() };
}

interface Step {
  readonly t: number;
  readonly h: number;
  readonly u: Float64Array;
  readonly work: Workspace;
  /** At the end of the step; becomes that at its start. */
  readonly costate: Float64Array;
  /** Of the interval; is added to. */
  readonly gradient: Float64Array;
}

function pullBack(problem: ResolvedProblem, { t, h, u, work, costate, gradient }: Step): void {
  const total = costate.slice();
  const inState = new Float64Array(costate.length);
  const inControl = new Float64Array(gradient.length);
  const p = costate.slice();
  for (let i = 3; i >= 0; i -= 1) {
    p.set(costate);
    if (i < 3) addMultiple(p, CARRIED[i] * h * WEIGHTS[i + 1], inState);
    inState.fill(NaN);
    inControl.fill(NaN);
    problem.gradients.hamiltonian(t + NODES[i] * h, work.points[i], u, p, inState, inControl);
    addMultiple(total, h * WEIGHTS[i], inState);
    addMultiple(gradient, h * WEIGHTS[i], inControl);
  }
  costate.set(total);
}

/** Fills the four stage points and their slopes; an entry that `dynamics` leaves out is NaN. */
function runStages(
  problem: FollowedProblem,
  t: number,
  h: number,
  x: Float64Array,
  u: Float64Array,
  work: Workspace,
): void {
  work.points.forEach((point, i) => {
    point.set(x);
    if (i > 0) addMultiple(point, NODES[i] * h, work.slopes[i - 1]);
    work.slopes[i].fill(NaN);
    problem.dynamics(t + NODES[i] * h, point, u, work.slopes[i]);
  });
}

function forEachStep(
  { controls: { length: m } }: FollowedProblem,
  { times, substeps }: TimeGrid,
  controls: Float64Array,
  visit: (t: number, h: number, u: Float64Array, interval: number) => void,
): void {
  for (let interval = 0; interval + 1 < times.length; interval += 1) {
    const h = (times[interval + 1] - times[interval]) / substeps;
    const u = controls.subarray(interval * m, (interval + 1) * m);
    for (let step = 0; step < substeps; step += 1) visit(times[interval] + step * h, h, u, interval);
  }
}

function addMultiple(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i += 1) target[i] += factor * source[i];
}
