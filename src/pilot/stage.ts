import { taskOf } from '../execution/task.js';
import path from 'node:path';
import { readTrainingLog } from '../artifacts/log-file.js';
import {
  gradientEvaluations,
  isPeakSearch,
  ownUpdates,
  type TrainingLog,
} from '../artifacts/training-log/training-log.js';
import { EXIT_CODES, namingFile } from '../errors.js';
import { recordFiles } from '../execution/digests.js';
import { openRunFolder } from '../execution/run-folder.js';
import { resultsOf, runTasks } from '../execution/run-tasks.js';
import { writtenFiles } from '../execution/written-files.js';
import { summedProgress } from '../execution/summed-progress.js';
import { inTurn } from '../in-turn.js';
import { asJson } from '../json.js';
import { modelKind, openEngine, type Engine, type EngineChoice } from '../training/engines/index.js';
import { resolveExperiment, type ExperimentRecord } from '../training/experiment-record.js';
import { acceptedRecords, requireRecord, runRecord } from '../training/run-record.js';
import { TRAINING_TASK } from '../training/task.js';
import type { PilotStageOptions } from './declaration.js';
import type { PilotDesign } from './design.js';
import {
  pilotDesign,
  pilotLogNames,
  requireSgd,
  runPilot,
  updateCost,
  type PilotResult,
  type RunTrainings,
} from './pilot.js';

/** `hjb-lr pilot`: experiment -> trajectories/*.jsonl. */
export async function pilotStage(options: PilotStageOptions) {
  const { engine } = options;
  const { record, design, opened } = await openToPilot(options.experimentPath, engine);
  const { experiment } = record;
  const seed = options.seed ?? experiment.seeds[0];
  const folder = path.join(options.out, 'trajectories');
  const { continues } = await openRunFolder(options.out, {
    command: 'pilot',
    options: asJson({ experiment, seed, engine }),
    record: runRecord(record, opened),
    allowOtherNode: options.allowOtherNode === true,
    fresh: options.fresh === true,
    owns: ['trajectories/'],
    expects: pilotLogNames(experiment, design).map((name) => `trajectories/${name}.jsonl`),
    commandLine: options.commandLine,
  });
  const pilot = await runPilot(
    { record: { ...record, continues }, seed, engine, folder },
    trainingsOnWorkers(options, acceptedRecords({ ...record, continues }, opened)),
  );
  return outputOf(record, pilot);
}

/** Trains on worker processes; what a whole group of tasks has done is one bar. */
function trainingsOnWorkers(
  { out, workers, signal, onProgress = () => {} }: PilotStageOptions,
  accepted: readonly string[],
): RunTrainings {
  return async (tasks) => {
    if (tasks.length === 0) return [];
    const total = tasks.reduce((sum, task) => sum + task.updates, 0);
    const progress = summedProgress(tasks[0].purpose, total, onProgress);
    const jobs = tasks.map((task) => taskOf(TRAINING_TASK, task.runId, task));
    const written = writtenFiles((files) => recordFiles(out, files));
    const onEvent = (id: string, event: unknown): void => {
      if (!written.take(event)) progress.onEvent(id, event);
    };
    resultsOf(await runTasks(jobs, { workers, onEvent, signal }));
    await written.settled();
    progress.finish();
    return inTurn(tasks, async ({ log: file }) => {
      const log = await readTrainingLog(file);
      requireRecord(file, log.header, accepted);
      return log;
    });
  };
}

/** What was found and what it cost; runs that diverged are told. */
async function outputOf(record: ExperimentRecord, { peak, design, logs, files }: PilotResult) {
  const { experiment } = record;
  const updates = logs.reduce((sum, log) => sum + ownUpdates(log), 0);
  const gradEvals = logs.reduce((sum, log) => sum + gradientEvaluations(log), 0);
  const share = gradEvals / (experiment.horizon * (await updateCost(record)).update);
  const diverged = logs.filter((log) => log.end?.status === 'diverged');
  return {
    artifacts: [...files],
    summary: [
      `peak rate ${peak.toPrecision(3)} (${experiment.pilot.peak.method})`,
      `identification: ${design.words}`,
      `${updates} updates, ${gradEvals} gradient evaluations: ${(100 * share).toFixed(1)} % of a run`,
      ...divergenceSentences(diverged, logs.length),
    ],
    result: {
      peak,
      design: design.kind,
      updates,
      grad_evals: gradEvals,
      diverged: diverged.map(({ header }) => header.run_id),
    },
    exitCode: diverged.some(isIdentification) ? EXIT_CODES.not_converged : EXIT_CODES.ok,
  };
}

/** Everything that can be refused, before the folder belongs to this pilot. */
async function openToPilot(
  experimentPath: string,
  engine: EngineChoice,
): Promise<{ record: ExperimentRecord; design: PilotDesign; opened: Engine }> {
  const record = await resolveExperiment(experimentPath);
  const { experiment } = record;
  const cost = await updateCost(record);
  const design = await namingFile(experimentPath, () => {
    requireSgd(experiment);
    return pilotDesign(experiment, cost);
  });
  return { record, design, opened: await openEngine(engine, modelKind(experiment)) };
}

/** A tournament's highest rates may diverge; a run that should identify the coefficients may not. */
function isIdentification({ header }: TrainingLog): boolean {
  return !isPeakSearch(header);
}

function divergenceSentences(diverged: readonly TrainingLog[], runs: number): string[] {
  if (diverged.length === 0) return [];
  return [
    `${diverged.length} of ${runs} runs diverged:`,
    ...diverged.map(({ header, end }) => `  ${header.run_id}: ${end?.reason ?? 'no reason given'}`),
    ...(diverged.some(isIdentification)
      ? ['No closure can be fitted to runs that diverged: give a lower peak in pilot.peak and run with --fresh.']
      : []),
  ];
}
