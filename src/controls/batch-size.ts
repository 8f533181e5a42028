import type { BatchSize } from '../artifacts/experiment/experiment.js';
import { positiveCount } from '../artifacts/shared/common.js';
import type { Control } from './control.js';

/** B: examples of the minibatch of an update. */
export const batchSize: Control = {
  name: 'batch_size',
  unit: 'examples',
  description: 'The number of examples in the minibatch.',
  value: positiveCount,
  isInteger: true,
  ofSetting({ batch_size, horizon }) {
    const { at, varies, largest } = batchSizes(batch_size, horizon);
    return { at, varies, largest };
  },
  apply: (settings, value) => ({ ...settings, batchSize: value }),
};

/** The size of every minibatch of a run, known before it. */
export interface BatchSizes {
  /** Whether it changes along the run. */
  readonly varies: boolean;
  /** Examples of the minibatch of update k. */
  at(k: number): number;
  /** The largest of the run. */
  readonly largest: number;
  /** Examples of all minibatches of the horizon over its updates. */
  readonly mean: number;
}

interface Piece {
  /** First update of this size. */
  readonly first: number;
  readonly size: number;
}

/**
 * Minibatch sizes by an experiment's `batch_size`: one number, or pieces that start at update round(from horizon), or at
 * update from_update. A run shorter than the horizon, a pilot's for example, sees the first pieces alone.
 *
 * @param horizon - updates of the full run, a positive integer
 *
 * @example
 * const sizes = batchSizes([{ from: 0, size: 32 }, { from: 0.5, size: 128 }], 100);
 * [sizes.at(49), sizes.at(50), sizes.largest, sizes.mean]; // [32, 128, 128, 80]
 */
export function batchSizes(spec: BatchSize, horizon: number): BatchSizes {
  const pieces = piecesOf(spec, horizon);
  return {
    varies: pieces.length > 1,
    at: (k) => pieces.findLast(({ first }) => first <= k)!.size,
    largest: Math.max(...pieces.map(({ size }) => size)),
    mean: examplesOf(pieces, horizon) / horizon,
  };
}

/** Examples of all minibatches of the horizon. */
function examplesOf(pieces: readonly Piece[], horizon: number): number {
  return pieces.reduce((sum, { first, size }, i) => {
    const end = Math.min(horizon, pieces[i + 1]?.first ?? horizon);
    return sum + size * Math.max(0, end - first);
  }, 0);
}

function piecesOf(spec: BatchSize, horizon: number): Piece[] {
  if (typeof spec === 'number') return [{ first: 0, size: spec }];
  return spec.map((piece) =>
    'from' in piece
      ? { first: Math.round(piece.from * horizon), size: piece.size }
      : { first: piece.from_update, size: piece.size },
  );
}
