import type { ControlProblem } from '../problem/control-problem.js';
import { nodeGeometry, stateOf, type Lattice, type NodeGeometry } from './lattice.js';
import { controlIntervals } from './node-pieces.js';
import type { Scheme } from './options.js';
import type { FlatStencils, PolicyImprovement } from './policy-improvement.js';
import { stencilUnder, type NodeStencil, type StencilPiece } from './stencil.js';

/** Parts into which each interval between breaks is cut by the scan. */
const SCAN_PARTS = 24;

/** The golden section ends at this share of the bracket that the scan found. */
const BRACKET_SHRINK = 1e-7;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A node whose minimiser is searched: where it is, and its stencils under the controls of the scan. */
export interface SearchNode {
  readonly x: readonly number[];
  readonly geometry: NodeGeometry;
  readonly scanned: readonly StencilPiece[];
}

export function searchNodes(problem: ControlProblem, lattice: Lattice, scheme: Scheme): SearchNode[] {
  return Array.from({ length: lattice.size }, (_, node) => {
    const x = stateOf(lattice, node);
    const geometry = nodeGeometry(lattice, node);
    const scanned = scanControls(problem, x).map((u) => stencilUnder(problem, x, u, geometry, scheme));
    return { x, geometry, scanned };
  });
}

/** Even controls on every interval between breaks, ends included. */
function scanControls(problem: ControlProblem, x: readonly number[]): number[] {
  const controls = controlIntervals(problem, x).flatMap(([from, to]) =>
    Array.from({ length: SCAN_PARTS + 1 }, (_, i) => (i === SCAN_PARTS ? to : from + (i * (to - from)) / SCAN_PARTS)),
  );
  return [...new Set(controls)];
}

/** One piece of degree 0 per node, to be overwritten by the search. */
export function placeholderStencils(nodes: readonly SearchNode[]): NodeStencil[] {
  return nodes.map(({ geometry, scanned }) => ({ neighbours: geometry.neighbours, pieces: [scanned[0]] }));
}

/**
 * Policy improvement by search: the discrete Hamiltonian H(u) = cost(u) + sum_k w_k(u) (V_k - V_i) is scanned over even
 * controls and the breaks, and refined by golden section between the neighbours of the best. Finds the minimiser where H
 * has one minimum between those neighbours. The stencils of `s` are overwritten by those under the control found.
 */
export function searchedImprovement(
  problem: ControlProblem,
  nodes: readonly SearchNode[],
  s: FlatStencils,
  scheme: Scheme,
): PolicyImprovement {
  const sign = problem.objective === 'minimize' ? 1 : -1;
  return (V, control, chosen) => {
    nodes.forEach(({ x, geometry, scanned }, node) => {
      const H = (stencil: StencilPiece): number => sign * hamiltonian(stencil, geometry.neighbours, V, node);
      const under = (u: number): StencilPiece => stencilUnder(problem, x, u, geometry, scheme);
      const best = searchStencil(scanned, under, H);
      control[node] = best.from;
      chosen[node] = node;
      overwrite(s, node, best);
    });
  };
}

function hamiltonian(
  { cost, weights }: StencilPiece,
  neighbours: readonly number[],
  V: Float64Array,
  i: number,
): number {
  return weights.reduce((sum, [weight], k) => sum + weight * (V[neighbours[k]] - V[i]), cost[0]);
}

function searchStencil(
  scanned: readonly StencilPiece[],
  under: (u: number) => StencilPiece,
  H: (stencil: StencilPiece) => number,
): StencilPiece {
  const heights = scanned.map(H);
  const first = heights.reduce((best, height, i) => (height < heights[best] ? i : best), 0);
  const low = scanned[Math.max(first - 1, 0)].from;
  const high = scanned[Math.min(first + 1, scanned.length - 1)].from;
  const refined = under(goldenSection((u) => H(under(u)), low, high));
  return H(refined) < heights[first] ? refined : scanned[first];
}

/** Minimiser of a unimodal function on [low, high]. */
export function goldenSection(f: (u: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [fLeft, fRight] = [f(left), f(right)];
  while (b - a > BRACKET_SHRINK * (high - low)) {
    if (fLeft <= fRight) {
      [b, right, fRight] = [right, left, fLeft];
      left = b - GOLDEN * (b - a);
      fLeft = f(left);
    } else {
      [a, left, fLeft] = [left, right, fRight];
      right = a + GOLDEN * (b - a);
      fRight = f(right);
    }
  }
  return (a + b) / 2;
}

function overwrite(s: FlatStencils, node: number, { cost, weights }: StencilPiece): void {
  s.cost[3 * node] = cost[0];
  weights.forEach(([weight], k) => (s.weights[s.weightStart[node] + 3 * k] = weight));
}
