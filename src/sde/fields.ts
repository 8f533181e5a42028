import { meanFieldDifferences } from './differences.js';
import type { HjbLrError } from '../errors.js';
import { expectationFailed } from './failures.js';
import type { Estimate, Expectation, ExpectationMethod, Figures, NodesAt } from './expectation/expectation.js';
import { forEachNode, type NodeSet } from './expectation/nodes.js';
import type { Moments } from './moments.js';

/** How the derivative of the mean field is found. */
export type JacobianMethod = 'pathwise' | 'differences';

/** The fields of the SDE at weights theta, each with its errors. */
export interface Fields {
  jacobianMethod(theta: ArrayLike<number>): JacobianMethod;
  meanField(theta: ArrayLike<number>): Estimate;
  /** hbar, then S row by row. */
  meanFieldAndCovariance(theta: ArrayLike<number>): Estimate;
  jacobian(theta: ArrayLike<number>): Estimate;
  adversarialLoss(theta: ArrayLike<number>): Estimate;
  cleanLoss(theta: ArrayLike<number>): Estimate;
  /** E f(z) of a function of the sample [x, label, delta^0]. */
  mean(theta: ArrayLike<number>, f: (sample: Float64Array) => number): Estimate;
  /** Numbers of one's own from hbar, S, D hbar and the two losses, all over the same nodes. */
  combined(theta: ArrayLike<number>, combine: (all: FieldValues) => Float64Array): Estimate;
}

export interface FieldValues {
  /** hbar, [weights]. */
  readonly meanField: Float64Array;
  /** S, [weights, weights]. */
  readonly covariance: Float64Array;
  /** D hbar, [weights, weights]. */
  readonly jacobian: Float64Array;
  readonly adversarialLoss: number;
  readonly cleanLoss: number;
}

export interface FieldsInput {
  readonly moments: Moments;
  readonly expectation: Expectation;
  readonly weights: number;
  readonly batchSize: number;
  readonly jacobianMethod: (theta: ArrayLike<number>) => JacobianMethod;
  /** Words for a point, for errors. */
  readonly nameOf: (theta: ArrayLike<number>) => string;
  /** The error for numbers that are not finite, with the first sample at fault. */
  readonly faultAt: (theta: ArrayLike<number>, nodes: NodeSet) => HjbLrError;
}

/** Share of one sample in the mean square of the update direction beyond which a Monte Carlo mean is not trusted. */
const HEAVIEST = 0.1;
/** Fewer samples than this may be dominated by one of them. */
const MANY = 10_000;

export function createFields(input: FieldsInput): Fields {
  const { moments, expectation, weights: n, batchSize, jacobianMethod, nameOf, faultAt } = input;

  const meanOver = (theta: ArrayLike<number>, nodes: NodeSet, method: ExpectationMethod) => {
    const values = new Float64Array(n);
    const { rootMeanSquare, heaviest } = moments.meanField(theta, nodes, values);
    if (!Number.isFinite(rootMeanSquare)) throw faultAt(theta, nodes);
    if (method === 'monte_carlo' && nodes.count >= MANY && heaviest > HEAVIEST) throw expectationFailed(nameOf(theta));
    return { values, scale: rootMeanSquare };
  };
  const covarianceOver = (theta: ArrayLike<number>, nodes: NodeSet, mean: Float64Array): Float64Array => {
    const values = new Float64Array(n * n);
    moments.covariance(theta, nodes, mean, values);
    return values.map((value) => value / batchSize);
  };
  const jacobianOver = (theta: ArrayLike<number>, nodesAt: NodesAt, method: ExpectationMethod): Float64Array => {
    const values = new Float64Array(n * n);
    if (jacobianMethod(theta) === 'pathwise') moments.jacobian(theta, nodesAt(theta), values);
    else meanFieldDifferences((at) => meanOver(at, nodesAt(at), method), theta, method, values);
    if (!values.every(Number.isFinite)) throw faultAt(theta, nodesAt(theta));
    return values;
  };
  const lossFigures =
    (theta: ArrayLike<number>, lossOf: Moments['cleanLoss']): Figures =>
    (nodesAt) => {
      const value = lossOf(theta, nodesAt(theta));
      if (!Number.isFinite(value)) throw faultAt(theta, nodesAt(theta));
      return { values: Float64Array.of(value), scale: Math.abs(value) };
    };

  return {
    jacobianMethod,
    meanField: (theta) => expectation.evaluate((nodesAt, method) => meanOver(theta, nodesAt(theta), method)),
    meanFieldAndCovariance: (theta) =>
      expectation.evaluate((nodesAt, method) => {
        const nodes = nodesAt(theta);
        const { values, scale } = meanOver(theta, nodes, method);
        const covariance = covarianceOver(theta, nodes, values);
        return { values: Float64Array.of(...values, ...covariance), scale: scaleOf(scale, covariance) };
      }),
    jacobian: (theta) =>
      expectation.evaluate((nodesAt, method) => {
        const { scale } = meanOver(theta, nodesAt(theta), method);
        const values = jacobianOver(theta, nodesAt, method);
        return { values, scale: scaleOf(scale, values) };
      }),
    adversarialLoss: (theta) => expectation.evaluate(lossFigures(theta, moments.adversarialLoss)),
    cleanLoss: (theta) => expectation.evaluate(lossFigures(theta, moments.cleanLoss)),
    mean: (theta, f) => expectation.evaluate(lossFigures(theta, (_, nodes) => meanOf(nodes, f))),
    combined: (theta, combine) =>
      expectation.evaluate((nodesAt, method) => {
        const nodes = nodesAt(theta);
        const { values: meanField, scale } = meanOver(theta, nodes, method);
        const values = combine({
          meanField,
          covariance: covarianceOver(theta, nodes, meanField),
          jacobian: jacobianOver(theta, nodesAt, method),
          adversarialLoss: moments.adversarialLoss(theta, nodes),
          cleanLoss: moments.cleanLoss(theta, nodes),
        });
        if (!values.every(Number.isFinite)) throw faultAt(theta, nodesAt(theta));
        return { values, scale: scaleOf(scale, values) };
      }),
  };
}

function meanOf(nodes: NodeSet, f: (sample: Float64Array) => number): number {
  let total = 0;
  forEachNode(nodes, (sample, weight) => {
    total += weight * f(sample);
  });
  return total;
}

function scaleOf(scale: number, values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), scale);
}
