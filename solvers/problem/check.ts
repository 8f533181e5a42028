import { HjbLrError, type Issue } from '../../src/errors.js';
import type { Boundary, ControlProblem, StateAxis } from './control-problem.js';

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
  const { objective, states, controls, risk, discount = 0, scenarios = 1 } = problem;
  const issues: Issue[] = [...states.flatMap(axisIssues), ...timeIssues(problem)];
  const refuseUnless = (holds: boolean, path: string, message: string): void => {
    if (!holds) issues.push({ path, message });
  };
  refuseUnless(
    objective === 'minimize' || objective === 'maximize',
    'objective',
    `must be minimize or maximize, got ${String(objective)}`,
  );
  refuseUnless(states.length >= 1 && states.length <= 3, 'states', `one to three states, got ${states.length}`);
  refuseUnless(controls.length <= 2, 'controls', `at most two controls, got ${controls.length}`);
  refuseUnless(discount >= 0 && Number.isFinite(discount), 'discount', `must be finite and >= 0, got ${discount}`);
  refuseUnless(risk === undefined || Number.isFinite(risk), 'risk', `must be finite, got ${risk}`);
  refuseUnless(risk === undefined || discount === 0, 'risk', 'a risk-sensitive criterion has no discount');
  refuseUnless(Number.isInteger(scenarios) && scenarios >= 1, 'scenarios', `must be at least 1, got ${scenarios}`);
  controls.forEach((axis, j) => {
    const isSet = 'values' in axis;
    const isGood = !isSet || (axis.values.length > 0 && axis.values.every(Number.isFinite));
    refuseUnless(isGood, `controls.${j}.values`, 'needs at least one value, all finite');
  });
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', `The control problem "${problem.name}" is not well posed.`, {
    remedy: 'Correct these fields.',
    issues,
  });
}

function axisIssues({ name, grid, coordinate, boundary }: StateAxis, i: number): Issue[] {
  const path = `states.${i}.grid`;
  const issues: Issue[] = [];
  if (grid.length < 3) issues.push({ path, message: `${name} needs at least 3 nodes, has ${grid.length}` });
  if (!isIncreasing(grid)) issues.push({ path, message: `the nodes of ${name} must be finite and increase strictly` });
  if (coordinate === 'log' && !(grid[0] > 0))
    issues.push({ path, message: `${name} has the coordinate log and must be positive` });
  if (!['identity', 'log'].includes(coordinate)) {
    issues.push({ path: `states.${i}.coordinate`, message: `must be identity or log, got ${String(coordinate)}` });
  }
  return [
    ...issues,
    ...boundary.flatMap((face, side) => faceIssues(face, `states.${i}.boundary.${side}`)),
    ...periodicIssues(boundary, i),
  ];
}

function faceIssues(face: Boundary, path: string): Issue[] {
  if (typeof face === 'object' && face !== null) return [];
  if (NAMED_BOUNDARIES.includes(face)) return [];
  const message = `must be one of ${NAMED_BOUNDARIES.join(', ')}, dirichlet or slope, got ${JSON.stringify(face)}`;
  return [{ path, message }];
}

function periodicIssues([lower, upper]: StateAxis['boundary'], i: number): Issue[] {
  if ((lower === 'periodic') === (upper === 'periodic')) return [];
  return [{ path: `states.${i}.boundary`, message: 'periodic is for both faces or for none' }];
}

function timeIssues({ times, horizon, discount = 0 }: ControlProblem): Issue[] {
  if (horizon === 'infinite') {
    const message = 'an infinite horizon needs a positive discount';
    return discount > 0 ? [] : [{ path: 'discount', message }];
  }
  if (!(horizon > 0 && Number.isFinite(horizon)))
    return [{ path: 'horizon', message: `must be positive and finite, got ${horizon}` }];
  const whole = times[0] === 0 && times[times.length - 1] === horizon;
  return whole && isIncreasing(times)
    ? []
    : [{ path: 'times', message: `must increase strictly from 0 to the horizon ${horizon}` }];
}

function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, i) => Number.isFinite(value) && (i === 0 || value > values[i - 1]));
}
