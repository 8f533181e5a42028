import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import { HjbLrError, type Issue } from '../../errors.js';
import { factorIn, isZero, type CompiledExpression } from '../../math/expressions.js';
import { namedExpressions, type ProblemExpressions } from './expressions.js';

/** Whether the calendar time occurs in drift, covariance, running cost or control bounds. */
export function dependsOnTime(expressions: ProblemExpressions): boolean {
  return namedExpressions(expressions).some(
    ([path, { variables }]) => /^(drift|covariance|running_cost|controls)/.test(path) && variables.has('t'),
  );
}

/**
 * Whether the minimiser has a closed form: at most one control, or an interval beside a finite set, drift and running cost
 * polynomials of degree <= 2 in it, and a covariance of such degree that is diagonal, or one polynomial of the control times
 * a matrix free of it. Told from structure: true only where it is so; a problem that hides it is searched, which is slower
 * and gives the same.
 */
export function hasClosedForm({ controls }: ControlProblemFile, expressions: ProblemExpressions): boolean {
  if (controls.length === 0) return true;
  const intervals = controls.filter((control) => !('values' in control));
  if (controls.length > 1 && intervals.length !== 1) return false;
  const [{ name }] = intervals.length === 1 ? intervals : controls;
  const { drift, covariance, runningCost } = expressions;
  const quadratic = [...drift, ...covariance, runningCost].every((entry) => entry.degreeIn(name) <= 2);
  return quadratic && (isDiagonal(covariance, drift.length) || isScalarTimesMatrix(covariance, name));
}

/** Whether drift, covariance and running cost are polynomials of degree <= 2 in each of two controls in intervals. */
export function isQuadraticInEach({ controls }: ControlProblemFile, expressions: ProblemExpressions): boolean {
  const { drift, covariance, runningCost } = expressions;
  const isEach = controls.every(
    (control) =>
      !('values' in control) &&
      [...drift, ...covariance, runningCost].every((entry) => entry.degreeIn(control.name) <= 2),
  );
  return controls.length === 2 && isEach;
}

function isDiagonal(covariance: readonly CompiledExpression[], n: number): boolean {
  return covariance.every(({ tree }, i) => Math.floor(i / n) === i % n || isZero(tree));
}

function isScalarTimesMatrix(covariance: readonly CompiledExpression[], control: string): boolean {
  const factors = covariance.filter(({ tree }) => !isZero(tree)).map(({ tree }) => factorIn(tree, control));
  return new Set(factors).size <= 1;
}

/** Expressions that may depend on an uncertain parameter. */
const UNCERTAIN = /^(drift|covariance|running_cost)/;

/**
 * The worst case over a box lies at one of its vertices if the Hamiltonian is affine in each uncertain parameter: so drift,
 * covariance and running cost must be (products of different parameters are allowed), and nothing else may depend on one.
 *
 * @throws E_INVALID naming the parameter and each expression at fault
 */
export function requireAffine({ uncertainty }: ControlProblemFile, expressions: ProblemExpressions): void {
  const issues = Object.keys(uncertainty).flatMap((parameter) =>
    namedExpressions(expressions).flatMap(([path, entry]) => objection(parameter, path, entry)),
  );
  if (issues.length === 0) return;
  throw new HjbLrError('E_INVALID', 'The worst case over the uncertain parameters cannot be told from their bounds.', {
    remedy: 'Write the problem so that drift, covariance and running_cost are affine in each uncertain parameter.',
    issues,
  });
}

/** One sentence for each parameter whose own value its box leaves out: only the box counts. */
export function leftOutOfBoxes({ parameters, uncertainty }: ControlProblemFile): string[] {
  return Object.entries(uncertainty).flatMap(([name, [low, high]]) => {
    const value = parameters[name];
    if (value >= low && value <= high) return [];
    return [`parameters.${name} is ${value}, outside its box [${low}, ${high}]: the box alone counts`];
  });
}

function objection(parameter: string, path: string, entry: CompiledExpression): Issue[] {
  if (!entry.variables.has(parameter)) return [];
  if (!UNCERTAIN.test(path)) {
    const message = `depends on the uncertain parameter "${parameter}"; only drift, covariance and running_cost may`;
    return [{ path, message }];
  }
  return entry.degreeIn(parameter) <= 1
    ? []
    : [{ path, message: `is not affine in the uncertain parameter "${parameter}"` }];
}
