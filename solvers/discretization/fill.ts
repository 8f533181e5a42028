import { controlIntervals, type ControlInterval } from './control-intervals.js';
import { choiceCount } from './exact-controls.js';
import { formUnder } from './monotone-scheme.js';
import { noControlAt } from './faults.js';
import { constraintSide, type Discretization, type NodeModel } from './node-model.js';
import { pushConstants, pushInterval, requireInterval } from './polynomials.js';
import { rootsOf, type Quadratic } from './quadratic.js';
import type { LevelInput } from './sample.js';

/** Rounding of a drift, relative to its terms. */
const DRIFT_ROUNDING = 1e-9;

/** Empties a model, to be filled for another level. */
export function clearModel(model: NodeModel): void {
  for (const list of Object.values(model)) if ('clear' in list) list.clear();
}

/**
 * Reads the problem at every node of a level into the model, for the exact minimiser.
 * @throws E_INVALID naming the node where a coefficient is not finite, a covariance is not positive semidefinite, bounds
 * are the wrong way round, or no control keeps the state inside
 */
export function fillModel(d: Discretization, model: NodeModel, input: LevelInput): void {
  clearModel(model);
  for (let node = 0; node < d.lattice.size; node += 1) {
    model.pieceStart[node] = model.from.length;
    if (d.isFixed[node] === 1) continue;
    fillExact(d, model, input, node);
    if (model.from.length === model.pieceStart[node]) throw noControlAt(d, node, input.t);
  }
  model.pieceStart[d.lattice.size] = model.from.length;
}

function fillExact(d: Discretization, model: NodeModel, input: LevelInput, node: number): void {
  const exact = d.exact!;
  if (exact.axis === null) return fillInterval(d, model, input, node, null);
  const intervals = controlIntervals(d, exact.axis, node, input.t);
  for (let choice = 0; choice < choiceCount(exact); choice += 1) {
    for (const [from, to] of intervals) fillInterval(d, model, input, node, { from, to, choice });
  }
}

/** One interval of the control, or the one case without a control, cut where the form of an axis changes. */
function fillInterval(
  d: Discretization,
  model: NodeModel,
  input: LevelInput,
  node: number,
  controls: ControlInterval | null,
): void {
  const { from, to, choice } = controls ?? { from: 0, to: 0, choice: 0 };
  const interval = model.cost.length / (3 * d.scenarios);
  const cuts: number[] = [];
  for (let scenario = 0; scenario < d.scenarios; scenario += 1) {
    pushInterval(d, model, input, node, controls, scenario);
    if (controls === null || from === to) continue;
    const q = interval * d.scenarios + scenario;
    requireInterval(d, model, input, node, controls, q);
    for (const u of formChanges(d, model, node, q)) if (u > from && u < to) cuts.push(u);
  }
  if (controls !== null) cuts.push(...decadesBelow(from, to));
  cuts.sort((a, b) => a - b);
  const isConstrained = d.isConstrained[node] === 1;
  const size = Math.max(Math.abs(from), Math.abs(to));
  // On a face with a constraint an end may keep the state inside where nothing next to it does.
  const pushEnd = (u: number): void => {
    if (isConstrained && from < to) pushPiece(d, model, node, interval, { from: u, to: u, choice }, size);
  };
  let start = from;
  let isPushed = true;
  for (const u of cuts) {
    if (u > start) isPushed = pushPiece(d, model, node, interval, { from: start, to: u, choice });
    if (start === from && !isPushed) pushEnd(from);
    if (isConstrained) pushPiece(d, model, node, interval, { from: u, to: u, choice });
    start = u;
  }
  isPushed = pushPiece(d, model, node, interval, { from: start, to, choice });
  if (isPushed) return;
  if (start === from) pushEnd(from);
  pushEnd(to);
}

/** A lower end of controls this far below 0 is cut off by decades, two at a time down to this size. */
const FAR_BELOW = 1e3;
const CUT_DECADES = 100;
const NEAR = 10;

