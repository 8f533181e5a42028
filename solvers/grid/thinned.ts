import type { StateAxis } from '../problem/control-problem.js';
import { evenSpacing } from './lattice.js';
import { logGrid, uniformGrid } from './spacing.js';

/** Every second point and the last: where a solve only starts from the coarser grid, whose nodes are then all its own. */
export function everySecond(points: readonly number[]): number[] {
  return points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
}

/**
 * The same, but where that would leave an uneven interval in an even list an even list of as many points: errors are compared
 * between grids, and spacings must then have one ratio.
 */
export function halved(points: readonly number[], coordinate: StateAxis['coordinate']): number[] {
  const intervals = points.length - 1;
  if (intervals % 2 === 0 || evenSpacing(points, coordinate) === null) return everySecond(points);
  const grid = coordinate === 'log' ? logGrid : uniformGrid;
  return grid(points[0], points[intervals], Math.ceil(intervals / 2) + 1);
}
