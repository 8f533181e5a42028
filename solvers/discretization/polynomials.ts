import { spreadAt } from './cached-spread.js';
import type { ControlInterval } from './control-intervals.js';
import { controlsWith } from './exact-controls.js';
import { problemFault } from './faults.js';
import type { Discretization, NodeModel } from './node-model.js';
import type { NumberList } from './number-list.js';
import type { PointCoefficients } from './coefficients-at.js';
import { sampleAt, type LevelInput } from './sample.js';

/**
 * Pushes the polynomials of an interval under one scenario: through the coefficients at a sixth, half and five sixths of
 * it (inside, because at its ends a neighbouring form may hold), or the constants at one control.
 */
export function pushInterval(
  d: Discretization,
  model: NodeModel,
  input: LevelInput,
  node: number,
  controls: ControlInterval | null,
  scenario: number,
): void {
  if (controls === null) return pushConstants(d, model, input, node, NO_CONTROLS, scenario);
  const { from, to, choice } = controls;
  if (from === to) return pushConstants(d, model, input, node, controlsWith(d.exact!, choice, from), scenario);
  d.samples.forEach((sample, k) => {
    const u = from + ((2 * k + 1) * (to - from)) / 6;
    sampleAt(d, input, node, controlsWith(d.exact!, choice, u), scenario, sample);
  });
  pushSamples(d, model, node, scenario, [from, to]);
}

const NO_CONTROLS: readonly number[] = [];

/** Constants under any number of controls. */
export function pushConstants(
  d: Discretization,
  model: NodeModel,
  input: LevelInput,
  node: number,
  u: readonly number[],
  scenario: number,
): void {
  sampleAt(d, input, node, u, scenario, d.samples[0]);
  pushSamples(d, model, node, scenario, [0, 0]);
}

function pushSamples(
  d: Discretization,
  model: NodeModel,
  node: number,
  scenario: number,
  [from, to]: readonly [number, number],
): void {
  const n = d.states;
  const [a, b, c] = from === to ? [d.samples[0], d.samples[0], d.samples[0]] : d.samples;
  for (let k = 0; k < n; k += 1) pushThrough(model.drift, from, to, a.drift[k], b.drift[k], c.drift[k]);
  pushThrough(model.cost, from, to, a.cost, b.cost, c.cost);
  model.crossStart.push(model.crossNodes.length);
  if (isDiagonal(a, n) && isDiagonal(b, n) && isDiagonal(c, n)) {
    for (let k = 0; k < n * n; k += n + 1) {
      pushThrough(model.variance, from, to, a.covariance[k], b.covariance[k], c.covariance[k]);
    }
    pushThrough(model.factor, 0, 0, 1, 1, 1);
  } else pushSpread(d, model, node, scenario, [from, to]);
  model.crossEnd.push(model.crossNodes.length);
}

/** A polynomial times the covariance where it is largest, as lattice directions. */
function pushSpread(
  d: Discretization,
  model: NodeModel,
  node: number,
  scenario: number,
  [from, to]: readonly [number, number],
): void {
  const n = d.states;
  const samples = from === to ? [d.samples[0], d.samples[0], d.samples[0]] : d.samples;
  const traces = samples.map((sample) => traceOf(sample, n));
  const scale = Math.max(...traces);
  const reference = samples[traces.indexOf(scale)];
  const spread = spreadAt(d, node, scenario, reference.covariance);
  const [f, g, h] = traces.map((trace) => trace / scale);
  for (let k = 0; k < n; k += 1) {
    pushThrough(model.variance, from, to, f * spread.free[k], g * spread.free[k], h * spread.free[k]);
  }
  pushThrough(model.factor, from, to, f, g, h);
  for (let k = 0; k < spread.nodes.length; k += 1) {
    model.crossNodes.push(spread.nodes[k]);
    model.crossWeights.push(spread.weights[k]);
  }
}

