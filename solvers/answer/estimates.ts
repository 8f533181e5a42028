import { HjbLrError } from '../../src/errors.js';
import { orderOf, type Scheme } from '../discretization/schemes.js';
import type { HjbSolution } from '../march/solution.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { SolveOptions } from './answer.js';
import { withMesh, type TimeMesh } from '../time-mesh/index.js';
import { controlDoubt } from './control-doubt.js';
import { coarser } from './companions.js';
import { errorEstimate, type Estimate, type Refinement } from './error-estimate.js';
import { solveFor, type Point, type Solved } from './solved.js';

/** A search tells controls apart to this, relative: where the Hamiltonian is smooth, its rounding is the limit. */
const SEARCHED = 1e-7;

const ENDED = 'the solve ended as';

/** One estimate per query, null where there is none, and in words what stood in the way of estimates. */
export interface Estimates {
  readonly points: readonly (Estimate | null)[];
  readonly trouble: readonly string[];
  /** The solve on half the nodes; null where there is none. */
  readonly half: Solved | null;
  /** How the solve on half the nodes ended, where it did not converge; else null. */
  readonly failed: string | null;
}

/** From the coarser companions of a solve. */
export function estimatesOf(
  problem: ControlProblem,
  mesh: TimeMesh,
  options: SolveOptions,
  scheme: Scheme,
  fine: Solved,
): Estimates {
  const none = fine.points.map(() => null);
  const half = coarser(problem);
  if (half === null)
    return {
      points: none,
      trouble: ['no error estimate: an axis or the time has fewer than 4 intervals'],
      half: null,
      failed: null,
    };
  const coarse = companion(withMesh(half.problem, mesh, 2), options, scheme);
  if (typeof coarse === 'string')
    return { points: none, trouble: [`no error estimate: on half the nodes ${coarse}`], half: null, failed: coarse.startsWith(ENDED) ? coarse : null }; // prettier-ignore
  const quarter = coarser(half.problem);
  const coarsest = quarter === null ? null : companion(withMesh(quarter.problem, mesh, 4), options, scheme);
  const isUsed = coarsest !== null && typeof coarsest !== 'string';
  const largest = largestOf(fine.solution);
  const points = fine.points.map((point, i) => {
    const onHalf = coarse.points[i];
    if (point === null || onHalf === null) return null;
    const estimate = estimateAt(point, onHalf, isUsed ? coarsest.points[i] : null, {
      ratio: half.ratio,
      schemeOrder: orderOf(scheme),
      noise: Math.max(options.tolerance * largest, 16 * Number.EPSILON * Math.abs(point.value)),
    });
    const { t, x } = options.query[i];
    const doubt = controlDoubt(fine, coarse, problem.horizon === 'infinite' ? 0 : t, x, point.controls);
    const resolution = fine.solution.search ? SEARCHED : 0;
    const known = point.controls.map((u) => resolution * Math.abs(u));
    return { ...estimate, controls: estimate.controls.map((error, j) => Math.max(error, doubt[j]) + known[j]) };
  });
  const trouble =
    typeof coarsest === 'string' ? [`error estimate from two grids: on a quarter of the nodes ${coarsest}`] : [];
  return { points, trouble, half: coarse, failed: null };
}

/** A solve on a coarser grid, or in words why it says nothing: its nodes are not always among those of the problem. */
function companion(problem: ControlProblem, options: SolveOptions, scheme: Scheme): Solved | string {
  try {
    const solved = solveFor(problem, options, scheme, 'query');
    const { status } = solved.solution;
    return status === 'converged' ? solved : `${ENDED} ${status}`;
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_INVALID') throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  }
}

/** Of the grid by the smooth values, and of the linear interpolation between its nodes. */
function estimateAt(fine: Point, coarse: Point, coarsest: Point | null, refinement: Refinement): Estimate {
  const smooth = ({ smooth: value, controls }: Point): Pick<Point, 'value' | 'controls'> => ({ value, controls });
  const estimate = errorEstimate(smooth(fine), smooth(coarse), coarsest && smooth(coarsest), refinement);
  return { ...estimate, value: estimate.value + Math.abs(fine.smooth - fine.value) };
}

/** The largest value of the kept levels: steps are known to the tolerance relative to it. */
function largestOf({ value }: HjbSolution): number {
  return value.reduce((most, level) => level.reduce((larger, v) => Math.max(larger, Math.abs(v)), most), 0);
}
