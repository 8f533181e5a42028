import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { readTrainingLog } from '../artifacts/log-file.js';
import { openRunFolder, type RunFolderOptions } from '../execution/ledger.js';
import { resultsOf, runTasks } from '../execution/run-tasks.js';
import type { EngineChoice } from '../training/engines/index.js';
import { TRAINING_TASK_MODULE, type TrainingTask } from '../training/task.js';
import { runPilot } from './pilot.js';

export interface PilotStageOptions {
  readonly experimentPath: string;
  readonly out: string;
  /** The experiment's first seed by default. */
  readonly seed?: number | undefined;
  readonly engine: EngineChoice;
  readonly workers: number;
  /** Removes what an earlier pilot left in the folder, and starts over. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (event: { stage: string; done: number; total: number; note?: string }) => void;
}

/** `hjb-lr pilot`: experiment -> trajectories/*.jsonl. */
export async function pilotStage(options: PilotStageOptions) {
  const { experimentPath, engine, workers, signal, onProgress = () => {} } = options;
  const experiment = await readArtifact('experiment', experimentPath);
  const seed = options.seed ?? experiment.seeds[0];
  const folder = path.join(options.out, 'trajectories');
  await openRunFolder(options.out, {
    command: 'pilot',
    options: JSON.parse(JSON.stringify({ experiment, seed, engine })) as RunFolderOptions['options'],
    fresh: options.fresh === true,
    owns: ['trajectories/'],
  });
  const runTrainings = async (tasks: readonly TrainingTask[]) => {
    const done = new Map<string, number>();
    const total = tasks.reduce((sum, task) => sum + task.updates, 0);
    const onEvent = (id: string, event: unknown): void => {
      done.set(id, (event as { done: number }).done);
      onProgress({ stage: tasks[0].purpose, done: [...done.values()].reduce((sum, n) => sum + n, 0), total });
    };
    const jobs = tasks.map((task) => ({ id: task.runId, module: TRAINING_TASK_MODULE, input: { ...task } }));
    resultsOf(await runTasks(jobs as Parameters<typeof runTasks>[0], { workers, onEvent, signal }));
    if (tasks.length > 0) onProgress({ stage: tasks[0].purpose, done: total, total });
    return Promise.all(tasks.map((task) => readTrainingLog(task.log)));
  };
  const pilot = await runPilot({ experimentPath, experiment, seed, engine, folder }, runTrainings);
  const updates = pilot.logs.reduce((sum, log) => sum + log.steps.length, 0);
  return {
    artifacts: [...pilot.files],
    summary: [
      `peak rate ${pilot.peak.toPrecision(3)} (${experiment.pilot.peak.method})`,
      `${updates} updates, ${((100 * updates) / experiment.horizon).toFixed(1)} % of a run`,
    ],
    result: { peak: pilot.peak, updates },
  };
}
