/** Monte Carlo of the closed loop under the policy of a solution. */
export type { Start } from '../closed-loop/start.js';
export type { SimulationOptions, SimulationResult } from './options.js';
export { closedLoopPaths, simulateClosedLoop, type ClosedLoopPaths } from './simulate.js';
