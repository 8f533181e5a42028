import { halved } from '../grid/thinned.js';
import type { Boundary, ControlProblem, StateAxis } from '../problem/control-problem.js';

/** Intervals of an axis below which there is no coarser one. */
const FEWEST_INTERVALS = 4;

/**
 * The same problem on half the nodes of every axis and half the time levels; null where an axis is too short.
 * @returns with `ratio`, the mean factor of the spacings
 */
export function coarser(problem: ControlProblem): { problem: ControlProblem; ratio: number } | null {
  const { states, times, horizon } = problem;
  const isTimed = horizon !== 'infinite';
  const lists = [...states.map(({ grid }) => grid), ...(isTimed ? [times] : [])];
  if (lists.some((list) => list.length - 1 < FEWEST_INTERVALS)) return null;
  const coarse = {
    ...problem,
    states: states.map((axis) => ({ ...axis, grid: halved(axis.grid, axis.coordinate) })),
    times: isTimed ? halved(times, 'identity') : times,
  };
  const thin = [...coarse.states.map(({ grid }) => grid), ...(isTimed ? [coarse.times] : [])];
  const ratios = lists.map((list, i) => (list.length - 1) / (thin[i].length - 1));
  return { problem: coarse, ratio: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length };
}

/** Faces that a wider domain moves: `reflecting` and `linear` ones, where domains are cut off, or also those with a given value or slope. */
export type MovedFaces = 'truncated' | 'all';

/**
 * The same problem on a domain that goes further at every truncated face (not at those where the equation itself holds, nor
 * on periodic axes), in the spacing next to that face; null where no face can move.
 *
 * @param share - of an axis that is added at each of its faces
 * @param keepsSign - whether a domain on one side of 0 stays there, coming closer to it in the place of going past it
 */
export function wider(
  problem: ControlProblem,
  share: number,
  moved: MovedFaces,
  keepsSign = false,
): ControlProblem | null {
  const states = problem.states.map((axis) => widened(axis, share, moved, keepsSign));
  return states.every((axis, d) => axis.grid.length === problem.states[d].grid.length) ? null : { ...problem, states };
}

function widened(axis: StateAxis, share: number, moved: MovedFaces, keepsSign: boolean): StateAxis {
  const { grid, coordinate, boundary } = axis;
  const [low, high] = boundary.map((face) => isMoved(face, moved));
  const count = Math.ceil(share * (grid.length - 1));
  const below = low ? beyond(grid[0], grid[1], count, coordinate, keepsSign).reverse() : [];
  const above = high ? beyond(grid[grid.length - 1], grid[grid.length - 2], count, coordinate, keepsSign) : [];
  return { ...axis, grid: [...below, ...grid, ...above] };
}

function isMoved(face: Boundary, moved: MovedFaces): boolean {
  return face === 'reflecting' || face === 'linear' || (moved === 'all' && typeof face === 'object');
}

/** Points that go on from `face` away from its neighbour, in equal steps of the coordinate. */
function beyond(
  face: number,
  neighbour: number,
  count: number,
  coordinate: StateAxis['coordinate'],
  keepsSign: boolean,
): number[] {
  const last = face + count * (face - neighbour);
  if (keepsSign && coordinate !== 'log' && face * last <= 0) {
    return Array.from({ length: count }, (_, k) => face * (1 - (k + 1) / (count + 1)));
  }
  const step = (k: number): number =>
    coordinate === 'log' ? face * (face / neighbour) ** k : face + k * (face - neighbour);
  return Array.from({ length: count }, (_, k) => step(k + 1));
}
