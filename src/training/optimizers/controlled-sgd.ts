import type { OptimizerOf } from '../../artifacts/experiment/experiment.js';
import { startingArray, type Optimizer, type OptimizerStart } from './optimizer.js';

/**
 * Controlled SGD (Li, Tai & E 2017, arXiv 1511.06251, section 4.1 and algorithm 1), for each weight x by itself. Around its
 * path the loss is taken for f = a (x - b)^2 / 2 with gradient noise of variance Sigma, whose modified equation with the rate
 * u eta, u in [0, 1], has the moment m = E f with
 *
 *     m' = -2 a u m + a eta Sigma u^2 / 2.
 *
 * Lowering m as fast as possible, u* = min(1, 2 m / (eta Sigma)) = min(1, a (x - b)^2 / (eta Sigma)) where a > 0, and 1 where
 * not. With running averages <.> of x and of the gradient g (share beta kept),
 *
 *     a = (<x g> - <x><g>) / (<x^2> - <x>^2),   a (<x> - b)^2 = <g>^2 / a,   Sigma = <g^2> - <g>^2,
 *     u <- beta u + (1 - beta) u*,   x <- x - u eta c g,   beta <- beta_min + (beta_max - beta_min) Sigma / <g^2>,
 *
 * from u = 1, beta = beta_min and averages at the first values; eta is the schedule's rate, c the clip's factor. The rate that
 * is logged is the mean of u eta over the weights. Variances are kept as such, by differences from the averages, so that
 * nothing cancels: with d = x - <x> and e = g - <g>, <x> += (1 - beta) d and cov <- beta (cov + (1 - beta) d e).
 */
export function createControlledSgd(spec: OptimizerOf<'csgd'>, start: OptimizerStart): Optimizer {
  const { beta_min: least, beta_max: most } = spec;
  const array = (name: string, fill = 0): Float32Array =>
    startingArray(start, name, new Float32Array(start.initial.length).fill(fill));
  const theta = startingArray(start, 'weights', start.initial);
  const [meanX, meanG] = [array('mean_weight'), array('mean_gradient')];
  const [varX, varG, cov] = [array('weight_variance'), array('gradient_variance'), array('covariance')];
  const [u, beta] = [array('control', 1), array('kept', -1)];

  /** The running averages of weight i take in its newest values. */
  const average = (i: number, g: number): void => {
    if (beta[i] < 0) {
      [meanX[i], meanG[i], beta[i]] = [theta[i], g, least];
      return;
    }
    const [kept, taken] = [beta[i], 1 - beta[i]];
    const [d, e] = [theta[i] - meanX[i], g - meanG[i]];
    meanX[i] += taken * d;
    meanG[i] += taken * e;
    varX[i] = kept * (varX[i] + taken * d * d);
    varG[i] = kept * (varG[i] + taken * e * e);
    cov[i] = kept * (cov[i] + taken * d * e);
  };
  const control = (i: number, eta: number): void => {
    const square = meanG[i] ** 2;
    u[i] = beta[i] * u[i] + (1 - beta[i]) * bestControl({ a: cov[i] / varX[i], square, noise: varG[i], eta });
    const second = square + varG[i];
    beta[i] = second > 0 ? least + (most - least) * (varG[i] / second) : least;
  };

  return {
    gradientPoint: () => theta,
    step(g, { rate, clipFactor }) {
      let [square, sum] = [0, 0];
      for (let i = 0; i < theta.length; i += 1) {
        average(i, g[i]);
        control(i, rate);
        const step = u[i] * rate * clipFactor * g[i];
        theta[i] -= step;
        square += step * step;
        sum += u[i];
      }
      return { rate: (rate * sum) / theta.length, length: Math.sqrt(square), reason: 'csgd' };
    },
    output: () => theta,
    finished: () => null,
    summary: () => ({}),
    state: () => ({
      arrays: {
        weights: theta.slice(),
        mean_weight: meanX.slice(),
        mean_gradient: meanG.slice(),
        weight_variance: varX.slice(),
        gradient_variance: varG.slice(),
        covariance: cov.slice(),
        control: u.slice(),
        kept: beta.slice(),
      },
      numbers: {},
    }),
  };
}

/** What the quadratic model of a weight is known by. */
interface QuadraticModel {
  /** Curvature; not a number where the weight has not moved. */
  readonly a: number;
  /** <g>^2 */
  readonly square: number;
  /** Sigma */
  readonly noise: number;
  readonly eta: number;
}

/** u* = min(1, <g>^2 / (a eta Sigma)) where the curvature is positive, 1 where not or without noise. */
export function bestControl({ a, square, noise, eta }: QuadraticModel): number {
  if (!(a > 0) || noise === 0 || eta === 0) return 1;
  return Math.min(1, square / (a * eta * noise));
}
