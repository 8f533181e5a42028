import type { z } from 'zod';
import { semidefiniteRoot } from '../../math/semidefinite-root.js';
import type { ModelFields } from './fields.js';
import { checkNames, refuseInto, type Path, type Refuse } from '../shared/rules.js';

type Point = ModelFields['start'];
type Data = ModelFields['data'];
type Gaussian = Extract<Data, { gaussian: unknown }>['gaussian'];
type Rows = Extract<Data, { points: unknown }>;
type DataFile = Extract<Data, { file: unknown }>['file'];

/** Everything that one field alone cannot tell: all of it at once. */
export function checkModel(file: ModelFields, context: z.core.$RefinementCtx): void {
  const refuse = refuseInto(context);
  checkDeclared(file, refuse);
  checkData(file, refuse);
  checkAttack(file, refuse);
  checkTimes(file, refuse);
  const { weights, start, at = [] } = file;
  checkKeys(start, weights, ['start'], refuse);
  at.forEach((point, i) => checkKeys(point, weights, ['at', i], refuse));
  checkControl(file, refuse);
}

function checkDeclared({ weights, inputs, label, parameters }: ModelFields, refuse: Refuse): void {
  checkNames(
    [
      ...weights.map((name, i) => [['weights', i], name] as const),
      ...inputs.map((name, i) => [['inputs', i], name] as const),
      ...(label === null ? [] : [[['label'], label] as const]),
      ...Object.keys(parameters).map((name) => [['parameters', name], name] as const),
    ],
    refuse,
  );
  for (const taken of ['loss', 'loss_min', 'u']) {
    if (weights.includes(taken))
      refuse(['weights', weights.indexOf(taken)], `"${taken}" is taken by the control problem`);
  }
}

function checkData({ inputs, label, data }: ModelFields, refuse: Refuse): void {
  const d = inputs.length + (label === null ? 0 : 1);
  const meaning = label === null ? 'one for each input' : 'one for each input, then the label';
  if ('gaussian' in data) checkGaussian(data.gaussian, d, ['data', 'gaussian'], refuse);
  else if ('mixture' in data) {
    data.mixture.forEach((component, i) => checkGaussian(component, d, ['data', 'mixture', i], refuse));
  } else if ('points' in data) checkRows(data, d, meaning, refuse);
  else checkColumns(data.file, inputs, label, refuse);
}

/** Examples whose perturbations are carried along, at most. */
const MOST_KEPT = 10_000;

function checkAttack({ attack, data }: ModelFields, refuse: Refuse): void {
  if (attack.type === 'none') return;
  if (attack.start === 'zero') {
    if (attack.steps === undefined) refuse(['attack', 'steps'], 'missing: the number of ascent steps');
    return;
  }
  if ('gaussian' in data || 'mixture' in data) {
    refuse(
      ['attack', 'start'],
      '"kept" belongs to the rows of a training set, and the data are given as a law: write "data": { "points": [[...], ...] } or { "file": ... }, or start "zero"',
    );
  }
  if ('points' in data && data.weights !== null) {
    refuse(['data', 'weights'], 'must be left out where perturbations are kept: repeat a row in place of a weight');
  }
  if ('points' in data && data.points.length > MOST_KEPT) {
    refuse(
      ['data', 'points'],
      `must be at most ${MOST_KEPT} rows where perturbations are kept, got ${data.points.length}`,
    );
  }
  if (attack.type === 'projected_ascent' && attack.random_start) {
    refuse(['attack', 'random_start'], 'must be left out where perturbations are kept: they begin at 0');
  }
}

function checkRows({ points, weights }: Rows, d: number, meaning: string, refuse: Refuse): void {
  points.forEach((row, i) => {
    if (row.length !== d) refuse(['data', 'points', i], `must hold ${d} number(s) (${meaning}), got ${row.length}`);
  });
  if (weights === null) return;
  if (weights.length !== points.length) {
    refuse(['data', 'weights'], `must hold one weight for each of the ${points.length} points, got ${weights.length}`);
  }
  if (!weights.some((weight) => weight > 0)) refuse(['data', 'weights'], 'must not all be 0');
}

function checkColumns(file: DataFile, inputs: readonly string[], label: string | null, refuse: Refuse): void {
  const path = ['data', 'file'];
  if (file.inputs.length !== inputs.length) {
    refuse(
      [...path, 'inputs'],
      `must name a column for each of the ${inputs.length} input(s), got ${file.inputs.length}`,
    );
  }
  if (label === null && file.label !== null) refuse([...path, 'label'], 'must be left out: the model has no label');
  if (label !== null && file.label === null) refuse([...path, 'label'], `missing: the column of the label "${label}"`);
}

