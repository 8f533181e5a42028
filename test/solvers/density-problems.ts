import { uniformGrid, type Boundary, type ControlProblem } from '../../solvers/index.js';

interface Walk {
  readonly domain: readonly [number, number];
  readonly boundary: readonly [Boundary, Boundary];
  readonly nodes: number;
  readonly times: readonly number[];
  readonly drift?: number;
  readonly variance: number;
}

/** dx = drift dt + sqrt(variance) dW without a control; the value is the mean of the final state's square. */
export function brownianMotion({ domain, boundary, nodes, times, drift = 0, variance }: Walk): ControlProblem {
  return {
    name: 'Brownian motion',
    objective: 'minimize',
    horizon: times[times.length - 1],
    states: [{ name: 'x', grid: uniformGrid(...domain, nodes), coordinate: 'identity', boundary }],
    controls: [],
    timeDependent: false,
    drift: (_t, _x, _u, out) => (out[0] = drift),
    covariance: (_t, _x, _u, out) => (out[0] = variance),
    runningCost: () => 0,
    terminalCost: ([x]) => x * x,
    times,
  };
}
