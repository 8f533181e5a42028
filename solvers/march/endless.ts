import { controlIntervals } from '../discretization/control-intervals.js';
import { placeAt, type Discretization } from '../discretization/node-model.js';
import { bottomlessFrom } from '../minimizer/bottomless.js';
import { NodeHamiltonian } from '../minimizer/node-hamiltonian.js';
import { levelOf } from './level.js';
import { controlsOf, type March } from './march-state.js';

/** Nodes all over the grid that are looked at. */
const SAMPLED_NODES = 60;

/** A bound this many times the size of the states (or 1) may stand for no bound. */
const FAR = 1e6;

/** A value this many times what the data allow under controls of ordinary size is that of the bound. */
const BEYOND = 1e4;

/**
 * A sentence on where the Hamiltonian of the level that was solved last has no least value: next to a searched control, or up to a
 * bound that stands for none. Null where it has one at all nodes that are looked at.
 */
export function endlessAt(march: March, t: number): string | null {
  const { d } = march;
  if (d.controls === 0 || !march.finite) return null;
  const step = Math.max(1, d.lattice.size / SAMPLED_NODES);
  const count = Math.min(d.lattice.size, SAMPLED_NODES);
  const nodes = Array.from({ length: count }, (_, k) => Math.floor((k + 0.5) * step)).filter((i) => d.isFixed[i] === 0);
  const controls = controlsOf(march);
  const hamiltonian = march.search === null ? null : new NodeHamiltonian(d);
  for (const node of nodes) {
    const u = Array.from(controls.subarray(node * d.controls, (node + 1) * d.controls));
    const found =
      (hamiltonian === null ? null : nextToControl(march, hamiltonian, node, t, u)) ?? atBound(march, node, t, u);
    if (found !== null) {
      return `The Hamiltonian at ${placeAt(d, node, t)} has no least value over ${found}: bound the control away from there, or let the cost grow with it.`;
    }
  }
  return null;
}

function nextToControl(
  march: March,
  hamiltonian: NodeHamiltonian,
  node: number,
  t: number,
  u: readonly number[],
): string | null {
  const { d, input, V } = march;
  const { controls } = d.problem;
  hamiltonian.moveTo(node, levelOf(march, t), input, V);
  const ranges = controls.map((axis, j): readonly [number, number] =>
    'values' in axis ? [u[j], u[j]] : rangeAt(d, node, t, j),
  );
  const found = bottomlessFrom((v) => hamiltonian.at(v), ranges, u);
  if (found === null) return null;
  return `${controls[found.control].name}, it falls without end next to ${short(found.at)}`;
}

function rangeAt(d: Discretization, node: number, t: number, j: number): readonly [number, number] {
  const intervals = controlIntervals(d, d.problem.controls[j], node, t);
  return [intervals[0][0], intervals[intervals.length - 1][1]];
}

/** A control at a bound far beyond the size of everything else, and a value that only such a bound can make. */
function atBound({ d, V }: March, node: number, t: number, u: readonly number[]): string | null {
  const { problem, x, scenarios } = d;
  const size = x[node].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (const [j, axis] of problem.controls.entries()) {
    if ('values' in axis || !(Math.abs(u[j]) >= FAR * size)) continue;
    const range = rangeAt(d, node, t, j);
    if (!range.includes(u[j])) continue;
    const ordinary = u.map((value) => Math.max(-size, Math.min(size, value)));
    const costs = Array.from({ length: scenarios }, (_, s) => Math.abs(problem.runningCost(t, x[node], ordinary, s)));
    const duration = problem.horizon === 'infinite' ? 1 / problem.discount! : problem.horizon;
    const data = Math.abs(problem.horizon === 'infinite' ? 0 : problem.terminalCost(x[node])) + duration * Math.max(...costs); // prettier-ignore
    if (Math.abs(V[node]) > BEYOND * Math.max(data, 1))
      return `${axis.name} before its bound ${short(u[j])}, which alone decides the value`;
  }
  return null;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
