import { DOWN, FORM, FORM_SIZE, minmod, UP } from './monotone-scheme.js';
import type { Discretization } from './node-model.js';
import { lineReach, type LineReach } from './mixed-lines.js';

const { firstLow, firstHigh, firstLimited, firstSlope, secondLow, secondHigh, secondLimited, secondSlope } = FORM;

/** What the differences take from outside V: limited second differences (accurate scheme) and given slopes. */
export interface DifferenceInput {
  /** m for drift upwards and downwards, per node and axis. */
  readonly up: Float64Array;
  readonly down: Float64Array;
  /** Slopes at faces that give one, in the coordinate of the axis, per node and axis. */
  readonly slope: Float64Array;
  /** V_ab at `linear` faces from the level before, as `mixedOnLines` has it, or as another march does whose values these are; null where it does not matter. */
  mixed: { readonly reach: LineReach; readonly values: Float64Array; readonly isShared: boolean } | null;
  /** Whether slopes enter the coefficients too: they may change along a face with cross diffusion. */
  readonly changesModel: boolean;
}

export function noDifferenceInput(d: Discretization): DifferenceInput {
  const perAxis = (): Float64Array => new Float64Array(d.lattice.size * d.states);
  const reach = lineReach(d);
  const changesModel = (hasSlopes(d) && d.states > 1) || reach !== null;
  const mixed =
    reach === null ? null : { reach, values: new Float64Array(d.lattice.size * d.states ** 2), isShared: false };
  return { up: perAxis(), down: perAxis(), slope: perAxis(), mixed, changesModel };
}

/** Whether a face gives the slope. */
export function hasSlopes({ problem }: Discretization): boolean {
  return problem.states.some(({ boundary }) => boundary.some((face) => typeof face === 'object' && 'slope' in face));
}

/**
 * V_z and V_zz / 2 along every axis at a node in each of the three forms, as the difference table defines them.
 * @param out - out[6 a + 2 r] receives V_z, out[6 a + 2 r + 1] V_zz / 2 along axis a in form r
 */
export function differencesAt(
  d: Discretization,
  input: DifferenceInput,
  V: Float64Array,
  node: number,
  out: Float64Array,
): void {
  const { entries } = d.table;
  const n = d.states;
  const here = V[node];
  for (let a = 0; a < n; a += 1) {
    const k = node * n + a;
    const low = d.neighbours[2 * k];
    const high = d.neighbours[2 * k + 1];
    const toLow = low < 0 ? 0 : V[low] - here;
    const toHigh = high < 0 ? 0 : V[high] - here;
    const slope = input.slope[k];
    for (let r = 0, e = d.entryAt[k]; r < 3; r += 1, e += FORM_SIZE) {
      const m = r === UP ? input.up[k] : r === DOWN ? input.down[k] : 0;
      out[6 * a + 2 * r] =
        entries[e + firstLow] * toLow +
        entries[e + firstHigh] * toHigh +
        entries[e + firstLimited] * m +
        entries[e + firstSlope] * slope;
      out[6 * a + 2 * r + 1] =
        entries[e + secondLow] * toLow +
        entries[e + secondHigh] * toHigh +
        entries[e + secondLimited] * m +
        entries[e + secondSlope] * slope;
    }
  }
}

/**
 * Second differences limited so that the accurate scheme cannot oscillate: for drift upwards the smaller, where both have
 * one sign, of V_zz at the node and at its upper neighbour (0 where they differ in sign), and downwards likewise. The
 * one-sided difference without its leading error is then of second order where V is smooth.
 */
export function limitedSecondDifferences(d: Discretization, V: Float64Array, input: DifferenceInput): void {
  const n = d.states;
  const second = secondDifferences(d, V);
  for (let k = 0; k < second.length; k += 1) {
    const low = d.neighbours[2 * k];
    const high = d.neighbours[2 * k + 1];
    input.up[k] = high < 0 ? 0 : minmod(second[k], second[high * n + (k % n)]);
    input.down[k] = low < 0 ? 0 : minmod(second[k], second[low * n + (k % n)]);
  }
}

/** V_zz at the nodes that have both neighbours, NaN elsewhere. */
function secondDifferences(d: Discretization, V: Float64Array): Float64Array {
  const n = d.states;
  const out = new Float64Array(d.lattice.size * n);
  for (let k = 0; k < out.length; k += 1) {
    const node = Math.floor(k / n);
    const low = d.neighbours[2 * k];
    const high = d.neighbours[2 * k + 1];
    const e = d.entryAt[k];
    const isFace = low < 0 || high < 0;
    out[k] = isFace
      ? NaN
      : 2 *
        (d.table.entries[e + secondLow] * (V[low] - V[node]) + d.table.entries[e + secondHigh] * (V[high] - V[node]));
  }
  return out;
}
