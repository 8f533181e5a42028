import { HjbLrError, type Issue } from '../../src/errors.js';
import type { ControlProblem } from '../problem/control-problem.js';
import { placeOf, positionOf, stateOf, type Lattice } from './lattice.js';
import { coefficientsAt, controlIntervals, type NodeCoefficients } from './node-pieces.js';
import { evaluate, interpolate } from './quadratic.js';

/** Differences of coefficients, relative to their largest sample, that count as rounding. */
const ROUNDING = 1e-9;

/** Controls of an interval at which its coefficients are looked at, as shares of its length. */
const PROBES = [0, 1 / 6, 1 / 3, 1 / 2, 5 / 6, 1];

interface Probe {
  readonly control: number;
  readonly coefficients: NodeCoefficients;
}

/**
 * Checks what a problem says at its nodes: control bounds in order, covariance positive semidefinite, no outward drift
 * and no diffusion across a natural face, and the polynomials that it claims. Of each kind the first node is named.
 *
 * @returns where a coefficient is not finite, null where all are: bad numerics, which the solver reports as a status
 * @throws E_INVALID with every issue and its path
 */
export function requireNodes(problem: ControlProblem, lattice: Lattice): string | null {
  const issues = new Map<string, Issue>();
  let notFinite: string | null = null;
  for (let node = 0; node < lattice.size; node += 1) {
    const x = stateOf(lattice, node);
    const found = boundIssues(problem, x);
    if (found.length === 0) {
      const intervals = controlIntervals(problem, x).map((interval) => probesOf(problem, x, interval));
      const bad = firstNotFinite(problem, x, intervals.flat());
      notFinite ??= bad === null ? null : `${bad} at ${placeOf(lattice, node)}`;
      if (bad === null) found.push(...intervals.flatMap((probes) => probeIssues(problem, lattice, node, probes)));
    }
    for (const { path, message } of found) {
      if (!issues.has(path)) issues.set(path, { path, message: `${message} at ${placeOf(lattice, node)}` });
    }
  }
  if (issues.size > 0) {
    throw new HjbLrError('E_INVALID', `The control problem "${problem.name}" is not well posed.`, {
      remedy: 'Correct these functions of the problem.',
      issues: [...issues.values()],
    });
  }
  return notFinite;
}

function boundIssues({ control, controlBreaks }: ControlProblem, x: readonly number[]): Issue[] {
  const [lower, upper] = [control.lower(x), control.upper(x)];
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper)) {
    return [{ path: 'control', message: `the bounds of ${control.name} are [${lower}, ${upper}]` }];
  }
  const hasNaN = (controlBreaks?.(x) ?? []).some(Number.isNaN);
  return hasNaN ? [{ path: 'controlBreaks', message: `a break of ${control.name} is NaN` }] : [];
}

function probesOf(problem: ControlProblem, x: readonly number[], [from, to]: readonly [number, number]): Probe[] {
  const controls = from === to ? [from] : PROBES.map((share) => from + share * (to - from));
  return controls.map((control) => ({ control, coefficients: coefficientsAt(problem, x, control) }));
}

function firstNotFinite(problem: ControlProblem, x: readonly number[], probes: readonly Probe[]): string | null {
  if (!Number.isFinite(problem.terminalCost(x))) return 'the terminal cost is not finite';
  for (const { control, coefficients } of probes) {
    const under = `under ${problem.control.name} = ${control.toPrecision(4)}`;
    if (!coefficients.drift.every(Number.isFinite)) return `the drift ${under} is not finite`;
    if (!coefficients.covariance.every(Number.isFinite)) return `the covariance ${under} is not finite`;
    if (!Number.isFinite(coefficients.cost)) return `the running cost ${under} is not finite`;
  }
  return null;
}

function probeIssues(problem: ControlProblem, lattice: Lattice, node: number, probes: readonly Probe[]): Issue[] {
  const issues = probes.flatMap(({ control, coefficients: { covariance } }) =>
    isPositiveSemidefinite(covariance)
      ? []
      : [{ path: 'covariance', message: `not positive semidefinite under ${problem.control.name} = ${control}` }],
  );
  issues.push(...faceIssues(lattice, node, probes));
  if (problem.polynomial !== false && probes.length > 1) issues.push(...polynomialIssues(problem, probes));
  return issues;
}

/** Symmetric, with nonnegative variances and |s12|^2 <= s11 s22. */
function isPositiveSemidefinite(s: readonly number[]): boolean {
  if (s.length === 1) return s[0] >= 0;
  const isSymmetric = Math.abs(s[1] - s[2]) <= ROUNDING * Math.abs(s[1]);
  return isSymmetric && s[0] >= 0 && s[3] >= 0 && s[1] ** 2 <= (1 + ROUNDING) * s[0] * s[3];
}

/** A natural face needs an equation that never looks beyond it. */
function faceIssues(lattice: Lattice, node: number, probes: readonly Probe[]): Issue[] {
  const { axes } = lattice;
  const position = positionOf(lattice, node);
  return axes.flatMap(({ name, boundary, grid }, d) =>
    [0, 1].flatMap((side) => {
      if (boundary[side] !== 'natural' || position[d] !== (side === 0 ? 0 : grid.length - 1)) return [];
      const outward = side === 0 ? -1 : 1;
      const crosses = probes.some(
        ({ coefficients: { drift, covariance } }) => drift[d] * outward > 0 || covariance[d * axes.length + d] > 0,
      );
      const message = `${name} has a natural face that its drift or diffusion can cross; take reflecting`;
      return crosses ? [{ path: `states.${d}.boundary.${side}`, message }] : [];
    }),
  );
}

/** The probes that three of them did not determine agree with the quadratic through those three. */
function polynomialIssues({ control }: ControlProblem, probes: readonly Probe[]): Issue[] {
  const fitted = [1, 3, 4].map((i) => probes[i]);
  const rest = probes[2];
  const isQuadratic = (pick: (coefficients: NodeCoefficients) => number): boolean => {
    const values = probes.map(({ coefficients }) => pick(coefficients));
    const polynomial = interpolate(
      fitted.map((probe) => probe.control),
      fitted.map(({ coefficients }) => pick(coefficients)),
    );
    const scale =
      Math.max(...values.map(Math.abs)) +
      polynomial.reduce((sum, c, power) => sum + Math.abs(c * rest.control ** power), 0);
    return Math.abs(evaluate(polynomial, rest.control) - pick(rest.coefficients)) <= ROUNDING * scale;
  };
  const { drift, covariance } = rest.coefficients;
  const checks: [string, boolean][] = [
    ['drift', drift.every((_, i) => isQuadratic((c) => c.drift[i]))],
    ['covariance', covariance.every((_, i) => isQuadratic((c) => c.covariance[i]))],
    ['runningCost', isQuadratic((c) => c.cost)],
  ];
  const message = `no polynomial of degree 2 in ${control.name} between its breaks: name them all in controlBreaks, or set polynomial: false`;
  return checks.filter(([, holds]) => !holds).map(([path]) => ({ path, message }));
}
