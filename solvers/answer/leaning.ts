import { buildLattice, positionOf, stateOf } from '../grid/lattice.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';

/** Drift beyond a face, relative to an axis in the unit of time, that counts as rounding. */
const ROUNDING = 1e-9;

/**
 * Faces on which the optimal policy leans: where it drifts out through a `reflecting` face it is held inside for nothing,
 * and beyond a `linear` one it is paid for by a straight line.
 *
 * @returns a sentence for each such face, with the share of its nodes and kept levels at which the policy drifts out
 */
export function leaningWarnings(problem: ControlProblem, solution: HjbSolution): string[] {
  const { states, controls, drift } = problem;
  if (controls.length === 0) return [];
  const lattice = buildLattice(states);
  const b = new Float64Array(states.length);
  return states.flatMap(({ name, grid, boundary }, d) =>
    [0, 1].flatMap((side) => {
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
      if (leaning === 0) return [];
      const face = `the ${side === 0 ? 'lower' : 'upper'} face of ${name}, which is ${boundary[side] as string}`;
      const share = `${((100 * leaning) / count).toPrecision(3)} % of its nodes and levels`;
      return [`the policy leans on ${face}: it drifts out at ${share}`];
    }),
  );
}
