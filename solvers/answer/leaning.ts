import { buildLattice, positionOf, stateOf } from '../grid/lattice.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Drift beyond a face, relative to an axis in the unit of time, that counts as rounding. */
const ROUNDING = 1e-9;

/** A face through which the optimal policy drifts out, and the share of its nodes and kept levels at which it does. */
export interface LeaningFace {
  readonly axis: number;
  readonly side: 0 | 1;
  readonly share: number;
}

/** A sentence for each face on which the policy leans. */
export function leaningWarnings(problem: ControlProblem, solution: HjbSolution): string[] {
  return leaningFaces(problem, solution).map(({ axis, side, share }) => {
    const { name, boundary } = problem.states[axis];
    const face = `the ${side === 0 ? 'lower' : 'upper'} face of ${name}, which is ${boundary[side] as string}`;
    const where = `${(100 * share).toPrecision(3)} % of its nodes and levels`;
    return `the policy leans on ${face}: it drifts out at ${where}`;
  });
}

/**
 * Faces on which the optimal policy leans: where it drifts out through a `reflecting` face it is held inside for nothing,
 * and beyond a `linear` one it is paid for by a straight line.
 */
export function leaningFaces(problem: ControlProblem, solution: HjbSolution): LeaningFace[] {
  const { states, controls, drift } = problem;
  if (controls.length === 0) return [];
  const lattice = buildLattice(states);
  const b = new Float64Array(states.length);
  return states.flatMap(({ grid, boundary }, d) =>
    ([0, 1] as const).flatMap((side) => {
      if (boundary[side] !== 'reflecting' && boundary[side] !== 'linear') return [];
      const [position, outward] = side === 0 ? [0, -1] : [grid.length - 1, 1];
      const span = grid[grid.length - 1] - grid[0];
      let [count, leaning] = [0, 0];
      solution.times.forEach((t, k) => {
        for (let node = 0; node < lattice.size; node += 1) {
          if (positionOf(lattice, node)[d] !== position) continue;
          const u = controls.map((_, j) => solution.control[k][node * controls.length + j]);
          drift(t, stateOf(lattice, node), u, b, 0);
          count += 1;
          if (outward * b[d] > ROUNDING * span) leaning += 1;
        }
      });
      return leaning === 0 ? [] : [{ axis: d, side, share: leaning / count }];
    }),
  );
}

/**
 * The problem with drift out of some faces charged at a rate per length, at the nodes of these faces alone. A wall that holds
 * the state inside for nothing is then no way to spend what the state has not got.
 */
export function charged(problem: ControlProblem, faces: readonly LeaningFace[], rate: number): ControlProblem {
  const { states, drift, runningCost, objective } = problem;
  const sign = objective === 'minimize' ? 1 : -1;
  const b = new Float64Array(states.length);
  const places = faces.map(({ axis, side }) => {
    const { grid } = states[axis];
    return { axis, at: grid[side * (grid.length - 1)], outward: 2 * side - 1 };
  });
  return {
    ...problem,
    enclosures: undefined,
    runningCost: (t, x, u, scenario) => {
      let cost = runningCost(t, x, u, scenario);
      for (const { axis, at, outward } of places) {
        if (x[axis] !== at) continue;
        drift(t, x, u, b, scenario);
        cost += sign * rate * outward * b[axis];
      }
      return cost;
    },
  };
}
