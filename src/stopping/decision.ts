import { interpolateSolution, solveHjb, uniformGrid, type ControlProblem } from '../../solvers/index.js';
import { fitGapClosure, type GapClosure, type Look } from './gap-closure.js';

export interface StoppingDecision {
  readonly action: 'continue' | 'stop';
  readonly reason: string;
}

export interface StoppingOptions {
  /** Loss that one update has to be worth. */
  readonly price: number;
  /** Updates until the end of the budget. */
  readonly updatesLeft: number;
}

/** Nodes of the grid, the middle one where the run stands, and time levels. */
const NODES = { deviation: 81, times: 401 };
/** Deviations of the gap at the horizon that the grid spans on either side. */
const SPAN = 5;
const SOLVER = { tolerance: 1e-8, maximumPolicyIterations: 50, keep: [0] };
/** Share of the loss below which a gain is the discretization's own. */
const NEGLIGIBLE = 1e-4;

/**
 * Whether a run that has just looked goes on: optimal stopping of the gap closure, at any time for the better of the loss
 * that stands then and the best one so far, b, while every update costs the price p. The training loss S and the mean of
 * the gap are known functions of k, y(k) = S(k) + G(k_0) + drift (k - k_0), so that the state is the deviation x of the gap
 * from its mean:
 *
 *     min( V_k + (variance / 2) V_xx + p,  min(y(k) + x, b) - V ) = 0,     V(K, x) = min(y(K) + x, b).
 *
 * The run stops where V(k_0, 0) does not lie below min(y(k_0), b). Without noise that is from fall / k = drift + p on. With
 * p = 0 another update never costs anything, because the best look is returned.
 *
 * @param looks - by increasing update; the last one is where the run stands
 */
export function decideStopping(looks: readonly Look[], { price, updatesLeft }: StoppingOptions): StoppingDecision {
  if (updatesLeft <= 0) return { action: 'stop', reason: 'the budget is spent' };
  if (price === 0) return { action: 'continue', reason: 'updates have no price: the best look will be returned' };
  const fit = fitGapClosure(looks);
  if (!fit.identified) return { action: 'continue', reason: `not identified: ${fit.reason}` };
  const gain = gainOfContinuing(looks, fit.closure, { price, updatesLeft });
  const reason = `going on is worth ${gain.toPrecision(3)} after its price`;
  return { action: gain > NEGLIGIBLE * best(looks) ? 'continue' : 'stop', reason };
}

/**
 * min(y(k_0), b) - V(k_0, 0): the expected fall of the loss that is returned by going on, less its price.
 * @returns 0, but for rounding, where stopping is optimal
 */
export function gainOfContinuing(looks: readonly Look[], closure: GapClosure, options: StoppingOptions): number {
  const problem = stoppingProblem(looks, closure, options);
  const { value } = interpolateSolution(problem, solveHjb(problem, SOLVER), 0, [0]);
  return problem.obstacle!(0, [0]) - value!;
}

/** The control problem of `decideStopping`, time counted in updates from the last look. */
export function stoppingProblem(
  looks: readonly Look[],
  { fall, drift, variance }: GapClosure,
  { price, updatesLeft }: StoppingOptions,
): ControlProblem {
  const { update, heldOutLoss } = looks[looks.length - 1];
  const bestLook = best(looks);
  const mean = (t: number): number => heldOutLoss - fall * Math.log(1 + t / update) + drift * t;
  const returned = (t: number, x: number): number => Math.min(mean(t) + x, bestLook);
  const reach = SPAN * Math.sqrt(variance * updatesLeft) + NEGLIGIBLE * bestLook;
  const grid = uniformGrid(-reach, reach, NODES.deviation);
  return {
    name: 'stopping',
    objective: 'minimize',
    horizon: updatesLeft,
    states: [{ name: 'deviation', grid, coordinate: 'identity', boundary: ['linear', 'linear'] }],
    controls: [],
    drift: (_t, _x, _u, out) => void (out[0] = 0),
    covariance: (_t, _x, _u, out) => void (out[0] = variance),
    runningCost: () => price,
    terminalCost: ([x]) => returned(updatesLeft, x),
    obstacle: (t, [x]) => returned(t, x),
    times: uniformGrid(0, updatesLeft, NODES.times),
    timeDependent: false,
  };
}

function best(looks: readonly Look[]): number {
  return Math.min(...looks.map(({ heldOutLoss }) => heldOutLoss));
}
