import { bisect } from '../../src/math/interpolation.js';
import type { Lattice } from '../grid/lattice.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** The controls of the nodes at the present level, control fastest; to be replaced from level to level. */
export interface NodeControls {
  control: Float64Array;
}

/**
 * The problem without controls that is left when every node takes the control that a solution stores there: the same
 * dynamics under the same scenarios, without obstacle and risk, which do not move the state. At a face with a state
 * constraint the stored control keeps the state inside up to rounding, which is taken out.
 *
 * @param stored - read whenever a coefficient is, so that one discretisation serves all levels
 */
export function closedLoopProblem(problem: ControlProblem, lattice: Lattice, stored: NodeControls): ControlProblem {
  const width = problem.controls.length;
  const u = problem.controls.map(() => 0);
  const controlsAt = (x: readonly number[]): readonly number[] => {
    const node = nodeOf(lattice, x);
    for (let j = 0; j < width; j += 1) u[j] = stored.control[node * width + j];
    return u;
  };
  const { obstacle: _obstacle, risk: _risk, ...rest } = problem;
  return {
    ...rest,
    controls: [],
    polynomial: true,
    drift: (t, x, _u, out, scenario) => {
      problem.drift(t, x, controlsAt(x), out, scenario);
      keepInside(lattice, x, out);
    },
    covariance: (t, x, _u, out, scenario) => problem.covariance(t, x, controlsAt(x), out, scenario),
    runningCost: (t, x, _u, scenario) => problem.runningCost(t, x, controlsAt(x), scenario),
  };
}

/** The node at x, which is one. */
function nodeOf({ axes, strides }: Lattice, x: readonly number[]): number {
  let node = 0;
  for (let d = 0; d < x.length; d += 1) node += strides[d] * bisect(axes[d].grid, x[d], 0, axes[d].grid.length);
  return node;
}

function keepInside({ axes }: Lattice, x: readonly number[], drift: Float64Array): void {
  axes.forEach(({ grid, boundary }, d) => {
    if (boundary[0] === 'state_constraint' && x[d] === grid[0]) drift[d] = Math.max(drift[d], 0);
    if (boundary[1] === 'state_constraint' && x[d] === grid[grid.length - 1]) drift[d] = Math.min(drift[d], 0);
  });
}
