import type { ControlProblem } from '../problem/control-problem.js';
import { withObstacle } from '../problem/with-obstacle.js';
import { covarianceRoot } from './covariance-root.js';
import { pathAxes, type PathAxis, type PathFace } from './faces.js';
import type { Feedback } from './feedback.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const exp = Math.exp;
const max = Math.max;
const min = Math.min;

/** How far beyond a face, relative to the span of its axis, counts as rounding. */
const FACE_ROUNDING = 1e-12;

/** How a path ended. */
export const ON_ITS_WAY = 0;
export const AT_HORIZON = 1;
export const ABSORBED = 2;
export const STOPPED = 3;
export const EXITED = 4;

/** A path: its state, the control there, the discounted rate of cost, and what it has cost so far. */
export interface Path {
  readonly x: number[];
  readonly u: number[];
  rate: number;
  cost: number;
  end: number;
}

export function emptyPath({ states, controls }: ControlProblem): Path {
  return { x: states.map(() => 0), u: controls.map(() => 0), rate: 0, cost: 0, end: ON_ITS_WAY };
}

/** Where in time a step begins, and how long it is. */
export interface StepClock {
  /** Level of the solution before the step, and the share of the way to the next one. */
  level: number;
  share: number;
  t: number;
  h: number;
  /** The share that one step adds. */
  shareStep: number;
}

/**
 * Steps of Euler-Maruyama in natural units, x + b h + sqrt(covariance) dW, under the feedback of a solution, with the
 * discounted running cost by the trapezoidal rule. Allocates nothing per step.
 */
export class Walker {
  private readonly axes: readonly PathAxis[];
  private readonly drift: Float64Array;
  private readonly covariance: Float64Array;
  private readonly root: Float64Array;
  private readonly next: number[];
  private readonly discount: number;
  /** Whether crossings within a step are drawn. */
  readonly drawsCrossings: boolean;

  constructor(
    private readonly problem: ControlProblem,
    private readonly feedback: Feedback,
    private readonly scenario: number,
  ) {
    const n = problem.states.length;
    this.axes = pathAxes(problem);
    this.drift = new Float64Array(n);
    this.covariance = new Float64Array(n * n);
    this.root = new Float64Array(n * n);
    this.next = problem.states.map(() => 0);
    this.discount = problem.discount ?? 0;
    this.drawsCrossings = this.axes.some(({ lower, upper }) => lower.kind === 'stops' || upper.kind === 'stops');
  }

  /** Puts a path at the start, where it may end at once. */
  begin(path: Path, start: readonly number[], clock: StepClock): void {
    path.cost = 0;
    path.end = ON_ITS_WAY;
    for (let a = 0; a < start.length; a += 1) path.x[a] = start[a];
    for (let a = 0; a < start.length; a += 1) {
      const { low, high, lower, upper } = this.axes[a];
      const face = start[a] === low ? lower : start[a] === high ? upper : null;
      if (face?.kind !== 'stops') continue;
      path.cost = face.value!(clock.t, path.x);
      path.end = ABSORBED;
      return;
    }
    this.look(path, clock.level, clock.share, clock.t);
  }

  /** Stops where the value is the obstacle; else the control and the rate of cost there. */
  private look(path: Path, level: number, share: number, t: number): void {
    const { problem, feedback } = this;
    feedback.locate(level, share, path.x);
    feedback.controls(t, path.x, path.u);
    const weight = this.discount === 0 ? 1 : exp(-this.discount * t);
    path.rate = weight * problem.runningCost(t, path.x, path.u, this.scenario);
    if (feedback.gap() > 0) return;
    path.cost += weight * problem.obstacle!(t, path.x);
    path.end = STOPPED;
  }

  /**
   * One step of a path that is on its way.
   * @param noise - increments of the Brownian motions, variance h each
   * @param uniform - in [0, 1): whether the path has crossed an absorbing face within the step
   */
  step(path: Path, clock: StepClock, noise: Float64Array, uniform: number): void {
    const { t, h } = clock;
    this.propose(path, clock, noise);
    if (this.endsAtFace(path, clock) || (this.drawsCrossings && this.hasCrossed(path, clock, uniform))) return;
    for (let a = 0; a < this.next.length; a += 1) path.x[a] = this.inside(path, a, t);
    const before = path.rate;
    this.look(path, clock.level, min(clock.share + clock.shareStep, 1), t + h);
    path.cost += (h / 2) * (before + path.rate);
  }

  /** The terminal cost (or the obstacle, where it is better) at the horizon. */
  finish(path: Path, horizon: number): void {
    const { problem } = this;
    const paid = withObstacle(problem, horizon, path.x, problem.terminalCost(path.x));
    path.cost += (this.discount === 0 ? 1 : exp(-this.discount * horizon)) * paid;
    path.end = AT_HORIZON;
  }

