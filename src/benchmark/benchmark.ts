import path from 'node:path';
import type { Experiment } from '../artifacts/experiment/experiment.js';
import { artifactSha256 } from '../artifacts/shared/hash.js';
import { outlineTrainingLog } from '../artifacts/log-file.js';
import { figureSummary, type DecidedBy, type MethodResult, type Results } from '../artifacts/results/results.js';
import { engineInfoSchema, type LogHeader } from '../artifacts/training-log/training-log.js';
import { pilotDesign, updateCost } from '../pilot/pilot.js';
import { inTurn } from '../in-turn.js';
import { modelKind, openEngine } from '../training/engines/index.js';
import { openWorkload } from '../training/experiment-record.js';
import { acceptedRecords } from '../training/run-record.js';
import { evaluationsPerUpdate } from '../training/updates/index.js';
import { TOOL, TOOL_VERSION } from '../version.js';
import { classPriorLoss, isAdversarial, objectiveOf } from '../workloads/index.js';
import { decidingFigure } from './deciding-figure.js';
import { rateBeyond, type GridPoint } from './grid.js';
import {
  benchmarkOptions,
  fixedMethod,
  independentMethods,
  methodsAtBestFixed,
  recommendedMethods,
  type BenchmarkMethod,
} from './methods.js';
import { readingsCostOf } from '../training/recommended/index.js';
import { namedReadingUpdates, requireBenchmark, stageWork } from './plan.js';
import { unitCosts } from './timing.js';
import { OverallProgress } from '../execution/summed-progress.js';
import type { ProgressEvent } from '../execution/stage.js';
import { readPrepared, seedRecord, type PreparedSeed } from './prepared-seed.js';
import { pooledPolicyRecord } from './pooled-policy.js';
import { makePooledPolicy, prepareSeeds, readRun, trainMethods, type RunContext } from './runs.js';
import { scoringSentence } from './scoring.js';
import { FALLBACK_METHOD, fallsBackEverywhere, type FailedSeed } from './seed-clauses.js';
import { judged } from '../statistics/significance.js';
import { compare, methodResult } from './summarize.js';
import { verdict } from './verdict.js';

/**
 * Policy against baselines. Each seed has its own pilot, estimate and solve, which the policy is charged for; all methods
 * of a seed share its initial weights, minibatches and attack noise. A fixed rate costs one run; the best one is charged
 * for the whole grid, and what builds on it too; the null hypothesis is charged for the reading of the peak, and schedules by
 * name for the one of their own.
 */
export async function runBenchmark(given: RunContext): Promise<Results> {
  const { experiment } = given.record;
  const workload = await openWorkload(given.record);
  requireBenchmark(experiment);
  const { seeds, horizon } = experiment;
  const cost = await updateCost(given.record);
  const pilotUpdates = pilotDesign(experiment, cost).updates + namedReadingUpdates(experiment);
  const recommended = recommendedMethods(workload, experiment);
  const work = stageWork(experiment, unitCosts(workload, objectiveOf(experiment, workload), experiment), recommended);
  const overall = new OverallProgress(work.prepare + work.independent + work.mostBeyond * work.beyond + work.dependent);
  const context = { ...given, onProgress: (event: ProgressEvent) => given.onProgress(overall.of(event)) };
  overall.begin(work.prepare);
  const failed = await prepareSeeds(context, seeds, pilotUpdates);
  const usable = seeds.filter((seed) => failed.every((record) => record.seed !== seed));
  const { named, maximum_extensions } = benchmarkOptions(experiment);
  const prepared = await inTurn(usable, (seed) => readPrepared(context.out, seed, named.length > 0));
  const accepted = acceptedRecords(context.record, await openEngine(context.engine, modelKind(experiment)));

  overall.begin(0);
  await makePooledPolicy(context, prepared);

  const decidedBy = decidingFigure(objectiveOf(experiment, workload), isAdversarial(workload));
  const { figure } = decidedBy;
  const constantLoss = classPriorLoss(workload);
  const oneRun = Math.round(horizon * evaluationsPerUpdate(workload));
  const collect = (methods: readonly BenchmarkMethod[], gridSpent: number): Promise<MethodResult[]> =>
    inTurn(methods, (method) =>
      collectMethod(context.out, method, prepared, { constantLoss, gridSpent, oneRun, figure, accepted }),
    );

  /** Runs at rates beyond the ends of the grid, while its best rate is an end. */
  const beyondTheGrid = async (asked: readonly MethodResult[]): Promise<MethodResult[]> => {
    const added: MethodResult[] = [];
    while (added.length < maximum_extensions) {
      const rate = rateBeyond(gridPoints([...asked, ...added], figure));
      if (rate === null) break;
      const method = [fixedMethod(experiment, rate)];
      overall.begin(work.beyond);
      await trainMethods(context, method, prepared, horizon);
      added.push(...(await collect(method, 0)));
    }
    return added;
  };

  const independent = [...independentMethods(experiment), ...recommended];
  overall.begin(work.independent);
  await trainMethods(context, independent, prepared, horizon);
  const asked = await collect(independent, 0);
  const first = [...asked, ...(await beyondTheGrid(asked))];
  overall.drop((work.mostBeyond - (first.length - asked.length)) * work.beyond);
  const best = bestFixed(first, figure);

  const dependent = methodsAtBestFixed(experiment, best.rate!);
  overall.begin(work.dependent);
  await trainMethods(context, dependent, prepared, horizon);
  const second = await collect(dependent, first.filter(({ family }) => family === 'fixed').length * oneRun);
  const scoring = scoringSentence(workload, experiment.evaluation);
  const methods = [...first, ...second];
  return assemble(context, { experiment, prepared, failed, methods, best, decidedBy, oneRun, scoring });
}

