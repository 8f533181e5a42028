import { parseArtifact } from '../../src/artifacts/files.js';
import type { SgdModelInput } from '../../src/artifacts/sgd-model/sgd-model.js';
import { compileSgdModel, type SgdModel, type SgdModelOptions } from '../../src/sde/index.js';

/** The model file that issue 5 shows: (iv-1) of the theory, location with a penalised ascent. */
export const LOCATION = {
  kind: 'sgd_model',
  schema_version: '1.0.0',
  name: 'adversarial location',
  weights: ['theta'],
  inputs: ['x'],
  label: null,
  parameters: { c: 0.5 },
  loss: 'c*(theta - x)^2',
  data: { gaussian: { mean: [0.2], covariance: [[0.81]] } },
  attack: { type: 'penalised_ascent', steps: 7, eta_i: 0.15, lambda: 3 },
  eta: 0.1,
  batch_size: 4,
  rate: { value: '1', bounds: [0, 1] },
  horizon: 3,
  start: { theta: 2.2 },
  at: [{ theta: 0.6 }],
  observables: ['theta^2'],
} as const;

/** Fields in place of those of LOCATION. */
export type Changes = Partial<Record<keyof SgdModelInput, unknown>>;

export function fileOf(changes: Changes = {}) {
  return parseArtifact('sgd_model', { ...LOCATION, ...changes }, 'model.json');
}

export function modelOf(changes: Changes = {}, options: SgdModelOptions = {}): Promise<SgdModel> {
  return compileSgdModel(fileOf(changes), options);
}

/** Projected ascent that reaches the surface of its ball. */
export function projected(changes: object = {}) {
  return { type: 'projected_ascent', norm: 'Linf', eps: 0.3, steps: 5, ...changes };
}

/** Linear regression of theory (iv-2), (iv-3): y = theta* . x + noise, x of covariance Sx = L L^T. */
export const REGRESSION = regression();

function regression() {
  const L = [
    [1, 0, 0],
    [0.3, 0.8, 0],
    [-0.2, 0.1, 0.6],
  ];
  const [truth, sy, theta] = [[0.2, -0.1, 0.6], 0.4, [0.5, -0.8, 0.3]];
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const Sx = L.map((row, i) => L.map((_, j) => dot(L[Math.max(i, j)], L[Math.min(i, j)])));
  const withLabel = Sx.map((row) => dot(row, truth));
  const covariance = [...Sx.map((row, i) => [...row, withLabel[i]]), [...withLabel, dot(truth, withLabel) + sy * sy]];
  const e = theta.map((value, i) => value - truth[i]);
  const v = Sx.map((row) => dot(row, e));
  const file = {
    weights: ['a', 'b', 'c'],
    inputs: ['x1', 'x2', 'x3'],
    label: 'y',
    parameters: {},
    loss: '(a*x1 + b*x2 + c*x3 - y)^2/2',
    data: { gaussian: { mean: [0, 0, 0, 0], covariance } },
    batch_size: 1,
    start: { a: 0, b: 0, c: 0 },
    at: [{ a: theta[0], b: theta[1], c: theta[2] }],
    observables: [],
  };
  return { file, theta, Sx, v, rho2: dot(e, v) + sy * sy, s: dot(theta, theta) };
}

export function meanFieldOf(model: SgdModel, theta: ArrayLike<number>): number[] {
  const out = new Float64Array(theta.length);
  model.meanField(theta, out);
  return [...out];
}

export function covarianceOf(model: SgdModel, theta: ArrayLike<number>): number[] {
  const out = new Float64Array(theta.length ** 2);
  model.covariance(theta, out);
  return [...out];
}

export function jacobianOf(model: SgdModel, theta: ArrayLike<number>): number[] {
  const out = new Float64Array(theta.length ** 2);
  model.meanFieldJacobian(theta, out);
  return [...out];
}

/** The update direction of one sample. */
export function directionOf(model: SgdModel, theta: ArrayLike<number>, sample: ArrayLike<number>): number[] {
  const out = new Float64Array(theta.length);
  model.updateDirection(theta, sample, out);
  return [...out];
}