  /** Where the step would end without faces. */
  private propose({ x, u }: Path, { t, h }: StepClock, noise: Float64Array): void {
    const { problem, drift, covariance, root, next, scenario } = this;
    const n = next.length;
    problem.drift(t, x, u, drift, scenario);
    problem.covariance(t, x, u, covariance, scenario);
    covarianceRoot(covariance, n, root);
    for (let a = 0; a < n; a += 1) {
      let sum = x[a] + h * drift[a];
      for (let b = 0; b <= a; b += 1) sum += root[a * n + b] * noise[b];
      next[a] = sum;
    }
  }

  /** Ends the path at the first face that stops it or that it may not cross, on the straight line to `next`. */
  private endsAtFace(path: Path, clock: StepClock): boolean {
    const { axes, next } = this;
    let share = 2;
    let axis = 0;
    let isUpper = false;
    for (let a = 0; a < axes.length; a += 1) {
      const { low, high, lower, upper } = axes[a];
      const slack = FACE_ROUNDING * (high - low);
      const above = next[a] > high + slack;
      if (!above && !(next[a] < low - slack)) continue;
      const { kind } = above ? upper : lower;
      if (kind === 'returns' || kind === 'wraps') continue;
      const reached = ((above ? high : low) - path.x[a]) / (next[a] - path.x[a]);
      if (reached < share) {
        share = reached;
        axis = a;
        isUpper = above;
      }
    }
    if (share > 1) return false;
    this.endAt(path, clock, axis, isUpper, share);
    return true;
  }

  /**
   * Given both ends of a step at the distances d0 and d1 from an absorbing face, a Brownian bridge has crossed it with
   * probability exp(-2 d0 d1 / (variance h)) (exact for constant coefficients and one face; Gobet 2000).
   */
  private hasCrossed(path: Path, clock: StepClock, uniform: number): boolean {
    const { axes, next, covariance } = this;
    let kept = 1;
    for (let a = 0; a < axes.length; a += 1) {
      const variance = covariance[a * axes.length + a] * clock.h;
      if (!(variance > 0)) continue;
      for (let side = 0; side < 2; side += 1) {
        const face = side === 0 ? axes[a].lower : axes[a].upper;
        if (face.kind !== 'stops') continue;
        const at = side === 0 ? axes[a].low : axes[a].high;
        const before = abs(path.x[a] - at);
        const after = abs(next[a] - at);
        kept *= 1 - exp((-2 * before * after) / variance);
        if (uniform >= 1 - kept) continue;
        this.endAt(path, clock, a, side === 1, before + after > 0 ? before / (before + after) : 0);
        return true;
      }
    }
    return false;
  }

  private endAt(
    path: Path,
    { level, share, shareStep, t, h }: StepClock,
    axis: number,
    isUpper: boolean,
    s: number,
  ): void {
    const { axes, feedback } = this;
    for (let a = 0; a < axes.length; a += 1) {
      const { low, high, lower } = axes[a];
      const x = path.x[a] + s * (this.next[a] - path.x[a]);
      path.x[a] = lower.kind === 'wraps' ? wrap(x, low, high) : min(max(x, low), high);
    }
    const { low, high, lower, upper } = axes[axis];
    path.x[axis] = isUpper ? high : low;
    const face = isUpper ? upper : lower;
    const time = t + s * h;
    path.cost += s * h * path.rate;
    const weight = this.discount === 0 ? 1 : exp(-this.discount * time);
    if (face.kind === 'stops') path.cost += weight * face.value!(time, path.x);
    else {
      feedback.locate(level, min(share + s * shareStep, 1), path.x);
      path.cost += weight * feedback.value();
    }
    path.end = face.kind === 'stops' ? ABSORBED : EXITED;
  }

  /** Coordinate a of `next` reflected at a face, or taken round, with the cost of the push. */
  private inside(path: Path, a: number, t: number): number {
    const { low, high, lower, upper } = this.axes[a];
    let x = this.next[a];
    if (lower.kind === 'wraps') return wrap(x, low, high);
    for (let count = 0; count < MOST_REFLECTIONS && (x < low || x > high); count += 1) {
      const isBelow = x < low;
      const face = isBelow ? lower : upper;
      const edge = isBelow ? low : high;
      if (face.kind !== 'returns') break;
      x = 2 * edge - x;
      this.push(path, face, t, abs(x - edge));
    }
    const slack = FACE_ROUNDING * (high - low);
    // A step longer than the domain has no place to end: its cost is not finite.
    return x < low - slack || x > high + slack ? NaN : min(max(x, low), high);
  }

  /** Reflection of a step pushes the path by twice the distance that it went beyond the face. */
  private push(path: Path, { push }: PathFace, t: number, distance: number): void {
    if (push === null) return;
    const weight = this.discount === 0 ? 1 : exp(-this.discount * t);
    path.cost += weight * push(t, path.x) * 2 * distance;
  }
}

/** Reflections of one step after which it counts as too long. */
const MOST_REFLECTIONS = 8;

function wrap(x: number, low: number, high: number): number {
  if (x >= low && x <= high) return x;
  const span = high - low;
  const turned = (x - low) % span;
  return low + (turned < 0 ? turned + span : turned);
}