interface Parts {
  readonly experiment: Experiment;
  readonly prepared: readonly PreparedSeed[];
  readonly failed: readonly FailedSeed[];
  readonly methods: readonly MethodResult[];
  readonly best: MethodResult;
  readonly decidedBy: DecidedBy;
  readonly oneRun: number;
  readonly scoring: string;
}

async function assemble(context: RunContext, parts: Parts): Promise<Results> {
  const { experiment, prepared, failed, methods, best, decidedBy, oneRun, scoring } = parts;
  const policy = methods.find((method) => method.family === 'policy')!;
  const comparisons = judged(
    methods.filter((method) => method !== policy).map((method) => compare(policy, method, decidedBy.figure)),
    {
      seeds: policy.runs.length,
      smallest: benchmarkOptions(experiment).smallest_difference,
      itself: fallsBackEverywhere(prepared) ? [FALLBACK_METHOD] : [],
    },
  );
  const grid = gridPoints(methods, decidedBy.figure).map(({ rate }) => rate);
  const atGridEnd = best.rate === Math.min(...grid) || best.rate === Math.max(...grid);
  const { header } = await outlineTrainingLog(path.join(context.out, policy.runs[0].log));
  return {
    kind: 'results',
    schema_version: '1.0.0',
    name: experiment.name,
    experiment,
    experiment_sha256: artifactSha256(experiment),
    engine: engineInfoSchema.parse(pick(header, Object.keys(engineInfoSchema.shape))),
    dataset: datasetOf(header),
    one_run_grad_evals: oneRun,
    methods: [...methods],
    best_fixed: best.id,
    best_fixed_at_grid_end: atGridEnd,
    comparisons,
    scoring,
    decided_by: decidedBy,
    verdict: verdict({
      methods,
      bestFixed: best,
      comparisons,
      decidedBy,
      gridSize: grid.length,
      added: grid.filter((rate) => !benchmarkOptions(experiment).fixed_rates.includes(rate)),
      atGridEnd,
      seeds: prepared,
      failed,
      maximumPredictionError: experiment.estimation.maximum_prediction_error,
      leftOut: methods.some(({ family }) => family === 'recommended')
        ? []
        : [`The recommended method is left out: ${experiment.horizon} updates are too few for its readings.`],
    }),
    policy: await pooledPolicyRecord(context.out, prepared.length),
    seeds: await inTurn(prepared, (seed) => seedRecord(context.out, seed)),
    failed_seeds: [...failed],
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  };
}

interface CollectOptions {
  readonly constantLoss: number;
  readonly gridSpent: number;
  readonly oneRun: number;
  readonly figure: DecidedBy['figure'];
  /** Records that the logs may name. */
  readonly accepted: readonly string[];
}

async function collectMethod(
  out: string,
  method: BenchmarkMethod,
  prepared: readonly PreparedSeed[],
  { constantLoss, gridSpent, oneRun, figure, accepted }: CollectOptions,
): Promise<MethodResult> {
  const spentBefore = (seed: PreparedSeed): number => {
    if (method.family === 'policy' || method.family === 'policy_hjb') return seed.pilotGradEvals;
    if (method.family === 'named') return seed.reading!.n_grad_evals;
    if (method.family === 'recommended') return readingsCostOf(seed.recommended!.policy);
    return method.family === 'null_hypothesis' ? seed.readingGradEvals : gridSpent;
  };
  const runs = await inTurn(prepared, (seed) =>
    readRun(out, method, seed, { constantLoss, spentBefore: spentBefore(seed), figure, accepted }),
  );
  return methodResult(method, runs, oneRun);
}

/** The fixed rates that were tried, with the figure that decides. */
function gridPoints(methods: readonly MethodResult[], figure: DecidedBy['figure']): GridPoint[] {
  return methods
    .filter(({ family }) => family === 'fixed')
    .map((method) => ({ rate: method.rate!, loss: figureSummary(method, figure).mean }));
}

/** The fixed rate of the lowest mean of the figure that decides; rates with a run that ended not finite come last. */
function bestFixed(methods: readonly MethodResult[], figure: DecidedBy['figure']): MethodResult {
  const loss = (method: MethodResult): number => figureSummary(method, figure).mean ?? Infinity;
  return methods
    .filter((method) => method.family === 'fixed')
    .reduce((best, method) => (loss(method) < loss(best) ? method : best));
}

/** Every log of ours names its data. */
function datasetOf({ dataset }: LogHeader): Results['dataset'] {
  const { name, sha256, ...rest } = dataset!;
  return { name, sha256: sha256!, ...rest };
}

function pick(record: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}
