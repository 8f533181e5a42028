import { uniformGrid, type ControlProblem } from '../../../../solvers/index.js';
import type { SgdModelFile } from '../../../artifacts/sgd-model/sgd-model.js';
import { HjbLrError } from '../../../errors.js';
import { compileCosts, type ControlCosts } from '../../control/costs.js';
import { updatesIn } from '../../door-studies.js';
import type { SgdModel } from '../../model.js';
import { strongAttack } from '../strong-attack.js';
import { meanClosure, type MeanClosure } from './closure.js';

/**
 * Step sizes of the attack among which the policy chooses, evenly over the bounds: beside a finite set the learning rate is
 * minimised exactly, where two intervals would be searched at every node.
 */
const ATTACK_RATES = 9;

type Control = NonNullable<SgdModelFile['control']>;

/** The control problem of both rates, for the solvers, with what belongs to it. */
export interface BothRatesProblem {
  readonly problem: ControlProblem;
  readonly control: Control;
  readonly costs: ControlCosts;
  readonly closure: MeanClosure;
  readonly updates: number;
  /** Bounds of the step size of the attack; the same twice where it is held. */
  readonly attackRate: readonly [number, number];
  /** Strong adversarial loss of a weight: the attack carried on to its rest. */
  strongLoss(theta: number): number;
  readonly lossMinimum: number;
  readonly minimizer: number;
}

/**
 * The control of the learning rate eta u and of the attack's step size alpha where perturbations are kept, in the states theta and
 * m, the mean kept perturbation:
 *   V_t + min over (u, alpha) of { f + b . grad V + (sigma_theta V_theta,theta + sigma_m V_m,m) / 2 } = 0,   V(T, .) = g(theta),
 * b the mean of one update over eta (order 1), less half of its derivative along itself (order 2), both rates held over the
 * update; sigma_theta = eta u^2 Var h, sigma_m = (m+ - m)^2 Var(share visited) / eta. `loss` in f and g is the strong adversarial
 * loss of theta, so that the objective is what the weights are worth in the end, whatever the attack was on the way.
 *
 * @throws E_INVALID without `control`, unless the horizon is a whole number of updates, or where the mean does not close;
 * E_EXPRESSION for a cost that is not legal
 */
export async function bothRatesProblem(model: SgdModel): Promise<BothRatesProblem> {
  const { control, attack } = model.file;
  if (control === null || attack.type !== 'penalised_ascent') throw noControl(model.file.name);
  const updates = updatesIn(model.horizon, model.eta);
  if (updates === null) throw notWhole(model);
  const closure = meanClosure(model);
  const [name] = model.weights;
  const strongLoss = parabola((theta) => strongAttack(closure.kept).loss([theta]), control.domain[name]);
  const { lossMinimum, minimizer } = leastOf(strongLoss, control.domain[name]);
  const costs = await compileCosts(model.file, lossMinimum);
  const attackRate = control.attack_rate ?? ([attack.eta_i, attack.eta_i] as const);
  const of = { control, costs, closure, updates, attackRate, strongLoss, lossMinimum, minimizer };
  return { ...of, problem: problemOf(model, of) };
}

function problemOf(model: SgdModel, of: Omit<BothRatesProblem, 'problem'>): ControlProblem {
  const { eta, horizon, rate, file, weights } = model;
  const { control, costs, closure, attackRate, strongLoss } = of;
  const { order, domain, nodes, steps, boundary } = control;
  const isControlled = attackRate[0] < attackRate[1];
  const alphaOf = (u: readonly number[]): number => (isControlled ? u[1] : attackRate[0]);
  const [D, place, ahead, behind] = [0, 1, 2, 3].map(() => new Float64Array(2));
  return {
    name: file.name,
    objective: 'minimize',
    horizon,
    states: [...weights, 'perturbation'].map((name) => ({
      name,
      grid: uniformGrid(domain[name][0], domain[name][1], nodes),
      coordinate: 'identity',
      boundary: [boundary, boundary],
    })),
    controls: [
      { name: 'u', lower: () => rate.lower, upper: () => rate.upper },
      ...(isControlled ? [{ name: 'alpha', values: uniformGrid(attackRate[0], attackRate[1], ATTACK_RATES) }] : []),
    ],
    drift(_t, x, controls, out) {
      const [lr, alpha] = [eta * controls[0], alphaOf(controls)];
      closure.mean(x, lr, alpha, D);
      ahead.fill(0);
      behind.fill(0);
      if (order === 2) {
        for (let i = 0; i < 2; i += 1) place[i] = x[i] + D[i] / 2;
        closure.mean(place, lr, alpha, ahead);
        for (let i = 0; i < 2; i += 1) place[i] = x[i] - D[i] / 2;
        closure.mean(place, lr, alpha, behind);
      }
      for (let i = 0; i < 2; i += 1) out[i] = (D[i] - (ahead[i] - behind[i]) / 2) / eta;
    },
    covariance(_t, x, controls, out) {
      out.fill(0);
      out[0] = eta * controls[0] ** 2 * closure.gradientVariance;
      out[3] = (closure.move(x, alphaOf(controls)) ** 2 * closure.visitVariance) / eta;
    },
    runningCost: costs.hasRunning ? (t, x, [u]) => costs.running(t, [x[0]], u, strongLoss(x[0])) : () => 0,
    terminalCost: (x) => costs.terminal([x[0]], strongLoss(x[0])),
    times: uniformGrid(0, horizon, steps + 1),
    timeDependent: costs.isTimed,
    polynomial: costs.isPolynomial,
  };
}

/** The quadratic function through its values at the ends and the middle of an interval. */
function parabola(f: (theta: number) => number, [low, high]: readonly [number, number]): (theta: number) => number {
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  const [left, center, right] = [f(low), f(middle), f(high)];
  const [slope, bend] = [(right - left) / 2, (right + left) / 2 - center];
  return (theta) => {
    const s = (theta - middle) / half;
    return center + s * (slope + s * bend);
  };
}

function leastOf(f: (theta: number) => number, [low, high]: readonly [number, number]) {
  const [left, center, right] = [f(low), f((low + high) / 2), f(high)];
  const bend = left + right - 2 * center;
  const inside = (low + high) / 2 - ((right - left) / (2 * bend)) * ((high - low) / 2);
  const places = [low, high, ...(bend > 0 && inside > low && inside < high ? [inside] : [])];
  const minimizer = places.reduce((best, place) => (f(place) < f(best) ? place : best));
  return { lossMinimum: f(minimizer), minimizer };
}

function noControl(name: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The model "${name}" has no control problem of kept perturbations.`, {
    remedy:
      'Give "control": { "domain": { a weight: [lower, upper], "perturbation": [lower, upper] } } in the model file.',
    issues: [{ path: 'control', message: 'missing' }],
  });
}

function notWhole({ horizon, eta }: SgdModel): HjbLrError {
  return new HjbLrError('E_INVALID', `The horizon ${horizon} is no whole number of updates of eta = ${eta}.`, {
    remedy: `Rates are held over whole updates: take the horizon ${Number((Math.round(horizon / eta) * eta).toPrecision(12))}.`,
    issues: [{ path: 'horizon', message: `must be a multiple of eta = ${eta}, got ${horizon}` }],
  });
}
