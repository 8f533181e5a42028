import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import { drawModes } from '../estimation/modes/index.js';
import type { PilotRun } from '../estimation/observations.js';
import { randomStream, type RandomStream } from '../math/random.js';
import { believedShares } from '../synthesis/decision/believed-models.js';
import { closureDraws, type ClosureDraw } from '../synthesis/decision/closure-draws.js';
import type { ModelDraw, RunHistory } from '../synthesis/decision/model-draw.js';
import { modesDraws } from '../synthesis/decision/modes-draws.js';

/** Draws under which a run decides again: a share of 90 % is known to 3 % then. */
const DRAWS = 100;
/** As in the fits: a likelihood counts with a quarter of its logarithm, because no model is the truth. */
const LIKELIHOOD_POWER = 0.25;

/** What a run decides from: the fit to the pilot, and the pilot's runs. */
export interface Believed {
  readonly coefficients: Coefficients;
  readonly runs: readonly PilotRun[];
}

/** Draws of the models that the pilot's verdict believes, after the run's own history has joined their fits, and their error. */
export interface DrawsFromHere {
  readonly draws: readonly ModelDraw[];
  readonly error: number;
}

/**
 * Draws from where the run stands. The modes are fitted again to the pilot's runs and the run itself; the draws of the closure are
 * weighted anew by exp(power ln likelihood of the run's losses) and resampled. Each model keeps its share of the draws.
 *
 * @returns null where the pilot's verdict believes no model
 */
export function drawsFromHere({ coefficients, runs }: Believed, history: RunHistory): DrawsFromHere | null {
  const believed = believedShares(coefficients);
  if (believed === null) return null;
  const stream = randomStream(history.rates.length, 'receding/draws');
  const { shares, error } = believed;
  const draws = shares.flatMap(({ name, weight }) => {
    const count = Math.round(weight * DRAWS);
    if (count === 0) return [];
    return name === 'modes'
      ? modesAfter({ coefficients, runs }, history, { count, stream })
      : closureAfter(closureDraws(coefficients.closures.find((fit) => fit.name === name)!), history, { count, stream });
  });
  return { draws, error };
}

interface Drawing {
  readonly count: number;
  readonly stream: RandomStream;
}

function modesAfter({ coefficients, runs }: Believed, history: RunHistory, { count, stream }: Drawing): ModelDraw[] {
  const own = { id: 'own', rates: Float64Array.from(history.rates), losses: Float64Array.from(history.losses) };
  const { horizon, rates } = coefficients;
  const draws = drawModes([...runs, own], { peak: rates.max, horizon }, count, stream);
  return modesDraws({ draws }).map((draw) => draw.after(history, stream));
}

/** Systematic resampling: draw i is kept as often as its weight says, within one. */
function closureAfter(draws: readonly ClosureDraw[], history: RunHistory, { count, stream }: Drawing): ModelDraw[] {
  const logs = draws.map((draw) => LIKELIHOOD_POWER * draw.logLikelihood(history));
  const largest = Math.max(...logs.filter(Number.isFinite));
  const weights = logs.map((log) => (Number.isFinite(log) ? Math.exp(log - largest) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return [];
  const first = stream.uniform();
  let [index, reached] = [0, weights[0]];
  return Array.from({ length: count }, (_, i) => {
    const wanted = ((i + first) / count) * total;
    while (reached < wanted && index < draws.length - 1) reached += weights[(index += 1)];
    return draws[index].after(history, stream);
  });
}
