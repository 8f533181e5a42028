import type { ControlProblem } from '../problem/control-problem.js';
import { withMesh, type TimeMesh } from '../time-mesh/index.js';
import { coarser } from './companions.js';

/** Solves on wider domains that are counted on. */
const WIDER = 3;

/** Shares between two reports. */
const REPORTED = 0.005;

/** Steps of all nodes that an answer is made of, as they are done. */
export class Work {
  private done = 0;
  private reported = 0;

  /**
   * @param total - nodes times steps of all solves
   * @param report - takes the share that is done, rising to less than 1 until all is
   */
  constructor(
    private readonly total: number,
    private readonly report: ((share: number) => void) | undefined,
  ) {}

  readonly add = (nodeSteps: number): void => {
    this.done += nodeSteps;
    const share = Math.min(this.done / this.total, 1 - REPORTED);
    if (this.report === undefined || share < this.reported + REPORTED) return;
    this.reported = share;
    this.report(share);
  };

  end(): void {
    this.report?.(1);
  }
}

/** Nodes times steps of a problem; over an infinite horizon its nodes. */
function nodeStepsOf({ states, times }: ControlProblem): number {
  return states.reduce((nodes, { grid }) => nodes * grid.length, 1) * Math.max(1, times.length - 1);
}

/**
 * Of a problem and its companions on half and a quarter of the grid, by both schemes. The wider domains, of which nobody knows
 * beforehand how many it takes, count as three on half of it.
 */
export function plannedWork(problem: ControlProblem, mesh: TimeMesh, scheme: 'accurate' | 'monotone'): number {
  const half = coarser(problem)?.problem;
  const quarter = half === undefined ? undefined : coarser(half)?.problem;
  const [fine, coarse, coarsest] = [problem, half, quarter].map((one, k) =>
    one === undefined ? 0 : nodeStepsOf(withMesh(one, mesh, 2 ** k)),
  );
  return (scheme === 'accurate' ? 2 : 1) * (fine + coarse + coarsest) + WIDER * coarse;
}
