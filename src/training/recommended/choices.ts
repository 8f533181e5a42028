import type {
  ClipSpec,
  RecommendedOptions,
  RecoverySpec,
  StoppingSpec,
} from '../../artifacts/experiment/experiment.js';
import {
  clipSchema,
  optimizerSchema,
  recoverySchema,
  type OptimizerSpec,
} from '../../artifacts/experiment/experiment.js';
import type { TrainingAttackSpec } from '../../attacks/schemas.js';
import { HjbLrError } from '../../errors.js';
import { isScheduled } from '../../attacks/controls.js';
import { keptCost, readingsCost, type Readings } from './readings.js';
import { recommendedStopping } from './stopping.js';
import { describedAttack, type RecommendedSetting } from './setting.js';

/** One choice of the method, why it was made, and what that rests on. */
export interface Choice {
  readonly choice: string;
  readonly value: string;
  readonly reason: string;
  readonly evidence: string;
}

/** A whole method. */
export interface Recommended {
  readonly base: 'schedule_free' | 'sgd';
  readonly optimizer: OptimizerSpec;
  readonly clip: ClipSpec;
  readonly recovery: RecoverySpec;
  /** null: the experiment's own. */
  readonly attack: TrainingAttackSpec | null;
  /** eps rises from the share `from` of itself over the share `over` of the run; null: it does not. */
  readonly ramp: { readonly from: number; readonly over: number } | null;
  readonly rate: number;
  readonly updates: number;
  readonly warmupUpdates: number;
  /** Updates at the end over which the rate falls linearly to 0; 0 for none. */
  readonly decayUpdates: number;
  /** Looks at the held-out loss; null for none. */
  readonly stopping: StoppingSpec | null;
  readonly choices: readonly Choice[];
}

/** Multiples of the reading. */
const MULTIPLES = { schedule_free: 5, sgd: 1.3 } as const;

/** Share of the run over which plain SGD decays. */
const DECAY = 0.3;

/** Warm-up as a share of the run, at least and at most. */
const LEAST_WARMUP = 0.02;
const MOST_WARMUP = 0.2;

/** The ramp of eps where the readings do not leave the constant predictions. */
const RAMP = { from: 0.5, over: 0.3 } as const;
/** Share of the best constant prediction's loss above which they have not. */
const PLATEAU = 0.9;

/** Share of a run that readings may take before the run is too short for them. */
const LARGEST_SHARE = 0.5;

const STUDY = 'benchmarks/learning-rate/results/recommended.md';
const LOOKS_STUDY = 'benchmarks/robust-overfitting';

/**
 * The recommended method of a setting: what nobody has to tune. With r the largest of the readings:
 *
 *     base       Schedule-Free SGD with averaging weights u^2 (k + 1); SGD where the run has looks at the validation loss, before
 *                each of which a copy of it is annealed, and where it is asked for, then with a linear decay over the last
 *                30 % of the run; all with the ratchet clip
 *     rate       5 r, or 1.3 r for SGD
 *     warm-up    h f updates, between 2 and 20 % of the run: h updates took the readings to half of their end, and f is by
 *                how much the gradient at the initial weights exceeds the later ones
 *     attack     one step from the perturbation of the last visit (Zheng et al. 2020, arXiv 1912.11969), where it can be kept
 *     ramp       eps from half of itself over the first 30 % of the run, where the readings stay at the constant predictions
 *                and the run does not stop by looks
 *     updates    as many as the gradient evaluations of the experiment's run pay for, the readings included
 *     batch      the experiment's
 *     stopping   with a validation objective, looks at the validation loss, of which the best one's weights are returned
 *     recovery   a run that collapses goes back at half the rate
 *
 * @param readings - null where `options.rate` or `options.reading` is given, with which nothing is read
 * @throws E_INVALID for a run that is too short for its readings, and for an attack that cannot be kept
 */
