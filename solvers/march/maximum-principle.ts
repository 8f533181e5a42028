import type { Discretization, NodeModel } from '../discretization/node-model.js';
import { combinations, controlAt } from '../problem/probe.js';

/** What values a step may reach. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

const NONE: ValueRange = { low: Infinity, high: -Infinity };

/**
 * The discrete maximum principle of a step of length dt, for the objective's own sign: with c*(x) the least running cost
 * over the controls at x (the largest when maximizing; of uncertain cases the worst),
 *   min V1 + dt min c*  <=  V  <=  max V1 + dt max c*,
 * each end discounted, together with what faces and obstacle give. A face that lets V go on along a slope bounds nothing.
 *
 * @param later - V1, the level before the step
 * @param V - of the step, for the values at faces that give one
 */
export function rangeOfStep(
  d: Discretization,
  costs: ValueRange,
  { dt, later, V, obstacle }: { dt: number; later: Float64Array; V: Float64Array; obstacle: Float64Array | null },
): ValueRange {
  const rho = d.problem.discount ?? 0;
  const shrunk = Math.exp(-rho * dt);
  const length = rho === 0 ? dt : (1 - shrunk) / rho;
  const before = rangeOf(later);
  // A factor between 1 and e^(-rho dt): implicit steps discount a little less than the exponential.
  const low = Math.min(before.low, before.low * shrunk) + Math.min(dt * costs.low, length * costs.low);
  const high = Math.max(before.high, before.high * shrunk) + Math.max(dt * costs.high, length * costs.high);
  const given = rangeAt(V, d.fixedNodes);
  const stopping = obstacle === null ? NONE : rangeOf(obstacle);
  return { low: Math.min(low, given.low, stopping.low), high: Math.max(high, given.high, stopping.high) };
}

/**
 * Of the least running cost over the controls (largest when maximizing), over all nodes; of uncertain cases the worst. Of a
 * searched control a few values are tried. With risk, what it adds is no cost: nothing is said.
 */
export function bestCosts(d: Discretization, model: NodeModel, t: number): ValueRange {
  if (d.problem.risk !== undefined) return { low: -Infinity, high: Infinity };
  let { low, high } = NONE;
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    const best = d.sign * (d.searched ? leastTried(d, node, t) : leastOfPieces(d, model, node));
    low = Math.min(low, best);
    high = Math.max(high, best);
  }
  return low > high ? { low: 0, high: 0 } : { low, high };
}

function leastOfPieces(d: Discretization, model: NodeModel, node: number): number {
  let best = Infinity;
  for (let p = model.pieceStart[node]; p < model.pieceStart[node + 1]; p += 1) {
    best = Math.min(best, worstCase(d, model, p));
  }
  return best;
}

/** Shares of the range of a searched control that are tried. */
const SHARES = [0, 0.25, 0.5, 0.75, 1];

function leastTried({ problem, x, sign, scenarios }: Discretization, node: number, t: number): number {
  let best = Infinity;
  const tried = problem.controls.map((axis) => SHARES.map((share) => controlAt(axis, t, x[node], share)));
  for (const u of combinations(tried)) {
    let worst = -Infinity;
    for (let s = 0; s < scenarios; s += 1) worst = Math.max(worst, sign * problem.runningCost(t, x[node], u, s));
    best = Math.min(best, worst);
  }
  return best;
}

/** Least cost of a piece, with the objective's sign, in its worst case. */
function worstCase(d: Discretization, model: NodeModel, p: number): number {
  let worst = -Infinity;
  for (let s = 0; s < d.scenarios; s += 1) {
    const k = 3 * (model.interval.data[p] * d.scenarios + s);
    worst = Math.max(worst, leastOf(d.sign, model.cost.data, k, model.from.data[p], model.to.data[p]));
  }
  return worst;
}

function leastOf(sign: number, data: Float64Array, k: number, from: number, to: number): number {
  const at = (u: number): number => sign * (data[k] + u * (data[k + 1] + u * data[k + 2]));
  const ends = Math.min(at(from), at(to));
  const vertex = -data[k + 1] / (2 * data[k + 2]);
  return vertex > from && vertex < to ? Math.min(ends, at(vertex)) : ends;
}

export function rangeOf(values: Float64Array): ValueRange {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return { low, high };
}

/** A range that takes in the values at some nodes. */
export function widened(range: ValueRange, values: Float64Array, nodes: readonly number[]): ValueRange {
  const given = rangeAt(values, nodes);
  return { low: Math.min(range.low, given.low), high: Math.max(range.high, given.high) };
}

function rangeAt(values: Float64Array, nodes: readonly number[]): ValueRange {
  return nodes.reduce(
    (range, i) => ({ low: Math.min(range.low, values[i]), high: Math.max(range.high, values[i]) }),
    NONE,
  );
}