/** The quadratic through the values at a sixth, half and five sixths of [from, to]; the first one where from = to. */
function pushThrough(list: NumberList, from: number, to: number, a: number, b: number, c: number): void {
  const step = (to - from) / 3;
  if (step === 0 || (a === b && b === c)) {
    list.push(a);
    list.push(0);
    list.push(0);
    return;
  }
  const middle = (from + to) / 2;
  const c2 = (a - 2 * b + c) / (2 * step * step);
  const slope = (c - a) / (2 * step);
  list.push(b - middle * (slope - c2 * middle));
  list.push(slope - 2 * c2 * middle);
  list.push(c2);
}

export function isDiagonal({ covariance }: PointCoefficients, n: number): boolean {
  for (let k = 0; k < covariance.length; k += 1) if (k % (n + 1) !== 0 && covariance[k] !== 0) return false;
  return true;
}

export function traceOf({ covariance }: PointCoefficients, n: number): number {
  let sum = 0;
  for (let k = 0; k < n * n; k += n + 1) sum += covariance[k];
  return sum;
}

/** Differences of polynomials, relative to their terms, that count as rounding. */
const POLYNOMIAL = 1e-9;

/** Below this a double has fewer digits. */
const DENORMAL = 1e-290;

/**
 * Requires of an interval that all holds at its ends that a point must satisfy and, a third of the way, that interval q is
 * what the problem says: its polynomials, and its covariance one of them times one matrix.
 */
export function requireInterval(
  d: Discretization,
  model: NodeModel,
  input: LevelInput,
  node: number,
  { from, to, choice }: ControlInterval,
  q: number,
): void {
  const sample = d.samples[0];
  const scenario = q % d.scenarios;
  for (const end of [from, to]) sampleAt(d, input, node, controlsWith(d.exact!, choice, end), scenario, sample);
  if (!d.checksPolynomials) return;
  const u = from + (to - from) / 3;
  sampleAt(d, input, node, controlsWith(d.exact!, choice, u), scenario, sample);
  const n = d.states;
  const size = Math.max(Math.abs(from), Math.abs(to));
  const agrees = (list: NumberList, k: number, value: number): boolean => {
    const { data } = list;
    const scale = Math.abs(data[k]) + Math.abs(data[k + 1]) * size + Math.abs(data[k + 2]) * size * size;
    const found = data[k] + u * (data[k + 1] + u * data[k + 2]);
    return Math.abs(found - value) <= POLYNOMIAL * (scale + Math.abs(value)) + DENORMAL;
  };
  const axes = d.x[node].map((_, k) => k);
  const isCross = !d.samples.every((one) => isDiagonal(one, n));
  const variancesAgree = axes.every((k) => agrees(model.variance, 3 * (q * n + k), sample.covariance[k * (n + 1)]));
  const checks = {
    drift: axes.every((k) => agrees(model.drift, 3 * (q * n + k), sample.drift[k])),
    covariance: isCross ? isProportional(d, model, q, u, (from + to) / 2) : variancesAgree,
    running_cost: agrees(model.cost, 3 * q, sample.cost),
  };
  const bad = Object.entries(checks).find(([, holds]) => !holds);
  if (bad === undefined) return;
  const claim = `of degree 2 in ${d.exact!.axis!.name} between its breaks`;
  const message = `no polynomial ${claim} (or no such polynomial times one matrix)`;
  throw problemFault(d, node, input.t, bad[0], message, 'Name the breaks, or set polynomial: false.');
}

/** Whether the sample's covariance is that of the middle of the interval times the factor's polynomial. */
function isProportional(d: Discretization, model: NodeModel, q: number, u: number, middle: number): boolean {
  const [sample, reference] = d.samples;
  const at = (v: number): number => {
    const { data } = model.factor;
    return data[3 * q] + v * (data[3 * q + 1] + v * data[3 * q + 2]);
  };
  const [trace, referenceTrace] = [traceOf(sample, d.states), traceOf(reference, d.states)];
  const near = (a: number, b: number): boolean =>
    Math.abs(a - b) <= POLYNOMIAL * (Math.abs(a) + Math.abs(b)) + DENORMAL;
  const scales = near(at(u) * referenceTrace, at(middle) * trace);
  return (
    scales &&
    sample.covariance.every((s, k) => {
      const [one, other] = [s * referenceTrace, reference.covariance[k] * trace];
      return Math.abs(one - other) <= POLYNOMIAL * trace * referenceTrace + DENORMAL;
    })
  );
}