export function recommendedMethod(
  setting: RecommendedSetting,
  readings: Readings | null,
  options: RecommendedOptions & { readonly clip?: ClipSpec | undefined } = {},
): Recommended {
  const attack = attackOf(setting, options);
  const updates = updatesOf(setting, attack, readings);
  const looksUnder = (base: Recommended['base']): StoppingSpec | null =>
    recommendedStopping(setting, { attack, updates, optimizer: OPTIMIZERS[base] });
  const base = options.base ?? (looksUnder('sgd') === null ? 'schedule_free' : 'sgd');
  const rate = options.rate ?? (options.multiple ?? MULTIPLES[base]) * (options.reading ?? readings!.rate);
  const warmupUpdates = Math.round(updates * (options.warmup ?? warmupShare(readings, updates)));
  const method = {
    base,
    optimizer: OPTIMIZERS[base],
    clip: options.clip ?? RATCHET,
    recovery: RECOVERY,
    attack,
    rate,
    updates,
    warmupUpdates,
  } as const;
  const stopping = looksUnder(base);
  // A run with looks has a decay before each of them, and none of its own.
  const decays = base === 'sgd' && stopping === null;
  const decayUpdates = decays ? Math.max(1, Math.round(DECAY * updates)) : 0;
  const ramp = rampOf(setting, { attack, stopping }, readings, options);
  const whole = { ...method, ramp, stopping, decayUpdates };
  return { ...whole, choices: choicesOf(setting, whole, readings, options) };
}

/** Whether the readings leave most of the gradient evaluations of a run for the run itself. */
export function isAffordable(setting: RecommendedSetting): boolean {
  return readingsCost(setting) <= LARGEST_SHARE * Math.round(setting.horizon * setting.updateCost);
}

/** @throws E_INVALID for a run whose gradient evaluations its readings would mostly take */
export function requireAffordable(setting: RecommendedSetting): void {
  const [cost, all] = [readingsCost(setting), Math.round(setting.horizon * setting.updateCost)];
  if (isAffordable(setting)) return;
  const message = `${all} gradient evaluations, of which the readings of the rate would take ${cost}`;
  throw new HjbLrError('E_INVALID', `The run is too short for the recommended method: it has ${message}.`, {
    remedy: 'Raise the horizon, or give the rate: --schedule recommended:rate=...',
    issues: [{ path: 'horizon', message: `${setting.horizon} updates are too few` }],
    fields: { gradient_evaluations: all, readings: cost },
  });
}

const OPTIMIZERS = {
  schedule_free: optimizerSchema.parse({ name: 'schedule_free', beta: 0.9, weight_update_power: 1 }),
  sgd: optimizerSchema.parse({ name: 'sgd' }),
} as const;
const RATCHET = clipSchema.parse({ kind: 'ratchet' });
const RECOVERY = recoverySchema.parse({});

function attackOf({ kept, whyNotKept }: RecommendedSetting, { attack }: RecommendedOptions): TrainingAttackSpec | null {
  if (kept !== null || attack !== 'kept') return kept;
  throw new HjbLrError('E_INVALID', `The recommended method cannot keep perturbations here: ${whyNotKept}.`, {
    remedy: 'Leave "attack" out: the method then trains against the attack of the experiment.',
    issues: [{ path: 'recommended.attack', message: whyNotKept }],
  });
}

/** What the gradient evaluations of the experiment's run pay for, once the readings are paid. */
function updatesOf(setting: RecommendedSetting, attack: TrainingAttackSpec | null, readings: Readings | null): number {
  const { horizon, updateCost } = setting;
  const left = horizon * updateCost - (readings?.n_grad_evals ?? 0);
  return Math.max(2, Math.floor(left / (attack === null ? updateCost : keptCost(attack)) + 1e-9));
}

function warmupShare(readings: Readings | null, updates: number): number {
  if (readings === null) return MOST_WARMUP / 2;
  const share = (readings.half_way * readings.gradient_fall) / updates;
  return Math.min(MOST_WARMUP, Math.max(LEAST_WARMUP, share));
}

function rampOf(
  setting: RecommendedSetting,
  { attack, stopping }: Pick<Recommended, 'attack' | 'stopping'>,
  readings: Readings | null,
  { ramp_from: from, ramp_over: over }: RecommendedOptions,
): Recommended['ramp'] {
  if (attack === null || isScheduled(describedAttack(setting.workload)!)) return null;
  if (from !== undefined || over !== undefined) return { from: from ?? RAMP.from, over: over ?? RAMP.over };
  // The best look may come before a ramp has ended.
  if (stopping !== null) return null;
  const isStuck = readings === null || readings.loss >= PLATEAU * setting.constantLoss;
  return isStuck ? RAMP : null;
}

type Chosen = Omit<Recommended, 'choices'>;

