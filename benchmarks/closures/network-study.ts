import { believedModels } from '../../src/synthesis/decision/believed-models.js';
import { closureDraws } from '../../src/synthesis/decision/closure-draws.js';
import type { ModelDraw } from '../../src/synthesis/decision/model-draw.js';
import { modesDraws } from '../../src/synthesis/decision/modes-draws.js';
import type { TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import {
  nullCandidates,
  openLoopCandidate,
  type ScheduleCandidate,
} from '../../src/synthesis/decision/schedule-candidate.js';
import { judge, rounded, type Judgement } from './judge.js';
import { ablatedPlans, judgedRun, oracleJudgement } from './models.js';
import { finalLossOf, prepareNetwork, type NetworkCase, type PreparedNetwork } from './networks.js';
import { variedSchedules } from './schedules.js';

/** Everything that is said of one workload and seed. */
export interface NetworkResult {
  readonly id: string;
  readonly seed: number;
  readonly peak: number;
  /** Cost of the pilot in whole runs. */
  readonly pilot: number;
  readonly followed: string;
  readonly reason: string;
  /** Final losses on fixed training examples under the training attack, by schedule. */
  readonly losses: Readonly<Record<string, number>>;
  readonly closure: Judgement | null;
  readonly modes: Judgement | null;
  /** All believed models together, the error on left-out runs added; null where none is believed. */
  readonly believed: (Judgement & { readonly models: string }) | null;
  /** null but for the first seeds of a workload. */
  readonly oracle: Judgement | null;
  /** Final losses of plans of the fitted closure; none but for the first seeds. */
  readonly ablations: Readonly<Record<string, number>>;
}

export async function studyNetwork(out: string, network: NetworkCase, seed: number): Promise<NetworkResult> {
  const prepared = await prepareNetwork(out, network, seed);
  const { coefficients, policy, hjb } = prepared;
  const { horizon } = coefficients;
  const whole: { schedule: ScheduleCandidate; log: TrainingLog; loss: number }[] = [];
  for (const schedule of variedSchedules(coefficients)) {
    const log = await prepared.run(schedule);
    whole.push({ schedule, log, loss: finalLossOf(log) });
  }
  const judged = (draws: readonly ModelDraw[], levelError = 0): Judgement =>
    judge(whole.map((run) => judgedRun(run, { draws, levelError, horizon })));
  const fit = coefficients.closures.find(({ name }) => name === 'slow_noise_memory');
  const believed = believedModels(coefficients);
  const decision = policy.provenance.decision as { followed: string; reason: string };
  const isDeep = network.seeds.indexOf(seed) < network.deep;
  const openLoop = openLoopCandidate('hjb_open_loop', hjb.controls['learning_rate'].open_loop, coefficients);
  const losses = Object.fromEntries(whole.map(({ schedule, loss }) => [schedule.name, rounded(loss)]));
  const wsd = rounded(finalLossOf(await prepared.run(nullCandidates(coefficients).wsd)));
  return {
    id: network.id,
    seed,
    peak: rounded(coefficients.rates.max),
    pilot: rounded(prepared.pilotRuns),
    followed: decision.followed,
    reason: decision.reason,
    losses: {
      ...losses,
      wsd,
      policy_sgd: decision.followed === 'wsd' ? wsd : rounded(finalLossOf(await prepared.follow('policy', policy))),
      policy_hjb: rounded(finalLossOf(await prepared.follow('hjb', hjb))),
      ...(isDeep ? { hjb_open_loop: rounded(finalLossOf(await prepared.run(openLoop))) } : {}),
      ...(isDeep ? { receding: rounded(finalLossOf(await prepared.decideAgain())) } : {}),
    },
    closure: fit === undefined ? null : judged(closureDraws(fit)),
    modes: coefficients.modes === undefined ? null : judged(modesDraws(coefficients.modes)),
    believed: believed === null ? null : { models: believed.words, ...judged(believed.draws, believed.levelError) },
    oracle: isDeep ? oracleJudgement(whole, seed) : null,
    ablations: isDeep && fit !== undefined ? await ablationsOf(prepared, fit) : {},
  };
}

async function ablationsOf(
  prepared: PreparedNetwork,
  fit: PreparedNetwork['coefficients']['closures'][number],
): Promise<Record<string, number>> {
  const losses: Record<string, number> = {};
  for (const { name, plan } of ablatedPlans(fit, prepared.coefficients)) {
    const file = name.replace('/', 'over').replace(/ /g, '_');
    if (plan !== null) losses[name] = rounded(finalLossOf(await prepared.run({ ...plan, name: file })));
  }
  return losses;
}
