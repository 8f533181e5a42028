import type { Interval } from '../../src/math/interval.js';
import { controlIntervals } from '../discretization/control-intervals.js';
import type { DifferenceInput } from '../discretization/differences.js';
import type { Discretization } from '../discretization/node-model.js';
import type { LevelInput } from '../discretization/sample.js';
import { NodeHamiltonian } from './node-hamiltonian.js';
import { NodeTerms } from './node-terms.js';

// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const max = Math.max;

/** What is known of the optimality of two searched controls at some nodes. */
export interface Certificate {
  /** Nodes that were looked at. */
  readonly nodes: number;
  /** Of them those where branch and bound leaves no gain. */
  readonly certified: number;
  /** Of them those where a better control was found. */
  readonly improved: number;
}

/** A gain of the Hamiltonian that counts, relative to it. */
const GAIN = 1e-6;

/** Boxes of one node after which it is not certified. */
const MOST_BOXES = 1500;

/** Controls of each axis at which nodes that cannot be bounded are sampled. */
const SAMPLES = 33;

type Box = readonly [Interval, Interval];

/**
 * Branch and bound over both controls at some nodes, none of which has a given value: a box of controls is left where its
 * middle and the enclosed slopes allow no gain over the control in force. Nodes with correlated noise that depends on a
 * control, and all of a problem without enclosures, are sampled, and never certified.
 */
export function certify(
  d: Discretization,
  level: LevelInput,
  input: DifferenceInput,
  V: Float64Array,
  controls: Float64Array,
  nodes: readonly number[],
): Certificate {
  const check = new NodeCheck(d, level);
  const found = nodes.map((node) => check.run(node, input, V, controls));
  return {
    nodes: nodes.length,
    certified: found.filter((one) => one === 'certified').length,
    improved: found.filter((one) => one === 'improved').length,
  };
}

class NodeCheck {
  private readonly hamiltonian: NodeHamiltonian;
  private readonly terms: NodeTerms;
  private readonly isBounded: boolean;
  private node = 0;

  constructor(
    private readonly d: Discretization,
    private readonly level: LevelInput,
  ) {
    this.hamiltonian = new NodeHamiltonian(d);
    this.terms = new NodeTerms(d);
    this.isBounded = d.problem.enclosures !== undefined && this.noiseIsFree();
  }

  run(node: number, input: DifferenceInput, V: Float64Array, controls: Float64Array): 'certified' | 'improved' | null {
    const { d, hamiltonian, level, terms } = this;
    this.node = node;
    hamiltonian.moveTo(node, level, input, V);
    terms.moveTo(node, level, hamiltonian.differences);
    const known = hamiltonian.at([controls[2 * node], controls[2 * node + 1]]);
    const least = known - GAIN * (abs(known) + Number.MIN_VALUE);
    const [first, second] = d.problem.controls.map((axis) => controlIntervals(d, axis, node, level.t));
    const boxes = first.flatMap((u) => second.map((w): Box => [u, w]));
    if (!this.isBounded || d.isConstrained[node] === 1) return this.isBetterSampled(boxes, least) ? 'improved' : null;
    return this.bound(boxes, least);
  }

  /** Whether the entries of the covariance of different states do not depend on the controls, or there are none. */
  private noiseIsFree(): boolean {
    const { d, level } = this;
    const n = d.states;
    const node = d.isFixed.indexOf(0);
    const x = d.lattice.axes.map(({ grid }): Interval => [grid[0], grid[grid.length - 1]]);
    const u = d.problem.controls.map((axis): Interval => {
      const ends = controlIntervals(d, axis, node, level.t);
      return [ends[0][0], ends[ends.length - 1][1]];
    });
    return [0, 1].every((control) => {
      const jets = d.problem.enclosures!([level.t, level.t], x, u, control, 0).slice(n, n + n * n);
      const isCross = jets.some(({ value }, k) => k % (n + 1) !== 0 && (value[0] !== 0 || value[1] !== 0));
      return !isCross || jets.every(({ slope }) => slope[0] === 0 && slope[1] === 0);
    });
  }

  private isBetterSampled(boxes: readonly Box[], least: number): boolean {
    const along = ([from, to]: Interval): number[] =>
      Array.from({ length: from === to ? 1 : SAMPLES }, (_, i) => from + (i / (SAMPLES - 1)) * (to - from));
    return boxes.some(([u, w]) => along(u).some((a) => along(w).some((b) => this.hamiltonian.at([a, b]) < least)));
  }

  private bound(boxes: readonly Box[], least: number): 'certified' | 'improved' | null {
    const open = [...boxes];
    for (let count = 0; open.length > 0; count += 1) {
      if (count === MOST_BOXES) return null;
      const box = open.pop()!;
      const middle = box.map(([from, to]) => (from + to) / 2);
      const height = this.hamiltonian.at(middle);
      if (height < least) return 'improved';
      const falls = this.falls(box);
      if (height - falls[0] - falls[1] >= least) continue;
      const j = falls[0] >= falls[1] ? 0 : 1;
      const [from, to] = box[j];
      if (!(middle[j] > from && middle[j] < to)) return null;
      for (const half of [[from, middle[j]] as const, [middle[j], to] as const]) {
        open.push(j === 0 ? [half, box[1]] : [box[0], half]);
      }
    }
    return 'certified';
  }

  /** How far the Hamiltonian can fall from the middle of a box along each control. */
  private falls(box: Box): [number, number] {
    const { d, node, level, terms } = this;
    const { scenario } = this.hamiltonian;
    const x = d.x[node].map((value): Interval => [value, value]);
    const fall = (control: number): number => {
      const [from, to] = box[control];
      if (from === to) return 0;
      const jets = d.problem.enclosures!([level.t, level.t], x, box, control, scenario);
      const possible = d.lattice.axes.map((_, a) => terms.possibleForms(node, a, jets));
      const [low, high] = terms.slopeOver(jets, possible);
      return (max(-low, high, 0) * (to - from)) / 2;
    };
    return [fall(0), fall(1)];
  }
}
