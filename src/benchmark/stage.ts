import { availableParallelism } from 'node:os';
import path from 'node:path';
import { objectiveSchema, type ExperimentInput } from '../artifacts/experiment/experiment.js';
import { writeArtifact } from '../artifacts/files.js';
import type { Results } from '../artifacts/results/results.js';
import { EXIT_CODES, namingFile } from '../errors.js';
import { openRunFolder, type RunFolderOptions } from '../execution/ledger.js';
import { modelKind, openEngine, type EngineChoice } from '../training/engines/index.js';
import { updateCost } from '../pilot/pilot.js';
import { openWorkload, resolveExperiment } from '../training/experiment-record.js';
import { objectiveOf } from '../workloads/index.js';
import { runBenchmark } from './benchmark.js';
import { describeHost } from './host.js';
import { planBenchmark, requireFeasible } from './plan.js';
import type { ProgressEvent } from './runs.js';
import { runsAtOnce, secondsPerEvaluation, unitCosts } from './timing.js';

export interface BenchmarkStageOptions {
  readonly experimentPath: string;
  readonly out: string;
  readonly engine: EngineChoice;
  readonly workers: number;
  /** Removes what an earlier run of ours left in the folder, and starts over. */
  readonly fresh: boolean;
  /** Whether a report follows, without which the folder is not complete. */
  readonly reports: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly commandLine?: string | undefined;
  readonly onProgress?: (event: ProgressEvent) => void;
}

const BENCHMARK_FILES = ['seeds/', 'logs/', 'results.json'];
const REPORT_FILE = 'report.html';

/** `hjb-lr benchmark`: policy against baselines -> results.json. The same command again goes on where it stopped. */
export async function benchmarkStage(options: BenchmarkStageOptions) {
  const { experimentPath, out, engine, workers, fresh, reports, signal, commandLine, onProgress = () => {} } = options;
  const record = await resolveExperiment(experimentPath);
  const { experiment } = record;
  const cost = await updateCost(record);
  await namingFile(experimentPath, () => requireFeasible(experiment, cost));
  const { info } = await openEngine(engine, modelKind(experiment));
  const resolved = { experiment, engine: info, dataset_sha256: record.datasetSha256 };
  await openRunFolder(out, {
    command: 'benchmark',
    options: JSON.parse(JSON.stringify(resolved)) as RunFolderOptions['options'],
    fresh,
    owns: [...BENCHMARK_FILES, REPORT_FILE],
    expects: reports ? [...BENCHMARK_FILES, REPORT_FILE] : BENCHMARK_FILES,
    commandLine,
  });
  const results = await runBenchmark({ record, out, engine, workers, signal, onProgress });
  const file = path.join(out, 'results.json');
  await writeArtifact('results', file, { ...results, host: await describeHost(commandLine) });
  return {
    artifacts: [file],
    summary: [...results.verdict.sentences],
    result: { won: results.verdict.won, best_fixed: results.best_fixed },
    exitCode: isWhole(results) ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

/** Whether every seed's pilot and solver came to their end; a policy that loses is whole. */
function isWhole({ seeds, failed_seeds }: Results): boolean {
  const converged = (seed: Results['seeds'][number]): boolean =>
    seed.coefficients.unfitted === undefined && (seed.solution === null || seed.solution.status === 'converged');
  return failed_seeds.length === 0 && seeds.every(converged);
}

/**
 * What `--dry-run` prints: the resolved experiment, the gradient evaluations by the opened workload's own count, and the
 * minutes by a few real updates on the chosen engine.
 */
export async function planExperiment(
  experimentPath: string,
  { engine, workers }: { engine: EngineChoice; workers: number },
) {
  const record = await resolveExperiment(experimentPath);
  const { experiment } = record;
  const workload = await openWorkload(record);
  const costs = unitCosts(workload, objectiveOf(experiment, workload), experiment);
  const plan = await namingFile(experimentPath, () => planBenchmark(experiment, costs));
  const { threads } = (await openEngine(engine, modelKind(experiment))).info;
  const seconds = (await secondsPerEvaluation(record, engine)) * (plan.gradEvals + plan.scoringGradEvals);
  return {
    resolved: JSON.parse(JSON.stringify(experiment)) as RunFolderOptions['options'],
    methods: plan.methods.map(({ id, label, gradEvals }) => ({ id, label, grad_evals: gradEvals })),
    grad_evals: plan.gradEvals,
    minutes: seconds / 60 / runsAtOnce(workers, threads, availableParallelism()),
  };
}

/** An experiment to start from, with every choice that a user will want to make. */
export function experimentTemplate(): RunFolderOptions['options'] {
  const template: ExperimentInput = {
    kind: 'experiment',
    schema_version: '1.0.0',
    name: 'my experiment',
    workload: {
      data: { format: 'builtin', name: 'digits' },
      model: {
        layers: [{ type: 'flatten' }, { type: 'dense', units: 64 }, { type: 'relu' }, { type: 'dense', units: 10 }],
      },
      attack: { type: 'pgd', norm: 'Linf', eps: 0.1, steps: 5 },
    },
    objective: objectiveSchema.parse({}),
    batch_size: 32,
    horizon: 800,
    seeds: [1, 2, 3],
    pilot: { peak: { method: 'd_adaptation', multiple: 1.3 }, runs: 4, updates_per_run: 50 },
    benchmark: { fixed_rates: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] },
  };
  return JSON.parse(JSON.stringify(template)) as RunFolderOptions['options'];
}
