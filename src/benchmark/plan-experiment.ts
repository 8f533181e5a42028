import { availableParallelism } from 'node:os';
import { namingFile } from '../errors.js';
import { asJson, type Json } from '../json.js';
import { modelKind, openEngine, type EngineChoice } from '../training/engines/index.js';
import { openWorkload, resolveExperiment } from '../training/experiment-record.js';
import { objectiveOf } from '../workloads/index.js';
import { recommendedMethods } from './methods.js';
import { planBenchmark } from './plan.js';
import { runsAtOnce, secondsPerEvaluation, unitCosts } from './timing.js';

/** What a benchmark will take, before it runs. */
export interface ExperimentPlan {
  /** The experiment with every default filled in. */
  readonly resolved: Json;
  readonly methods: readonly { readonly id: string; readonly label: string; readonly grad_evals: number }[];
  readonly grad_evals: number;
  readonly minutes: number;
}

/**
 * What `--dry-run` prints: the resolved experiment, the gradient evaluations by the opened workload's own count, and the
 * minutes by a few real updates on the chosen engine.
 */
export async function planExperiment(
  experimentPath: string,
  { engine, workers }: { readonly engine: EngineChoice; readonly workers: number },
): Promise<ExperimentPlan> {
  const record = await resolveExperiment(experimentPath);
  const { experiment } = record;
  const workload = await openWorkload(record);
  const costs = unitCosts(workload, objectiveOf(experiment, workload), experiment);
  const plan = await namingFile(experimentPath, () =>
    planBenchmark(experiment, costs, recommendedMethods(workload, experiment)),
  );
  const { threads } = (await openEngine(engine, modelKind(experiment))).info;
  const seconds = (await secondsPerEvaluation(record, engine)) * (plan.gradEvals + plan.scoringGradEvals);
  return {
    resolved: asJson(experiment),
    methods: plan.methods.map(({ id, label, gradEvals }) => ({ id, label, grad_evals: gradEvals })),
    grad_evals: plan.gradEvals,
    minutes: seconds / 60 / runsAtOnce(workers, threads, availableParallelism()),
  };
}