function choicesOf(
  setting: RecommendedSetting,
  method: Chosen,
  readings: Readings | null,
  options: RecommendedOptions & { readonly clip?: ClipSpec | undefined },
): Choice[] {
  const given = (name: keyof typeof options): boolean => options[name] !== undefined;
  const row = (choice: string, value: string, reason: string, evidence: string, isGiven = false): Choice =>
    isGiven ? { choice, value, reason: 'it was given', evidence: 'none' } : { choice, value, reason, evidence };
  return [
    row('base', baseWords(method), baseReason(method), STUDY, given('base')),
    row('rate', method.rate.toPrecision(4), rateReason(method, readings, options), STUDY, given('rate')),
    row('warm-up', `${method.warmupUpdates} updates`, warmupReason(readings), STUDY, given('warmup')),
    row(
      'attack',
      attackWords(method),
      attackReason(setting, method),
      'arXiv 1912.11969, 2207.08859; ' + STUDY,
      given('attack'),
    ),
    row(
      'ramp',
      rampWords(method),
      rampReason(setting, method, readings),
      STUDY,
      given('ramp_from') || given('ramp_over'),
    ),
    row('updates', String(method.updates), updatesReason(setting, readings), 'gradient evaluations are counted'),
    row('clip', method.clip.kind, 'no single minibatch moves the weights far', STUDY, given('clip')),
    row('batch size', JSON.stringify(setting.batchSize), "it is the experiment's", 'either direction may help'),
    row('stopping', stoppingWords(method), stoppingReason(setting), LOOKS_STUDY),
    row(
      'recovery',
      `rate x ${method.recovery.rate_factor}`,
      'a run that collapses goes back to earlier weights',
      STUDY,
    ),
  ];
}

function baseWords({ base, stopping }: Chosen): string {
  if (base === 'schedule_free') return 'Schedule-Free SGD, averaging weights u^2 (k + 1)';
  return stopping === null ? 'SGD, 30 % linear decay' : 'SGD, annealed before each look';
}

function baseReason({ base }: Chosen): string {
  return base === 'schedule_free'
    ? 'averaging needs no decay, and lost to decays by at most 1 %'
    : 'where the held-out loss turns, annealed copies of the run were better than its average';
}

function stoppingWords({ stopping }: Chosen): string {
  return stopping === null ? 'none' : 'looks at the validation loss; the weights of the best look are returned';
}

function stoppingReason({ experiment }: RecommendedSetting): string {
  if (experiment.stopping !== null) return 'the experiment asks for it';
  return experiment.objective.split === 'validation'
    ? 'the objective is the loss on validation data, which turns where a run is too long'
    : 'the objective is the loss on training data';
}

function rateReason({ base }: Chosen, readings: Readings | null, options: RecommendedOptions): string {
  const multiple = options.multiple ?? MULTIPLES[base];
  if (readings === null) return `${multiple} times the reading that was given`;
  const all = readings.rates.map((rate) => rate.toPrecision(3)).join(', ');
  return `${multiple} times ${readings.rate.toPrecision(3)}, the largest of the readings ${all}`;
}

function warmupReason(readings: Readings | null): string {
  if (readings === null) return 'nothing was read: half of the longest';
  const { half_way, gradient_fall } = readings;
  return `the readings were half way after ${half_way} updates, and the gradient fell by ${gradient_fall.toPrecision(2)} times`;
}

function attackWords({ attack }: Chosen): string {
  return attack === null ? "the experiment's" : 'one step from the perturbation of the last visit';
}

function attackReason({ whyNotKept, updateCost }: RecommendedSetting, { attack }: Chosen): string {
  if (attack === null) return whyNotKept;
  return `an update costs ${keptCost(attack)} gradient evaluations in place of ${updateCost}`;
}

function rampWords({ ramp }: Chosen): string {
  return ramp === null ? 'none' : `eps from ${ramp.from} of itself over the first ${100 * ramp.over} % of the run`;
}

function rampReason(
  { constantLoss, workload }: RecommendedSetting,
  { attack, ramp, stopping }: Chosen,
  readings: Readings | null,
): string {
  if (attack === null) return "the experiment's attack stays as it is";
  if (ramp === null && isScheduled(describedAttack(workload)!)) return 'eps follows the schedule of the experiment';
  if (ramp === null && stopping !== null) return 'the best look may come before a ramp has ended';
  if (readings === null) return 'nothing was read: it is the safe choice';
  const loss = `the readings end at a loss of ${readings.loss.toPrecision(3)}`;
  return `${loss}; the best constant prediction has ${constantLoss.toPrecision(3)}`;
}

function updatesReason({ horizon, updateCost }: RecommendedSetting, readings: Readings | null): string {
  const all = `${Math.round(horizon * updateCost)} gradient evaluations of the experiment's run`;
  return readings === null ? `the ${all}` : `the ${all}, less ${readings.n_grad_evals} of the readings`;
}