function checkGaussian({ mean, covariance }: Gaussian, d: number, path: Path, refuse: Refuse): void {
  if (mean.length !== d) refuse([...path, 'mean'], `must hold ${d} number(s), got ${mean.length}`);
  if (covariance.length !== d || covariance.some((row) => row.length !== d)) {
    return refuse([...path, 'covariance'], `must be a matrix of ${d} x ${d} numbers`);
  }
  const skew = asymmetry(covariance);
  if (skew !== null) return refuse([...path, 'covariance'], skew);
  if (semidefiniteRoot(covariance) === null) refuse([...path, 'covariance'], 'is not positive semidefinite');
}

/** Where a matrix is not symmetric, or null. */
function asymmetry(matrix: Gaussian['covariance']): string | null {
  for (let i = 0; i < matrix.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [low, high] = [matrix[i][j], matrix[j][i]];
      if (low !== high) return `is not symmetric: entry ${i},${j} is ${low} and entry ${j},${i} is ${high}`;
    }
  }
  return null;
}

function checkTimes({ eta, horizon, rate: { value, bounds } }: ModelFields, refuse: Refuse): void {
  if (horizon < eta) refuse(['horizon'], `must be one update or more (eta = ${eta}), got ${horizon}`);
  const [low, high] = bounds;
  if (low > high) return refuse(['rate', 'bounds'], `the wrong way round: ${low} is above ${high}`);
  const constant = typeof value === 'number' || value.trim() !== '' ? Number(value) : NaN;
  if (constant < low || constant > high) {
    refuse(['rate', 'value'], `must lie in the bounds [${low}, ${high}], got ${constant}`);
  }
}

function checkKeys(point: Point, names: readonly string[], path: Path, refuse: Refuse): void {
  for (const name of names) {
    if (!Object.hasOwn(point, name)) refuse([...path, name], 'missing (a number for each weight)');
  }
  for (const key of Object.keys(point)) {
    if (!names.includes(key)) refuse([...path, key], `"${key}" is not a weight`);
  }
}

/** States that the HJB solver takes. */
const MOST_STATES = 3;

/** Name of the state beside the weight where perturbations are kept: their mean over the examples. */
const PERTURBATION = 'perturbation';

function checkControl(file: ModelFields, refuse: Refuse): void {
  const { control, weights, start, attack } = file;
  if (control === null) return;
  const isKept = attack.type !== 'none' && attack.start === 'kept';
  if (isKept) checkKeptControl(file, control, refuse);
  else if (control.attack_rate !== undefined) {
    refuse(['control', 'attack_rate'], 'must be left out: it controls a kept penalised ascent ("start": "kept")');
  }
  if (weights.length > MOST_STATES) {
    refuse(['control'], `is solved for at most ${MOST_STATES} weights, and the model has ${weights.length}`);
  }
  if (control.terminal_cost === null && control.running_cost === null) {
    refuse(['control'], 'has no cost: give running_cost, terminal_cost or both');
  }
  for (const name of weights) {
    if (!Object.hasOwn(control.domain, name)) {
      refuse(['control', 'domain', name], 'missing ([lower, upper] for each weight)');
      continue;
    }
    const [low, high] = control.domain[name];
    if (low >= high) refuse(['control', 'domain', name], `the wrong way round: ${low} is not below ${high}`);
    if (start[name] < low || start[name] > high) {
      refuse(['start', name], `must lie in the control's domain [${low}, ${high}], got ${start[name]}`);
    }
  }
  for (const key of Object.keys(control.domain)) {
    if (weights.includes(key) || (isKept && key === PERTURBATION)) continue;
    refuse(['control', 'domain', key], `"${key}" is not a weight`);
  }
}

function checkKeptControl(
  { weights, inputs, attack }: ModelFields,
  { domain, attack_rate: bounds }: NonNullable<ModelFields['control']>,
  refuse: Refuse,
): void {
  if (weights.length > 1 || inputs.length > 1 || attack.type !== 'penalised_ascent') {
    refuse(
      ['control'],
      'is solved for one weight, one input and a penalised ascent where perturbations are kept: only there their mean follows an equation of its own. Leave control out, or write start "zero"',
    );
  }
  if (weights.includes(PERTURBATION)) refuse(['weights'], `"${PERTURBATION}" is taken by the control problem`);
  const ends = Object.hasOwn(domain, PERTURBATION) ? domain[PERTURBATION] : null;
  if (ends === null) refuse(['control', 'domain', PERTURBATION], 'missing ([lower, upper] of the mean perturbation)');
  else if (!(ends[0] < 0 && ends[1] > 0)) {
    refuse(['control', 'domain', PERTURBATION], `must hold 0 inside, where it starts, got [${ends.join(', ')}]`);
  }
  if (bounds !== undefined && bounds[0] >= bounds[1]) {
    refuse(['control', 'attack_rate'], `the wrong way round: ${bounds[0]} is not below ${bounds[1]}`);
  }
}
