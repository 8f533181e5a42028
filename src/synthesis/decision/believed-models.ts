import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { closureNamed } from '../../closures/index.js';
import { closureDraws } from './closure-draws.js';
import type { ModelDraw } from './model-draw.js';
import { modesDraws } from './modes-draws.js';

/**
 * Error of a model's differences between whole schedules that studies show, of ln loss, and with how many differences of the
 * pilot it counts: the two-state closure, fitted to half a run and more, missed other schedules by 1.5 to 6 %.
 */
const STUDIED_ERROR = 0.04;
const STUDIED_WEIGHT = 4;

type Verdict = Coefficients['closures'][number]['verdict'];

interface Model {
  readonly name: string;
  readonly verdict: Verdict;
  readonly draws: () => ModelDraw[];
}

/** Draws of all models that are believed, the error of their differences, and who they are. */
export interface BelievedModels {
  readonly draws: readonly ModelDraw[];
  readonly error: number;
  readonly words: string;
}

/**
 * The models within the bound, each with its share of the draws.
 * @returns null where none is within the bound
 */
export function believedModels({ closures, modes }: Coefficients): BelievedModels | null {
  const followed = closures.filter(({ name }) => closureNamed(name).neverFollowed === undefined);
  const models: Model[] = [
    ...followed.map((fit) => ({ name: fit.name, verdict: fit.verdict, draws: () => closureDraws(fit) })),
    ...(modes === undefined ? [] : [{ name: 'modes', verdict: modes.verdict, draws: () => modesDraws(modes) }]),
  ].filter(({ verdict }) => verdict.within_bound);
  if (models.length === 0) return null;
  const weights = weightsOf(models.map(({ verdict }) => verdict));
  const shares = models.map(({ name, draws }, m) => ({ name, draws: draws(), weight: weights[m] }));
  const draws = shares.flatMap(({ draws: own, weight }) => own.slice(0, Math.round(weight * own.length)));
  const error = Math.sqrt(models.reduce((sum, { verdict }, m) => sum + weights[m] * differenceError(verdict) ** 2, 0));
  const told = shares.filter(({ weight }) => weight >= 0.005);
  const words = told.map(({ name, weight }) => `${name} ${(100 * weight).toFixed(0)} %`).join(', ');
  return { draws, error, words };
}

/** Least error on final losses of runs left out, of the models that may be followed; the largest number where there is none. */
export function leastError({ closures, modes }: Coefficients): number {
  const followed = closures.filter(({ name }) => closureNamed(name).neverFollowed === undefined);
  const verdicts = [...followed, ...(modes === undefined ? [] : [modes])].map(({ verdict }) => verdict);
  return Math.min(Number.MAX_VALUE, ...verdicts.map(({ prediction_error }) => prediction_error));
}

/** exp(-n e^2 / (2 s^2)), e the held-out error on final losses of n runs, as shares of their sum. */
function weightsOf(verdicts: readonly Verdict[]): number[] {
  const logs = verdicts.map(
    ({ prediction_error: e, left_out }) => (-left_out.length * e * e) / (2 * STUDIED_ERROR ** 2),
  );
  const largest = Math.max(...logs);
  const raw = logs.map((log) => Math.exp(log - largest));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** sqrt((weight studied^2 + n held^2) / (weight + n)), n the runs left out that decay. */
export function differenceError({ difference_error: held, left_out: { length: n } }: Verdict): number {
  if (held === undefined) return STUDIED_ERROR;
  return Math.sqrt((STUDIED_WEIGHT * STUDIED_ERROR ** 2 + n * held ** 2) / (STUDIED_WEIGHT + n));
}
