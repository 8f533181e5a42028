import type { ClosureFit, Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import {
  estimationSchema,
  pilotSchema,
  policyOptionsSchema,
  solverSchema,
} from '../../src/artifacts/experiment/experiment.js';
import type { TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { estimateCoefficients } from '../../src/estimation/stage.js';
import { randomStream } from '../../src/math/random.js';
import { norm } from '../../src/math/vectors.js';
import { ENDS, planPilot } from '../../src/pilot/design.js';
import { endRates, trunkRates } from '../../src/pilot/rates.js';
import { believedModels } from '../../src/synthesis/decision/believed-models.js';
import { closureDraws } from '../../src/synthesis/decision/closure-draws.js';
import type { ModelDraw } from '../../src/synthesis/decision/model-draw.js';
import { modesDraws } from '../../src/synthesis/decision/modes-draws.js';
import {
  nullCandidates,
  openLoopCandidate,
  type ScheduleCandidate,
} from '../../src/synthesis/decision/schedule-candidate.js';
import { synthesize } from '../../src/synthesis/stage/stage.js';
import { createDAdaptation } from '../../src/training/optimizers/d-adaptation.js';
import { readingMethod } from '../../src/training/reading.js';
import { judge, rounded, type Judgement } from './judge.js';
import { ablatedPlans, judgedRun, oracleJudgement } from './models.js';
import { ratesOf } from './rates.js';
import { bestRates, finalLoss, QuadraticRun, seenLosses, type Quadratic } from './quadratic.js';
import { variedSchedules } from './schedules.js';

const PILOT = pilotSchema.parse({});
const WARMUP_SHARE = 0.02;
/** Half of 1.3: these runs have no clip, which doubles what a run stands; and never beyond 1 / lam_1 = 1. */
const MULTIPLE = 0.65;
const LARGEST_PEAK = 1;

/** Everything that is said of one case and seed. */
export interface QuadraticResult {
  readonly id: string;
  readonly seed: number;
  readonly recorded: boolean;
  readonly reading: number;
  readonly peak: number;
  /** Final losses. */
  readonly wsd: number;
  readonly linear: number;
  readonly policy_sgd: number;
  readonly policy_hjb: number;
  /** Of the best rates up to the peak, and of the best up to 1.9 / lam_1. */
  readonly best_at_peak: number;
  readonly best: number;
  readonly followed: string;
  readonly gain: number | null;
  readonly share: number | null;
  readonly reason: string;
  /** On six whole runs of varied schedules. */
  readonly closure: Judgement | null;
  readonly modes: Judgement | null;
  /** All believed models together, the error on left-out runs added: what the product states. */
  readonly believed: (Judgement & { readonly models: string }) | null;
  /** The closure fitted to those six runs themselves, each left out in its turn: what no pilot can beat. */
  readonly oracle: Judgement | null;
  /** Final loss of the plan of the fitted closure, and of its plans with one coefficient off by three. */
  readonly ablations: Readonly<Record<string, number>>;
}

export async function studyQuadratic(
  problem: Quadratic,
  seed: number,
  options: { oracle: boolean },
): Promise<QuadraticResult> {
  const reading = readingOf(problem, seed);
  const peak = Math.min(MULTIPLE * reading, LARGEST_PEAK);
  const coefficients = estimateCoefficients(
    pilotLogs(problem, peak, seed),
    {
      estimation: estimationSchema.parse({}),
      policy: policyOptionsSchema.parse({ warmup_fraction: WARMUP_SHARE }),
      name: problem.id,
    },
    { seed },
  );
  const { policy, hjb, decision } = await synthesize(coefficients, solverSchema.parse({}));
  const nulls = nullCandidates(coefficients);
  const lossOf = (candidate: ScheduleCandidate): number =>
    rounded(finalLoss(problem, ratesOf(candidate, problem.horizon)));
  const openLoopOf = ({ controls }: typeof policy): ScheduleCandidate =>
    openLoopCandidate('policy', controls['learning_rate'].open_loop, coefficients);
  const fit = coefficients.closures.find(({ name }) => name === 'slow_noise_memory');
  const whole = variedSchedules(coefficients);
  const judged = (draws: readonly ModelDraw[] | undefined, levelError = 0): Judgement | null =>
    draws === undefined
      ? null
      : judge(
          whole.map((schedule) =>
            judgedRun({ schedule, loss: lossOf(schedule) }, { draws, levelError, horizon: problem.horizon }),
          ),
        );
  const believed = believedModels(coefficients);
  return {
    id: problem.id,
    seed,
    recorded: problem.recorded,
    reading: rounded(reading),
    peak: rounded(peak),
    wsd: lossOf(nulls.wsd),
    linear: lossOf(nulls.linear),
    policy_sgd: decision.followed === 'wsd' ? lossOf(nulls.wsd) : lossOf(openLoopOf(policy)),
    policy_hjb: coefficients.selected === null ? lossOf(nulls.wsd) : lossOf(openLoopOf(hjb)),
    best_at_peak: rounded(finalLoss(problem, bestRates(problem, peak, peak / 2))),
    best: rounded(finalLoss(problem, bestRates(problem, 1.9, 0.3))),
    followed: decision.followed,
    gain: decision.gain,
    share: decision.share,
    reason: decision.reason,
    closure: judged(fit === undefined ? undefined : closureDraws(fit)),
    modes: judged(coefficients.modes === undefined ? undefined : modesDraws(coefficients.modes)),
    believed: believed === null ? null : { models: believed.words, ...judged(believed.draws, believed.levelError)! },
    oracle: options.oracle ? oracleOf(problem, coefficients, seed) : null,
    ablations: fit === undefined ? {} : ablationsOf(fit, coefficients, lossOf),
  };
}

/** The D-Adaptation reading of SGD itself. */
function readingOf(problem: Quadratic, seed: number): number {
  const run = new QuadraticRun(problem, seed);
  const { optimizer } = readingMethod(PILOT.peak as Parameters<typeof readingMethod>[0]);
  const updates = Math.max(30, Math.floor(0.1 * problem.horizon));
  const search = createDAdaptation(optimizer as Parameters<typeof createDAdaptation>[0], {
    initial: Float32Array.from(run.theta),
    updates,
    resumed: null,
  });
  for (let k = 0; k < updates && search.finished() === null; k += 1) {
    const { loss, gradient } = run.look();
    const g = Float32Array.from(gradient);
    search.step(g, { rate: 1, clipFactor: 1, loss, gradientNorm: norm(g) });
    run.theta.set(search.output());
  }
  return search.summary()['reading'];
}

/** The runs that the product's own design asks for, with their forks. */
function pilotLogs(problem: Quadratic, peak: number, seed: number): TrainingLog[] {
  const design = planPilot(PILOT, problem.horizon, Math.round(WARMUP_SHARE * problem.horizon));
  const logs = Array.from({ length: design.runs }, (_, i) => {
    const trunk = trunkRates(PILOT, peak, design, randomStream(seed, `pilot/rates/${i}`));
    return ENDS.map((end) => {
      const rates = [...trunk, ...endRates(end, PILOT, peak, design.end)];
      const id = end === 'held' ? `run-${i}` : `run-${i}-${end}`;
      const fork = end === 'held' ? undefined : { run_id: `run-${i}`, update: design.trunk, n_grad_evals: 0 };
      return logOf(problem, { id, rates, seed: 100 * seed + i, fork });
    });
  });
  return [...logs.map(([held]) => held), ...logs.flatMap((family) => family.slice(1))];
}

interface Run {
  readonly id: string;
  readonly rates: readonly number[];
  readonly seed: number;
  readonly fork: TrainingLog['header']['forked_from'];
}

/** A run as the estimation reads it. */
function logOf(problem: Quadratic, { id, rates, seed, fork }: Run): TrainingLog {
  const losses = seenLosses(problem, rates, seed);
  return {
    header: {
      kind: 'training_log',
      schema_version: '2.0.0',
      run_id: id,
      purpose: fork === undefined ? 'pilot/identification' : 'pilot/decay',
      seed,
      engine: 'expectation dynamics',
      optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0 },
      lr_schedule: { name: 'piecewise' },
      clip: null,
      batch_size: 1,
      updates: rates.length,
      horizon: problem.horizon,
      updates_per_epoch: 0,
      objective: { metric: 'clean', split: 'train', form: 'terminal' },
      attack: null,
      loss: 'cross_entropy',
      training: { type: 'standard' },
      model: null,
      ...(fork === undefined ? {} : { forked_from: fork }),
    } as TrainingLog['header'],
    steps: Array.from(losses, (loss, update) => ({
      type: 'step' as const,
      update,
      lr: rates[update],
      train_loss: loss,
      n_grad_evals: update + 1,
    })) as TrainingLog['steps'],
    evaluations: [],
    looks: [],
    measurements: [],
    end: { type: 'end', status: 'completed', updates: rates.length, n_grad_evals: rates.length },
  };
}

/** The two-state closure fitted to five of the six whole runs, asked about the sixth. */
function oracleOf(problem: Quadratic, coefficients: Coefficients, seed: number): Judgement {
  const whole = variedSchedules(coefficients);
  const runs = whole.map((schedule, i) => {
    const rates = ratesOf(schedule, problem.horizon);
    const log = logOf(problem, { id: schedule.name, rates: [...rates], seed: 100 * seed + 50 + i, fork: undefined });
    return { schedule, log, loss: finalLoss(problem, rates) };
  });
  return oracleJudgement(runs, seed);
}

function ablationsOf(
  fit: ClosureFit,
  coefficients: Coefficients,
  lossOf: (candidate: ScheduleCandidate) => number,
): Record<string, number> {
  const plans = ablatedPlans(fit, coefficients);
  return Object.fromEntries(plans.map(({ name, plan }) => [name, plan === null ? NaN : lossOf(plan)]));
}
