import { uniformGrid, type ControlProblem } from '../../../solvers/index.js';
import type { SgdModelFile } from '../../artifacts/sgd-model/sgd-model.js';
import { HjbLrError } from '../../errors.js';
import { minimizeBySimplex } from '../../math/nelder-mead.js';
import type { SgdModel } from '../model.js';
import { refuseKept } from '../restarted-alone.js';
import { compileCosts, type ControlCosts } from './costs.js';
import { nodeFields, type NodeFields } from './node-fields.js';

type Control = NonNullable<SgdModelFile['control']>;

/** The learning-rate control problem of a model, for the solvers, with what belongs to it. */
export interface RateProblem {
  readonly problem: ControlProblem;
  readonly control: Control;
  readonly costs: ControlCosts;
  readonly fields: (theta: readonly number[]) => NodeFields;
  /** Least adversarial loss over the domain, and where it is. */
  readonly lossMinimum: number;
  readonly minimizer: readonly number[];
  /** horizon / eta. */
  readonly updates: number;
}

/**
 * The control of the rate in the space of the weights (Gu & Guo 2021, section on learning rates; the equation of Li, Tai & E
 * 2017 with the mean field of the attack):
 *   V_t + min_u { f(t, theta, u) + b(theta, u) . grad V + (eta u^2 / 2) tr(S D^2 V) } = 0,   V(T, theta) = g(theta),
 *   b = -u hbar (order 1)   or   -u hbar - (eta / 2) u^2 (D hbar) hbar, the rate held over each update (order 2),
 * u within `rate.bounds`, on the domain, nodes and time levels of the file's `control`.
 *
 * @throws E_INVALID without `control`, or unless the horizon is a whole number of updates; E_EXPRESSION for a cost that is
 * not legal; what the fields of the model throw
 *
 * @example
 * const { problem } = await rateProblem(await compileSgdModel(file));
 * solve(problem, { query: [{ t: 0, x: [2.2] }] }).values[0]; // V(0, 2.2)
 */
export async function rateProblem(model: SgdModel): Promise<RateProblem> {
  refuseKept(model, 'rateProblem', 'Take controlKept, or write "start": "zero".');
  const control = controlOf(model);
  const updates = updatesOf(model);
  const fields = nodeFields(model, control.order);
  const { lossMinimum, minimizer } = leastLoss(model, control, fields);
  const costs = await compileCosts(model.file, lossMinimum);
  return { problem: problemOf(model, control, fields, costs), control, costs, fields, lossMinimum, minimizer, updates };
}

function problemOf(
  { weights, eta, horizon, rate, file }: SgdModel,
  { domain, nodes, steps, boundary }: Control,
  fields: RateProblem['fields'],
  costs: ControlCosts,
): ControlProblem {
  return {
    name: file.name,
    objective: 'minimize',
    horizon,
    states: weights.map((name) => ({
      name,
      grid: uniformGrid(domain[name][0], domain[name][1], nodes),
      coordinate: 'identity',
      boundary: [boundary, boundary],
    })),
    controls: [{ name: 'u', lower: () => rate.lower, upper: () => rate.upper }],
    drift(_t, theta, [u], out) {
      const { meanField, turn } = fields(theta);
      for (let i = 0; i < out.length; i += 1) out[i] = -u * meanField[i] - (eta / 2) * u * u * turn[i];
    },
    covariance(_t, theta, [u], out) {
      const { noise } = fields(theta);
      for (let k = 0; k < out.length; k += 1) out[k] = u * u * noise[k];
    },
    runningCost: costs.hasRunning
      ? (t, theta, [u]) => costs.running(t, theta, u, fields(theta).adversarialLoss)
      : () => 0,
    terminalCost: (theta) => costs.terminal(theta, fields(theta).adversarialLoss),
    times: uniformGrid(0, horizon, steps + 1),
    timeDependent: costs.isTimed,
    polynomial: costs.isPolynomial,
  };
}

function controlOf({ file }: SgdModel): Control {
  if (file.control !== null) return file.control;
  throw new HjbLrError('E_INVALID', `The model "${file.name}" has no control problem.`, {
    remedy: 'Give "control": { "domain": { a weight: [lower, upper], ... } } in the model file.',
    issues: [{ path: 'control', message: 'missing' }],
  });
}

/** How far horizon / eta may be from a whole number: rounding. */
const WHOLE = 1e-9;

function updatesOf({ horizon, eta }: SgdModel): number {
  const updates = Math.round(horizon / eta);
  if (Math.abs(horizon / eta - updates) <= WHOLE * updates) return updates;
  throw new HjbLrError('E_INVALID', `The horizon ${horizon} is no whole number of updates of eta = ${eta}.`, {
    remedy: `A policy decides for whole updates: take the horizon ${Number((updates * eta).toPrecision(12))}.`,
    issues: [{ path: 'horizon', message: `must be a multiple of eta = ${eta}, got ${horizon}` }],
  });
}

/** Points along each weight from which the least loss is looked for. */
const SCANNED = { 1: 201, 2: 31, 3: 13 } as const;

function leastLoss({ weights, adversarialLoss }: SgdModel, { domain }: Control, fields: RateProblem['fields']) {
  const boxes = weights.map((name) => domain[name]);
  const n = SCANNED[weights.length as 1 | 2 | 3];
  const places = boxes.reduce<number[][]>(
    (points, [low, high]) => points.flatMap((point) => uniformGrid(low, high, n).map((x) => [...point, x])),
    [[]],
  );
  const lossOf = (theta: readonly number[]): number => fields(theta).adversarialLoss;
  const start = places.reduce((best, place) => (lossOf(place) < lossOf(best) ? place : best));
  const isInside = (theta: readonly number[]): boolean => theta.every((x, i) => x >= boxes[i][0] && x <= boxes[i][1]);
  const { point, value } = minimizeBySimplex((theta) => (isInside(theta) ? adversarialLoss(theta) : Infinity), start, {
    steps: boxes.map(([low, high]) => (high - low) / (2 * n)),
    maximumIterations: 400,
    tolerance: 1e-13,
  });
  return { lossMinimum: value, minimizer: point };
}
