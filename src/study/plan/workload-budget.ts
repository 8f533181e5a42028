import path from 'node:path';
import type { Experiment } from '../../artifacts/experiment/experiment.js';
import { artifactSha256 } from '../../artifacts/shared/hash.js';
import type { BenchmarkStudy, StudyMethod } from '../../artifacts/study/study.js';
import { namingFile } from '../../errors.js';
import { frozen } from '../../json.js';
import { designCost } from '../../pilot/design.js';
import { pilotDesign, requireSgd, updateCost } from '../../pilot/pilot.js';
import { openWorkload, resolveExperiment, type ExperimentRecord } from '../../training/experiment-record.js';
import { isAffordable, recommendedSetting } from '../../training/recommended/index.js';
import { readingOptions, readingUpdates } from '../../training/reading.js';
import { scoringAttacks } from '../../training/evaluate.js';
import { evaluationCost } from '../../attacks/evaluation.js';
import { batchSizes } from '../../controls/index.js';
import type { Workload } from '../../workloads/index.js';

/** A workload at one length of its runs: what every method of the study trains there. */
export interface WorkloadBudget {
  readonly workload: string;
  readonly budget: number;
  /** Name of the record in the manifest. */
  readonly name: string;
  readonly record: ExperimentRecord;
  /** Gradient evaluations. */
  readonly costs: {
    readonly update: number;
    /** Of one look at the loss that the objective is of. */
    readonly observation: number;
    readonly pilot: number;
    readonly reading: number;
    /** Of a score of final weights, and of one under the strong attack too. */
    readonly score: number;
    readonly strong: number;
    /** Of all scores along a run. */
    readonly curve: number;
  };
  /** Whether runs are long enough for the readings of the recommended method. */
  readonly hasRecommended: boolean;
}

/** Whether a method is made from the pilot of each seed, which is of SGD alone. */
export function needsPilot({ kind }: Pick<StudyMethod, 'kind'>): boolean {
  return ['policy', 'open_loop_replay', 'shuffled_coefficients', 'pilot_peak'].includes(kind);
}

/** The name of a workload: its file without folder and extension. */
export function workloadName(file: string): string {
  return path.basename(file, '.json');
}

/**
 * Opens a workload once for every budget. Of the experiment only what its runs depend on is kept: seeds and benchmark are those
 * of the study.
 *
 * @param file - path of the experiment
 * @throws what `resolveExperiment` throws
 */
export async function workloadBudgets(file: string, study: BenchmarkStudy): Promise<WorkloadBudget[]> {
  const record = await resolveExperiment(file);
  return Promise.all(study.budgets.map((budget) => workloadBudget(record, study, budget)));
}

async function workloadBudget(whole: ExperimentRecord, study: BenchmarkStudy, budget: number): Promise<WorkloadBudget> {
  const { curve } = study;
  const { benchmark: _, seeds: __, ...kept } = whole.experiment;
  const evaluation = {
    ...kept.evaluation,
    checks: null,
    train_examples: curve.examples,
    test_examples: curve.examples,
  };
  const horizon = Math.max(2, Math.round(kept.horizon * budget));
  // A pilot of given length grows with the run, so that its share of the cost stays what it is.
  const { updates_per_run: each } = kept.pilot;
  const pilot = { ...kept.pilot, updates_per_run: each === null ? null : Math.max(25, Math.round(each * budget)) };
  const experiment = frozen({
    ...kept,
    pilot,
    seeds: [0],
    horizon,
    evaluation,
    measurements: [],
    stopping: null,
  }) as Experiment;
  const record = frozen({ ...whole, experiment, sha256: artifactSha256(experiment) });
  const workload = await openWorkload(record);
  const workloadId = workloadName(whole.file);
  return {
    workload: workloadId,
    budget,
    name: `${workloadId}@${budget}`,
    record,
    costs: await namingFile(`${whole.file} at ${budget} times its length`, () => costsOf(record, workload, study)),
    hasRecommended: isAffordable(recommendedSetting(experiment, workload, experiment.recommended)),
  };
}

async function costsOf(
  record: ExperimentRecord,
  workload: Workload,
  { scoring, curve, figure, methods }: BenchmarkStudy,
): Promise<WorkloadBudget['costs']> {
  const { experiment } = record;
  if (methods.some(needsPilot)) requireSgd(experiment);
  const cost = await updateCost(record);
  const mean = batchSizes(experiment.batch_size, experiment.horizon).mean;
  const usual = 1 + evaluationCost(scoringAttacks(workload, experiment.evaluation));
  const validation = figure === 'validation_robust_loss' ? scoring.test_examples : 0;
  const score = ((scoring.train_examples + scoring.test_examples + validation) * usual) / mean;
  const attack = scoring.strong === null || workload.attack === null ? null : scoring.strong.attack;
  const hard = attack === null ? 1 : 1 + evaluationCost(scoringAttacks(workload, { ...experiment.evaluation, attack }));
  return {
    ...cost,
    pilot: methods.some(needsPilot) ? designCost(pilotDesign(experiment, cost), cost) : 0,
    reading: readingUpdates(readingOptions(experiment), experiment.horizon) * cost.update,
    score,
    strong: scoring.strong === null ? 0 : (scoring.strong.examples * hard) / mean,
    curve: (curve.points * 2 * curve.examples * usual) / mean,
  };
}

/**
 * The workload with so many updates that these and what is spent before them cost no more than a run of the given length.
 * @param before - gradient evaluations that a run of a length is preceded by
 */
export function shortened(whole: WorkloadBudget, before: (experiment: Experiment) => number): ExperimentRecord {
  const { record, costs } = whole;
  const total = record.experiment.horizon * costs.update;
  let horizon = record.experiment.horizon;
  for (;;) {
    const experiment = frozen({ ...record.experiment, horizon });
    const cost = horizon * costs.update + before(experiment);
    if (cost <= total || horizon <= 2) return frozen({ ...record, experiment, sha256: artifactSha256(experiment) });
    horizon = Math.max(2, Math.min(horizon - 1, Math.floor((horizon * total) / cost)));
  }
}
