import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { closureNamed } from '../../closures/index.js';
import { closureDraws } from './closure-draws.js';
import type { ModelDraw } from './model-draw.js';
import { modesDraws } from './modes-draws.js';

/**
 * What whole runs of schedules that decay showed of the models (benchmarks/closures: three workloads of networks, 18 seeds): the
 * error of their differences, of ln loss, and how far the modes are behind a closure before a pilot is seen. The two-state closure
 * missed differences by 0.3 to 4 %, the modes by 0.4 to 17 % with a median of 4 %; levels by 11 % and by half of the loss.
 */
const STUDIED = { closure: { error: 0.04, odds: 1 }, modes: { error: 0.05, odds: 0.25 } } as const;

/** With how many differences of the pilot that counts. */
const STUDIED_WEIGHT = 4;

/** Held-out errors of ln loss below this are not told apart. */
const LEAST_ERROR = 0.005;

type Verdict = Coefficients['closures'][number]['verdict'];

interface Model {
  /** Of its closure, or `modes`. */
  readonly name: string;
  readonly verdict: Verdict;
}

/** A model that is believed, and its share of the draws. */
export interface BelievedShare {
  readonly name: string;
  readonly weight: number;
}

/** Draws of all models that are believed, the error of their differences, and who they are. */
export interface BelievedModels {
  readonly draws: readonly ModelDraw[];
  readonly error: number;
  /** Error of the final loss beyond the spread of the draws, of ln loss. */
  readonly levelError: number;
  readonly words: string;
}

/**
 * The models within the bound, each with its share of the draws, and the error of their differences.
 * @returns null where none is within the bound
 */
export function believedShares(
  coefficients: Coefficients,
): { readonly shares: readonly BelievedShare[]; readonly error: number; readonly levelError: number } | null {
  const models = modelsOf(coefficients).filter(({ verdict }) => verdict.within_bound);
  if (models.length === 0) return null;
  const weights = weightsOf(models);
  const mixed = (errorOf: (model: Model) => number): number =>
    Math.sqrt(models.reduce((sum, model, m) => sum + weights[m] * errorOf(model) ** 2, 0));
  return {
    shares: models.map(({ name }, m) => ({ name, weight: weights[m] })),
    error: mixed(differenceError),
    levelError: mixed(levelError),
  };
}

/** The same with the draws themselves. */
export function believedModels(coefficients: Coefficients): BelievedModels | null {
  const believed = believedShares(coefficients);
  if (believed === null) return null;
  const { shares, ...errors } = believed;
  const draws = shares.flatMap(({ name, weight }) => {
    const own: ModelDraw[] =
      name === 'modes'
        ? modesDraws(coefficients.modes!)
        : closureDraws(coefficients.closures.find((fit) => fit.name === name)!);
    return own.slice(0, Math.round(weight * own.length));
  });
  const told = shares.filter(({ weight }) => weight >= 0.005);
  const words = told.map(({ name, weight }) => `${name} ${(100 * weight).toFixed(0)} %`).join(', ');
  return { draws, ...errors, words };
}

/** Everything that a policy may follow or compare schedules under. */
function modelsOf({ closures, modes }: Coefficients): Model[] {
  const followed = closures.filter(({ name }) => closureNamed(name).neverFollowed === undefined);
  return [...followed, ...(modes === undefined ? [] : [{ name: 'modes', verdict: modes.verdict }])];
}

/** Least error on final losses of runs left out, of the models that may be followed; the largest number where there is none. */
export function leastError(coefficients: Coefficients): number {
  return Math.min(Number.MAX_VALUE, ...modelsOf(coefficients).map(({ verdict }) => verdict.prediction_error));
}

/** odds (e^2 + e_0^2)^(-n / 2), as shares of their sum: the likelihood of n held-out errors of unknown scale, e their rms. */
function weightsOf(models: readonly Model[]): number[] {
  const logs = models.map(({ name, verdict: { difference_error, prediction_error, left_out } }) => {
    const e = difference_error ?? prediction_error;
    return Math.log(studiedOf(name).odds) - (left_out.length / 2) * Math.log(e * e + LEAST_ERROR ** 2);
  });
  const largest = Math.max(...logs);
  const raw = logs.map((log) => Math.exp(log - largest));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** sqrt((weight studied^2 + n held^2) / (weight + n)), n the runs left out that decay. */
export function differenceError({ name, verdict: { difference_error: held, left_out } }: Model): number {
  const { error } = studiedOf(name);
  if (held === undefined) return error;
  const n = left_out.length;
  return Math.sqrt((STUDIED_WEIGHT * error ** 2 + n * held ** 2) / (STUDIED_WEIGHT + n));
}

/**
 * Error of the final loss itself, of ln loss, beyond the spread of a model's draws: sqrt(e^2 + d^2) of what was held out, e the
 * error on final losses after a decay and d that of differences.
 */
export function levelError({ verdict: { prediction_error, difference_error = 0 } }: Pick<Model, 'verdict'>): number {
  return Math.sqrt(prediction_error ** 2 + difference_error ** 2);
}

function studiedOf(name: string): { readonly error: number; readonly odds: number } {
  return name === 'modes' ? STUDIED.modes : STUDIED.closure;
}
