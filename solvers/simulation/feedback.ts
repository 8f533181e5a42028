import { bisect } from '../../src/math/interpolation.js';
import type { ControlProblem } from '../problem/control-problem.js';
import type { HjbSolution } from '../march/solution.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const log = Math.log;
const max = Math.max;
const min = Math.min;

/**
 * A solution between its nodes and levels, as `interpolateSolution` reads it, without allocation: `locate` finds the cell,
 * the readers use it.
 */
export class Feedback {
  private readonly node: Int32Array;
  private readonly weight: Float64Array;
  private readonly cell: Int32Array;
  /** Nodes of each axis where distances are measured. */
  private readonly along: readonly Float64Array[];
  private level = 0;
  private share = 0;

  /** @param gaps - of optimal stopping, per level and node (`stoppingGaps`); null without an obstacle */
  constructor(
    private readonly problem: ControlProblem,
    private readonly solution: HjbSolution,
    private readonly gaps: readonly Float64Array[] | null,
  ) {
    const { states } = problem;
    this.node = new Int32Array(1 << states.length);
    this.weight = new Float64Array(1 << states.length);
    this.cell = new Int32Array(states.length);
    this.along = states.map(({ grid, coordinate }) => Float64Array.from(grid, coordinate === 'log' ? log : (x) => x));
  }

  /**
   * @param level - the last kept level that is not after the time; 0 over an infinite horizon
   * @param share - of the way to the next level, in [0, 1]
   * @param x - inside the grid, in natural units
   */
  locate(level: number, share: number, x: readonly number[]): void {
    const { node, weight, along } = this;
    const { states } = this.problem;
    const last = this.solution.times.length - 1;
    this.level = min(level, max(last - 1, 0));
    this.share = last === 0 ? 0 : level > this.level ? 1 : share;
    let count = 1;
    node[0] = 0;
    weight[0] = 1;
    for (let d = 0; d < along.length; d += 1) {
      const { grid, coordinate } = states[d];
      const z = along[d];
      const j = this.cellOf(d, grid, x[d]);
      const upper = ((coordinate === 'log' ? log(x[d]) : x[d]) - z[j]) / (z[j + 1] - z[j]);
      for (let c = 0; c < count; c += 1) {
        const base = node[c] * z.length + j;
        node[c] = base;
        node[c + count] = base + 1;
        weight[c + count] = weight[c] * upper;
        weight[c] *= 1 - upper;
      }
      count *= 2;
    }
  }

  /** Cell of x on axis d: the one of the last call or beside it most of the time. */
  private cellOf(d: number, grid: readonly number[], x: number): number {
    const last = grid.length - 2;
    let j = this.cell[d];
    if (grid[j] > x) {
      if (j > 0 && grid[j - 1] > x) j = bisect(grid, x, 0, j);
      else j = max(j - 1, 0);
    } else if (grid[j + 1] <= x && j < last) {
      if (grid[j + 2] <= x) j = bisect(grid, x, j + 1, last + 1);
      else j += 1;
    }
    this.cell[d] = j;
    return j;
  }

  /** The cost to go. */
  value(): number {
    return this.read(this.solution.value, 1, 0);
  }

  /** How far the value is from the obstacle; 0 where all nodes around stop. */
  gap(): number {
    return this.gaps === null ? 1 : this.read(this.gaps, 1, 0);
  }

  /** Controls into u: on the interval of bounds at (t, x), of a finite set that of the nearest node. */
  controls(t: number, x: readonly number[], u: number[]): void {
    const { controls } = this.problem;
    for (let j = 0; j < controls.length; j += 1) {
      const axis = controls[j];
      if ('values' in axis) u[j] = this.nearest(controls.length, j);
      else {
        const inner = this.read(this.solution.control, controls.length, j);
        u[j] = min(max(inner, axis.lower(t, x)), axis.upper(t, x));
      }
    }
  }

  private read(levels: readonly Float64Array[], width: number, offset: number): number {
    const { node, weight, share } = this;
    const now = levels[this.level];
    let sum = 0;
    for (let c = 0; c < node.length; c += 1) if (weight[c] !== 0) sum += weight[c] * now[node[c] * width + offset];
    if (share === 0) return sum;
    const next = levels[this.level + 1];
    let later = 0;
    for (let c = 0; c < node.length; c += 1) if (weight[c] !== 0) later += weight[c] * next[node[c] * width + offset];
    return (1 - share) * sum + share * later;
  }

  private nearest(width: number, offset: number): number {
    const { node, weight } = this;
    let best = 0;
    for (let c = 1; c < node.length; c += 1) if (weight[c] > weight[best]) best = c;
    return this.solution.control[this.level + (this.share > 0.5 ? 1 : 0)][node[best] * width + offset];
  }
}
