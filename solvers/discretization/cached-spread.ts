import { spreadCovariance, type CovarianceSpread } from '../covariance/covariance-spread.js';
import type { Discretization } from './node-model.js';

/**
 * `spreadCovariance` at a node; where spacings change, which makes it slow, and coefficients are read more than once, what
 * it came to for the same covariance before.
 */
export function spreadAt(
  d: Discretization,
  node: number,
  scenario: number,
  covariance: ArrayLike<number>,
): CovarianceSpread {
  const { lattice, table, even, positions, spreads } = d;
  const slot = node * d.scenarios + scenario;
  const before = spreads?.[slot];
  if (before !== undefined && isSame(before.covariance, covariance)) return before.spread;
  // Array.from goes through an iterator, which takes as long as the rest.
  const S: number[] = [];
  for (let k = 0; k < covariance.length; k += 1) S.push(covariance[k]);
  const spread = spreadCovariance(lattice, table, even, positions[node], S);
  if (spreads !== null) spreads[slot] = { covariance: S, spread };
  return spread;
}

function isSame(a: readonly number[], b: ArrayLike<number>): boolean {
  for (let k = 0; k < a.length; k += 1) if (a[k] !== b[k]) return false;
  return true;
}
