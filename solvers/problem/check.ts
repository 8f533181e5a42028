import type { Issue } from '../../src/errors.js';
import { issueUnless, refuseWhere } from '../input-issues.js';
import { controlAt } from './probe.js';
import type { Boundary, ControlAxis, ControlProblem, StateAxis } from './control-problem.js';

const NAMED_BOUNDARIES: readonly string[] = [
  'natural',
  'reflecting',
  'linear',
  'state_constraint',
  'periodic',
] satisfies Boundary[];

/**
 * Checks a problem at the door: everything but what its functions say at the nodes.
 * @throws E_INVALID with every issue and its path
 */
export function requireProblem(problem: ControlProblem): void {
  const { objective, horizon, states, controls, risk, discount = 0, scenarios = 1 } = problem;
  const isObjective = objective === 'minimize' || objective === 'maximize';
  const isDiscount = discount >= 0 && Number.isFinite(discount);
  const isCount = Number.isInteger(scenarios) && scenarios >= 1;
  const issues = [
    ...states.flatMap(axisIssues),
    ...timeIssues(problem),
    ...issueUnless(isObjective, 'objective', `must be minimize or maximize, got ${String(objective)}`),
    ...issueUnless(states.length >= 1 && states.length <= 3, 'states', `one to three states, got ${states.length}`),
    ...issueUnless(controls.length <= 2, 'controls', `at most two controls, got ${controls.length}`),
    ...issueUnless(isDiscount, 'discount', `must be finite and >= 0, got ${discount}`),
    ...issueUnless(risk === undefined || Number.isFinite(risk), 'risk', `must be finite, got ${risk}`),
    ...issueUnless(risk === undefined || discount === 0, 'risk', 'a risk-sensitive criterion has no discount'),
    ...issueUnless(
      risk === undefined || horizon !== 'infinite',
      'risk',
      'a risk-sensitive criterion needs a finite horizon',
    ),
    ...issueUnless(isCount, 'scenarios', `must be at least 1, got ${scenarios}`),
    ...controls.flatMap(controlIssues),
  ];
  refuseWhere(issues, `control problem "${problem.name}"`, 'Correct these fields.');
}

/**
 * Looks whether a problem with `timeDependent: false` changes in time.
 * @throws E_INVALID with the parts that do
 */
export function requireSteady(problem: ControlProblem): void {
  refuseWhere(
    steadyIssues(problem),
    `control problem "${problem.name}"`,
    'Leave timeDependent out, or set it to true.',
  );
}

/** Shares of the horizon at which a problem that calls itself independent of time is looked at. */
const INSTANTS = [0, 0.31, 0.77, 1];

/** Where a problem with `timeDependent: false` changes in time all the same: in the middle of its axes and of its controls. */
function steadyIssues(problem: ControlProblem): Issue[] {
  const { timeDependent, horizon, states, controls, drift, covariance, runningCost, scenarios = 1 } = problem;
  if (timeDependent !== false || horizon === 'infinite') return [];
  const n = states.length;
  const x = states.map(({ grid }) => grid[grid.length >> 1]);
  const rows = INSTANTS.map((share) => {
    const t = share * horizon;
    const bounds = controls.map((axis) => [0, 1].map((end) => controlAt(axis, t, x, end)));
    const u = controls.map((axis) => controlAt(axis, t, x, 0.5));
    const [b, S] = [new Float64Array(n), new Float64Array(n * n)];
    drift(t, x, u, b, scenarios - 1);
    covariance(t, x, u, S, scenarios - 1);
    return { drift: b, covariance: S, running_cost: [runningCost(t, x, u, scenarios - 1)], controls: bounds.flat() };
  });
  return (['drift', 'covariance', 'running_cost', 'controls'] as const).flatMap((path) => {
    const changes = rows.some((row) => [...row[path]].some((value, k) => !Object.is(value, rows[0][path][k])));
    return issueUnless(!changes, path, 'changes in time, but timeDependent is false');
  });
}

function controlIssues(axis: ControlAxis, j: number): Issue[] {
  const isGood = !('values' in axis) || (axis.values.length > 0 && axis.values.every(Number.isFinite));
  return issueUnless(isGood, `controls.${j}.values`, 'needs at least one value, all finite');
}

function axisIssues({ name, grid, coordinate, boundary }: StateAxis, i: number): Issue[] {
  const path = `states.${i}.grid`;
  const isPositive = coordinate !== 'log' || grid[0] > 0;
  const isCoordinate = ['identity', 'log'].includes(coordinate);
  return [
    ...issueUnless(grid.length >= 3, path, `${name} needs at least 3 nodes, has ${grid.length}`),
    ...issueUnless(isIncreasing(grid), path, `the nodes of ${name} must be finite and increase strictly`),
    ...issueUnless(isPositive, path, `${name} has the coordinate log and must be positive`),
    ...issueUnless(isCoordinate, `states.${i}.coordinate`, `must be identity or log, got ${String(coordinate)}`),
    ...boundary.flatMap((face, side) => faceIssues(face, `states.${i}.boundary.${side}`)),
    ...periodicIssues(boundary, i),
  ];
}

function faceIssues(face: Boundary, path: string): Issue[] {
  const isFace = isGiven(face) || NAMED_BOUNDARIES.includes(face as string);
  const names = NAMED_BOUNDARIES.join(', ');
  const message = `must be one of ${names}, or a function as dirichlet or slope, got ${JSON.stringify(face)}`;
  return issueUnless(isFace, path, message);
}

function isGiven(face: Boundary): boolean {
  if (typeof face !== 'object' || face === null) return false;
  return typeof ('dirichlet' in face ? face.dirichlet : face.slope) === 'function';
}

function periodicIssues([lower, upper]: StateAxis['boundary'], i: number): Issue[] {
  const isBoth = (lower === 'periodic') === (upper === 'periodic');
  return issueUnless(isBoth, `states.${i}.boundary`, 'periodic is for both faces or for none');
}

function timeIssues(problem: ControlProblem): Issue[] {
  const { times, horizon, discount = 0 } = problem;
  if (horizon === 'infinite') {
    const message = 'an infinite horizon needs a positive discount, a face with a given value or an obstacle';
    return issueUnless(discount > 0 || mayEnd(problem), 'discount', message);
  }
  if (!(horizon > 0 && Number.isFinite(horizon)))
    return [{ path: 'horizon', message: `must be positive and finite, got ${horizon}` }];
  const isWhole = times[0] === 0 && times[times.length - 1] === horizon && isIncreasing(times);
  return issueUnless(isWhole, 'times', `must increase strictly from 0 to the horizon ${horizon}`);
}

/** Whether paths can end: at a face with a given value, or by stopping. */
function mayEnd({ states, obstacle }: ControlProblem): boolean {
  const ends = (face: Boundary): boolean => typeof face === 'object' && 'dirichlet' in face;
  return obstacle !== undefined || states.some(({ boundary }) => boundary.some(ends));
}

function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, i) => Number.isFinite(value) && (i === 0 || value > values[i - 1]));
}
