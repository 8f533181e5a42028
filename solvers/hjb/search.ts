import { differencesAt, type DifferenceInput } from './differences.js';
import { pushPoint } from './fill.js';
import type { LevelInput } from './sample.js';
import { improvePolicy, worstHeight, type PolicyState } from './improve.js';
import { IndexList, NumberList } from './number-list.js';
import type { Discretization, NodeModel } from './node-model.js';

/** The search ends at this share of the bracket that the scan found. */
const BRACKET_SHRINK = 1e-7;

/** Sweeps over the controls where two are searched. */
const SWEEPS = 3;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Lengths of the lists of a model. */
type Mark = readonly number[];

function markOf(model: NodeModel): Mark {
  return Object.values(model).map((list) => (isList(list) ? list.length : 0));
}

function isList(value: object): value is NumberList | IndexList {
  return value instanceof NumberList || value instanceof IndexList;
}

function rewind(model: NodeModel, mark: Mark): void {
  Object.values(model).forEach((list, k) => {
    if (isList(list)) list.length = mark[k];
  });
}

/** What a search keeps between improvements of one level. */
export interface SearchState {
  /** Where the pieces of the scan end: set when the model has been filled. */
  mark: Mark;
  /** The controls found, control fastest. */
  readonly controls: Float64Array;
}

export function startSearch(d: Discretization, model: NodeModel): SearchState {
  return { mark: markOf(model), controls: new Float64Array(d.lattice.size * d.controls) };
}

export function markScan(model: NodeModel, search: SearchState): void {
  search.mark = markOf(model);
}

/**
 * Policy improvement by search: the best control of the scan, refined by golden section between its neighbours, one
 * control after the other where there are two. Finds the optimum where H has one optimum between those neighbours. The
 * pieces that it adds to the model lie behind those of the scan and are dropped by the next improvement.
 */
export function searchPolicy(
  d: Discretization,
  model: NodeModel,
  level: LevelInput,
  input: DifferenceInput,
  V: Float64Array,
  policy: PolicyState,
  search: SearchState,
): void {
  rewind(model, search.mark);
  improvePolicy(d, model, input, V, policy);
  const differences = new Float64Array(6 * d.states);
  for (let node = 0; node < d.lattice.size; node += 1) {
    if (d.isFixed[node] === 1) continue;
    differencesAt(d, input, V, node, differences);
    const heightAt = (u: readonly number[]): number => {
      const mark = markOf(model);
      const piece = pushPoint(d, model, level, node, u);
      const height = piece < 0 ? Infinity : worstHeight(d, model, V, node, differences, piece).height;
      rewind(model, mark);
      return height;
    };
    const scanned = triedAt(d, model, policy.piece[node]);
    const refined = refine(scanned, bracketsAround(d, model, node, scanned), heightAt);
    const isBetter = heightAt(refined) < d.sign * policy.hamiltonian[node];
    if (isBetter) policy.piece[node] = pushPoint(d, model, level, node, refined);
    const { height, scenario } = worstHeight(d, model, V, node, differences, policy.piece[node]);
    policy.control[node] = 0;
    policy.scenario[node] = scenario;
    policy.hamiltonian[node] = d.sign * height;
    (isBetter ? refined : scanned).forEach((u, j) => (search.controls[node * d.controls + j] = u));
  }
}

function triedAt({ controls: m }: Discretization, model: NodeModel, piece: number): number[] {
  return Array.from({ length: m }, (_, j) => model.tried.data[piece * m + j]);
}

/** For each control the next smaller and the next larger one of the scan; both the control itself for a finite set. */
function bracketsAround(
  d: Discretization,
  model: NodeModel,
  node: number,
  scanned: readonly number[],
): (readonly [number, number])[] {
  return scanned.map((u, j) => {
    if ('values' in d.problem.controls[j]) return [u, u] as const;
    let low = -Infinity;
    let high = Infinity;
    for (let p = model.pieceStart[node]; p < model.pieceStart[node + 1]; p += 1) {
      const other = model.tried.data[p * d.controls + j];
      if (other < u && other > low) low = other;
      if (other > u && other < high) high = other;
    }
    return [low === -Infinity ? u : low, high === Infinity ? u : high] as const;
  });
}

function refine(
  scanned: readonly number[],
  brackets: readonly (readonly [number, number])[],
  heightAt: (u: readonly number[]) => number,
): number[] {
  let best = [...scanned];
  const sweeps = scanned.length > 1 ? SWEEPS : 1;
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    brackets.forEach(([low, high], j) => {
      if (low === high) return;
      const at = (u: number): number[] => best.map((value, k) => (k === j ? u : value));
      best = at(goldenSection((u) => heightAt(at(u)), low, high));
    });
  }
  return best;
}

/** Minimiser of a unimodal function on [low, high]. */
function goldenSection(f: (u: number) => number, low: number, high: number): number {
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
