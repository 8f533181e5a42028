import type { PilotRun } from '../observations.js';

const MODES = 20;

/** Largest curvatures that are tried, in units of 1 / U: an update at the peak keeps (1 - U l)^2 of a mode, all of it at 2. */
const LARGEST = [0.5, 1, 1.5];

/** Least curvatures that are tried, in units of 1 / (T U), which a whole run at the peak moves by 1 - 1 / e^2. */
const LEAST = [1, 4, 16];

/** 20 curvatures, evenly spaced in their logarithms, from each of the least to each of the largest. */
export function modeSpectra({ peak, horizon }: { readonly peak: number; readonly horizon: number }): number[][] {
  return LEAST.flatMap((least) =>
    LARGEST.map((largest) => {
      const low = least / (horizon * peak);
      return Array.from({ length: MODES }, (_, i) => low * (largest / peak / low) ** (i / (MODES - 1)));
    }),
  );
}

/** Updates in a block: one at the start of a run and of an end, where the loss moves fastest, and up to five later. */
const LONGEST_BLOCK = 5;
const UPDATES_AT_A_LENGTH = 4;

/** Consecutive updates whose losses are fitted by their mean. */
export interface LossBlock {
  readonly updates: number;
  /** Mean loss. */
  readonly loss: number;
  /** What every mode holds in the mean before these updates. */
  readonly slow: Float64Array;
  /** Noise that is fed by u^2 times the loss. */
  readonly fed: Float64Array;
  /** Noise that is fed by u^2. */
  readonly constant: Float64Array;
}

/**
 * Modes along a run under its own losses y: a_i <- (1 - u l_i)^2 a_i from 1, b_i <- (1 - u l_i)^2 b_i + u^2 y and
 * c_i <- (1 - u l_i)^2 c_i + u^2 from 0, in blocks of updates. One minibatch's noise in y averages out over the memory of a
 * mode. Of a run that forked, the updates that it shares count in the run that it left.
 */
export function lossBlocks({ rates, losses, fork }: PilotRun, curvatures: readonly number[]): LossBlock[] {
  const own = fork?.shared ?? 0;
  const [a, b, c] = [1, 0, 0].map((start) => new Float64Array(curvatures.length).fill(start));
  const blocks: LossBlock[] = [];
  let sums = emptySums(curvatures.length);
  rates.forEach((u, k) => {
    if (k >= own) {
      add(sums, losses[k], [a, b, c]);
      const longest = Math.min(LONGEST_BLOCK, 1 + Math.floor((k - own) / UPDATES_AT_A_LENGTH));
      if (sums.updates >= longest || k === rates.length - 1) {
        blocks.push(meansOf(sums));
        sums = emptySums(curvatures.length);
      }
    }
    for (let i = 0; i < curvatures.length; i += 1) {
      const kept = (1 - u * curvatures[i]) ** 2;
      a[i] *= kept;
      b[i] = kept * b[i] + u * u * losses[k];
      c[i] = kept * c[i] + u * u;
    }
  });
  return blocks;
}

interface Sums {
  updates: number;
  loss: number;
  readonly modes: readonly Float64Array[];
}

function emptySums(n: number): Sums {
  return { updates: 0, loss: 0, modes: [new Float64Array(n), new Float64Array(n), new Float64Array(n)] };
}

function add(sums: Sums, loss: number, modes: readonly Float64Array[]): void {
  sums.updates += 1;
  sums.loss += loss;
  modes.forEach((mode, j) => mode.forEach((value, i) => (sums.modes[j][i] += value)));
}

function meansOf({ updates, loss, modes }: Sums): LossBlock {
  const [slow, fed, constant] = modes.map((mode) => mode.map((sum) => sum / updates));
  return { updates, loss: loss / updates, slow, fed, constant };
}
