import { rootMeanSquare } from 'simple-statistics';
import type { ModesFit } from '../../artifacts/coefficients/modes.js';
import { randomStream, type RandomStream } from '../../math/random.js';
import { familiesOf, type PilotRun } from '../observations.js';
import { judgedEnds } from '../verdict.js';
import { modesDraws } from './draws.js';
import { modeSpectra } from './features.js';
import { fitModes } from './fit.js';

/** What the fit is of. */
export interface ModesOptions {
  readonly peak: number;
  readonly horizon: number;
  readonly draws: number;
  readonly maximumPredictionError: number;
  readonly seed: number;
}

/**
 * Modes of a power law, fitted to runs that decay: loss = floor + sum A_i a_i + sum B_i b_i, where a_i is what is left of mode
 * i and b_i the noise in it, fed by u^2 (feedback loss + constant). Twenty memories in the place of one: a slow decay releases what a short one does not show, so
 * that schedules can be compared whose decays are longer than the pilot's. The verdict is by families left out.
 *
 * @returns undefined where no run decays, or nothing finite is fitted
 */
export function estimateModes(runs: readonly PilotRun[], options: ModesOptions): ModesFit | undefined {
  const families = familiesOf(runs);
  if (families.every((family) => family.length === 1)) return undefined;
  const spectra = modeSpectra(options);
  const stream = randomStream(options.seed, 'estimate/posterior/modes');
  const judged = families.map((family) => {
    const others = families.filter((other) => other !== family).flat();
    const { draws } = modesDraws(fitModes(others, spectra), JUDGING_DRAWS, stream);
    return judgedEnds(family, (rates) => meanLosses(draws, rates));
  });
  const left_out = judged.flatMap(({ errors }) => errors);
  const prediction_error = rootMeanSquare(left_out.map((entry) => entry.prediction_error));
  const difference_error = rootMeanSquare(judged.flatMap(({ differences }) => differences));
  if (!Number.isFinite(prediction_error) || !Number.isFinite(difference_error)) return undefined;
  return {
    ...modesDraws(fitModes(runs, spectra), options.draws, stream),
    verdict: {
      prediction_error,
      left_out,
      difference_error,
      within_bound: prediction_error <= options.maximumPredictionError,
    },
  };
}

/** Draws of the modes that are fitted to these runs. */
export function drawModes(
  runs: readonly PilotRun[],
  run: Pick<ModesOptions, 'peak' | 'horizon'>,
  count: number,
  stream: RandomStream,
): ModesFit['draws'] {
  return modesDraws(fitModes(runs, modeSpectra(run)), count, stream).draws;
}

/** Draws whose mean predicts the runs left out. */
const JUDGING_DRAWS = 40;

function meanLosses(draws: ModesFit['draws'], rates: ArrayLike<number>): Float64Array {
  const all = draws.map((draw) => predictedLosses(draw, rates));
  return all[0].map((_, k) => all.reduce((sum, losses) => sum + losses[k], 0) / all.length);
}

/** Losses before each update, from the rates alone. */
function predictedLosses(
  { curvatures, floor, slow, noise, feedback, constant }: ModesFit['draws'][number],
  rates: ArrayLike<number>,
): Float64Array {
  const [a, b] = [new Float64Array(slow.length).fill(1), new Float64Array(slow.length)];
  return Float64Array.from(rates as ArrayLike<number> & Iterable<number>, (u) => {
    let loss = floor;
    for (let i = 0; i < a.length; i += 1) loss += slow[i] * a[i] + noise[i] * b[i];
    const fed = u * u * (feedback * loss + constant);
    for (let i = 0; i < a.length; i += 1) {
      const kept = (1 - u * curvatures[i]) ** 2;
      a[i] *= kept;
      b[i] = kept * b[i] + fed;
    }
    return loss;
  });
}
