import path from 'node:path';
import { objectiveSchema, type Experiment, type ExperimentInput } from '../../src/artifacts/experiment.js';
import { readArtifact, writeArtifact } from '../../src/artifacts/files.js';
import { openRunFolder, type RunFolderOptions } from '../../src/execution/ledger.js';
import { openEngine, type EngineChoice } from '../../src/training/engines/index.js';
import { openExperiment } from '../../src/training/task.js';
import { runBenchmark } from './benchmark.js';
import { planBenchmark, requireBenchmark } from './plan.js';
import type { ProgressEvent } from './runs.js';

export interface BenchmarkStageOptions {
  readonly experimentPath: string;
  readonly out: string;
  readonly engine: EngineChoice;
  readonly workers: number;
  /** Removes what an earlier run of ours left in the folder, and starts over. */
  readonly fresh: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly commandLine?: string | undefined;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** `hjb-lr benchmark`: policy against baselines -> results.json. The same command again goes on where it stopped. */
export async function benchmarkStage(options: BenchmarkStageOptions) {
  const { experimentPath, out, engine, workers, fresh, signal, commandLine, onProgress = () => {} } = options;
  const experiment = await readArtifact('experiment', experimentPath);
  requireBenchmark(experiment);
  planBenchmark(experiment, 1, workers);
  const engineInfo = await openEngine(engine);
  const { workload } = await openExperiment(experimentPath);
  const resolved = { experiment, engine: engineInfo, dataset_sha256: workload.dataset.sha256 };
  await openRunFolder(out, {
    command: 'benchmark',
    options: JSON.parse(JSON.stringify(resolved)) as RunFolderOptions['options'],
    fresh,
    owns: ['seeds/', 'logs/', 'results.json', 'report.html'],
    commandLine,
  });
  const results = await runBenchmark({ experimentPath, out, engine, workers, signal, onProgress });
  const file = path.join(out, 'results.json');
  await writeArtifact('results', file, results);
  return {
    artifacts: [file],
    summary: [...results.verdict.sentences],
    result: { won: results.verdict.won, best_fixed: results.best_fixed },
  };
}

/** What `--dry-run` prints: the resolved experiment, the work, and a guess of the minutes. */
export async function planExperiment(experimentPath: string, { workers }: { engine: EngineChoice; workers: number }) {
  const experiment = await readArtifact('experiment', experimentPath);
  const evaluationsPerUpdate = 1 + attackSteps(experiment);
  const plan = planBenchmark(experiment, evaluationsPerUpdate, workers);
  return {
    resolved: JSON.parse(JSON.stringify(experiment)) as RunFolderOptions['options'],
    methods: plan.methods.map(({ id, label, updates }) => ({ id, label, grad_evals: updates * evaluationsPerUpdate })),
    grad_evals: plan.gradEvals,
    minutes: plan.minutes,
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

/** Ascent steps of a described attack; a workload module's own count is not known before it is loaded. */
function attackSteps({ workload }: Experiment): number {
  if (typeof workload === 'string' || workload.attack === null) return 0;
  const { attack } = workload;
  if (attack.type === 'pgd') return attack.steps * attack.restarts;
  return attack.type === 'fgsm' ? 1 : attack.steps;
}
