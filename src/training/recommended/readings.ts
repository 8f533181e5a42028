import type { LogStep, TrainingLog } from '../../artifacts/training-log/training-log.js';
import { HjbLrError } from '../../errors.js';
import { derivedSeed } from '../../math/random.js';
import { gradientEvaluations } from '../../artifacts/training-log/training-log.js';
import { median } from '../../math/vectors.js';
import { resolveMethod, type Method } from '../method.js';
import type { Reading } from '../reading.js';
import type { TaskOutline } from '../training-task.js';
import type { RecommendedSetting } from './setting.js';

/** Readings of one seed, each from initial weights of its own. */
const READINGS = 3;

/** Updates of one reading. */
const FEWEST = 13;
const MOST = 40;

/** Largest cost of all readings, as a share of the run; of a short one a quarter of it, up to 40 updates. */
const SHARE = 0.1;
const SHORT_SHARE = 0.25;
const FREE_UPDATES = 40;

/** First distance of a reading over L_0 / |g_0|: a hundredth leaves few updates of exponential growth. */
const FIRST_DISTANCE = 0.01;

/** What the readings of a seed say together. */
export interface Readings extends Reading {
  /** Updates after which the slowest reading was at half of its end, in the median of the readings. */
  readonly half_way: number;
  /** |g_0| over the median norm of the second half, the median of the readings. */
  readonly gradient_fall: number;
  /** Median minibatch loss of the last quarter, the median of the readings. */
  readonly loss: number;
  /** The readings one by one. */
  readonly rates: readonly number[];
}

/** The attack under which the rate is read: the one that the run will train against. */
type OfAttack = Pick<RecommendedSetting, 'kept'>;

/** Updates of each reading, known before any. */
function readingLength({ horizon, updateCost, kept }: RecommendedSetting): number {
  const cost = kept === null ? updateCost : keptCost(kept);
  const budget = Math.max(SHARE * horizon, Math.min(SHORT_SHARE * horizon, FREE_UPDATES)) * updateCost;
  return Math.min(MOST, Math.max(FEWEST, Math.floor(budget / (READINGS * cost))));
}

/** Gradient evaluations of an update against the kept attack: its steps, and the gradient of the weights. */
export function keptCost(kept: NonNullable<RecommendedSetting['kept']>): number {
  return 1 + ((kept as { readonly steps?: number }).steps ?? 1);
}

/** Gradient evaluations of all readings. */
export function readingsCost(setting: RecommendedSetting): number {
  const { kept, updateCost } = setting;
  return READINGS * readingLength(setting) * (kept === null ? updateCost : keptCost(kept));
}

/**
 * The runs that read the rate: D-Adaptation SGD against the attack that the run will train against, from the seed's own
 * initial weights and from two others. A reading divides by the gradient at its initial weights, and is too low where that is
 * unusually large: the largest of three counts (benchmarks/learning-rate/results/recommended.md).
 */
export function readingTasks(setting: RecommendedSetting, seed: number): TaskOutline[] {
  const updates = readingLength(setting);
  const method = readingMethodUnder(setting, updates);
  return Array.from({ length: READINGS }, (_, i) => ({
    runId: `recommended/reading-${i}/${seed}`,
    purpose: 'train/reading',
    seed: i === 0 ? seed : derivedSeed(seed, `recommended/reading-${i}`),
    updates,
    method,
    evaluated: false,
  }));
}

function readingMethodUnder({ kept }: OfAttack, updates: number): Method {
  return resolveMethod({
    schedule: { name: 'constant', rate: 1 },
    optimizer: { name: 'd_adaptation', initial_distance_factor: FIRST_DISTANCE, minimum_updates: updates },
    ...(kept === null ? {} : { attack: kept }),
  });
}

/**
 * What the logs of the readings say; one that diverged says nothing.
 * @throws E_PILOT if none has a positive reading
 */
export function readingsOf(logs: readonly TrainingLog[]): Readings {
  const sound = logs.filter(({ end }) => end?.status === 'completed' && (end.summary?.['reading'] ?? 0) > 0);
  if (sound.length === 0) throw noReading();
  const rates = sound.map(({ end }) => end!.summary!['reading']);
  return {
    rate: Math.max(...rates),
    updates: logs.reduce((sum, { steps }) => sum + steps.length, 0),
    n_grad_evals: logs.reduce((sum, log) => sum + gradientEvaluations(log), 0),
    half_way: median(sound.map(({ steps }, i) => halfWay(steps, rates[i]))),
    gradient_fall: median(sound.map(({ steps }) => gradientFall(steps))),
    loss: median(sound.map(({ steps }) => median(steps.slice(Math.floor(0.75 * steps.length)).map(lossOf)))),
    rates,
  };
}

/** The first update whose rate is at least half of the reading. */
function halfWay(steps: readonly LogStep[], reading: number): number {
  const found = steps.findIndex(({ lr }) => Number(lr) >= reading / 2);
  return found < 0 ? steps.length : found + 1;
}

function gradientFall(steps: readonly LogStep[]): number {
  const norms = steps.map(({ grad_norm }) => Number(grad_norm));
  return norms[0] / median(norms.slice(Math.floor(norms.length / 2)));
}

function lossOf({ train_robust_loss, train_loss }: LogStep): number {
  return Number(train_robust_loss ?? train_loss);
}

function noReading(): HjbLrError {
  return new HjbLrError('E_PILOT', 'None of the D-Adaptation runs gave a reading of the rate.', {
    remedy: 'Give the rate: --schedule recommended:rate=..., or "recommended": { "rate": ... } in the experiment.',
  });
}
