import type { DifferenceInput } from '../discretization/differences.js';
import { straightDistance } from '../discretization/difference-table.js';
import type { PolicyState } from '../minimizer/policy.js';
import { takesSlopes, type Discretization, type NodeModel } from '../discretization/node-model.js';

/**
 * Drift out of a `linear` face. There V_zz = 0 and V_z is the difference to the neighbour, of which the implicit equation
 * would make a negative weight, and which takes all of its diagonal where dt |drift| = h. So outward drift takes a slope
 * that is known, from the level before: the rows stay those of an M-matrix, and slopes obey a maximum principle under any
 * step, D = V+ - V following (1 + k + s) D = (1 + k) D_before + s D+ with k = dt |drift| / h. (The value itself is not
 * monotone in the level before.)
 *
 * @param V - where the slopes are taken: ahead, or at the step as far as it is known
 */
export function outflowSlopes(d: Discretization, V: Float64Array, input: DifferenceInput): void {
  if (!takesSlopes(d.problem)) return;
  eachLinearFace(d, (node, a, side) => {
    const k = node * d.states + a;
    const neighbour = d.neighbours[2 * k + (side === 1 ? 0 : 1)];
    input.slope[k] = (-side * (V[neighbour] - V[node])) / straightDistance(d.lattice, a, d.positions[node][a]);
  });
}

/**
 * The same over an infinite horizon, from one policy iteration to the next. What the slope D that went in comes to, D', depends
 * on it about linearly, with a factor below 1 that may be close to it: two iterations tell the factor, and with it the end.
 *
 * @param before - D and D' of the iteration before at every linear node, NaN before the first; overwritten
 */
export function settleSlopes(d: Discretization, V: Float64Array, input: DifferenceInput, before: Float64Array): void {
  const given = d.linearNodes.map((node) => input.slope[node]);
  outflowSlopes(d, V, input);
  d.linearNodes.forEach((node, k) => {
    const [slope, reached] = [given[k], input.slope[node]];
    const factor = (reached - before[2 * k + 1]) / (slope - before[2 * k]);
    before[2 * k] = slope;
    before[2 * k + 1] = reached;
    if (factor > 0 && factor < MOST_FACTOR) input.slope[node] = (reached - factor * slope) / (1 - factor);
  });
}

/** Closer to 1 the end is not told by two iterations. */
const MOST_FACTOR = 0.995;

/** Rate at which drift leaves the domain at each node of a `linear` face under a policy, into `rates`. */
export function outflowRates(d: Discretization, model: NodeModel, policy: PolicyState, rates: Float64Array): void {
  rates.fill(0);
  eachLinearFace(d, (node, a, side) => {
    const outward = side * driftUnder(d, model, policy, node, a);
    if (outward > 0) rates[node] += outward / straightDistance(d.lattice, a, d.positions[node][a]);
  });
}

/** The first place where drift leaves the domain through a `linear` face under a policy; null where there is none. */
export function firstOutflow(
  d: Discretization,
  model: NodeModel,
  policy: PolicyState,
): { readonly node: number; readonly axis: number } | null {
  let first: { node: number; axis: number } | null = null;
  eachLinearFace(d, (node, axis, side) => {
    if (first === null && side * driftUnder(d, model, policy, node, axis) > 0) first = { node, axis };
  });
  return first;
}

function driftUnder(d: Discretization, model: NodeModel, policy: PolicyState, node: number, a: number): number {
  const q = model.interval.data[policy.piece[node]] * d.scenarios + policy.scenario[node];
  const { data } = model.drift;
  const k = 3 * (q * d.states + a);
  const u = policy.control[node];
  return data[k] + u * (data[k + 1] + u * data[k + 2]);
}

/** The kernels leave controls alone: their pieces at `linear` faces, the nearest ones, so that rounding does not matter. */
export function locatePieces({ linearNodes }: Discretization, model: NodeModel, { control, piece }: PolicyState): void {
  for (const node of linearNodes) piece[node] = pieceAt(model, node, control[node]);
}

function pieceAt(model: NodeModel, node: number, u: number): number {
  let nearest = model.pieceStart[node];
  let least = Infinity;
  for (let p = nearest; p < model.pieceStart[node + 1] && least > 0; p += 1) {
    const distance = Math.max(model.from.data[p] - u, u - model.to.data[p], 0);
    if (distance < least) [nearest, least] = [p, distance];
  }
  return nearest;
}

/** @param visit - with side -1 at a lower face and 1 at an upper one */
function eachLinearFace(d: Discretization, visit: (node: number, a: number, side: -1 | 1) => void): void {
  for (const node of d.linearNodes) {
    d.faces[node].forEach((kind, a) => {
      if (kind === 'linear') visit(node, a, d.positions[node][a] === 0 ? -1 : 1);
    });
  }
}
