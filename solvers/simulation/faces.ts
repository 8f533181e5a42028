import type { ControlProblem, StateAxis, StateFunction } from '../problem/control-problem.js';
import { withObstacle } from '../problem/with-obstacle.js';

/** What a path does at a face of the domain. */
export interface PathFace {
  readonly kind: 'stops' | 'leaves' | 'returns' | 'wraps';
  /** `stops`: the value there, or the obstacle where it is better. */
  readonly value: StateFunction | null;
  /** `returns`: cost per unit of distance that reflection pushes the path inward; null for none. */
  readonly push: StateFunction | null;
}

/** An axis as its paths see it. */
export interface PathAxis {
  readonly low: number;
  readonly high: number;
  readonly lower: PathFace;
  readonly upper: PathFace;
}

export function pathAxes(problem: ControlProblem): PathAxis[] {
  return problem.states.map((axis) => ({
    low: axis.grid[0],
    high: axis.grid[axis.grid.length - 1],
    lower: pathFace(problem, axis, 0),
    upper: pathFace(problem, axis, 1),
  }));
}

/**
 * Along a path dV gains V_x dL from the push dL at a lower face, -V_x dL at an upper one: a face with a given slope g
 * costs -g and g.
 */
function pathFace(problem: ControlProblem, { boundary }: StateAxis, side: 0 | 1): PathFace {
  const face = boundary[side];
  const none = { value: null, push: null };
  if (typeof face === 'object' && 'dirichlet' in face) {
    const { dirichlet } = face;
    return { kind: 'stops', value: (t, x) => withObstacle(problem, t, x, dirichlet(t, x)), push: null };
  }
  if (typeof face === 'object') {
    const { slope } = face;
    return { kind: 'returns', value: null, push: side === 0 ? (t, x) => -slope(t, x) : slope };
  }
  if (face === 'reflecting') return { kind: 'returns', ...none };
  return { kind: face === 'periodic' ? 'wraps' : 'leaves', ...none };
}
