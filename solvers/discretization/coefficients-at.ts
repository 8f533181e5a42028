import type { ControlProblem } from '../problem/control-problem.js';
import type { FaceKind } from '../grid/face-kind.js';

/** Drift, covariance and cost at a node under one control, in the coordinates of the axes; overwritten by every call. */
export interface PointCoefficients {
  readonly drift: Float64Array;
  /** Row-major. */
  readonly covariance: Float64Array;
  cost: number;
}

/** Writes the coefficients at (t, x, u); `faces` are the kinds of the node along each axis. */
export type CoefficientReader = (
  t: number,
  x: readonly number[],
  u: readonly number[],
  scenario: number,
  faces: readonly FaceKind[],
  out: PointCoefficients,
) => void;

export function emptyCoefficients(states: number): PointCoefficients {
  return { drift: new Float64Array(states), covariance: new Float64Array(states * states), cost: 0 };
}

/**
 * In the coordinate z = ln x (Ito): drift b/x - s/(2 x^2) and covariance s_ij / (x_i x_j). At a linear face the second
 * derivative in the state itself is zero: its drift stays b/x.
 */
export function coefficientReader(problem: ControlProblem): CoefficientReader {
  const n = problem.states.length;
  const isLog = problem.states.map(({ coordinate }) => coordinate === 'log');
  return (t, x, u, scenario, faces, out) => {
    const { drift, covariance } = out;
    problem.drift(t, x, u, drift, scenario);
    problem.covariance(t, x, u, covariance, scenario);
    out.cost = problem.runningCost(t, x, u, scenario);
    for (let i = 0; i < n; i += 1) {
      if (!isLog[i]) continue;
      const variance = covariance[i * n + i] / (x[i] * x[i]);
      drift[i] = drift[i] / x[i] - (faces[i] === 'linear' ? 0 : variance / 2);
    }
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        const scale = (isLog[i] ? x[i] : 1) * (isLog[j] ? x[j] : 1);
        covariance[i * n + j] /= scale;
      }
    }
  };
}

/** At a linear face second derivatives are zero, mixed ones too: the state's row and column of the covariance do nothing. */
export function withoutStraight({ covariance }: PointCoefficients, faces: readonly FaceKind[]): void {
  const n = faces.length;
  for (let i = 0; i < n; i += 1) {
    if (faces[i] !== 'linear') continue;
    for (let j = 0; j < n; j += 1) covariance[i * n + j] = covariance[j * n + i] = 0;
  }
}
