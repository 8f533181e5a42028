import path from 'node:path';
import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import { writeArtifact } from '../artifacts/files.js';
import type { Policy } from '../artifacts/policy/policy.js';
import { gradientEvaluations, type TrainingLog } from '../artifacts/training-log/training-log.js';
import { HjbLrError } from '../errors.js';
import { inTurn } from '../in-turn.js';
import { logFiles, readLog } from '../estimation/logs.js';
import { pilotRuns } from '../estimation/observations.js';
import { estimateCoefficients } from '../estimation/stage.js';
import { makeFolder } from '../filesystem.js';
import { NOTHING_OBSERVED, policySchedule } from '../schedules/index.js';
import { exactPolicy, openLoopPolicy } from '../synthesis/policy-file.js';
import { synthesize } from '../synthesis/stage/stage.js';
import { modelKind, openEngine } from '../training/engines/index.js';
import { openWorkload, resolveExperiment, type ExperimentRecord } from '../training/experiment-record.js';
import { methodFollowing, resolveMethod } from '../training/method.js';
import { mismatchError, policyMismatches } from '../training/policy-mismatch.js';
import { trainInFolder } from '../training/stage/stage.js';
import type { RecedingStageOptions } from './declaration.js';
import { recedingSchedule } from './schedule.js';

/** Shares of the run before which it decides again. */
const MOMENTS = [0.3, 0.5, 0.65, 0.8] as const;

/**
 * `hjb-lr train --receding`: training under the guarded policy, which is decided again at some moments of the run. What it came to
 * is written as an open loop besides, whose run is the control of what deciding again was worth: on the same seed it gives the same
 * run bit for bit.
 *
 * @throws E_INVALID for moments outside of the run; E_PILOT for logs that cannot be fitted; E_RUN_MISMATCH for a pilot of another
 * experiment; what `resolveExperiment` and `trainRun` throw
 */
export async function recedingStage(options: RecedingStageOptions) {
  const record = await resolveExperiment(options.experimentPath);
  const { experiment } = record;
  const moments = momentsOf(options.at ?? MOMENTS, experiment.horizon);
  await openEngine(options.engine, modelKind(experiment));
  const seed = options.seed ?? experiment.seeds[0];
  const believed = await believedFrom(options.receding, record, seed);
  const { coefficients, policy } = believed;
  const name = `receding-seed-${seed}`;
  const [planFile, replayFile] = ['policy', 'replay.policy'].map((kind) =>
    path.join(options.out, `${name}.${kind}.json`),
  );
  await makeFolder(options.out);
  await writeArtifact('policy', planFile, policy);
  const schedule = recedingSchedule({
    coefficients,
    runs: believed.runs,
    plan: ratesOf(policy, experiment.horizon),
    moments,
    origin: { policy_id: policy.policy_id, pilot: coefficients.provenance.pilot_runs.map(({ sha256 }) => sha256) },
  });
  const following = methodFollowing(experiment, path.resolve(planFile), policy.clip);
  const method = resolveMethod({ ...following, stopping: experiment.stopping });
  const task = { runId: `train/${name}`, purpose: 'train', seed, updates: experiment.horizon, method, evaluated: true };
  const { file } = await trainInFolder({ ...options, record }, name, task, schedule);
  const log = await readLog(file);
  await writeArtifact('policy', replayFile, replayOf(log, coefficients));
  const scores = log.evaluations[log.evaluations.length - 1];
  const decisions = decisionsOf(log, moments);
  return {
    artifacts: [planFile, replayFile, file],
    summary: [
      `${log.end!.status}; final adversarial training loss ${scores.train_robust_loss}, robust test accuracy ${scores.test_robust_acc}`,
      `before the run: ${believed.reason}`,
      ...decisions.map(
        ({ update, followed }) =>
          `update ${update}: ${WORDS[followed] ?? `follows ${followed.replace('receding:', '')} from here`}`,
      ),
      `its replay, open loop: ${replayFile}`,
    ],
    result: { status: log.end!.status, ...scores, decisions, n_grad_evals: gradientEvaluations(log) },
  };
}

const WORDS: Readonly<Record<string, string>> = {
  plan: 'keeps its plan: nothing can be decided from these losses',
  'receding:in_force': 'keeps its plan',
};

/** @throws E_INVALID for shares that are not inside the run */
function momentsOf(shares: readonly number[], horizon: number): number[] {
  const issues = shares.flatMap((share, i) =>
    share > 0 && share < 1 ? [] : [{ path: `at.${i}`, message: `${share} is not between 0 and 1` }],
  );
  if (issues.length > 0) {
    throw new HjbLrError('E_INVALID', 'A run decides again before its end and after its start.', {
      remedy: 'Give shares of the run, for example --at 0.3,0.5,0.65,0.8.',
      issues,
    });
  }
  const updates = shares.map((share) => Math.max(1, Math.round(share * horizon)));
  return [...new Set(updates)].sort((a, b) => a - b);
}

/** The fit to the pilot, its runs, and the guarded policy as an open loop. */
async function believedFrom(trajectories: string, record: ExperimentRecord, seed: number) {
  const { experiment, file } = record;
  const files = await logFiles([trajectories]);
  const logs = await inTurn(files, readLog);
  const named = { names: files, origin: trajectories };
  const coefficients = estimateCoefficients(logs, experiment, { seed, ...named });
  const { policy: decided, decision } = await synthesize(coefficients, experiment.solver);
  const { open_loop } = decided.controls['learning_rate'];
  const policy = decided.form === 'open_loop' ? decided : openLoopPolicy(coefficients, open_loop, decision);
  const issues = policyMismatches(policy, experiment, await openWorkload(record));
  if (issues.length > 0) throw mismatchError(`${file}: the pilot in ${trajectories}`, issues);
  return { coefficients, policy, runs: pilotRuns(logs, named), reason: decision.reason };
}

/** The rates of an open loop, as a run under it has them. */
function ratesOf(policy: Policy, updates: number): number[] {
  const schedule = policySchedule(policy, { updates });
  let state = schedule.init();
  return Array.from({ length: updates }, () => {
    const decided = schedule.decide(state, NOTHING_OBSERVED);
    state = decided.state;
    return decided.controls.learning_rate!;
  });
}

/** What a run followed, at every update. */
function replayOf({ steps, header }: TrainingLog, coefficients: Coefficients): Policy {
  const values = steps.map(({ lr }) => Number(lr));
  const last = values.length === 0 ? 0 : values[values.length - 1];
  // Of a run that ended early the rest is its last rate: nobody has followed it.
  const whole = Array.from({ length: header.horizon }, (_, k) => values[k] ?? last);
  return exactPolicy(coefficients, { updates: whole.map((_, k) => k), values: whole });
}

function decisionsOf({ steps }: TrainingLog, moments: readonly number[]) {
  return moments.flatMap((update) => {
    const step = steps.at(update);
    return step === undefined ? [] : [{ update, followed: String(step.reason) }];
  });
}
