import type { PilotRun } from '../observations.js';

const MODES = 20;

/** Largest curvatures that are tried, in units of 1 / U: an update at the peak keeps (1 - U l)^2 of a mode, all of it at 2. */
const EDGES = [0.5, 1, 1.5];

/** 20 curvatures l, evenly spaced in ln l from 1 / (T U), which a whole run at the peak moves by 1 - 1 / e^2, to each edge. */
export function modeSpectra({ peak, horizon }: { readonly peak: number; readonly horizon: number }): number[][] {
  const low = 1 / (horizon * peak);
  return EDGES.map((edge) => Array.from({ length: MODES }, (_, i) => low * (edge / peak / low) ** (i / (MODES - 1))));
}

/** What every mode holds before each update of a run: [update][mode]. */
export interface ModeHistory {
  readonly slow: readonly Float64Array[];
  /** Noise that is fed by u^2 times the loss. */
  readonly fed: readonly Float64Array[];
  /** Noise that is fed by u^2. */
  readonly constant: readonly Float64Array[];
}

/**
 * Modes along a run under its own losses y: a_i <- (1 - u l_i)^2 a_i from 1, b_i <- (1 - u l_i)^2 b_i + u^2 y and
 * c_i <- (1 - u l_i)^2 c_i + u^2 from 0. One minibatch's noise in y averages out over the memory of a mode.
 */
export function modeHistory({ rates, losses }: PilotRun, curvatures: readonly number[]): ModeHistory {
  const [a, b, c] = [1, 0, 0].map((start) => new Float64Array(curvatures.length).fill(start));
  const history: Record<keyof ModeHistory, Float64Array[]> = { slow: [], fed: [], constant: [] };
  rates.forEach((u, k) => {
    history.slow.push(a.slice());
    history.fed.push(b.slice());
    history.constant.push(c.slice());
    for (let i = 0; i < curvatures.length; i += 1) {
      const kept = (1 - u * curvatures[i]) ** 2;
      a[i] *= kept;
      b[i] = kept * b[i] + u * u * losses[k];
      c[i] = kept * c[i] + u * u;
    }
  });
  return history;
}