/**
 * Kernels count the control from the lower end of its piece, from which a square is known to the rounding of the square of
 * that end: pieces that begin far below 0 end where controls are a hundred times smaller.
 */
function decadesBelow(from: number, to: number): number[] {
  const cuts: number[] = [];
  if (from > -FAR_BELOW) return cuts;
  for (let u = from / CUT_DECADES; u < to && u < -NEAR / CUT_DECADES; u /= CUT_DECADES) cuts.push(u);
  return to > 0 ? [...cuts, 0] : cuts;
}

/** Controls at which the form of an axis may change: roots of the drift, and of |drift| reach = variance. */
function formChanges(d: Discretization, model: NodeModel, node: number, q: number): number[] {
  const n = d.states;
  const changes: number[] = [];
  for (let a = 0; a < n; a += 1) {
    const at = (list: NodeModel['drift']): Quadratic => {
      const k = 3 * (q * n + a);
      return [list.data[k], list.data[k + 1], list.data[k + 2]];
    };
    const b = at(model.drift);
    const s = at(model.variance);
    changes.push(...rootsOf(b));
    for (const reach of [d.upReach[node * n + a], -d.downReach[node * n + a]]) {
      if (Number.isFinite(reach))
        changes.push(...rootsOf([reach * b[0] - s[0], reach * b[1] - s[1], reach * b[2] - s[2]]));
    }
  }
  return changes;
}

/**
 * A piece with the forms that hold in its middle; none where it lets the state out of a face with a constraint.
 * @param size - of the controls of the interval, by which its polynomials are rounded
 * @returns whether there is one
 */
function pushPiece(
  d: Discretization,
  model: NodeModel,
  node: number,
  interval: number,
  { from, to, choice }: ControlInterval,
  size = Math.abs((from + to) / 2),
): boolean {
  const middle = (from + to) / 2;
  const forms: number[] = [];
  for (let scenario = 0; scenario < d.scenarios; scenario += 1) {
    const q = interval * d.scenarios + scenario;
    if (d.isConstrained[node] === 1 && leaves(d, model, node, q, middle, size)) return false;
    forms.push(formsAt(d, model, node, q, middle));
  }
  model.from.push(from);
  model.to.push(to);
  model.interval.push(interval);
  model.choice.push(choice);
  for (const form of forms) model.forms.push(form);
  return true;
}

/** Forms of all axes under a control, 2 bits each. */
function formsAt(d: Discretization, model: NodeModel, node: number, q: number, u: number): number {
  const n = d.states;
  let forms = 0;
  for (let a = 0; a < n; a += 1) {
    const k = 3 * (q * n + a);
    const b = model.drift.data[k] + u * (model.drift.data[k + 1] + u * model.drift.data[k + 2]);
    const s = model.variance.data[k] + u * (model.variance.data[k + 1] + u * model.variance.data[k + 2]);
    forms |= formUnder(b, s, d.upReach[node * n + a], d.downReach[node * n + a]) << (2 * a);
  }
  return forms;
}

function leaves(d: Discretization, model: NodeModel, node: number, q: number, u: number, most: number): boolean {
  const n = d.states;
  return d.positions[node].some((j, a) => {
    const k = 3 * (q * n + a);
    const { data } = model.drift;
    const outward = constraintSide(d.lattice, a, j) * (data[k] + u * (data[k + 1] + u * data[k + 2]));
    const size = Math.abs(data[k]) + Math.abs(most * data[k + 1]) + Math.abs(most * most * data[k + 2]);
    return outward > DRIFT_ROUNDING * size;
  });
}

/** One control that keeps the state inside, with all scenarios, as constants; returns its piece. */
export function pushPoint(
  d: Discretization,
  model: NodeModel,
  input: LevelInput,
  node: number,
  u: readonly number[],
): number {
  const interval = model.cost.length / (3 * d.scenarios);
  for (let scenario = 0; scenario < d.scenarios; scenario += 1) pushConstants(d, model, input, node, u, scenario);
  const piece = model.from.length;
  pushPiece(d, model, node, interval, { from: 0, to: 0, choice: 0 });
  return piece;
}
